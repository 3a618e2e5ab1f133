import Machines
import Oracle
import Spec

/// What a switch meets in practice: whole switches, with a stale event between every two useful ones.
let switchStream: [Switch.Event] = (0..<500).flatMap { attempt -> [Switch.Event] in
  let target = Topology.allCases[(attempt + 1) % 3]
  let common: [Switch.Event] = [.request(target), .request(.star), .prepared, .prepareDeadline]
  // One attempt in five is aborted; the next one then asks for a topology that is not in force either.
  return attempt % 5 == 4
    ? common + [.quiesceDeadline, .drained, .moved(2), .cancel]
    : common + [.drained, .quiesceDeadline, .moved(3), .cancel]
}

/// The life of copies from the hub to its spokes: each is routed, dequeued and acknowledged, behind a few others.
struct Copies {
  static let agents = 5
  /// Copies that wait for each spoke at any time.
  static let depth = 8
  private(set) var cycle = 0

  /// The three events of the next cycle.
  mutating func next() -> (route: Router.Event, dequeue: Router.Event, acknowledged: Router.Event) {
    let spoke = Agent(cycle % 4 + 1)
    cycle += 1
    return (
      .route(Message(idLow: UInt64(cycle), from: Agent(0), to: .one(spoke), payloadBytes: 200)), .dequeue(spoke),
      .acknowledged(Lease(agent: spoke, sequence: UInt64(cycle)))
    )
  }

  /// The messages that wait before the first cycle.
  static var waiting: [Router.Event] {
    (0..<4 * depth).map { .route(Message(idLow: UInt64($0), from: Agent(0), to: .one(Agent($0 % 4 + 1)))) }
  }
}

/// The same two machines, stepped by program, by hand and inside their system.
struct SwitchByProgram {
  private let program = Program(Switch.book)
  private var machine = Switch(topology: .star)
  private var outbox = Outbox<Switch.Effect>()

  /// Takes a stream once. Returns how many rules fired.
  mutating func run(_ events: [Switch.Event]) -> Int {
    var fired = 0
    for event in events {
      outbox.removeAll()
      if case .fired = program.step(&machine, event, &outbox) { fired += 1 }
    }
    return fired
  }
}

struct SwitchRunByHand {
  private var machine = SwitchByHand(topology: .star)
  private var outbox = Outbox<Switch.Effect>()

  mutating func run(_ events: [Switch.Event]) -> Int {
    var fired = 0
    for event in events {
      outbox.removeAll()
      if case .fired = machine.step(event, &outbox) { fired += 1 }
    }
    return fired
  }
}

struct RouterByProgram {
  private let program = Program(Router.book)
  private var machine = Router(agents: Copies.agents, topology: .star)
  private var outbox = Outbox<Router.Effect>()
  private var copies = Copies()

  init() {
    for event in Copies.waiting { step(event) }
  }

  /// Takes whole cycles. Traps unless each event fired: a figure of refusals would be no figure.
  mutating func run(cycles: Int) {
    for _ in 0..<cycles {
      let events = copies.next()
      step(events.route)
      step(events.dequeue)
      step(events.acknowledged)
    }
  }

  private mutating func step(_ event: Router.Event) {
    outbox.removeAll()
    guard case .fired = program.step(&machine, event, &outbox) else { preconditionFailure("\(event) did not fire") }
  }
}

struct RouterRunByHand {
  private var machine = RouterByHand(agents: Copies.agents, topology: .star)
  private var outbox = Outbox<Router.Effect>()
  private var copies = Copies()

  init() {
    for event in Copies.waiting { step(event) }
  }

  mutating func run(cycles: Int) {
    for _ in 0..<cycles {
      let events = copies.next()
      step(events.route)
      step(events.dequeue)
      step(events.acknowledged)
    }
  }

  private mutating func step(_ event: Router.Event) {
    outbox.removeAll()
    guard case .fired = machine.step(event, &outbox) else { preconditionFailure("\(event) did not fire") }
  }
}

struct RouterInSystem {
  private let stepper = Stepper(TopologySwitch.design)
  private var system = TopologySwitch(agents: Copies.agents, topology: .star)
  private var copies = Copies()

  init() {
    for event in Copies.waiting { step(event) }
  }

  mutating func run(cycles: Int) {
    for _ in 0..<cycles {
      let events = copies.next()
      step(events.route)
      step(events.dequeue)
      step(events.acknowledged)
    }
  }

  private mutating func step(_ event: Router.Event) {
    guard case .fired = stepper.step(&system, .router(event)) else { preconditionFailure("\(event) did not fire") }
  }
}

/// Whole switches of an idle team: two events from outside, and five that follow over direct routes.
struct SwitchInSystem {
  private let stepper = Stepper(TopologySwitch.design)
  private var system = TopologySwitch(agents: Copies.agents, topology: .star)

  mutating func run(switches: Int) {
    for number in 0..<switches {
      _ = stepper.step(&system, .control(.request(number % 2 == 0 ? .flat : .star)))
      _ = stepper.step(&system, .control(.prepared))
      precondition(system.control.phase == .stable, "an idle team switches at once")
    }
  }
}

/// The same switches by hand, with each event handed on as if nobody had to look for its receiver.
struct SwitchInSystemByHand {
  private var control = SwitchByHand(topology: .star)
  private var router = RouterByHand(agents: Copies.agents, topology: .star)
  private var controlOutbox = Outbox<Switch.Effect>()
  private var routerOutbox = Outbox<Router.Effect>()

  mutating func run(switches: Int) {
    for number in 0..<switches {
      let target: Topology = number % 2 == 0 ? .flat : .star
      controlOutbox.removeAll()
      routerOutbox.removeAll()
      _ = control.step(.request(target), &controlOutbox)
      _ = control.step(.prepared, &controlOutbox)
      _ = router.step(.divert, &routerOutbox)
      _ = control.step(.drained, &controlOutbox)
      _ = router.step(.swap(target), &routerOutbox)
      _ = control.step(.moved(0), &controlOutbox)
      precondition(control.phase == .stable, "an idle team switches at once")
    }
  }
}

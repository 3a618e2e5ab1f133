import Machines
import Spec

/// A team that is stepped by hand, in the order a test says.
struct Team {
  var system: TopologySwitch
  private let stepper = Stepper(TopologySwitch.design)

  init(_ agents: Int, _ topology: Topology, limits: RouterLimits = RouterLimits()) {
    system = TopologySwitch(agents: agents, topology: topology, limits: limits)
    stepper.isRecording = true
  }

  @discardableResult mutating func give(_ event: Switch.Event) -> String { step(.control(event)) }
  @discardableResult mutating func give(_ event: Router.Event) -> String { step(.router(event)) }

  /// What a step comes to: `fired`, or the code of the refusal.
  private mutating func step(_ event: TopologySwitch.Event) -> String {
    let refusals = TopologySwitch.design.hosts[event.kind].refusals(system, event)
    let outcome = stepper.step(&system, event)
    return outcome == .refused ? refusals.first?.code ?? "refused" : outcome.word
  }

  @discardableResult mutating func route(
    _ from: Int, _ to: Recipient, bytes: Int = 2, created: UInt64 = 0, expires: UInt64 = 0
  ) -> String {
    give(
      .route(
        Message(
          idLow: system.router.accepted + 1, from: Agent(from), to: to, payloadBytes: bytes, created: created,
          expires: expires)))
  }

  @discardableResult mutating func route(_ from: Int, _ to: Int) -> String { route(from, .one(Agent(to))) }

  mutating func dequeue(_ agent: Int) -> Copy? {
    give(.dequeue(Agent(agent)))
    return sent(.deliver).first
  }

  /// Requests a topology and lets everybody be prepared.
  mutating func quiesce(_ topology: Topology) {
    give(.request(topology))
    give(.prepared)
  }

  func sent<Payload>(_ effect: Signal<Router.Effect, Payload>) -> [Payload] {
    stepper.sent.compactMap { if case .router(let it) = $0 { effect.read(it) } else { nil } }
  }
  func sent<Payload>(_ effect: Signal<Switch.Effect, Payload>) -> [Payload] {
    stepper.sent.compactMap { if case .control(let it) = $0 { effect.read(it) } else { nil } }
  }

  subscript(agent: Int) -> Mailbox { system.router.mailboxes[agent] }
  /// The copies queued anywhere.
  var queued: Int { system.router.mailboxes.reduce(0) { $0 + $1.active.count + $1.next.count } }
}

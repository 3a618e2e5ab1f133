import Check
import Machines
import Spec

/// How many steps of a run a second takes, and in how few of them all that is reachable is covered.
enum Stateful {
  private static let stepsPerSecondMin = 2e6

  static func figures() -> [Figure] {
    [rate(), covering()]
  }

  private static func rate() -> Figure {
    let rounds = (0..<5).map { round in
      let options = FuzzOptions(seed: UInt64(round), cases: 5000, steps: 200, exploredStates: 0)
      let start = processorSeconds
      let report = fuzz(doorman, world: door, options: options)
      return Double(report.steps) / (processorSeconds - start)
    }
    let rate = median(rounds)
    return Figure(
      name: "stateful steps", measured: Quantity(rate, "per CPU second"),
      yardstick: Quantity(stepsPerSecondMin, "aimed at"), ratio: rate / stepsPerSecondMin,
      goal: "at least \(Quantity.digits(stepsPerSecondMin))", isMet: rate >= stepsPerSecondMin,
      note: "a pure machine: a move is drawn, recorded, taken and judged by two laws")
  }

  private static func covering() -> Figure {
    let report = fuzz(
      DiningPhilosophers.design, world: DiningPhilosophers.design.worlds[0], options: FuzzOptions(seed: 1, cases: 1000))
    let blind = fuzz(
      DiningPhilosophers.design, world: DiningPhilosophers.design.worlds[0],
      options: FuzzOptions(seed: 1, cases: 1000, steers: false))
    let steps = Double(report.stepsToCover ?? 0)
    return Figure(
      name: "steps to every pair of rules", measured: Quantity(steps, "steps"),
      yardstick: blind.stepsToCover.map { Quantity(Double($0), "drawn blindly") },
      ratio: blind.stepsToCover.map { steps / Double($0) },
      note: "dining philosophers, \(report.pairs) pairs")
  }
}

/// Lets people in while there is room, and out again.
struct Doorman: Machine {
  enum Phase: UInt8, CaseIterable, Sendable { case open, shut }
  enum Requirement: String, Citation {
    case none
    var text: String { "" }
    var source: String { "" }
  }

  var phase = Phase.open
  var inside: UInt8 = 0

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("inside", &inside, max: 8)
  }

  static let book = RuleBook<Self>("Doorman") {
    In(.open) {
      On(.enter, "let one in").when("there is room") { it, _ in it.inside < 8 }.then { it, _ in it.inside += 1 }
      On(.shut, "shut").go(.shut)
    }
    In(.open, .shut) {
      On(.leave, "let one out").when("somebody is in") { it, _ in it.inside > 0 }.then { it, _ in it.inside -= 1 }
    }
    In(.shut) { On(.open, "open again").go(.open) }
    Refused(.enter, in: .shut, unless: "it is open")
    Ignored(.shut, in: .shut, because: "it is shut")
    Ignored(.open, in: .open, because: "it is open")
    Always("eight at most") { $0.inside <= 8 }
    AlwaysStep("nobody enters a shut door", before: { ($0.phase, $0.inside) }) { before, step in
      before.0 == .open || step.after.inside <= before.1
    }
  }

  struct Event: Signals {
    static let names = ["enter", "leave", "shut", "open"]
    let kind: Int
  }
  struct Effect: Signals {
    static let names = ["none"]
    let kind: Int
  }
}

extension Doorman.Event {
  init() { self.init(kind: 0) }
  mutating func fields(_ f: inout Fields) { f.kind(&self, Self.names.indices.map { Self(kind: $0) }) }
}

extension Doorman.Effect {
  init() { self.init(kind: 0) }
  mutating func fields(_ f: inout Fields) { f.kind(&self, [Self()]) }
}

extension Signal<Doorman.Event, Void> {
  static func plain(_ kind: Int) -> Self { Signal(Carrier.names[kind], kind: kind, Carrier(kind: kind)) }
  static var enter: Self { plain(0) }
  static var leave: Self { plain(1) }
  static var shut: Self { plain(2) }
  static var open: Self { plain(3) }
}

private let door = World<Solo<Doorman>>("door", "", start: { Solo(Doorman()) }) {
  Input(.machine, .enter)
  Input(.machine, .leave)
  Input(.machine, .shut)
  Input(.machine, .open)
}
private let doorman = Solo<Doorman>.design("doorman", worlds: [door])

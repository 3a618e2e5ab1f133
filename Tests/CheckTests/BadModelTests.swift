import Check
import Spec
import Synchronization
import Testing

/// Chance that is no part of any state: what no guard may read.
private final class Chance: Sendable {
  private let draw = Mutex(SplitMix64(seed: 3))

  func below(_ bound: Int) -> Int { draw.withLock { $0.below(bound) } }

  /// Whether this was asked a hundred times already.
  var isTired: Bool {
    asked.withLock {
      $0 += 1
      return $0 > 100
    }
  }
  private let asked = Mutex(0)
}

/// A machine that keeps something to itself: `hidden` is a field that it does not list.
private struct Secretive: Machine {
  typealias Requirement = Toy.Requirement
  typealias Event = Toy.Event
  typealias Effect = Toy.Effect
  enum Phase: UInt8, CaseIterable { case idle }
  var phase = Phase.idle
  var told: UInt8 = 0
  var hidden: UInt8 = 0

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("told", &told)
  }

  static let book = RuleBook<Self>("Secretive", resting: .idle) {
    In(.idle) {
      On(.take, "keep it").then { machine, number in machine.hidden = number }
      On(.go, "tell it").then { machine, _ in machine.told = machine.hidden }
    }
  }
}

@Suite struct `Models that break the rules` {
  private func expectNoFunction(
    _ report: ExplorationReport, _ words: String, at location: SourceLocation = #_sourceLocation
  ) {
    let found = report.findings.first { $0.finding.code == "not-a-function" }?.finding
    #expect(found?.severity == .critical, sourceLocation: location)
    #expect(
      found?.words.contains(words) == true && found?.words.contains("looks at more than its arguments") == true,
      "\(report.words)", sourceLocation: location)
    #expect(report.verdict == .fixRequired, sourceLocation: location)
  }

  @Test func `a guard that is no function of its arguments`() {
    let chance = Chance()
    let book = RuleBook<Toy>("Fickle", resting: .idle) {
      In(.idle) {
        On(.take, "count").when("it feels like it") { _, _ in chance.below(2) == 0 }
          .then { toy, number in toy[0] = (toy[0] + number) % 16 }
      }
    }
    let report = Alone.explore(book, from: Toy([0])) { Input(.toy, .take) { _ in [1, 2, 3, 5] } }
    expectNoFunction(report, "toy take number=")
  }

  @Test func `what several workers found stays found, though it does not show again`() {
    let chance = Chance()
    let book = RuleBook<Toy>("Fickle", resting: .idle) {
      In(.idle) {
        On(.take, "count").when("it feels like it") { _, _ in chance.isTired || chance.below(2) == 0 }
          .then { toy, number in toy[0] = (toy[0] + number) % 16 }
      }
    }
    let world = Alone.world(Toy([0])) { Input(.toy, .take) { _ in [1, 2, 3, 5] } }
    let design = Alone.design(book, [world])
    expectNoFunction(explore(design, world: world, options: SearchOptions(workers: 2)), "toy take number=")
    #expect(explore(design, world: world).verdict == .ready, "by now it is a function")
  }

  @Test func `an update that is no function of its arguments`() {
    let chance = Chance()
    let book = RuleBook<Toy>("Fickle", resting: .idle) {
      In(.idle) { On(.go, "roll").then { toy, _ in toy[0] = UInt8(chance.below(100)) } }
    }
    let report = Alone.explore(book, from: Toy([0])) { Input(.toy, .go) }
    expectNoFunction(report, "input toy go led to toy.cells[0].value: ")
  }

  @Test func `an effect whose payload is no function of its arguments`() {
    let chance = Chance()
    let sender = RuleBook<Toy>("Fickle", resting: .idle) {
      In(.idle) { On(.go, "roll").emit(.send) { _, _ in UInt8(chance.below(100)) } }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle) {
      In(.idle) { On(.take, "keep it").then { toy, number in toy[0] = number } }
    }
    let world = World<Duo>("world", "", start: { Duo(two: Toy([0])) }) { Input(.one, .go) }
    let report = explore(Duo.design(sender, receiver, over: .direct, [world]), world: world)
    expectNoFunction(report, "input one go led to two.cells[0].value: ")
  }

  @Test func `an input that is no function of the state`() {
    let chance = Chance()
    let book = RuleBook<Toy>("Steady", resting: .idle) {
      In(.idle) { On(.take, "keep it").then { toy, number in toy[0] = number } }
    }
    let report = Alone.explore(book, from: Toy([0])) { Input(.toy, .take) { _ in [UInt8(chance.below(100))] } }
    expectNoFunction(report, "toy take number=")
  }

  @Test func `two states that are listed as one`() {
    let world = World<Solo<Secretive>>("world", "", start: { Solo(Secretive()) }) {
      Input(.machine, .take) { _ in [1, 2] }
      Input(.machine, .go)
    }
    for workers in 1...2 {
      let report = explore(
        Solo<Secretive>.design("secretive", worlds: [world]), world: world, options: SearchOptions(workers: workers))
      let found = report.findings.first { $0.finding.code == "encoding-not-injective" }
      #expect(found?.finding.severity == .critical)
      #expect(
        found?.finding.words
          == "two different states of machine have the same fields: its listing leaves something out, "
          + "as in phase idle, told 0")
      #expect(found?.trace.events == ["take number=1"])
      #expect(report.verdict == .fixRequired)
    }
  }

  @Test func `a listing that says everything is fine is believed`() {
    let book = RuleBook<Toy>("Open", resting: .idle) {
      In(.idle) { On(.take, "keep it").then { toy, number in toy[0] = number } }
    }
    #expect(Alone.explore(book, from: Toy([0])) { Input(.toy, .take) { _ in [1, 2] } }.words == [])
  }

  @Test func `a start above a maximum is a world without a state, and no silent success`() {
    let book = RuleBook<Toy>("Steady", resting: .idle) { In(.idle) { On(.go, "go") } }
    var beyond = Toy()
    beyond.small = 4
    let report = Alone.explore(book, from: beyond) { Input(.toy, .go) }
    #expect(report.distinct == 0 && !report.isComplete)
    #expect(
      report.words == [
        "CRITICAL no-start: the world has no state to start from: the field small was 4, above its maximum 3: "
          + "what follows was not explored"
      ])
    #expect(report.verdict == .fixRequired)
  }

  @Test func `a world in which nothing can happen is an end, and told as one`() {
    let book = RuleBook<Toy>("Waiting", resting: .done) {
      In(.idle) { On(.go, "go").go(.done) }
      Sometimes("it goes") { toy in toy.phase == .done }
    }
    let report = Alone.explore(book) {}
    #expect(
      report.words == [
        "CRITICAL deadlock: nothing can happen here, and a machine is not at rest",
        "MINOR never-met: \"it goes\" never happened in this world",
      ])
    #expect(report.trace(to: "deadlock")?.events == [])
  }
}

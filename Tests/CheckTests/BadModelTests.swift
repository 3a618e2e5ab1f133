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

/// A slot whose payloads are declared to stay below 5.
private struct Slot: Machine {
  typealias Requirement = Toy.Requirement
  enum Phase: UInt8, CaseIterable { case idle }
  var phase = Phase.idle
  var last: UInt16 = 0

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("last", &last)
  }

  struct Event: Signals {
    static let names = ["put", "go"]
    var kind = 0
    var number: UInt16 = 0
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [Self(kind: 0), Self(kind: 1)])
      if kind == 0 { f("number", &number, max: 4) }
    }
  }
  struct Effect: Signals {
    static let names = ["told"]
    var kind = 0
    var number: UInt16 = 0
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [Self()])
      f("number", &number, max: 4)
    }
  }

  static let book = RuleBook<Self>("Slot", resting: .idle) {
    In(.idle) {
      On(.put, "keep it").then { slot, number in slot.last = number }
      On(.go, "tell more").emit(.told) { _, _ in 9 }
    }
    Notice(.told)
    Always("nothing above 4 is kept") { slot in slot.last <= 4 }
  }

  /// Explores a slot with such inputs.
  static func explore(
    workers: Int = 1, @WorldBuilder<Solo<Slot>> _ parts: () -> [WorldPart<Solo<Slot>>]
  ) -> ExplorationReport {
    let world = World<Solo<Slot>>("world", "", start: { Solo(Slot()) }, parts)
    return Check.explore(
      Solo<Slot>.design("slot", worlds: [world]), world: world, options: SearchOptions(workers: workers))
  }
}
extension Signal<Slot.Event, UInt16> {
  fileprivate static var put: Self {
    Signal("put", kind: 0, { Slot.Event(kind: 0, number: $0) }) { $0.kind == 0 ? $0.number : nil }
  }
}
extension Signal<Slot.Event, Void> { fileprivate static var go: Self { Signal("go", kind: 1, Slot.Event(kind: 1)) } }
extension Signal<Slot.Effect, UInt16> {
  fileprivate static var told: Self { Signal("told", kind: 0, { Slot.Effect(number: $0) }) { $0.number } }
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

  /// Whoever keeps something to itself, told it by the other within one step.
  private struct Whisper: System {
    var one = Secretive()
    var two = Toy()
    typealias Event = Duo.Event
    typealias Effect = Duo.Effect

    mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
      switch event {
      case .one(let event): stepper.step(&one, event, host: 0, Effect.one)
      case .two(let event): stepper.step(&two, event, host: 1, Effect.two)
      }
    }

    mutating func fields(_ f: inout Fields) {
      f("one", &one)
      f("two", &two)
    }

    static var design: Design<Self> {
      let listener = RuleBook<Secretive>("Listener", resting: .idle) {
        In(.idle) {
          On(.go, "ask").emit(.send) { _, _ in 1 }
          On(.take, "keep it").then { machine, number in machine.hidden = number }
        }
      }
      let teller = RuleBook<Toy>("Teller", resting: .idle) {
        In(.idle) { On(.take, "tell").emit(.send) { _, number in number } }
      }
      return Design("whisper", title: "Whisper", chapter: "", worlds: []) {
        Host("one", listener, at: \.one, events: .one, effects: .one)
        Host("two", teller, at: \.two, events: .two, effects: .two)
        Route(.send, of: .one, to: .two, as: .take, over: .direct)
        Route(.send, of: .two, to: .one, as: .take, over: .direct)
      }
    }
  }

  @Test func `two states that are listed as one, of which a machine comes to the second in one step with another`() {
    let world = World<Whisper>("world", "", start: { Whisper() }) { Input(.one, .go) }
    let report = explore(Whisper.design, world: world)
    #expect(report.findings.contains { $0.finding.code == "encoding-not-injective" } && report.verdict == .fixRequired)
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

  @Test(arguments: 1...2) func `a payload above its maximum is a bound that was met`(workers: Int) {
    // 257 is written down as 1 is.
    let events = Slot.explore(workers: workers) { Input(.machine, .put) { _ in [1, 257] } }
    #expect(
      events.boundsMet == [
        "the field number of put number=257 was 257, above its maximum 4: what follows was not explored as it is"
      ])
    #expect(events.verdict == .unfinished, "\(events.words)")
    let effects = Slot.explore(workers: workers) { Input(.machine, .go) }
    #expect(
      effects.boundsMet == [
        "the field number of told number=9 was 9, above its maximum 4: what follows was not explored as it is"
      ])
    #expect(effects.verdict == .unfinished)
    let within = Slot.explore(workers: workers) { Input(.machine, .put) { _ in [1, 4] } }
    #expect(within.distinct == 3 && within.isComplete)
  }

  @Test(.timeLimit(.minutes(15))) func `direct routes in a circle are refused, and no step goes round for ever`() {
    let echo = RuleBook<Toy>("Echo", resting: .idle) {
      In(.idle) {
        On(.go, "begin").emit(.send) { _, _ in 1 }
        On(.take, "pass it on").emit(.send) { _, number in number }
      }
    }
    let world = Row.world([Toy(), Toy()]) { Input(.member(0), .go) }
    let design = Row.design([echo, echo], [world]) {
      Route(.send, of: .member(0), to: .member(1), as: .take, over: .direct)
      Route(.send, of: .member(1), to: .member(0), as: .take, over: .direct)
    }
    let words =
      "direct routes lead in a circle, b.take → a.take → b.take: a step might never end; put a channel in it"
    let report = explore(design, world: world)
    #expect(report.words == ["CRITICAL route-cycle: \(words)"] && report.verdict == .fixRequired)
    let runs = fuzz(design, world: world)
    #expect(runs.findings.map(\.finding.words) == [words] && runs.verdict == .fixRequired)
    #expect(throws: ExportError.broken([words])) { try Tabulation(design, world: world) }
  }

  @Test func `a law that reads more than it says is found out, whether anything is reduced or not`() throws {
    let book = RuleBook<Toy>("Counter", resting: .idle) {
      In(.idle) {
        On(.go, "count").when("it is below 3") { toy, _ in toy.small < 3 }.then { toy, _ in toy.small += 1 }
      }
    }
    let world = Row.world([Toy(), Toy()]) { for number in 0..<2 { Input(.member(number), .go) } }
    func report(_ reads: [String], reduces: Bool = false) -> ExplorationReport {
      let design = Row.design([book, book], [world]) {
        Always("not both are at 2", reads: reads) { row in row.toys[0].small != 2 || row.toys[1].small != 2 }
      }
      return explore(
        design, world: world, options: SearchOptions(bounds: Bounds(findings: .max), reduces: reduces))
    }
    for reduces in [false, true] {
      let found = try #require(
        report(["a"], reduces: reduces).findings.first { $0.finding.code == "reads-more" }?.finding)
      #expect(found.severity == .critical)
      #expect(found.words.hasPrefix("\"not both are at 2\" says that it reads [\"a\"] alone, and answers otherwise"))
      #expect(!report(["a", "b"], reduces: reduces).findings.contains { $0.finding.code == "reads-more" })
    }
    #expect(
      report(["a", "bee"], reduces: true).reduction
        == "no partial-order reduction: \"not both are at 2\" reads \"bee\", and no host is called so")
    let misspelt = Row.design([book, book], [world]) {
      Always("law", reads: ["bee"], when: { _ in true }) { _ in true }
    }
    #expect(
      misspelt.findings.filter { $0.code == "unknown-host" }.map { "\($0.severity.word) \($0.words)" }
        == ["CRITICAL \"law\" reads \"bee\", and no host is called so; there are a, b"])
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

import Spec

/// Runs the scenario blocks of a chapter against a system.
///
/// Each line is one step or one expectation:
///
///     world three-agents                              start in the named world
///     router.route from=0 to=1 id=1                   an input that a rule takes
///     router.route from=1 to=2 -> refused topology    an input that guards refuse, with code or words
///     answer switch.prepared                          the answer of an open obligation
///     lose switch.prepare                             its answer will never come
///     deliver router.take id=1                        what waits in a channel; `drop …` loses it
///     repeat switch.prepared                          an answer or a delivery that comes again
///     crash                                           a crash, and the recovery from it
///     20 times tick                                   a step so many times, one after the other
///     expect router.accepted 1                        a field of the state
///     expect sent router.deliver id=1                 an effect of the last step (`expect not sent …`)
///     expect open switch.prepareTimer                 an open obligation (`expect not open …`)
///     expect unwanted handlers.call                   one that was cancelled, and whose answer may still come
///
/// Every property of the design is judged after every step.
public struct ScenarioRunner<S: System> {
  private let design: Design<S>
  private var walk: Walk<S>
  private var judge: Judge<S>
  private var configuration: Configuration<S>
  private var failures: [ScenarioFailure] = []
  private var fired: Set<Stepper<S>.Firing> = []
  /// The steps as they were taken, from each start of a world on.
  private var parts: [ScenarioPart]

  /// - Returns: What did not go as the scenario says; empty when all did.
  public static func run(_ scenario: Scenario, _ design: Design<S>) -> [ScenarioFailure] {
    outcome(of: scenario, design).failures
  }

  /// The same, with the rules that fired on the way.
  public static func outcome(of scenario: Scenario, _ design: Design<S>) -> ScenarioOutcome {
    guard let runner = play(scenario, design) else {
      return ScenarioOutcome(
        failures: [ScenarioFailure(scenario, scenario.line, "\(design.name) has no world to start in")], fired: [])
    }
    let fired = runner.fired.map { ($0.host, $0.rule) }.sorted { $0 < $1 }.map { host, rule in
      (host: design.hosts[Int(host)].name, rule: design.hosts[Int(host)].book.rules[Int(rule)].name)
    }
    return ScenarioOutcome(failures: runner.failures, fired: fired)
  }

  /// The steps that a scenario takes, with what it expects of them; empty where the design has no world.
  public static func tell(_ scenario: Scenario, _ design: Design<S>) -> [ScenarioPart] {
    play(scenario, design)?.parts.filter { !$0.trace.steps.isEmpty } ?? []
  }

  private static func play(_ scenario: Scenario, _ design: Design<S>) -> Self? {
    var runner = Self(design)
    for line in scenario.lines {
      if let problem = runner?.run(words(line.text)) {
        runner?.failures.append(ScenarioFailure(scenario, line.number, "\(line.text): \(problem)"))
      }
    }
    return runner
  }

  private init?(_ design: Design<S>) {
    guard let world = design.worlds.first else { return nil }
    self.design = design
    walk = Walk(design, world)
    judge = Judge(design)
    configuration = walk.start
    parts = [ScenarioPart(world: world.name)]
  }

  private static func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  private mutating func run(_ words: [String]) -> String? {
    switch words.first {
    case "world": return start(words.dropFirst().joined(separator: " "))
    case "expect": return expect(Array(words.dropFirst()))
    default: return step(words)
    }
  }

  // MARK: - Steps

  private mutating func step(_ words: [String]) -> String? {
    guard let first = words.first else { return nil }
    if Walk<S>.verbs.contains(first) { return move(words) }
    guard words.dropFirst().first == "times" else { return input(words) }
    guard let times = Int(first), (2...Self.timesMost).contains(times), words.count > 2 else {
      return "write a number from 2 to \(Self.timesMost), the word times, and a step"
    }
    // Told once, and that it was so many times.
    for time in 1...times {
      let told = parts[parts.count - 1].trace.steps.count
      if let problem = step(Array(words.dropFirst(2))) { return "time \(time): \(problem)" }
      if time > 1 { parts[parts.count - 1].trace.steps.removeSubrange(told...) }
    }
    parts[parts.count - 1].trace.append(who: "scenario", what: "and so \(times) times in all")
    return nil
  }

  /// How many times a line may take its step.
  private static var timesMost: Int { 100_000 }

  private mutating func start(_ name: String) -> String? {
    guard let world = design.worlds.first(where: { $0.name == name }) else {
      return "no world has that name; there are \(design.worlds.map(\.name).joined(separator: ", "))"
    }
    walk = Walk(design, world)
    configuration = walk.start
    parts.append(ScenarioPart(world: name))
    return nil
  }

  /// Keeps the step that was just taken.
  private mutating func note(_ move: Move<S.Event>, _ outcome: Outcome, from before: Configuration<S>) {
    parts[parts.count - 1].trace.append(move, outcome, walk, before, configuration)
  }

  private mutating func input(_ words: [String]) -> String? {
    let arrow = words.firstIndex(of: "->") ?? words.count
    let expected = Array(words[min(arrow + 1, words.count)...])
    if arrow < words.count, expected.isEmpty { return "nothing stands behind ->: write refused or ignored" }
    let event: S.Event
    switch EventText.read(Array(words[..<arrow]), as: S.Event(), "event") {
    case .success(let parsed): event = parsed
    case .failure(let problem): return problem.words
    }
    guard design.hosts.indices.contains(event.kind) else { return "the world has no such machine" }
    let before = configuration
    judge.begin(before.state)
    walk.breaches.removeAll()
    walk.stepper.clear()
    let outcome = walk.step(event, in: &configuration)
    note(Move(.input(0), event), outcome, from: before)
    switch expected.first {
    case nil:
      guard case .fired = outcome else {
        return "was \(outcome.word)\(refusals(before, event))"
      }
    case "refused":
      guard outcome == .refused else { return "was \(outcome.word), not refused" }
      let reason = expected.dropFirst().joined(separator: " ")
      let found = design.hosts[event.kind].refusals(before.state, event)
      if !reason.isEmpty, !found.contains(where: { $0.code == reason || $0.name == reason }) {
        return "was refused\(refusals(before, event))"
      }
    case .some(let word):
      guard outcome.word == word else { return "was \(outcome.word), not \(word)" }
    }
    return broken()
  }

  private func refusals(_ before: Configuration<S>, _ event: S.Event) -> String {
    let found = design.hosts[event.kind].refusals(before.state, event)
    return found.isEmpty ? "" : ": " + found.map { "\($0.code ?? "") (\($0.name))" }.joined(separator: "; ")
  }

  /// An answer, a delivery or a fault, which must be possible.
  private mutating func move(_ words: [String]) -> String? {
    do throws(Walk<S>.Unasked) {
      let asked = try walk.asked(words, in: configuration)
      judge.begin(configuration.state)
      var next = configuration
      switch walk.carryOut(asked, in: &next) {
      case .next(let outcome):
        let before = configuration
        configuration = next
        note(asked.move, outcome, from: before)
      case .unchanged(let outcome): return "was \(outcome.word)"
      case .blocked: return "it cannot happen yet: a machine or channel that must take part is not ready"
      }
      return broken()
    } catch {
      return error.words
    }
  }

  private mutating func broken() -> String? {
    fired.formUnion(walk.stepper.fired)
    let breaches = walk.breaches.filter { $0.severity <= .major }.map(\.words)
    let laws =
      judge.step(configuration.state, walk.stepper) + judge.state(configuration.state, walk.holdings(of: configuration))
    let all = breaches + laws.map(\.words)
    return all.isEmpty ? nil : all.joined(separator: "; ")
  }

  // MARK: - Expectations

  private mutating func expect(_ words: [String]) -> String? {
    switch words.first {
    case "not":
      let kept = parts
      guard let found = expect(Array(words.dropFirst())) else {
        parts = kept
        return "it was so"
      }
      return found.hasPrefix("?") ? found : nil
    case "sent": return expectSent(Array(words.dropFirst()))
    case "open", "unwanted":
      let name = words.dropFirst().joined(separator: " ")
      guard design.contracts.contains(where: { $0.name == name }) else { return "? no contract has that name" }
      let isSo = configuration.obligations.contains {
        design.contracts[Int($0.contract)].name == name && (words[0] == "open" || $0.condition == .unwanted)
      }
      return isSo ? nil : "open are \(walk.open(configuration))"
    default:
      guard words.count >= 2 else { return "? an expectation names a field and its value" }
      let path = words[0]
      let value = words.dropFirst().joined(separator: " ")
      let lines = Printer.lines(of: configuration.state)
      guard let line = lines.first(where: { $0.path == path }) else {
        return "? the state has no field \(path)"
      }
      if line.value != value { return "it is \(line.value)" }
      noteExpectation(path, value)
      return nil
    }
  }

  /// Keeps, beside the last step, what was found as expected.
  private mutating func noteExpectation(_ path: String, _ value: String) {
    let last = parts[parts.count - 1].trace.steps.count - 1
    guard last >= 0 else { return }
    let host = design.hosts.first { path.hasPrefix("\($0.name).") }
    let field = host.map { String(path.dropFirst($0.name.count + 1)) } ?? path
    parts[parts.count - 1].trace.steps[last].expectations.append(
      .init(host: host?.index ?? (design.hosts.count == 1 ? 0 : nil), words: "\(field) \(value)"))
  }

  private func expectSent(_ words: [String]) -> String? {
    guard let name = words.first else { return "? an effect is named as host.effect" }
    let wanted = words.dropFirst().map { $0.split(separator: "=", maxSplits: 1).map(String.init) }
    // A name that nothing has would make "expect not sent" hold for ever.
    if case .failure(let problem) = EventText.read(words, as: S.Effect(), "effect") { return "? \(problem.words)" }
    for effect in walk.stepper.sent {
      let lines = Printer.lines(of: effect)
      let unnamed = lines.filter(\.path.isEmpty).map(\.value).joined(separator: ".")
      guard unnamed == name else { continue }
      // A field that the printer leaves out is 0.
      if wanted.allSatisfy({ pair in
        pair.count == 2 && (lines.first { $0.path == pair[0] }?.value ?? "0") == pair[1]
      }) {
        return nil
      }
    }
    let sent = walk.stepper.sent.map { Printer.line(of: $0) }
    return "sent were \(sent.isEmpty ? "none" : sent.joined(separator: "; "))"
  }
}

/// What running a scenario came to.
public struct ScenarioOutcome: Sendable {
  /// What did not go as it says; empty when all did.
  public let failures: [ScenarioFailure]
  /// The rules that fired, each once, in the order of the books.
  public let fired: [(host: String, rule: String)]
}

/// What a scenario does from one start of a world to the next.
public struct ScenarioPart: Sendable {
  public let world: String
  public internal(set) var trace = Trace()
}

/// A scenario line that did not go as it says.
public struct ScenarioFailure: Sendable, CustomStringConvertible {
  public let place: String
  public let title: String
  /// The line of the chapter.
  public let line: Int
  public let words: String

  init(_ scenario: Scenario, _ line: Int, _ words: String) {
    place = "\(scenario.file):\(line)"
    title = scenario.title
    self.line = line
    self.words = words
  }

  public var description: String { "\(place): \(title): \(words)" }
}

import Spec

/// Tries the mutants of one design: what the verification makes of each.
///
/// A mutant is held against the design's static findings, then its chapter's scenarios, then its exhaustive worlds, the
/// smallest first, and the first thing that is not so of the original ends the trial. A mutant may trap or never end,
/// so whoever tries many gives each a process and a time of its own.
public struct Mutation: Sendable {
  public let mutants: @Sendable () -> [Mutant]
  /// Explores the worlds of these names.
  public let original: @Sendable (_ worlds: [String], ((ExplorationProgress) -> Void)?) -> Original
  /// Tries one mutant; a parameter's is tried as the process stands.
  public let trial: @Sendable (Mutant, Original) -> Trial
  /// What is found of one mutant, as ``Trial`` sums it up.
  public let exhibit: @Sendable (Mutant, _ worlds: [String], ((ExplorationProgress) -> Void)?) -> Exhibit
  /// The first thing that is found of one mutant with a run to show it, within so many states of each world; for
  /// whoever wants a story soon, and no judgement.
  public let firstShown: @Sendable (Mutant, _ states: Int) -> Exhibit
  /// Takes a run of a mutant again.
  public let rerun: @Sendable (Mutant, _ world: String, _ lines: String, _ loopsFrom: Int?) throws(RerunError) -> Rerun
  /// The laws that may be broken, by name.
  public let laws: [String]

  /// How many times the original's states a mutant may visit.
  public static let statesFactor = 4

  /// - Parameters:
  ///   - design: The system.
  ///   - scenarios: The scenarios of the design's chapter.
  ///   - parameters: The figures of the design's chapter, each off by one.
  ///   - hosts: The machines to put mistakes into, by name; nil for all.
  @inlinable public init<S: System>(
    _ design: Design<S>, scenarios: [Scenario], parameters: [OffByOne], hosts: [String]? = nil
  ) {
    // Made here, where the system's type is known, so that exploring is compiled for it.
    self.init(design, scenarios, parameters, hosts) { explore($0, world: $1, bounds: $2, progress: $3) }
  }

  @usableFromInline typealias Explore<S: System> =
    @Sendable (
      Design<S>, World<S>, Bounds, ((ExplorationProgress) -> Void)?
    ) -> ExplorationReport

  @usableFromInline init<S: System>(
    _ design: Design<S>, _ scenarios: [Scenario], _ parameters: [OffByOne], _ hosts: [String]?,
    explore: @escaping Explore<S>
  ) {
    let judge = TrialJudge(design: design, scenarios: scenarios, explore: explore)
    mutants = {
      design.mutants(parameters: parameters).filter { mutant in
        guard let hosts, case .edit = mutant.change else { return true }
        return hosts.contains(mutant.host)
      }
    }
    original = { judge.original($0, $1) }
    trial = { judge.trial($0, $1) }
    exhibit = { judge.exhibit($0, $1, $2) }
    firstShown = { judge.firstShown($0, $1) }
    rerun = { (mutant, world, lines, loopsFrom) throws(RerunError) in
      try Check.rerun(judge.mutated(mutant), world: world, lines, loopsFrom: loopsFrom)
    }
    laws = design.properties.map(\.name)
  }
}

/// What a mutant is noticed by, in full.
public struct Exhibit: Sendable {
  /// What needs no exploration: static findings, and failures of scenarios.
  public internal(set) var early: [String] = []
  /// The gravest finding of the first world in which one tells it from the original, with its run.
  public internal(set) var found: CheckFinding?
  public internal(set) var world = ""
}

/// What the design is without a mistake: the measure of its mutants.
public struct Original: Codable, Sendable {
  /// The worlds, the smallest first.
  public let worlds: [Behaviour]
  /// Why its mutants would say nothing: it is not right itself, or its worlds have no end.
  public let complaints: [String]
  /// What its mutants are held against.
  public var judges = Judges.everything

  /// Of a design that was explored before, to the end of its worlds and without a finding that changes a verdict.
  public init(explored worlds: [Behaviour]) { self.init(worlds: worlds, complaints: []) }

  init(worlds: [Behaviour], complaints: [String]) {
    self.worlds = worlds.sorted { $0.distinct < $1.distinct }
    self.complaints = complaints
  }

  public enum Judges: String, Codable, Sendable {
    case everything
    /// The laws and coverage of the explored worlds, without static findings and scenarios.
    case worlds
  }
}

private struct TrialJudge<S: System>: Sendable {
  let design: Design<S>
  let scenarios: [Scenario]
  let explore: Mutation.Explore<S>

  func original(_ names: [String], _ progress: ((ExplorationProgress) -> Void)?) -> Original {
    var complaints = design.findings.filter { $0.severity <= .major }.map(\.words)
    complaints += scenarios.flatMap { ScenarioRunner.run($0, design) }.map(\.description)
    // Found here rather than in a trial, where it would pass for a mutant that traps.
    complaints += design.mutants().filter { changed(by: $0) == nil }.map { "mutant \($0.name) does not apply" }
    var worlds: [Behaviour] = []
    for name in names where complaints.isEmpty {
      let (report, behaviour) = explored(design, name, Bounds(findings: 1), progress)
      complaints += report.findings.map(\.finding).filter { $0.severity <= .major }.map { "world \(name): \($0.words)" }
      if complaints.isEmpty, !report.isComplete {
        complaints.append("world \(name) was not explored to its end: \(report.boundsMet.joined(separator: "; "))")
      }
      worlds.append(behaviour)
    }
    return Original(worlds: worlds, complaints: complaints)
  }

  func trial(_ mutant: Mutant, _ original: Original) -> Trial {
    let changed = mutated(mutant)
    if original.judges == .everything, let killed = early(changed) { return killed }
    return explored(changed, mutant, original)
  }

  func exhibit(_ mutant: Mutant, _ names: [String], _ progress: ((ExplorationProgress) -> Void)?) -> Exhibit {
    let changed = mutated(mutant)
    var exhibit = Exhibit()
    exhibit.early = changed.findings.filter { $0.severity <= .major }.map { "\($0.code): \($0.words)" }
    exhibit.early += scenarios.flatMap { ScenarioRunner.run($0, changed) }.map(\.description)
    for name in names {
      let known = explored(design, name, Bounds(findings: 1), progress).1
      let bounds = Bounds(states: known.distinct * Mutation.statesFactor, findings: 1)
      guard let found = gravest(explored(changed, name, bounds, progress).0, known) else { continue }
      if let kept = exhibit.found, kept.finding.severity <= found.finding.severity { continue }
      exhibit.found = found
      exhibit.world = name
      if found.finding.severity <= .major { break }
    }
    return exhibit
  }

  func firstShown(_ mutant: Mutant, _ states: Int) -> Exhibit {
    let changed = mutated(mutant)
    var exhibit = Exhibit()
    for world in changed.worlds where world.isExhaustive {
      let report = explore(changed, world, Bounds(states: states, findings: 1), nil)
      let shown = report.findings.first { found in
        found.finding.severity <= .major && found.trace.loopsFrom == nil && !found.trace.steps.isEmpty
      }
      guard let shown else { continue }
      exhibit.found = shown
      exhibit.world = world.name
      break
    }
    return exhibit
  }

  /// The design with the mistake.
  func mutated(_ mutant: Mutant) -> Design<S> {
    guard let changed = changed(by: mutant) else {
      preconditionFailure("mutant \(mutant.name) of \(design.name) does not apply: \(mutant.words)")
    }
    return changed
  }

  /// The design with the mistake; a figure that is off by one is so for the whole process.
  private func changed(by mutant: Mutant) -> Design<S>? {
    switch mutant.change {
    case .edit(let host, let edit): design.edited(host: host, edit)
    case .parameter: design
    }
  }

  /// What kills before a world is explored: static findings and scenarios.
  private func early(_ changed: Design<S>) -> Trial? {
    if let finding = changed.findings.first(where: { $0.severity <= .major }) {
      return Trial(.killed, killer: finding.code, steps: 0, words: finding.words)
    }
    for scenario in scenarios {
      guard let failure = ScenarioRunner.run(scenario, changed).first else { continue }
      return Trial(
        .killed, killer: law(in: failure.words) ?? "scenario: \(scenario.title)",
        steps: scenario.steps(to: failure.line), words: failure.description)
    }
    return nil
  }

  private func explored(_ changed: Design<S>, _ mutant: Mutant, _ original: Original) -> Trial {
    var isSame = true
    var noticed: Trial?
    var boundsMet: [String] = []
    for known in original.worlds {
      let bounds = Bounds(states: known.distinct * Mutation.statesFactor, findings: 1)
      let (report, behaviour) = explored(changed, known.world, bounds, nil)
      if let trial = verdict(report, known) {
        if trial.verdict.isKilled { return trial }
        noticed = noticed ?? trial
      }
      if !report.isComplete { boundsMet.append("world \(known.world): \(report.boundsMet.joined(separator: "; "))") }
      isSame = isSame && sameBehaviour(known, behaviour)
    }
    if let noticed { return noticed }
    if !boundsMet.isEmpty { return Trial(.outOfBounds, words: boundsMet.joined(separator: "; ")) }
    if !isSame || mutant.promisesLess { return Trial(.survived) }
    return Trial(mutant.change == .parameter ? .unexercised : .equivalent)
  }

  /// The gravest finding that the original does not have; nil when there is none.
  private func gravest(_ report: ExplorationReport, _ known: Behaviour) -> CheckFinding? {
    report.findings.filter {
      $0.finding.severity <= .major || !known.remarks.contains(Behaviour.remark($0.finding))
    }.min { $0.finding.severity < $1.finding.severity }
  }

  /// What changes no verdict kills nothing: who explores the mutant is told that it is ready.
  private func verdict(_ report: ExplorationReport, _ known: Behaviour) -> Trial? {
    guard let first = gravest(report, known) else { return nil }
    let steps = first.trace.steps.isEmpty ? nil : first.trace.steps.count
    return Trial(
      first.finding.severity <= .major ? .killed : .noticed, killer: law(in: first.finding.words) ?? first.finding.code,
      steps: steps,
      words: "world \(report.world): \(first.finding.words)")
  }

  /// The law that the words quote.
  private func law(in words: String) -> String? {
    design.properties.first { words.contains("\"\($0.name)\"") }?.name
  }

  private func explored(
    _ design: Design<S>, _ name: String, _ bounds: Bounds, _ progress: ((ExplorationProgress) -> Void)?
  ) -> (ExplorationReport, Behaviour) {
    guard let world = design.worlds.first(where: { $0.name == name }) else {
      preconditionFailure("\(design.name) has no world \(name)")
    }
    let report = explore(design, world, bounds, progress)
    return (report, Behaviour(report))
  }
}

extension Mutant {
  /// Whether the change is of a promise alone, which shows in no step.
  var promisesLess: Bool {
    if case .edit(_, .contract(_, .mayStayOpen)) = change { true } else { false }
  }
}

extension Scenario {
  /// The steps from the last start of a world to the line.
  func steps(to line: Int) -> Int {
    let told = lines.prefix { $0.number <= line }.map { $0.text.split(separator: " ") }
    let start = told.lastIndex { $0.first == "world" }.map { $0 + 1 } ?? 0
    return told[start...].reduce(0) { steps, words in
      if words.isEmpty || words[0] == "expect" { return steps }
      return steps + (words.count > 1 && words[1] == "times" ? Int(words[0]) ?? 1 : 1)
    }
  }
}

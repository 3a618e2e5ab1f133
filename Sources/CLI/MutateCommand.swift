import Check
import Foundation
import Machines
import Options

struct Mutate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mutate", abstract: "Put small mistakes into a machine, one at a time, and see which are noticed.",
    discussion:
      "Each mutant is held against the static findings, the scenarios and the exhaustive worlds, in a process of its "
      + "own. The score is the share of killed mutants among those that are not equivalent; one that a remark alone "
      + "tells from the original is noticed, not killed.",
    exitCodes: [
      0: "every score is at least 95 %", 1: "a score is below, or a machine is not right itself", 2: "usage",
      4: "--show: the mutant took longer than --time",
    ])

  @Argument(help: "The machine, as interlock list names it.") var machine: String?
  @Flag(help: "Every machine.") var all = false
  @Option(help: "Only this world of those that interlock list marks as explored; by default each of them.") var world:
    String?
  @Option(help: ArgumentHelp("How long one mutant may take, such as 90s or 5min.", valueName: "time"))
  var time = TimeBound(seconds: 300)
  @Option(help: ArgumentHelp("How many mutants to try at once; by default one for each core.", valueName: "count"))
  var jobs: Int?
  @Option(
    help: ArgumentHelp("Only mutants whose operator, machine or words contain this text.", valueName: "pattern"))
  var only: String?
  @Flag(help: "Let the explored worlds judge alone, without static findings and scenarios.") var laws = false
  @Flag(help: "List the mutants, and try none.") var list = false
  @Option(
    help: ArgumentHelp(
      "Keep the counts in this folder, such as specs/evidence, for interlock docs.", valueName: "folder"))
  var keep: String?
  @Flag(help: "With --keep: only machines of which that folder has no count under their rules of today.") var stale =
    false
  @Option(
    help: ArgumentHelp("Print the counterexample of this mutant, as the table numbers it.", valueName: "mutant"))
  var show: String?
  @Option(help: "With --show: draw the counterexample as a sequence of messages too.") var diagram: DiagramForm?
  @Option(help: ArgumentHelp("With --show: put the diagram into this file instead.", valueName: "file"))
  var diagramFile: String?
  @Option(
    help: ArgumentHelp(
      "With --show: write the counterexample to this file, as a Swift test that fails for the mutant.",
      valueName: "file"))
  var saveTest: String?
  @Flag(help: "Print one JSON object.") var json = false
  @Flag(help: ArgumentHelp("Print a few mistakes with a run that shows each.", visibility: .hidden)) var tell = false
  @Option(help: ArgumentHelp("With --tell: leave this mutant out.", visibility: .hidden)) var without: [String] = []
  @Option(help: ArgumentHelp("Try this mutant here, and print what came of it.", visibility: .hidden)) var worker:
    String?

  func validate() throws {
    guard (machine == nil) == all else {
      throw ValidationError(all ? "give a machine or --all, not both" : "name a machine, or give --all")
    }
    if world != nil, all { throw ValidationError("--world is a world of one machine; name the machine") }
    try Telling.validate(diagram, file: diagramFile)
    try Telling.refuseSameFile([("--diagram-file", diagramFile), ("--save-test", saveTest)])
    if show == nil, diagram != nil || saveTest != nil {
      throw ValidationError("--diagram and --save-test are of one counterexample: say which with --show")
    }
    if keep != nil, only != nil || world != nil || laws {
      throw ValidationError("--keep is of every mutant, held against everything: leave out --only, --world and --laws")
    }
    if stale, keep == nil { throw ValidationError("--stale asks what a folder has kept: name it with --keep") }
    if show != nil, all { throw ValidationError("--show is of one machine's mutant; name the machine") }
    if let jobs, jobs < 1 { throw ValidationError("--jobs is \(jobs); give a number above 0") }
  }

  mutating func run() throws {
    if tell { return try MistakeTeller.tell(machine ?? "", without: without) }
    if let worker { return try MutantWorker.run(machine ?? "", mutant: worker) }
    if let show { return try exhibit(show) }
    var entries = try machine.map { [try Catalog.entry($0)] } ?? Catalog.entries
    if stale, let keep { entries.removeAll { KeptMutation.isCurrent($0, in: keep) } }
    for entry in entries { _ = try entry.mutatedWorlds(named: world) }
    let chosen = try entries.map { ($0, try mutants(of: $0)) }
    if list { return try MutationOutput.list(chosen.map { ($0.name, $1) }, json: json) }
    var reports: [MutationReport] = []
    for (entry, mutants) in chosen {
      let report = try tried(mutants, of: entry)
      if !json { MutationOutput.show(report) }
      if let keep { try KeptMutation(report, of: entry).write(to: keep) }
      reports.append(report)
    }
    if json { try Output.json(MutationOutput.object(reports)) }
    if !reports.allSatisfy(\.isGood) { throw ExitCode.findings }
  }

  private func exhibit(_ name: String) throws {
    let exhibition = MutantExhibition(
      machine: machine ?? "", mutant: name, world: world, time: time, diagram: diagram, diagramFile: diagramFile,
      testFile: saveTest)
    try exhibition.run(json: json)
  }

  private func mutants(of entry: CatalogEntry) throws -> [Mutant] {
    let mutants = entry.mutation.mutants()
    guard let only else { return mutants }
    let chosen = mutants.filter { mutant in
      [mutant.operation.rawValue, mutant.host, mutant.words].contains { $0.localizedCaseInsensitiveContains(only) }
    }
    if chosen.isEmpty {
      throw ValidationError("no mutant of \(entry.name) has \"\(only)\" in it (see interlock mutate --list)")
    }
    return chosen
  }

  private func tried(_ mutants: [Mutant], of entry: CatalogEntry) throws -> MutationReport {
    let worlds = try entry.mutatedWorlds(named: world)
    let progress = Options.Progress()
    var original = entry.mutation.original(worlds) { now in
      progress.update("\(entry.name) itself: \(Output.count(now.distinct)) states, depth \(now.depth)")
    }
    guard original.complaints.isEmpty else {
      progress.finish()
      throw NotRight(machine: entry.name, complaints: original.complaints)
    }
    if laws { original.judges = .worlds }
    let workers = MutantWorkers(
      machine: entry.name, original: original, secondsMax: time.seconds,
      jobs: jobs ?? ProcessInfo.processInfo.activeProcessorCount)
    let trials = try workers.run(mutants) { progress.update("\(entry.name): \($0) of \(mutants.count) mutants") }
    progress.finish()
    return MutationReport(
      machine: entry.name, laws: entry.mutation.laws, trials: Array(zip(mutants, trials)))
  }
}

/// The machine breaks its laws without any mistake put into it, so what its mutants break says nothing.
struct NotRight: Error, CustomStringConvertible {
  let machine: String
  let complaints: [String]

  var description: String {
    "\(machine) is not right itself, so its mutants would say nothing:\n  \(complaints.joined(separator: "\n  "))\n"
      + "  try: interlock explore \(machine)"
  }
}

/// A span of time as a person writes it: `90s`, `5min`, or a number of seconds.
struct TimeBound: ExpressibleByArgument {
  let seconds: Double

  init(seconds: Double) { self.seconds = seconds }

  init?(argument: String) {
    let digits = argument.prefix { $0.isNumber || $0 == "." }
    let units: [Substring: Double] = ["": 1, "ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600]
    guard let number = Double(digits), let unit = units[argument.dropFirst(digits.count)] else { return nil }
    seconds = number * unit
    guard seconds > 0, seconds <= 864_000 else { return nil }
  }

  var defaultValueDescription: String { "\(Int(seconds))s" }
  static var valueExpectation: String { "a time above 0, such as 90s or 5min, of at most 10 days in ms, s, min or h" }
}

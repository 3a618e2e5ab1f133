import Check
import Options
import Spec

struct Explore: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore", abstract: "Explore every state a world can reach, breadth first.",
    discussion:
      "Each counterexample is a shortest one, except with --reduce; of runs that never end, a short one. "
      + "Without --world, those that interlock list marks are explored: the worlds of the usual size that have an end. "
      + "READY is said of a whole world judged by all of its laws; "
      + "a search that met a bound, or that left leads-to laws out, is UNFINISHED. A checkpoint is deleted once the "
      + "world is explored to its end; an interrupt (Ctrl-C) saves it first.",
    exitCodes: [
      0: "READY: every law holds in the whole world", 1: "FIX REQUIRED: findings", 2: "usage",
      3: "a file cannot be read or written, or is no checkpoint of this",
      4: "UNFINISHED: nothing was found, but not every state, or not every law, was judged",
    ])

  @Argument(help: "The machine, as interlock list names it.") var machine: String
  @Option(help: "The world to explore.") var world: String?
  @Option(
    help: ArgumentHelp(
      "Stop after this many distinct states; 50 million, or 1 million where a world has no end.", valueName: "count"))
  var states: Int?
  @Option(help: ArgumentHelp("Stop at this many steps from the start.", valueName: "steps")) var depth: Int?
  @Option(
    help: ArgumentHelp(
      "Stop when the states, steps and tables of the search hold this much memory, such as 4G; the program, and the "
        + "machines it keeps to ask, come on top.", valueName: "size"))
  var memory: ByteSize?
  @Option(help: "Remember states by 64 or 128 bits of their hash, or whole.") var remember: StateMemory = .hash64
  @Option(
    help: ArgumentHelp(
      "Save what is found in this file on the way, and go on from it if it is there.", valueName: "file"))
  var checkpoint: String?
  @Option(help: ArgumentHelp("How often to save.", valueName: "seconds")) var checkpointEvery: Double = 30
  @Flag(help: "Leave out orders of steps that no law can tell apart (leads-to is then not judged).") var reduce = false
  @Flag(help: "Take states for each other that differ by names alone (leads-to is then not judged).") var symmetry =
    false
  @Option(help: ArgumentHelp("Threads; by default one for each core.", valueName: "count")) var workers: Int?
  @Option(help: "Draw each counterexample as a sequence of messages too.") var diagram: DiagramForm?
  @Option(
    help: ArgumentHelp("Put the diagram of the gravest counterexample into this file instead.", valueName: "file"))
  var diagramFile: String?
  @Option(
    help: ArgumentHelp(
      "Write the gravest counterexample to this file, as a Swift test that fails until it is mended.",
      valueName: "file"))
  var saveTest: String?
  @Flag(help: "List how often each rule fired, and what each guard said.") var coverage = false
  @Flag(help: "Print one JSON object (with an array \"worlds\" where several were explored).") var json = false

  func validate() throws {
    guard states ?? 1 > 0 else { throw ValidationError("--states is \(states!); give a number above 0") }
    guard workers ?? 1 > 0 else { throw ValidationError("--workers is \(workers!); give a number above 0") }
    let most = max(8, 4 * Usage.cores)
    guard workers ?? 1 <= most else {
      throw ValidationError("--workers is \(workers!), and \(Usage.cores) cores are here; give at most \(most)")
    }
    guard checkpointEvery > 0 else {
      throw ValidationError("--checkpoint-every is \(checkpointEvery); give a number above 0")
    }
    guard checkpoint == nil || world != nil else {
      throw ValidationError("--checkpoint keeps one world: name it with --world")
    }
    guard checkpoint == nil || remember != .exact else {
      throw ValidationError("--checkpoint keeps hashes: give --remember hash128 in place of exact")
    }
    guard remember != .exact || workers ?? 1 == 1 else {
      throw ValidationError("--remember exact searches with one worker: leave --workers out, or give 1")
    }
    try Telling.validate(diagram, file: diagramFile)
    try Telling.refuseSameFile([("--diagram-file", diagramFile), ("--save-test", saveTest)])
    guard depth ?? 1 > 0 else { throw ValidationError("--depth is \(depth!); give a number above 0") }
  }

  mutating func run() throws {
    let entry = try Catalog.entry(machine)
    let worlds = try entry.worlds(named: world, exhaustive: true)
    for path in [diagramFile, saveTest].compactMap(\.self) { try Telling.probe(path) }
    var explored = ExploredWorlds()
    var failures: [any Error] = []
    var telling = Telling(entry: entry, diagram: diagram, diagramFile: diagramFile, testFile: saveTest)
    for name in worlds {
      let progress = Options.Progress()
      let usage = Usage()
      let bound = entry.worlds.first { $0.name == name }!.isExhaustive ? 50_000_000 : 1_000_000
      let bounds = Bounds(states: states ?? bound, depth: depth ?? .max, bytes: memory?.bytes ?? .max)
      let options = SearchOptions(
        bounds: bounds, memory: remember, workers: workers ?? Usage.cores, reduces: reduce,
        isUpToSymmetry: symmetry)
      let (report, failure) = try explore(entry, name, options) { now in
        progress.update(
          "\(name): \(Output.count(now.distinct)) states, depth \(now.depth), \(Output.count(now.frontier)) waiting")
      }
      progress.finish()
      let world = ExploredWorlds(report, usage)
      explored.add(world)
      if let failure { failures.append(failure) }
      if !json { world.show(telling.shownDiagram, coverage: coverage) }
      // What was found is shown, whatever becomes of the files.
      do { try telling.keep(report.findings, world: name) } catch { failures.append(error) }
    }
    if json {
      try Output.json(explored.object(diagram))
    } else {
      if worlds.count > 1 { explored.show(nil, coverage: coverage) }
      telling.close()
    }
    if let failure = failures.first { throw failure }
    if explored.verdict != .ready {
      throw explored.verdict == .unfinished ? ExitCode.unfinished : ExitCode.findings
    }
  }

  /// The report, and why what was found could not be saved in the end.
  private func explore(
    _ entry: CatalogEntry, _ world: String, _ options: SearchOptions,
    _ progress: @escaping (ExplorationProgress) -> Void
  ) throws -> (ExplorationReport, (any Error)?) {
    guard let checkpoint else { return (entry.explore(world, options, progress), nil) }
    let file = try CheckpointFile(path: checkpoint, every: checkpointEvery)
    Interruption.listen()
    do throws(CheckpointError) {
      let report = try entry.exploreOn(world, options, file.checkpointing, progress)
      if report.isComplete {
        file.remove()
        return (report, nil)
      }
      return (report, file.failure.map { WorldFailure($0) })
    } catch {
      throw WorldFailure("\(checkpoint): \(error)")
    }
  }
}

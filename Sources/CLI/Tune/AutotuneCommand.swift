import Adapters
import Engine
import Foundation
import Machines
import Options
import Platform

struct AutotuneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "autotune",
    abstract: "Find the biggest model that works on this machine, and its best serving knobs.",
    discussion: """
      Starts real model servers, one at a time, and asks them. Stage 1 takes the list of candidates in its order, from \
      the largest down, and stays with the first that answers in time at the target context; throughput never compares \
      models. Stage 2 measures every cell of the knobs for that one model and keeps the fastest; within the tie band, \
      the one that begins sooner.

      A server that runs here already is a conflict unless --drain says to stop it for the run, after which it comes \
      back. The configuration changes under --apply alone, with a backup beside it. Ctrl-C puts everything away.

      Lists are written with commas. Kinds of servers are files: interlock provider list.
      """,
    exitCodes: [
      0: "ok: there is a recommendation", 2: "no_feasible: no candidate, or no cell, works",
      3: "budget_exhausted_no_model_selected", 4: "budget_exhausted_with_partial_recommendation",
      5: "pre_warm_integrity_failure: the weights are not what they should be",
      6: "provider_conflict: somebody is in the way, or another run is under way",
      7: "what was found could not be applied, or what ran here did not come back",
      64: "config_error: the command line, the profile, the database or the set-up", 70: "internal_error",
      74: "ok, and standard output or the report of --html cannot be written",
      130: "interrupted",
    ],
    refusal: CommandConfiguration.Refusal(
      exitCode: ExitCode(ExitReason.configError.code), lastLine: "exit_reason=\(ExitReason.configError.word)"))

  // MARK: What is wanted

  @Option(help: ArgumentHelp("The context, in tokens, at which a model has to work.", valueName: "tokens"))
  var targetContext = Int(Parameters.targetContext)
  @Option(
    help: ArgumentHelp("The models to try, largest first; without it, those of the profile.", valueName: "list"))
  var candidateModels: String?
  @Option(help: ArgumentHelp("Leave out models of the profile's list that are larger, as 8B.", valueName: "size"))
  var maxModelSize: String?
  @Option(help: ArgumentHelp("Leave out models of the profile's list that are smaller.", valueName: "size"))
  var minModelSize: String?
  @Option(
    help: ArgumentHelp("Bits of the key-value cache: unset, 4, 8. (default: unset,4,8)", valueName: "list"))
  var kvBitsAxis: String?
  @Option(help: ArgumentHelp("Requests served at once. (default: 1,2)", valueName: "list")) var maxBatchAxis: String?
  @Option(
    help: ArgumentHelp("Caps of the context, ascending, from the target on. (default: the target)", valueName: "list"))
  var maxContextAxis: String?

  // MARK: How it is measured

  @Option(help: ArgumentHelp("Requests that judge a candidate.", valueName: "count"))
  var stage1Replicates = Int(Parameters.stage1Replicates)
  @Option(help: ArgumentHelp("Requests that measure a cell.", valueName: "count"))
  var stage2Replicates = Int(Parameters.stage2Replicates)
  @Option(
    name: [.customLong("gate-ttft-ms")],
    help: ArgumentHelp("The limit for the time to the first token, in milliseconds.", valueName: "ms"))
  var gate = Int(Parameters.gateTtft.milliseconds)
  @Option(help: ArgumentHelp("Rates that differ by at most this share are equal.", valueName: "share"))
  var tpsTieEpsilon = Parameters.tieEpsilon
  @Option(help: ArgumentHelp("How long both stages may take, in seconds.", valueName: "seconds"))
  var maxDuration = Int(Parameters.maxDuration.milliseconds / 1000)
  @Option(
    help: ArgumentHelp(
      "How long a server has to stop, in seconds. (default: 30 for one that ran here, 10 for one of the run)",
      valueName: "seconds"))
  var drainGrace: Int?

  // MARK: With what

  @Option(help: ArgumentHelp("The kind of server: a profile's name, or its file.", valueName: "name or file"))
  var provider = "interlock"
  @Option(help: ArgumentHelp("The program to start; without it, the profile's.", valueName: "path"))
  var providerBin: String?
  @Option(help: ArgumentHelp("The port of 127.0.0.1 at which servers listen.", valueName: "number"))
  var port = Int(Parameters.autotunePort)
  @Option(
    help: ArgumentHelp(
      "The database of trials and runs. (default: ~/.config/interlock/autotune.sqlite)", valueName: "file"))
  var dbPath: String?
  @Option(
    help: ArgumentHelp(
      "The configuration that --apply writes. (default: the profile's, or "
        + "~/.config/interlock/config.yaml)", valueName: "file"))
  var config: String?
  @Option(
    help: ArgumentHelp(
      "Where each step is kept, for audit and replay. (default: beside the database)", valueName: "file")
  )
  var journal: String?
  @Option(help: ArgumentHelp("Runs that the database keeps.", valueName: "count"))
  var retainRuns = Int(Parameters.retainedRuns)

  // MARK: What becomes of it

  @Flag(help: "Put what was found into the configuration.") var apply = false
  @Flag(help: "Stop the server that runs here for as long as the run takes.") var drain = false
  @Flag(help: "Start a server again that --drain stopped and that ran in a terminal.") var restartForeground = false
  @Flag(help: "Print the plan, and touch nothing.") var dryRun = false
  @Flag(help: "Tell the last run again, and measure nothing.") var reportOnly = false
  @Flag(help: "Hold the run against the last one that ended well.") var compare = false
  @Option(help: ArgumentHelp("Write a report as one HTML file.", valueName: "file")) var html: String?
  @Flag(help: "End standard output with one JSON object.") var json = false
  @Flag(name: [.customShort("v"), .long], help: "Tell more, on standard error.") var verbose = false

  mutating func run() throws {
    if dryRun, reportOnly { throw ValidationError("--dry-run and --report-only: give one of them") }
    if html == "" { throw ValidationError("--html: it is empty; leave it out, or give a name") }
    if journal == "" { throw ValidationError("--journal: it is empty; leave it out, or give a name") }
    (html, journal) = (html?.expandingTilde, journal?.expandingTilde)
    do {
      if reportOnly { return try report() }
      let profile: ProfileFile
      do { profile = try ProfileFile(named: provider) } catch { throw refused("--provider: \(error)") }
      try refuseMissingServer(profile)
      let (order, warnings) = try order(for: profile.profile)
      if dbPath == ":memory:", html != nil || compare {
        throw ValidationError("--html and --compare read the database, and --db-path is :memory:")
      }
      try Telling.refuseSameFile(
        [
          ("--db-path", order.databasePath), ("--journal", journalPath(order)), ("--config", order.configurationPath),
          ("--html", html),
        ],
        or: [
          ("--provider", provider),
          (
            providerBin == nil ? "the server's program" : "--provider-bin",
            (try? Program.locate(order.profile.program, path: order.environment["PATH"])) ?? order.profile.program
          ),
        ] + order.candidates.map { ("--candidate-models", $0) })
      if let html { try probe("--html", html) }
      if apply { try probeConfiguration(order) }
      if dryRun { return print(plan(order, warnings)) }
      // One that cannot be used is told before anything is written beside it.
      if FileManager.default.fileExists(atPath: order.databasePath) {
        try TuneStore(order.databasePath).refuseReading()
      }
      let session = TuneSession(
        order: order, profile: profile, words: Array(CommandLine.arguments.dropFirst(2)), journal: journalPath(order),
        isVerbose: verbose)
      for warning in warnings { session.screen.warn("warning: \(warning)") }
      let code = try session.run { [self] in try tellMore(session, order) }
      if code != 0 { throw ExitCode(code) }
    } catch let error as SettingsError {
      throw refused("\(error)")
    } catch let error as TuneStoreFailure {
      throw refused("\(error)")
    } catch let error as WorldFailure {
      throw refused("\(error)")
    }
  }

  /// The same words as for a command line that makes no sense, without the usage.
  private func refused(_ words: String) -> ExitCode {
    Terminal.printError("error: \(words)\nexit_reason=\(ExitReason.configError.word)\n")
    return ExitCode(ExitReason.configError.code)
  }

  /// What is asked, for another profile too than the one that is named.
  func order(for profile: ServerProfile) throws -> (order: TuneOrder, warnings: [String]) {
    do {
      return try request.order(for: profile)
    } catch {
      throw ValidationError("\(error)")
    }
  }

  private var request: TuneRequest {
    var request = TuneRequest()
    request.targetContext = targetContext
    request.candidateModels = candidateModels
    request.maxModelSize = maxModelSize
    request.minModelSize = minModelSize
    request.kvBitsAxis = kvBitsAxis
    request.maxBatchAxis = maxBatchAxis
    request.maxContextAxis = maxContextAxis
    request.stage1Replicates = stage1Replicates
    request.stage2Replicates = stage2Replicates
    request.gateMilliseconds = gate
    request.tieEpsilon = tpsTieEpsilon
    request.maxDurationSeconds = maxDuration
    request.drainGraceSeconds = drainGrace
    request.port = port
    request.databasePath = dbPath
    request.configurationPath = config
    request.providerBinary = providerBin
    request.retainedRuns = retainRuns
    request.printsJSON = json
    request.applies = apply
    request.drains = drain
    request.restartsForeground = restartForeground
    return request
  }

  /// Interlock's own server is a command of its own, where a version has it.
  private func refuseMissingServer(_ profile: ProfileFile) throws {
    let hasServer = Interlock.configuration.subcommands.contains { $0.configuration.commandName == "serve" }
    guard profile.name == "interlock", providerBin == nil, !hasServer else { return }
    let found = ProfileFile.shipped.map(\.name).filter { name in
      guard name != "interlock", let file = try? ProfileFile(named: name) else { return false }
      return (try? Program.locate(file.profile.program, path: Surroundings.environment["PATH"])) != nil
    }
    let hint =
      found.isEmpty
      ? "name one that is installed, as --provider llama-server, or a file of your own: interlock provider list"
      : "it is here: --provider \(found.joined(separator: ", or --provider "))"
    throw ValidationError("--provider: this version of interlock has no server of its own; \(hint)")
  }

  func journalPath(_ order: TuneOrder) -> String? {
    if let journal { return journal }
    guard order.databasePath != ":memory:" else { return nil }
    let stem = order.databasePath.hasSuffix(".sqlite") ? String(order.databasePath.dropLast(7)) : order.databasePath
    return stem + ".journal.sqlite"
  }

  private func probe(_ flag: String, _ path: String) throws {
    do { try Telling.probe(path) } catch { throw ValidationError("\(flag): \(error)") }
  }

  /// A configuration that cannot be edited is told before hours are spent on what to put into it.
  private func probeConfiguration(_ order: TuneOrder) throws {
    let path = order.configurationPath
    do {
      let file = try FileReplacement(of: path)
      let old = try file.read()
      // What it becomes is written beside it first.
      if let failure = file.refusal { throw failure }
      let keys = order.profile.configuration?.keys ?? ServingKeys()
      _ = try ServingConfiguration(model: "m", maxContext: 1, maxConcurrency: 1, keys: keys).written(into: old)
    } catch {
      throw WorldFailure("'\(path)' cannot be edited: \(error)", try: "mend it, or give another --config")
    }
  }

  // MARK: - Told from the database

  private func tellMore(_ session: TuneSession, _ order: TuneOrder) throws {
    guard compare || html != nil else { return }
    let store = try TuneStore(order.databasePath)
    // A run that did not get as far as its row has nothing to be told of.
    guard let record = try TuneRecord(latestIn: store), record.run.id == session.runID else { return }
    let before = compare ? try TuneRecord(latestIn: store, .ok, otherThan: record.run.id) : nil
    if compare { for line in Self.compared(record, before) { session.screen.say(line) } }
    if let html {
      try Telling.write(TunePage(record).html, to: html)
      session.screen.warn("the report is in \(html)")
    }
  }

  private static func compared(_ record: TuneRecord, _ before: TuneRecord?) -> [String] {
    before.map { TuneComparison(record, with: $0).lines } ?? ["compared:       no earlier run ended ok"]
  }

  /// Tells the last run again.
  private func report() throws {
    do { try request.check() } catch { throw ValidationError("\(error)") }
    let path = (dbPath ?? "~/.config/interlock/autotune.sqlite").expandingTilde
    try Telling.refuseSameFile([("--db-path", path), ("--html", html)], or: [("--provider", provider)])
    guard !path.isEmpty, FileManager.default.fileExists(atPath: path) else {
      throw ValidationError("--report-only: there is no database at '\(path)'; run autotune first, or give --db-path")
    }
    // What has none is not made into one that could have.
    let store = try TuneStore.hasRuns(at: path) ? TuneStore(path) : nil
    guard let store, let record = try TuneRecord(latestIn: store) else {
      throw ValidationError("--report-only: the database '\(path)' has no run; run autotune first")
    }
    if let pid = FileLock.holder(of: path + "-lock") {
      Terminal.printError(
        "warning: autotune is running on this database (process \(pid)); what is told of its run is told as of now, "
          + "and its end is none yet\n")
    }
    print(TuneTelling.text(record))
    if compare {
      for line in Self.compared(record, try TuneRecord(latestIn: store, .ok, otherThan: record.run.id)) { print(line) }
    }
    if let html { try Telling.write(TunePage(record).html, to: html) }
    if json { print(record.document) }
  }
}

extension String {
  fileprivate var expandingTilde: String { hasPrefix("~/") ? Surroundings.home + dropFirst() : self }
}

import Adapters
import Foundation
import Machines
import Platform
import Testing

/// A folder, a script and a profile's file for runs of `interlock autotune` on a scripted server.
final class TuneBench {
  let scratch = try! Scratch()
  let script: String
  /// The program of the profile.
  let server: String
  let profile: String
  let port = LocalPort.unused().number

  /// - Parameters:
  ///   - models: The behaviours by model, as JSON; a model that is not named answers at once.
  ///   - profile: More lines of the profile.
  init(_ models: String = "{}", profile more: String = "") throws {
    let starts = scratch.path("starts")
    script = try scratch.write("script.json", #"{"starts": "\#(starts)", "models": \#(models)}"#)
    // A name of its own, so that tests beside this one are not taken for servers in the way.
    server = scratch.path("server-\(UUID().uuidString.prefix(8).lowercased())")
    try FileManager.default.createSymbolicLink(
      atPath: server, withDestinationPath: Program.built("ScriptedServer").path)
    profile = try scratch.write(
      "scripted.yaml",
      """
      id: scripted
      program: \(server)
      arguments: [serve, --script, \(script), --port, "{port}"]
      model: [--model, "{model}"]
      no_join: [--no-join]
      kv_bits:
        4: [--kv-bits, "4"]
        8: [--kv-bits, "8"]
      max_batch: [--max-batch, "{batch}"]
      max_context: [--max-context, "{context}"]
      ready: /health
      subcommand: serve
      \(more)
      """)
  }

  deinit { endAll() }

  /// Ends every server of this folder.
  func endAll() {
    for process in ProcessTable.processes(where: { $0.contains(script) }) { kill(process.pid, SIGKILL) }
    reapOrphans()
  }

  /// Servers whose command was killed may have become children of this process, which nobody else waits for.
  private func reapOrphans() {
    for pid in startLines.compactMap({ $0["pid"] as? Int }) { waitpid(pid_t(pid), nil, WNOHANG) }
  }

  var database: String { scratch.path("t.sqlite") }
  var journal: String { scratch.path("t.journal.sqlite") }
  var configuration: String { scratch.path("config.yaml") }

  /// The words of the command, with the places of this folder.
  func words(_ arguments: [String]) -> [String] {
    let places = [
      "--provider": profile, "--port": "\(port)", "--db-path": database, "--config": configuration,
    ].filter { !arguments.contains($0.key) }
    return ["autotune"] + places.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] } + arguments
  }

  func run(_ arguments: String...) throws -> Program { try Program.run(words(arguments), in: scratch.url) }

  /// Runs with a single cell in stage 2.
  func runShort(_ arguments: String...) throws -> Program {
    try Program.run(words(TuneBench.short + arguments), in: scratch.url)
  }

  static let short = ["--kv-bits-axis", "unset", "--max-batch-axis", "1", "--stage2-replicates", "1"]

  /// The last run's row and its trials.
  func record() throws -> TuneRecord { try #require(try TuneRecord(latestIn: TuneStore(database))) }

  /// The words of each start.
  var starts: [[String]] { startLines.compactMap { $0["words"] as? [String] } }

  private var startLines: [[String: Any]] {
    let lines = (try? String(contentsOfFile: scratch.path("starts"), encoding: .utf8)) ?? ""
    return lines.split(separator: "\n").compactMap { line in
      try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    }
  }

  /// The models that were started, each once, in order.
  var modelsStarted: [String] {
    var models: [String] = []
    for words in starts {
      let model = words.firstIndex(of: "--model").map { words[$0 + 1] } ?? ""
      if models.last != model { models.append(model) }
    }
    return models
  }

  /// Waits until so many servers were started, and a moment more.
  func awaitStarts(_ count: Int, and moment: Duration = .milliseconds(600)) throws {
    let deadline = ContinuousClock.now + .seconds(20)
    while starts.count < count, ContinuousClock.now < deadline { usleep(5000) }
    try #require(starts.count >= count)
    usleep(UInt32(moment / .microseconds(1)))
  }

  /// No server is left, and the port is free.
  func expectClean() {
    reapOrphans()
    #expect(ProcessTable.processes { $0.contains(script) }.isEmpty)
    #expect(LocalPort(port).isFree)
    #expect(!FileManager.default.fileExists(atPath: database + "-lock"))
  }

  func audit(_ path: String) throws -> Program { try Program.run(["audit", "--journal", path], in: scratch.url) }
}

extension Program {
  /// The last line of standard output as an object.
  func document() throws -> [String: Any] {
    let line = try #require(output.split(separator: "\n").last)
    return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
  }

  var lastError: String { errors.split(separator: "\n").last.map(String.init) ?? "" }
}

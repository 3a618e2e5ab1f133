import Adapters
import Foundation
import Platform
import Testing

/// Python with the packages that the example's server needs, and three models that it makes.
private struct RealServer {
  let python: String
  let folder: Scratch
  static let sizes = ["medium", "small", "nano"]

  /// nil where there is no Python with the packages: `scripts/setup` tries to install them into `.build/python`.
  static let python: String? = {
    let own = Program.root.appendingPathComponent(".build/python/bin/python3").path
    let usual = try? Platform.Program.locate("python3", path: ProcessInfo.processInfo.environment["PATH"])
    return [own, usual].compactMap(\.self).first { path in
      let command = Platform.Command(path, ["-c", "import xllamacpp, gguf, numpy"])
      return (try? Tool.run(command, patience: .seconds(60)))?.succeeded == true
    }
  }()

  init() throws {
    python = try #require(RealServer.python)
    folder = try Scratch()
    let maker = Program.root.appendingPathComponent("examples/providers/make_tiny_model.py").path
    let made = try Tool.run(
      Platform.Command(python, [maker, folder.url.path, "--sizes", RealServer.sizes.joined(separator: ",")]),
      patience: .seconds(120))
    try #require(made.succeeded, "\(made.complaint)")
  }

  /// The largest first.
  var models: [String] { RealServer.sizes.map { folder.path("tiny-\($0).gguf") } }

  func run(_ arguments: [String]) throws -> Program {
    let process = Process()
    let (out, err) = (Pipe(), Pipe())
    process.executableURL = Program.executable
    process.arguments = arguments
    process.currentDirectoryURL = Program.root
    // The script's first line looks for its Python there.
    let path = URL(fileURLWithPath: python).deletingLastPathComponent().path
    process.environment = ProcessInfo.processInfo.environment.merging(["PATH": path]) { "\($1):\($0)" }
    (process.standardOutput, process.standardError) = (out, err)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    // What it says fits a pipe's buffer.
    process.waitUntilExit()
    return Program(
      output: String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
      errors: String(decoding: err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self),
      status: process.terminationStatus)
  }
}

@Suite(
  .serialized,
  .enabled(if: RealServer.python != nil, "no Python here has the packages xllamacpp, gguf and numpy: scripts/setup"))
struct `Autotune on llama.cpp's own server` {
  private let provider = Program.root.appendingPathComponent("examples/providers/xllamacpp.yaml").path

  @Test func `provider check finds nothing wrong with the example's profile`() throws {
    let server = try RealServer()
    let run = try server.run(["provider", "check", provider, "--model", server.models[2]])
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.contains("fine   kv_bits.4: --ctk --ctv\n"))
  }

  @Test func `the biggest model within a gate that a bigger one misses, with six cells, kept, told and applied`() throws
  {
    let server = try RealServer()
    let (database, configuration) = (server.folder.path("t.sqlite"), server.folder.path("config.yaml"))
    let words = [
      "autotune", "--provider", provider, "--candidate-models", server.models.joined(separator: ","),
      "--target-context", "400", "--port", "\(LocalPort.unused().number)", "--db-path", database, "--config",
      configuration, "--stage2-replicates", "1", "--json",
    ]
    // How long the largest takes here tells where the gate has to be for it to miss: whatever this machine is.
    let open = try server.run(
      words + ["--stage1-replicates", "3", "--kv-bits-axis", "unset", "--max-batch-axis", "1"])
    #expect(open.status == 0, "\(open.errors)")
    let first = try #require(try TuneRecord(latestIn: TuneStore(database)))
    #expect(first.probes.map(\.model) == [server.models[0]])
    let slowest = try #require(first.probes[0].firstTokenMilliseconds)
    // The one below has an eighth of the parameters.
    let gate = max(1, Int(slowest / 3))

    let run = try server.run(words + ["--apply", "--gate-ttft-ms", "\(gate)"])
    #expect(run.status == 0, "\(run.errors)")
    let record = try #require(try TuneRecord(latestIn: TuneStore(database)))
    #expect(record.run.reason == .ok && record.run.ended != nil && record.run.isApplied)
    #expect(record.probes.count >= 2 && record.probes[0].notes?.hasPrefix("TTFT p95 ") == true)
    #expect(record.probes[0].errors == 0 && record.probes[0].rate != nil)
    let found = try #require(record.recommendation)
    #expect(server.models.dropFirst().contains(found.model))
    #expect(record.cells.count == 6 && record.cells.count { $0.isKept } == 1)
    #expect(record.cells.map(\.kvBits) == [nil, nil, 4, 4, 8, 8])
    #expect(record.cells.allSatisfy { ($0.promptTokens ?? 0) > 200 && ($0.promptTokens ?? 999) <= 400 })

    let document = try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.split(separator: "\n").last!.utf8)) as? [String: Any])
    let machine = try #require(document["machine"] as? [String: Any])
    let version = try #require(machine["binary_version"] as? String)
    #expect(version.wholeMatch(of: /xllamacpp\/[0-9][0-9.]*/) != nil)
    #expect(record.run.recommendationJSON == run.output.split(separator: "\n").last.map(String.init))

    // The recipe, put together from what the document says, has the hash that it says.
    let recipe: CanonicalJSON = [
      "binary_version": .string(version), "candidate_models": .array(server.models.map { .string($0) }),
      "chip": .string(machine["chip"] as? String ?? ""),
      "knobs": [
        "kv_bits": found.kvBits.map { .integer(Int64($0)) } ?? .null,
        "max_concurrency_override": .integer(Int64(found.maxBatch)),
        "max_context_override": .integer(Int64(found.maxContext)),
      ], "model": .string(found.model), "ram_gb": .integer(Int64(machine["ram_gb"] as? Int ?? 0)),
      "target_context": 400,
    ]
    #expect(record.run.recipeHash == "sha256:" + SHA256.hexadecimal(of: Array(recipe.text.utf8)))
    #expect(document["recipe_hash"] as? String == record.run.recipeHash)

    let there = try ServingConfiguration(reading: Array(try Data(contentsOf: URL(fileURLWithPath: configuration))))
    #expect(there.model == found.model && there.kvBits == found.kvBits)
    #expect(there.maxContext == found.maxContext && there.maxConcurrency == found.maxBatch)
    #expect(
      ProcessTable.processes { $0.contains { $0.hasSuffix("serve_xllamacpp.py") && server.models.contains($0) } }
        .isEmpty)
  }
}

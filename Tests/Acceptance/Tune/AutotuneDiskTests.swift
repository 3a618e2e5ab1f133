import Foundation
import Platform
import Testing

/// Files that may not grow any more, and what is kept in them.
@Suite struct `interlock autotune and its files` {
  @Test func `a limit to the size of files ends the run in good order, and what ran before runs again`() throws {
    let bench = try TuneBench()
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    let words = try #require(ProcessTable.words(of: theirs.pid))
    // Blocks of 512 bytes: the database and the beginning of the journal are less, the run's journal is more.
    let line = ShellText.line(
      [Program.executable.path]
        + bench.words(["--candidate-models", "m", "--drain", "--restart-foreground", "--json"]))
    let result = try Tool.run(
      Command(
        "/bin/sh", ["-c", "ulimit -f 160; exec \(line)"], environment: ProcessInfo.processInfo.environment,
        folder: bench.scratch.url.path), patience: .seconds(120))
    #expect(result.errors.hasSuffix("exit_reason=internal_error\n"), "\(result.errors)")
    #expect(result.errors.contains("error: the journal cannot be written any more"), "\(result.errors)")
    #expect(!result.errors.contains("error: error:") && !result.errors.contains("resume the run"))
    let document = try #require(
      result.output.split(separator: "\n").last.flatMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      })
    #expect(document["recommendation"] is NSNull && document["recipe_hash"] is NSNull)
    #expect((document["run_id"] as? String) == (try bench.record().run.id))
    bench.awaitListener()
    let left = ProcessTable.processes { $0.contains(bench.script) }
    #expect(!theirs.isAlive && left.map(\.words) == [words], "\(left)")
  }

  @Test func `a recommendation that cannot be printed is told, and does not end well`() throws {
    let bench = try TuneBench()
    let line = ShellText.line([Program.executable.path] + bench.words(["--candidate-models", "m", "--json"]))
    let result = try Tool.run(
      Command(
        "/bin/sh", ["-c", "exec \(line) >/dev/full"], environment: ProcessInfo.processInfo.environment,
        folder: bench.scratch.url.path), patience: .seconds(120))
    #expect(result.ending == .exited(74), "\(result.errors)")
    #expect(result.errors.contains("error: standard output cannot be written: No space left on device\n"))
    bench.expectClean()
  }

  @Test func `the journal is nobody else's to read: it holds the profile, which may hold secrets`() throws {
    let bench = try TuneBench(profile: "environment: {HF_TOKEN: secret123}")
    #expect(try bench.runShort("--candidate-models", "m").status == 0)
    #expect(try bench.runShort("--candidate-models", "m").status == 0)
    for path in [bench.journal, bench.journal + ".previous"] {
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(path)")
    }
  }

  @Test func `a report that cannot be written at the end is an error of the run, and tells how to have it`() throws {
    let bench = try TuneBench(#"{"m": {"replies": [{"milliseconds": 1000}]}}"#)
    let folder = bench.scratch.path("pages")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let run = try Program.start(
      bench.words(TuneBench.short + ["--candidate-models", "m", "--html", folder + "/r.html"]), in: bench.scratch.url)
    try bench.awaitStarts(1, and: .zero)
    try FileManager.default.removeItem(atPath: folder)
    _ = run.out.fileHandleForReading.readDataToEndOfFile()
    let errors = String(decoding: run.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    run.process.waitUntilExit()
    #expect(run.process.terminationStatus == 74 && errors.hasSuffix("\nexit_reason=ok\n"), "\(errors)")
    #expect(errors.contains("try: interlock autotune --report-only"), "\(errors)")
    let page = bench.scratch.path("r.html")
    let good = try bench.runShort("--candidate-models", "m", "--html", page)
    #expect(good.errors == "the report is in \(page)\nexit_reason=ok\n", "\(good.errors)")
  }

  @Test func `with --apply a configuration that cannot be edited is told before anything is started`() throws {
    let bench = try TuneBench()
    for text in ["- a list\n", "model: a\nmodel: b\n"] {
      try text.write(toFile: bench.configuration, atomically: true, encoding: .utf8)
      let run = try bench.runShort("--candidate-models", "m", "--apply")
      #expect(run.status == 64 && run.lastError == "exit_reason=config_error")
      #expect(run.errors.hasPrefix("error: '\(bench.configuration)' cannot be edited: "), "\(run.errors)")
      #expect(bench.starts.isEmpty && !FileManager.default.fileExists(atPath: bench.database))
      #expect(try String(contentsOfFile: bench.configuration, encoding: .utf8) == text)
    }
  }

  @Test func `a model that is a relative path is started and applied as an absolute one`() throws {
    let bench = try TuneBench()
    try bench.scratch.write("m.gguf", "weights")
    let run = try bench.runShort("--candidate-models", "./m.gguf", "--apply")
    #expect(run.status == 0, "\(run.errors)")
    let path = bench.folder + "/m.gguf"
    #expect(try bench.record().recommendation?.model == path)
    #expect(try String(contentsOfFile: bench.configuration, encoding: .utf8).hasPrefix("model: \(path)\n"))
  }
}

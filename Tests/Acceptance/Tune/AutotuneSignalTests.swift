import Foundation
import Platform
import Testing

/// A real signal in each phase of a run; those of the requests are in `AutotuneEndingTests`.
@Suite struct `A signal in each phase of interlock autotune` {
  enum Phase: String, CaseIterable {
    case surveying, draining, loading, restoring

    /// Shell lines that make the stand-in for the system's tool slow at its moment.
    var answers: String {
      switch self {
      case .surveying: "case \"$*\" in *show*) echo here > at; sleep 2 ;; esac"
      case .draining: "case \"$*\" in *stop*) echo here > at; sleep 2 ;; esac"
      case .loading: ""
      case .restoring:
        "case \"$*\" in *start*) [ -e orders ] && grep -q stop orders && { echo here > at; sleep 2; } ;; esac"
      }
    }
  }

  @Test(arguments: Phase.allCases)
  func `AC-10: a real signal puts everything away, and what ran before runs again`(phase: Phase) throws {
    let bench = try TuneBench(
      #"{"m": {"loadMilliseconds": \#(phase == .loading ? 60_000 : 0)}}"#, profile: "unit: model.service")
    let unit = try bench.standIn(serving: "theirs", answers: phase.answers)
    defer { bench.endAll() }
    #expect(try unit.run("start").succeeded)
    try? FileManager.default.removeItem(atPath: bench.scratch.path("at"))
    let run = try Program.start(
      bench.words(TuneBench.short + ["--candidate-models", "m", "--drain", "--json"]), in: bench.scratch.url,
      variables: unit.variables)
    if phase == .loading {
      try bench.awaitStarts(2)
    } else {
      try bench.awaitFile("at")
    }
    kill(run.process.processIdentifier, SIGINT)
    let output = run.out.fileHandleForReading.readDataToEndOfFile()
    let errors = String(decoding: run.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    run.process.waitUntilExit()
    // What the run came to was settled before it brought the service back, which a signal does not hurry.
    let isSettled = phase == .restoring
    #expect(run.process.terminationStatus == (isSettled ? 0 : 130), "\(errors)")
    #expect(errors.hasSuffix("exit_reason=\(isSettled ? "ok" : "interrupted")\n"), "\(errors)")
    #expect(!output.isEmpty)
    let row = try bench.record().run
    #expect(row.reason == (isSettled ? .ok : .interrupted) && (row.ended == nil) == !isSettled)
    bench.awaitListener()
    let left = ProcessTable.processes { $0.contains(bench.script) }
    #expect(left.count == 1 && left.first?.words.contains("theirs") == true, "\(left)")
  }

  @Test func `AC-10, NFR-3: a real signal while the configuration is written leaves the old one or the new one`() throws
  {
    let bench = try TuneBench()
    let old = "port: 80\n" + (0..<200_000).map { "# line \($0) of somebody else\n" }.joined()
    try old.write(toFile: bench.configuration, atomically: true, encoding: .utf8)
    let run = try Program.start(
      bench.words(TuneBench.short + ["--candidate-models", "m", "--apply"]), in: bench.scratch.url)
    // The first sign of an apply is a file of its own beside the configuration.
    try bench.awaitFile { $0.hasPrefix(".config.yaml.") || $0.contains(".bak-") }
    kill(run.process.processIdentifier, SIGINT)
    _ = run.out.fileHandleForReading.readDataToEndOfFile()
    let errors = String(decoding: run.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    run.process.waitUntilExit()
    let text = try String(contentsOfFile: bench.configuration, encoding: .utf8)
    let row = try bench.record().run
    if run.process.terminationStatus == 130 {
      #expect(text == old && row.reason == .interrupted && !row.isApplied, "\(errors)")
    } else {
      // It came too late (RUN-10).
      #expect(run.process.terminationStatus == 0 && text.hasPrefix("port: 80\n# line 0 of"), "\(errors)")
      #expect(text.contains("\nmodel: m\n") && row.reason == .ok && row.isApplied)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.scratch.url.path)
    #expect(names.filter { $0.hasPrefix(".config.yaml.") } == [])
    bench.expectClean()
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGQUIT])
  func `a signal ends provider check and its server`(signal: Int32) throws {
    let bench = try TuneBench(#"{"slow": {"loadMilliseconds": 60000}}"#)
    let run = try Program.start(
      ["provider", "check", bench.profile, "--model", "slow", "--port", "\(bench.port)"], in: bench.scratch.url)
    try bench.awaitStarts(1)
    kill(run.process.processIdentifier, signal)
    _ = run.out.fileHandleForReading.readDataToEndOfFile()
    let errors = String(decoding: run.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    run.process.waitUntilExit()
    #expect(run.process.terminationReason == .exit && run.process.terminationStatus == 130, "\(errors)")
    bench.expectClean()
  }

  @Test func `SIGQUIT ends a run as SIGINT does`() throws {
    let bench = try TuneBench(#"{"slow": {"replies": [{"stallsAfter": 1}]}}"#)
    let run = try Program.start(bench.words(["--candidate-models", "slow"]), in: bench.scratch.url)
    try bench.awaitStarts(2)
    kill(run.process.processIdentifier, SIGQUIT)
    let errors = String(decoding: run.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    run.process.waitUntilExit()
    #expect(run.process.terminationStatus == 130 && errors == "exit_reason=interrupted\n", "\(errors)")
    bench.expectClean()
  }
}

extension TuneBench {
  /// Waits until there is a file in the folder.
  func awaitFile(_ name: String) throws { try awaitFile { $0 == name } }

  func awaitFile(_ isThere: (String) -> Bool) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: scratch.url.path)) ?? []
      if names.contains(where: isThere) { return }
      usleep(1000)
    }
    try #require(Bool(false), "no such file came")
  }
}

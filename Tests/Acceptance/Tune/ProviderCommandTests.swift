import Adapters
import Foundation
import Platform
import Testing

@Suite struct `interlock provider` {
  @Test func `list names every profile of the program, and what of it is here`() throws {
    let run = try Program.run("provider", "list", "--json")
    let profiles = try #require(try run.object()["profiles"] as? [[String: Any]])
    #expect(profiles.map { $0["name"] as? String } == ProfileFile.shipped.map(\.name))
    #expect(try Program.run("provider", "list").output.hasPrefix("profile          program          here"))
  }

  @Test func `show prints a file that can be copied, edited and named`() throws {
    let scratch = try Scratch()
    for (name, text) in ProfileFile.shipped {
      let shown = try Program.run("provider", "show", name)
      #expect(shown.status == 0 && shown.output == text)
      let copy = try scratch.write("\(name).yaml", shown.output)
      #expect(try Program.run("provider", "show", copy).output == text)
    }
    let none = try Program.run("provider", "show", "lama")
    #expect(none.status == 3 && none.errors.hasPrefix("error: lama: there is no such profile; there are "))
  }

  @Test func `check starts a server with every knob, asks it once, and has it end`() throws {
    let bench = try TuneBench()
    let run = try Program.run(["provider", "check", bench.profile, "--model", "m"], in: bench.scratch.url)
    #expect(run.status == 0, "\(run.output)")
    #expect(run.output.contains("fine   version: scripted/1.0\n"))
    #expect(run.output.contains("fine   ready: /health says HTTP 200 after "))
    #expect(run.output.contains("fine   model: answers a request: first token after "))
    #expect(run.output.hasSuffix("the profile does what it says\n"))
    #expect(bench.starts.count == 1)
    #expect(bench.starts[0].suffix(7) == ["--no-join", "--kv-bits", "4", "--max-batch", "2", "--max-context", "512"])
    bench.expectClean()
  }

  private static let mistakes: [(old: String, new: String, error: String)] = [
    ("--max-batch", "--max-batches", ":9: max_batch: its --help does not know --max-batches"),
    ("ready: /health", "ready: /healthy", ":11: ready: /healthy says HTTP 404: the server has no such route"),
    ("no_join: [--no-join]", "no_join: [--alone]", ":5: no_join: its --help does not know --alone"),
  ]

  @Test(arguments: mistakes)
  func `check says what is wrong, by line`(old: String, new: String, error: String) throws {
    let bench = try TuneBench()
    let text = try String(contentsOfFile: bench.profile, encoding: .utf8)
    try text.replacing(old, with: new).write(toFile: bench.profile, atomically: true, encoding: .utf8)
    let run = try Program.run(["provider", "check", bench.profile, "--model", "m"], in: bench.scratch.url)
    #expect(run.status == 1)
    #expect(run.output.contains("wrong  \(bench.profile)\(error)\n"), "\(run.output)")
    #expect(run.output.hasSuffix("something is wrong with the profile\n"))
    bench.expectClean()
  }

  @Test func `check tells why a server does not come up, and what is wrong with a file that is none`() throws {
    let bench = try TuneBench(#"{"m": {"fails": {"log": ["loading", "unknown model 'm'"]}}}"#)
    let run = try Program.run(["provider", "check", bench.profile, "--model", "m"], in: bench.scratch.url)
    #expect(run.status == 1)
    #expect(
      run.output.contains(": arguments: the server ended before it was ready: unknown model 'm'\n"), "\(run.output)")
    let broken = try bench.scratch.write("broken.yaml", "id: x\nprogramm: y\n")
    let check = try Program.run("provider", "check", broken, "--json")
    #expect(check.status == 1)
    let remarks = try #require(try check.object()["remarks"] as? [[String: Any]])
    #expect((remarks.first?["words"] as? String)?.hasPrefix("\(broken):2: programm: there is no such key") == true)
  }

  @Test func `without a model no server is started, which is said`() throws {
    let bench = try TuneBench()
    let run = try Program.run(["provider", "check", bench.profile], in: bench.scratch.url)
    #expect(run.status == 0 && run.output.contains("open   "))
    #expect(run.output.contains("arguments: no server was started; give one to serve with --model"))
    #expect(bench.starts.isEmpty)
  }

  @Test(arguments: [0, 2000]) func `DEC-30: check does not take a stranger's answers for the server's`(load: Int) throws
  {
    let bench = try TuneBench(#"{"m": {"loadMilliseconds": \#(load)}}"#)
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    let run = try Program.run(
      ["provider", "check", bench.profile, "--model", "m", "--port", "\(bench.port)"], in: bench.scratch.url)
    #expect(run.status == 1)
    #expect(
      run.output.contains(
        "arguments: no server was started: port \(bench.port) is held by pid \(theirs.pid); "
          + "give another with --port\n"),
      "\(run.output)")
    #expect(theirs.isAlive && bench.modelsStarted == ["theirs"])
  }

  @Test func `DEC-30: check does not take the answers of a stranger that comes while the server loads`() throws {
    let bench = try TuneBench(#"{"m": {"loadMilliseconds": 1500}}"#)
    defer { bench.endAll() }
    let check = try Program.start(
      ["provider", "check", bench.profile, "--model", "m", "--port", "\(bench.port)"], of: Program.executable,
      in: bench.scratch.url)
    while bench.starts.isEmpty, check.process.isRunning { usleep(5000) }
    let theirs = try bench.startByHand("theirs")
    let told = String(decoding: check.out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    check.process.waitUntilExit()
    #expect(check.process.terminationStatus == 1)
    #expect(told.contains("port \(bench.port) was taken by pid \(theirs.pid), "), "\(told)")
    #expect(told.contains(" while the server loaded"))
    #expect(theirs.isAlive)
  }

  @Test func `a server that ends with its reply does not do what its profile says`() throws {
    let bench = try TuneBench(#"{"m": {"replies": [{"ends": true}]}}"#)
    for _ in 0..<4 {
      let run = try Program.run(["provider", "check", bench.profile, "--model", "m"], in: bench.scratch.url)
      #expect(run.status == 1 && run.output.contains("arguments: the server ended after a request"), "\(run.output)")
    }
  }

  @Test func `T-4: a server that says once that it is ready and ends was not ready`() throws {
    let bench = try TuneBench(#"{"m": {"endsAfterReady": 1}}"#)
    let run = try Program.run(["provider", "check", bench.profile, "--model", "m"], in: bench.scratch.url)
    #expect(run.status == 1 && run.output.contains("arguments: the server ended before it was ready"), "\(run.output)")
  }

  @Test func `a server that others reach is wrong for a check, and a warning for a run`() throws {
    let bench = try TuneBench(#"{"m": {"listensEverywhere": true}}"#)
    let run = try Program.run(["provider", "check", bench.profile, "--model", "m"], in: bench.scratch.url)
    let words = "the server listens at 0.0.0.0, where others reach it"
    #expect(run.status == 1 && run.output.contains("arguments: \(words): have it bind 127.0.0.1"), "\(run.output)")
    let tuned = try bench.runShort("--candidate-models", "m")
    #expect(tuned.status == 0, "\(tuned.errors)")
    #expect(tuned.errors.components(separatedBy: "warning: \(words)").count == 2, "told once: \(tuned.errors)")
  }

  /// Which of the programs a machine has differs; the others are skipped, each by its name.
  private static func isHere(_ name: String) -> Bool {
    guard let profile = try? ProfileFile(named: name).profile else { return false }
    let path = ProcessInfo.processInfo.environment["PATH"]
    return (try? Platform.Program.locate(profile.program, path: path)) != nil
  }

  private func expectFlags(of name: String) throws {
    let run = try Program.run("provider", "check", name)
    #expect(run.status == 0, "\(run.output)")
  }

  @Test(.enabled(if: isHere("llama-server"), "there is no llama-server here"))
  func `the flags of llama-server's profile are those of the installed program`() throws {
    try expectFlags(of: "llama-server")
  }

  @Test(.enabled(if: isHere("vllm"), "there is no vllm here"))
  func `the flags of vllm's profile are those of the installed program`() throws { try expectFlags(of: "vllm") }

  @Test(.enabled(if: isHere("mlx_lm.server"), "there is no mlx_lm.server here"))
  func `the flags of mlx_lm.server's profile are those of the installed program`() throws {
    try expectFlags(of: "mlx_lm.server")
  }

  @Test(.enabled(if: isHere("macprovider-cli"), "there is no macprovider-cli here"))
  func `the flags of macprovider-cli's profile are those of the installed program`() throws {
    try expectFlags(of: "macprovider-cli")
  }

  @Test func `every profile has its test of flags`() {
    #expect(
      Set(ProfileFile.shipped.map(\.name)) == [
        "interlock", "llama-server", "vllm", "mlx_lm.server", "macprovider-cli",
      ])
  }
}

import Foundation
import Platform
import Testing

/// What comes back after `interlock autotune`, and what only seems to.
@Suite struct `What interlock autotune brings back` {
  @Test(arguments: [nil, "theirs.log"])
  func `SRV-7, SRV-8: a server that ends as soon as it is started again is not back`(name: String?) throws {
    let bench = try TuneBench()
    let file = name.map { bench.scratch.url.resolvingSymlinksInPath().appending(path: $0).path }
    let output = file.map { open($0, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600) } ?? TuneBench.nowhere
    defer { if file != nil { close(output) } }
    let theirs = try bench.startByHand("theirs", output: output)
    defer { bench.endAll() }
    try bench.rewrite(models: #"{"theirs": {"fails": {"log": ["its disk is gone"], "status": 3}}}"#)
    let run = try bench.runShort("--candidate-models", "m", "--drain", "--restart-foreground")
    #expect(run.status == 7 && !theirs.isAlive, "\(run.errors)")
    #expect(
      run.errors.contains(
        "error: what ran here before was not started again: it ended at once (status 3)"
          + (file.map { "; its last words are in '\($0)'" } ?? ": its disk is gone") + "\n  type: cd "),
      "\(run.errors)")
    if let file { #expect(try String(contentsOfFile: file, encoding: .utf8).contains("its disk is gone")) }
  }

  @Test func `SRV-7: a unit that ends as soon as it is started again is not back`() throws {
    let bench = try TuneBench(profile: "unit: model.service")
    let unit = try bench.standIn(serving: "theirs")
    defer { bench.endAll() }
    #expect(try unit.run("start").succeeded)
    try bench.rewrite(models: #"{"theirs": {"fails": {"status": 3}}}"#)
    let run = try bench.runShort(["--candidate-models", "m", "--drain"], variables: unit.variables)
    #expect(run.status == 7, "\(run.errors)")
    #expect(
      run.errors.contains("model.service ended at once, and is inactive (dead)\n  type: systemctl --user start model"),
      "\(run.errors)")
  }

  /// Starts servers at a port of the system's choice, in folders of their own: their words are the same.
  private func startAlike(
    _ bench: TuneBench, in names: [String]
  ) throws -> (servers: [ChildProcess], folders: [String]) {
    let words = [bench.server, "serve", "--script", bench.script, "--port", "0", "--model", "theirs"]
    let folders = try names.map { name in
      try FileManager.default.createDirectory(atPath: bench.scratch.path(name), withIntermediateDirectories: true)
      return bench.folder + "/" + name
    }
    let servers = try folders.map { folder in
      try ChildProcess(
        Command(bench.server, words: words, folder: folder), output: TuneBench.nowhere)
    }
    try bench.awaitStarts(names.count)
    return (servers, folders)
  }

  @Test func `SRV-7: of two servers that were started alike, both come back, and both are named`() throws {
    let bench = try TuneBench()
    let (theirs, folders) = try startAlike(bench, in: ["one", "two"])
    defer { bench.endAll() }
    let run = try bench.runShort("--candidate-models", "m", "--drain", "--restart-foreground")
    #expect(run.status == 0, "\(run.errors)")
    for server in theirs { #expect(!server.isAlive && run.errors.contains("foreground-PID-\(server.pid)")) }
    let back = ProcessTable.processes { $0.contains(bench.script) }.compactMap { ProcessTable.folder(of: $0.pid) }
    #expect(back.sorted() == folders)
  }

  @Test func `SRV-8: of several servers each is tried, and each that does not come back is told`() throws {
    let bench = try TuneBench()
    let (theirs, folders) = try startAlike(bench, in: ["gone", "there"])
    defer { bench.endAll() }
    try FileManager.default.removeItem(atPath: folders[0])
    let run = try bench.runShort("--candidate-models", "m", "--drain", "--restart-foreground")
    #expect(run.status == 7 && theirs.allSatisfy { !$0.isAlive }, "\(run.errors)")
    #expect(run.errors.components(separatedBy: "error: what ran here before was not started again").count == 2)
    let back = ProcessTable.processes { $0.contains(bench.script) }.compactMap { ProcessTable.folder(of: $0.pid) }
    #expect(back == [folders[1]])
  }

  @Test(arguments: ["", "trap '' TERM; "])
  func `SRV-3: what a server leaves behind is asked to end as well, and is no server that is back`(trap: String) throws
  {
    let bench = try TuneBench(profile: "script: true")
    // The program is a script that starts the server and waits for it, with a worker that has its words.
    let real = Program.built("ScriptedServer").path
    try FileManager.default.removeItem(atPath: bench.server)
    let text = "#!/bin/sh\n( \(trap)exec sleep 4 ) &\n'\(real)' \"$@\" &\nwait\n"
    try Data(text.utf8).write(to: URL(fileURLWithPath: bench.server))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: bench.server)
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    let run = try bench.runShort("--candidate-models", "m", "--drain", "--restart-foreground")
    #expect(run.status == 0 && !theirs.isAlive, "\(run.errors)")
    bench.awaitListener()
    #expect(bench.modelsStarted == ["theirs", "m", "theirs"], "\(run.errors)")
  }

  @Test func `SRV-7: a unit that is started again and again is not back`() throws {
    let bench = try TuneBench(profile: "unit: model.service")
    // As systemd says it between two attempts.
    let failing = """
      case "$*" in
        *show*)
          if grep -q stop orders 2> /dev/null && [ "$(tail -n 1 orders)" = start ]; then
            echo LoadState=loaded; echo ActiveState=activating; echo SubState=auto-restart; echo MainPID=0
            exit
          fi ;;
      esac
      """
    let unit = try bench.standIn(serving: "theirs", answers: failing)
    defer { bench.endAll() }
    #expect(try unit.run("start").succeeded)
    let run = try bench.runShort(["--candidate-models", "m", "--drain"], variables: unit.variables)
    #expect(run.status == 7 && run.errors.contains("is activating (auto-restart)"), "\(run.errors)")
  }

  @Test func `FR-E.1: a unit and a server by hand are both stopped, and the one that was asked for comes back`() throws
  {
    let bench = try TuneBench(profile: "unit: model.service")
    let unit = try bench.standIn(serving: "theirs")
    defer { bench.endAll() }
    #expect(try unit.run("start").succeeded)
    let byHand = try ChildProcess(
      Command(bench.server, ["serve", "--script", bench.script, "--port", "0", "--model", "byhand"]),
      output: TuneBench.nowhere)
    try bench.awaitStarts(2)
    let refused = try bench.runShort(["--candidate-models", "m"], variables: unit.variables)
    #expect(
      refused.status == 6
        && refused.errors.hasPrefix("error: systemd-managed, foreground-PID-\(byHand.pid) are in the way\n"),
      "\(refused.errors)")
    #expect(byHand.isAlive)
    let run = try bench.runShort(["--candidate-models", "m", "--drain"], variables: unit.variables)
    #expect(run.status == 0 && !byHand.isAlive && unit.orders == ["start", "stop", "start"], "\(run.errors)")
    #expect(run.errors.contains("stopping systemd-managed, foreground-PID-\(byHand.pid)\n"))
    #expect(run.errors.contains("note: foreground-PID-\(byHand.pid) was stopped for the run, and stays down"))
    bench.awaitListener()
    #expect(bench.modelsStarted == ["theirs", "byhand", "m", "theirs"])
  }
}

@Suite struct `What interlock autotune says of what it did not measure` {
  @Test func `the page calls a model the biggest only where every larger one was tried`() throws {
    let bench = try TuneBench(#"{"bad-1B": {"fails": {"log": ["no memory"]}}}"#)
    let page = bench.scratch.path("report.html")
    func headline(_ candidates: String) throws -> String {
      let run = try bench.runShort("--candidate-models", candidates, "--html", page)
      #expect(run.status == 0, "\(run.errors)")
      let html = try String(contentsOfFile: page, encoding: .utf8)
      let found = html.firstMatch(of: /<p>(The [^.]*)\./)
      return String(try #require(found).output.1)
    }
    let end = "that works at 2000 tokens on this machine"
    #expect(
      try headline("good-3B,good-32B")
        == "The first model in the list of 2 \(end); 1 larger one stands behind it, not tried")
    #expect(
      try headline("bad-1B,good-32B").hasPrefix("The biggest model of 2 \(end)")
        && !headline("bad-1B,good-32B").contains("larger"))
    #expect(try headline("good-32B,good-3B") == "The biggest model of 2 \(end)")
  }

  @Test func `MSR-4: a rate that counts texts is called an estimate, wherever it is told`() throws {
    let bench = try TuneBench(#"{"m": {"replies": [{"usage": false, "completionTokens": 8, "milliseconds": 20}]}}"#)
    let page = bench.scratch.path("report.html")
    let run = try bench.runShort("--candidate-models", "m", "--verbose", "--html", page)
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.errors.contains("\nnote: tokens are estimated by the texts of the stream\n"), "\(run.errors)")
    #expect(run.errors.contains("; tokens are estimated by the texts of the stream\n"))
    let told = try bench.run("--report-only").output
    #expect(told.contains("best; tokens are estimated by the texts of the stream"), "\(told)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("(an estimate: the server does not say how many tokens it makes)"))
    #expect(html.contains("the best; tokens are estimated by the texts of the stream"))
  }

  @Test func `MSR-10: prompts that a server cuts short are remarked upon wherever its figures are told`() throws {
    let reply = #"{"completionTokens": 8, "milliseconds": 20}"#
    let bench = try TuneBench(
      #"{"cuts": {"frameTokens": 90, "tokensPerWord": 0, "replies": [\#(reply)]}, "whole": {"replies": [\#(reply)]}}"#)
    let page = bench.scratch.path("report.html")
    let run = try bench.runShort("--candidate-models", "cuts", "--html", page)
    #expect(run.status == 0, "\(run.errors)")
    let remark =
      "the server counted 90 of about 1600 prompt tokens: it cuts prompts, or counts only what its cache has not"
    #expect(run.errors.contains("note: \(remark)\n"), "\(run.errors)")
    #expect(try bench.run("--report-only").output.contains("best; \(remark)"))
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains("the best; \(remark)"))
    let whole = try bench.runShort("--candidate-models", "whole")
    #expect(whole.status == 0 && !whole.errors.contains("prompt tokens"), "\(whole.errors)")
  }

  @Test func `counts that no server can have are none, and nothing is left behind for them`() throws {
    let bench = try TuneBench(
      """
      {"lies": {"replies": [{"promptTokens": 1, "completionTokens": 4, "milliseconds": 20},
                            {"promptTokens": 9000000000000000000, "completionTokens": 9223372036854775807,
                             "milliseconds": 20}]},
       "owes": {"replies": [{"promptTokens": -7, "completionTokens": 4, "milliseconds": 20}]}}
      """)
    for model in ["lies", "owes"] {
      let run = try bench.runShort("--candidate-models", model)
      #expect(run.status == 0 && run.lastError == "exit_reason=ok", "\(run.errors)")
      let trials = try bench.record().trials
      #expect(trials.allSatisfy { ($0.rate ?? 0) < 1_000_000 && ($0.promptTokens ?? 1) == 1 }, "\(trials)")
    }
    bench.expectClean()
  }

  @Test func `what a server says of a refusal neither colours a terminal nor turns its text`() throws {
    let bench = try TuneBench(
      #"{"m": {"replies": [{"status": 500, "body": "\u001b]0;title\u0007\u001b[31mred\u202e over"}]}}"#)
    let page = bench.scratch.path("report.html")
    let run = try bench.runShort("--candidate-models", "m", "--html", page)
    #expect(run.status == 2 && run.errors.contains("HTTP 500: red over"), "\(run.errors)")
    for text in [run.errors, try bench.run("--report-only").output, try String(contentsOfFile: page, encoding: .utf8)] {
      #expect(!text.unicodeScalars.contains { ["\u{1B}", "\u{07}", "\u{202E}"].contains($0) })
    }
  }

  @Test func `SRV-5: what wrote to a file before writes to it again, and leaves no log`() throws {
    let bench = try TuneBench()
    defer { bench.endAll() }
    let file = try bench.scratch.write("theirs.log", "")
    let handle = try #require(FileHandle(forWritingAtPath: file))
    _ = try ChildProcess(
      Command(bench.server, bench.words(serving: "theirs"), folder: bench.scratch.url.path),
      output: handle.fileDescriptor)
    bench.awaitListener()
    let run = try bench.runShort("--candidate-models", "m", "--drain", "--restart-foreground")
    #expect(run.status == 0, "\(run.errors)")
    let back = try #require(ProcessTable.processes { $0.contains("theirs") && $0.contains(bench.script) }.first)
    #expect(ProcessTable.file(of: back.pid, descriptor: 1) == URL(fileURLWithPath: file).resolvingSymlinksInPath().path)
    bench.awaitListener()
    let logs = (try? FileManager.default.contentsOfDirectory(atPath: bench.scratch.path("logs"))) ?? []
    #expect(!logs.contains { $0.hasPrefix("restored") }, "\(logs)")
    let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
    #expect(lines.count { $0.contains("listening") } == 2, "\(lines)")
  }

  @Test func `a path at which no server says that it is ready is told at once`() throws {
    let bench = try TuneBench()
    let text = try String(contentsOfFile: bench.profile, encoding: .utf8)
    try bench.scratch.write("scripted.yaml", text.replacing("ready: /health", with: "ready: /nowhere"))
    let run = try Program.start(bench.words(["--candidate-models", "m"]), in: bench.scratch.url)
    try bench.awaitStarts(1, and: .seconds(1))
    run.process.interrupt()
    let errors = String(decoding: run.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    run.process.waitUntilExit()
    #expect(run.process.terminationStatus == 130)
    let warning = "warning: the server answers HTTP 404 at /nowhere, where its profile has it asked whether it is ready"
    #expect(errors.components(separatedBy: warning).count == 2, "\(errors)")
  }

  @Test func `a database in memory leaves no logs behind`() throws {
    let bench = try TuneBench()
    let run = try Program.start(
      bench.words(TuneBench.short + ["--candidate-models", "m", "--db-path", ":memory:"]), in: bench.scratch.url)
    let pid = run.process.processIdentifier
    _ = run.err.fileHandleForReading.readDataToEndOfFile()
    run.process.waitUntilExit()
    #expect(run.process.terminationStatus == 0)
    #expect(!FileManager.default.fileExists(atPath: NSTemporaryDirectory() + "interlock-\(pid)"))
  }

  @Test func `FR-A.3: a server that ends with its reply does not work, and the next model is tried`() throws {
    let bench = try TuneBench(
      #"{"ends-2B": {"replies": [{"completionTokens": 20, "milliseconds": 60, "ends": true}]}}"#)
    let run = try bench.runShort("--candidate-models", "ends-2B,fine-1B")
    #expect(run.status == 0 && run.output.contains("fine-1B"), "\(run.errors)")
    let trials = try bench.record().trials
    #expect(trials.first?.fits == false && trials.first?.notes?.hasPrefix("provider exited") == true, "\(trials)")
  }

  @Test func `lines of a server's log neither colour a terminal nor move about in it`() throws {
    let bench = try TuneBench(
      #"{"m": {"fails": {"log": ["\u001b[31mout of memory\u001b[0m\u0007 here"], "status": 1}}}"#)
    let run = try bench.runShort("--candidate-models", "m")
    #expect(run.status == 2 && run.errors.contains("out of memory here"), "\(run.errors)")
    #expect(!run.errors.contains("\u{1B}") && !run.errors.contains("\u{07}"))
  }
}

@Suite struct `What interlock autotune does not wait for` {
  /// To root, no folder is locked.
  private static let asAnother =
    getuid() == 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : ["env"]

  private static var canBeAnother: Bool {
    let words = asAnother + [Program.built("interlock").path, "--version"]
    return (try? Tool.run(Command(words[0], Array(words.dropFirst()))))?.succeeded == true
  }

  @Test(.enabled(if: canBeAnother, "the program cannot be run as somebody who is not root"))
  func `FR-G.1: a configuration in a folder that takes no new file is refused before anything is measured`() throws {
    let bench = try TuneBench()
    for (name, mode) in [("", 0o755), ("locked", 0o555)] {
      let path = name.isEmpty ? bench.folder : bench.scratch.path(name)
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
    let words = bench.words(
      TuneBench.short + ["--candidate-models", "m", "--apply", "--config", bench.scratch.path("locked/config.yaml")])
    let all = Self.asAnother + [Program.built("interlock").path] + words
    let run = try Tool.run(Command(all[0], Array(all.dropFirst()), folder: bench.folder), patience: .seconds(60))
    #expect(run.ending == .exited(64), "\(run.errors)")
    #expect(run.errors.contains("cannot be edited: cannot write into") && bench.starts.isEmpty, "\(run.errors)")
    // A folder that would have to be made there first is no better.
    let deeper = all.map { $0.replacing("locked/config.yaml", with: "locked/new/config.yaml") }
    let second = try Tool.run(Command(deeper[0], Array(deeper.dropFirst()), folder: bench.folder))
    #expect(second.ending == .exited(64) && bench.starts.isEmpty, "\(second.errors)")
  }

  @Test(arguments: [true, false])
  func `RUN-4: a program that is slow to tell its version keeps nobody waiting`(isInterrupted: Bool) throws {
    let scratch = try Scratch()
    let slow = try scratch.write("slow", "#!/bin/sh\nexec sleep 57\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: slow)
    let bench = try TuneBench(profile: "version:\n  program: \(slow)\n")
    let began = ContinuousClock.now
    let words = bench.words(TuneBench.short + ["--candidate-models", "m"])
    if isInterrupted {
      let log = try BoundedLog(creating: scratch.path("log"))
      let run = try ChildProcess(
        Command(Program.built("interlock").path, words, folder: bench.folder), output: log.descriptor)
      let deadline = began + .seconds(20)
      while ProcessTable.processes(where: { $0.contains("57") }).isEmpty, ContinuousClock.now < deadline {
        usleep(5000)
      }
      run.signalAll(SIGINT)
      #expect(run.waitForEnd(atMost: .seconds(15)) == .exited(130), "\(log.tail())")
    } else {
      let run = try Program.run(words + ["--max-duration", "1"], in: bench.scratch.url)
      #expect(run.status == 3, "\(run.errors)")
    }
    #expect(ContinuousClock.now - began < .seconds(20))
    #expect(bench.starts.isEmpty)
  }
}

extension TuneBench {
  /// From now on servers behave otherwise.
  func rewrite(models: String) throws {
    try scratch.write("script.json", #"{"starts": "\#(scratch.path("starts"))", "models": \#(models)}"#)
  }
}

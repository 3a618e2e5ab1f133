import Foundation
import Platform
import Testing

@Suite struct `What interlock autotune refuses` {
  private static let lines: [(words: [String], error: String)] = [
    (["--kv-bits-axis", "4,,8"], "--kv-bits-axis: cell 2 of '4,,8' is empty"),
    (["--max-batch-axis", "1,2,"], "--max-batch-axis: cell 3 of '1,2,' is empty"),
    (["--max-context-axis", ",4000"], "--max-context-axis: cell 1 of ',4000' is empty"),
    (["--candidate-models", "one,,two"], "--candidate-models: cell 2 of 'one,,two' is empty"),
    (["--candidate-models", "a,a"], "--candidate-models: cell 2 is 'a', as is cell 1"),
    (
      ["--candidate-models", "a,/not/there.gguf"],
      "--candidate-models: cell 2 is a path, and there is no file '/not/there.gguf'"
    ),
    (["--max-model-size", "7"], "--max-model-size: it is '7'; give billions or millions of parameters"),
    (["--port", "65536"], "--port: it is 65536; give a whole number from 1 to 65535"),
    (["--port", "x"], "--port <number> expects a whole number, but found 'x'"),
    (["--target-context", "0"], "--target-context: it is 0; give a whole number from 1 to"),
    (["--tps-tie-epsilon", "nan"], "--tps-tie-epsilon: it is nan; give a share from 0 to 1000000000"),
    (["--tps-tie-epsilon", "-0.1"], "--tps-tie-epsilon: it is -0.1; give a share from 0 to 1000000000"),
    (["--retain-runs", "0"], "--retain-runs: it is 0; give a whole number from 1 to"),
    (["--drain-grace", "0"], "--drain-grace: it is 0; give a whole number from 1 to"),
    (["--dry-run", "--report-only"], "--dry-run and --report-only: give one of them"),
    (["--journal", ""], "--journal: it is empty; leave it out, or give a name"),
    (["--html", "/not/there/r.html"], "--html: /not/there/r.html cannot be written: No such file or directory"),
    (["--aply"], "unknown option '--aply'; did you mean '--apply'?"),
  ]

  @Test(arguments: lines)
  func `T-1, T-5, DEC-2: 64, the flag and the cell, one last line, and nothing was touched`(
    words: [String], error: String
  ) throws {
    let bench = try TuneBench()
    let run = try Program.run(
      bench.words((words.first == "--candidate-models" ? [] : ["--candidate-models", "m"]) + words),
      in: bench.scratch.url)
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("error: \(error)"), "\(run.errors)")
    #expect(run.lastError == "exit_reason=config_error" && run.output.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.scratch.url.path).count == 3)
  }

  @Test func `--report-only refuses values that no run could have, and files that are the database`() throws {
    let bench = try TuneBench()
    #expect(try bench.runShort("--candidate-models", "m").status == 0)
    let before = try Data(contentsOf: URL(fileURLWithPath: bench.database))
    let lines: [(words: [String], error: String)] = [
      (["--kv-bits-axis", "5"], "--kv-bits-axis: cell 1 is '5'; a cell is unset, 4 or 8"),
      (["--retain-runs", "0"], "--retain-runs: it is 0; give a whole number from 1 to"),
      (["--max-model-size", "x"], "--max-model-size: it is 'x'"),
      (["--html", bench.database], "--html: '\(bench.database)' is the file of --db-path as well"),
      (["--html", bench.profile], "--html: '\(bench.profile)' is the file of --provider as well"),
    ]
    for (words, error) in lines {
      let run = try Program.run(bench.words(["--report-only"] + words), in: bench.scratch.url)
      #expect(run.status == 64 && run.lastError == "exit_reason=config_error" && run.output.isEmpty)
      #expect(run.errors.hasPrefix("error: \(error)"), "\(run.errors)")
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: bench.database)) == before)
  }

  @Test(arguments: ["--journal", "--html", "--config"])
  func `two kinds of files in one place are refused, and nothing is touched`(flag: String) throws {
    let bench = try TuneBench()
    let run = try bench.runShort("--candidate-models", "m", flag, bench.scratch.path("./t.sqlite"))
    #expect(run.status == 64 && run.lastError == "exit_reason=config_error")
    #expect(run.errors.contains("is the file of --db-path as well\n"), "\(run.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.scratch.url.path).count == 3)
  }

  @Test func `a report is written neither over the server's program nor over another name of the database`() throws {
    let bench = try TuneBench()
    #expect(try bench.runShort("--candidate-models", "m").status == 0)
    let (link, program) = (bench.scratch.path("link.html"), try bench.scratch.write("server", "#!/bin/sh\n"))
    try FileManager.default.linkItem(atPath: bench.database, toPath: link)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    let overLink = try bench.runShort("--candidate-models", "m", "--html", link)
    #expect(overLink.status == 64)
    #expect(
      overLink.errors.hasPrefix("error: --html: '\(link)' is the file of --db-path as well"), "\(overLink.errors)")
    let overProgram = try bench.runShort("--candidate-models", "m", "--provider-bin", program, "--html", program)
    #expect(overProgram.status == 64, "\(overProgram.errors)")
    #expect(overProgram.errors.hasPrefix("error: --html: '\(program)' is the file of --provider-bin as well"))
    #expect(try String(contentsOfFile: program, encoding: .utf8) == "#!/bin/sh\n")
  }

  @Test func `names of one letter are files as others are`() throws {
    let bench = try TuneBench()
    let names = ["--db-path", "d", "--journal", "j", "--config", "c"]
    let words = bench.words(TuneBench.short + ["--candidate-models", "m", "--apply", "--json"] + names)
    let run = try Program.run(words, in: bench.scratch.url)
    #expect(run.status == 0, "\(run.errors)")
    for name in ["d", "j", "c"] { #expect(FileManager.default.fileExists(atPath: bench.scratch.path(name)), "\(name)") }
    let place = bench.scratch.url.resolvingSymlinksInPath().path
    #expect(run.output.contains("\"db_path\":\"\(place)/d\""), "\(run.output)")
  }

  @Test(.timeLimit(.minutes(15)))
  func `what is no plain file is neither edited nor waited for`() throws {
    let bench = try TuneBench()
    let pipe = bench.scratch.path("pipe")
    mkfifo(pipe, 0o600)
    let applied = try bench.runShort("--candidate-models", "m", "--apply", "--config", pipe)
    #expect(applied.status == 64, "\(applied.errors)")
    #expect(applied.errors.contains("cannot edit what is no plain file, '\(pipe)'"), "\(applied.errors)")
    let told = try bench.runShort("--candidate-models", "m", "--html", pipe)
    #expect(told.status == 64 && told.errors.hasPrefix("error: --html: \(pipe) cannot be written"), "\(told.errors)")
    var status = stat()
    #expect(stat(pipe, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    let kept = try bench.runShort("--candidate-models", "m", "--journal", "/dev/null")
    #expect(
      kept.status == 64 && kept.errors.hasPrefix("error: the journal '/dev/null' cannot be made: "), "\(kept.errors)")
  }

  @Test func `a file where the journal of the run before is to be kept is left alone`() throws {
    let bench = try TuneBench()
    #expect(try bench.runShort("--candidate-models", "m").status == 0)
    let notes = try bench.scratch.write("t.journal.sqlite.previous", "my own notes\n")
    let run = try bench.runShort("--candidate-models", "m")
    #expect(run.status == 64 && run.errors.contains("it was not touched"), "\(run.errors)")
    #expect(try String(contentsOfFile: notes, encoding: .utf8) == "my own notes\n")
  }

  @Test func `a folder that cannot be made is told in words`() throws {
    let bench = try TuneBench()
    let file = try bench.scratch.write("file", "")
    let run = try bench.runShort("--candidate-models", "m", "--db-path", file + "/x/t.sqlite")
    #expect(run.status == 64 && run.lastError == "exit_reason=config_error")
    #expect(run.errors.hasPrefix("error: the folder '\(file)/x' cannot be made: "), "\(run.errors)")
    #expect(!run.errors.contains("Domain=") && run.errors.contains("  try: another --db-path or --journal\n"))
  }

  @Test func `a profile that is wrong is told by file, line and key, and one that is not there by name`() throws {
    let bench = try TuneBench(profile: "redy: /health")
    let run = try bench.run("--candidate-models", "m")
    #expect(run.status == 64 && run.lastError == "exit_reason=config_error")
    #expect(
      run.errors.hasPrefix("error: --provider: \(bench.profile):13: redy: there is no such key; there are: id, "),
      "\(run.errors)")
    let other = try Program.run("autotune", "--provider", "lama", "--candidate-models", "m")
    #expect(
      other.status == 64
        && other.errors.hasPrefix("error: --provider: lama: there is no such profile; there are interlock, "))
  }

  @Test func `the program's own server is refused while it has none`() throws {
    let run = try Program.run("autotune")
    #expect(run.status == 64)
    #expect(run.errors.hasPrefix("error: --provider: this version of interlock has no server of its own; "))
  }

  @Test func `a program that is missing, and a database that is another's, are told, and nothing is started`() throws {
    let bench = try TuneBench()
    let missing = try bench.run("--candidate-models", "m", "--provider-bin", "/not/there/server")
    #expect(missing.status == 64)
    #expect(
      missing.errors
        == "error: there is no program '/not/there/server'\n  try: install it, or give its path with --provider-bin\n"
        + "exit_reason=config_error\n", "\(missing.errors)")
    let script = try bench.scratch.write("server", "#!/not/there/python\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
    let unread = try bench.run("--candidate-models", "m", "--provider-bin", script)
    #expect(unread.status == 64)
    #expect(
      unread.errors.hasPrefix("error: '\(script)' is a script for '/not/there/python', which is not there\n"),
      "\(unread.errors)")
    let file = try bench.scratch.write("other.sqlite", "no database at all, but a text")
    let before = try FileManager.default.contentsOfDirectory(atPath: bench.scratch.url.path)
    let other = try bench.run("--candidate-models", "m", "--db-path", file)
    #expect(other.status == 64 && other.lastError == "exit_reason=config_error")
    #expect(other.errors.hasPrefix("error: '\(file)' is no database\n  try: another --db-path\n"), "\(other.errors)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.scratch.url.path).sorted() == before.sorted())
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "no database at all, but a text")
    #expect(bench.starts.isEmpty)
  }

  @Test func `a journal that is another's is not touched`() throws {
    let bench = try TuneBench()
    let file = try bench.scratch.write("mine.sqlite", "not a journal")
    let run = try bench.runShort("--candidate-models", "m", "--journal", file)
    #expect(run.status == 64 && run.lastError == "exit_reason=config_error")
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "not a journal")
    #expect(bench.starts.isEmpty)
  }

  @Test func `DEC-19: of two runs at once the second is a conflict`() throws {
    let bench = try TuneBench(#"{"slow": {"replies": [{"stallsAfter": 1}]}}"#)
    let first = try Program.start(bench.words(["--candidate-models", "slow"]), in: bench.scratch.url)
    defer {
      first.process.terminate()
      first.process.waitUntilExit()
    }
    try bench.awaitStarts(1, and: .zero)
    for more in [[], ["--journal", bench.scratch.path("other.sqlite")]] {
      let second = try Program.run(bench.words(["--candidate-models", "m"] + more), in: bench.scratch.url)
      #expect(second.status == 6 && second.lastError == "exit_reason=provider_conflict", "\(second.errors)")
      #expect(second.errors.contains("another run is under way (pid \(first.process.processIdentifier))"))
    }
  }
}

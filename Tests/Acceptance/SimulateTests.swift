import Foundation
import Testing

@Suite struct `A simulation on the command line` {
  private let arguments = ["simulate", "topology-switch", "--seed", "7", "--steps", "12"]

  @Test func `tells each step, the rule that fired, and why others did not`() throws {
    let (one, other) = (try Program.run(arguments), try Program.run(arguments))
    #expect(one.status == 0, "\(one.errors)")
    #expect(one.output == other.output)
    for words in [
      "topology-switch, world team, seed 7\n  1  input", "fault  the answer to switch prepare topology=flat is lost",
      "refused by \"deliver the copy whose turn it is\": it is not so that a copy waits",
      "not \"begin a switch\": it is not so that the target is another topology",
      "again with: interlock simulate topology-switch --world team --seed 7 --steps 12",
    ] { #expect(one.output.contains(words), "\(words)") }
    let object = try Program.run(arguments + ["--json"]).object()
    #expect((object["steps"] as? [[String: Any]])?.count == 12)
    #expect(object["seed"] as? Int == 7)
  }

  @Test func `is saved as one page that loads nothing`() throws {
    let scratch = try Scratch()
    let file = scratch.path("run.html")
    let run = try Program.run(arguments + ["--html", file])
    #expect(run.status == 0 && run.output.contains("written: \(file)"))
    let page = try String(contentsOfFile: file, encoding: .utf8)
    #expect(page.hasPrefix("<!doctype html>") && page.contains("<svg ") && page.contains("class=\"timeline\""))
    #expect(!page.contains("<link") && !page.contains("<script") && !page.contains("src="))
    let nowhere = try Program.run(arguments + ["--html", "/nowhere/run.html"])
    #expect(nowhere.status == 3 && nowhere.errors.contains("/nowhere/run.html cannot be written"))
    #expect(nowhere.output.isEmpty, "it is told before the run")
  }

  @Test func `of a long run, the page has the last steps, and says how many are left out`() throws {
    let scratch = try Scratch()
    let file = scratch.path("run.html")
    let run = try Program.run(arguments + ["--html", file, "--page-steps", "5"])
    #expect(run.status == 0 && run.output.contains("written: \(file), with the last 5 steps"))
    let page = try String(contentsOfFile: file, encoding: .utf8)
    #expect(page.contains("12 steps. This page has the last 5 of them; the 7 before are left out."))
    #expect(page.matches(of: /<li class="step[^"]*">/).count == 5)
    #expect(page.contains("<ol class=\"timeline\" style=\"counter-reset: step 7\">"), "they keep their numbers")
    let drawn = page.matches(of: /<tspan class="step">([0-9]+)/).compactMap { Int($0.output.1) }
    #expect(!drawn.isEmpty && drawn.allSatisfy { (8...12).contains($0) }, "\(drawn)")
    let none = try Program.run(arguments + ["--html", file, "--page-steps", "0"])
    #expect(none.status == 2 && none.errors.contains("--page-steps is 0; give a number from 1 on"))
  }

  @Test(arguments: [
    (["simulate", "peterson", "--html", "a", "--diagram", "svg", "--diagram-file", "./a"], "--html"),
    (["explore", "peterson", "--diagram", "svg", "--diagram-file", "a", "--save-test", "a"], "--diagram-file"),
    (["fuzz", "peterson", "--diagram", "svg", "--diagram-file", "a", "--save-test", "a"], "--diagram-file"),
    (["audit", "--html", "a", "--markdown", "a"], "--markdown"),
  ])
  func `two outputs into one file are refused, here and elsewhere`(arguments: [String], first: String) throws {
    let scratch = try Scratch()
    let run = try Program.run(arguments, in: scratch.url)
    #expect(run.status == 2 && run.errors.contains("' is the file of \(first) as well"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("a")))
  }
}

@Suite struct `Documents on the command line` {
  /// The package's chapters and pages, copied, so that they can be spoiled.
  private func spoiled(_ chapter: String, _ change: (inout String) -> Void) throws -> Program {
    let scratch = try Scratch()
    for name in ["specs", "docs", "examples", "FIGURES.md", "README.md", "Sources"] {
      let from = Program.root.appending(path: name)
      try FileManager.default.createSymbolicLink(at: scratch.url.appending(path: name), withDestinationURL: from)
    }
    let specs = scratch.url.appending(path: "specs")
    try FileManager.default.removeItem(at: specs)
    try FileManager.default.createDirectory(at: specs, withIntermediateDirectories: true)
    // One chapter is enough, and takes no time.
    var text = try String(contentsOf: Program.root.appending(path: "specs/\(chapter)"), encoding: .utf8)
    change(&text)
    try text.write(to: specs.appending(path: chapter), atomically: true, encoding: .utf8)
    return try Program.run("docs", "--check", "--root", scratch.url.path)
  }

  @Test func `a link that leads nowhere is a finding with file and line`() throws {
    let run = try spoiled("93-peterson.md") { $0 += "\n[gone](01-gone.md)\n" }
    #expect(run.status == 1)
    #expect(
      run.output.contains("broken-link: the link leads to 01-gone.md, which is not there  (specs/93-peterson.md:"))
  }

  @Test func `a scenario is judged as its chapter has it, not as it was when the program was built`() throws {
    let run = try spoiled("12-apply.md") { $0 = $0.replacing("result=applied", with: "result=failed") }
    #expect(run.status == 1)
    #expect(run.output.contains("CRITICAL scenario-failed: "), "\(run.output)")
  }

  @Test func `pages are compared again when a file that they lead to comes, and not when any other does`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path("specs"), withIntermediateDirectories: true)
    let text = try String(contentsOf: Program.root.appending(path: "specs/12-apply.md"), encoding: .utf8)
    try scratch.write("specs/12-apply.md", text + "\n[more](../NOTES.md)\n")
    _ = try Program.run("docs", "--root", scratch.url.path)
    func audit() throws -> (links: Int, isKept: Bool) {
      let audit = try Program.run("audit", "--only", "docs", "--root", scratch.url.path, "--json")
      let object = try audit.object()
      let findings = try #require(object["findings"] as? [[String: Any]])
      let told = findings.filter { ($0["words"] as? String)?.hasPrefix("../NOTES.md leads to nothing") == true }
      return (told.count, object["pages_evidence_of"] is String)
    }
    #expect(try audit() == (1, false))
    try scratch.write("audit.html", "a report of its own")
    #expect(try audit() == (1, true))
    try scratch.write("NOTES.md", "# More\n")
    #expect(try audit() == (0, false))
  }

  @Test func `a page that is stale is named with its first line that differs`() throws {
    let run = try spoiled("93-peterson.md") { $0 = $0.replacing("# Peterson's lock", with: "# A lock") }
    #expect(run.status == 1)
    #expect(run.output.contains("93-peterson.md:"))
    #expect(run.output.contains("expected: # A lock"))
  }

  @Test func `evidence of another version is a finding, and so is what is no evidence`() throws {
    let scratch = try Scratch()
    let (specs, kept) = ("specs/evidence", "specs/evidence/peterson.json")
    try FileManager.default.createDirectory(atPath: scratch.path(specs), withIntermediateDirectories: true)
    let name = "specs/93-peterson.md"
    try FileManager.default.copyItem(at: Program.root.appending(path: name), to: scratch.url.appending(path: name))
    try scratch.write(kept, keptCounts(book: "1"))
    let old = try Program.run("docs", "--root", scratch.url.path)
    #expect(old.output.contains("MINOR other-version: the mutants were counted under other rules"))
    #expect(old.output.contains("(specs/evidence/peterson.json:3)"))
    let page = try String(contentsOfFile: scratch.path("docs/system-peterson.html"), encoding: .utf8)
    #expect(page.contains("These counts are of an earlier version of the rules"))
    try scratch.write(kept, "{")
    let none = try Program.run("docs", "--root", scratch.url.path)
    #expect(none.status == 1)
    #expect(
      none.output.contains(
        "MAJOR counts-unreadable: specs/evidence/peterson.json is no count of the mutants of peterson"))
    #expect(none.output.contains("(specs/evidence/peterson.json:1)"))
  }

  @Test func `an excerpt that its file does not have is a finding`() throws {
    let run = try spoiled("80-own-protocol.md") {
      $0 = $0.replacing("swift-tools-version:6.2", with: "swift-tools-version:5")
    }
    #expect(run.status == 1)
    #expect(run.output.contains("stale-excerpt: examples/own-protocol/Package.swift does not have this line here"))
    #expect(run.output.contains("(specs/80-own-protocol.md:"))
  }
}

/// The book as it is kept.
@Suite struct `The book in docs` {
  private let docs = Program.root.appending(path: "docs")

  private func files(_ ending: String) throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: docs, includingPropertiesForKeys: nil)
      .filter { $0.pathExtension == ending }
  }

  @Test func `is smaller than 5 MB, and loads nothing over the network`() throws {
    var bytes = 0
    for ending in ["html", "css", "js"] {
      for file in try files(ending) {
        let text = try String(contentsOf: file, encoding: .utf8)
        bytes += text.utf8.count
        let loads = text.matches(of: /<(?:script|link|img|iframe|source)\b[^>]*(?:src|href)="(?:[a-z]+:)?\/\//)
        #expect(loads.isEmpty && !text.contains("@import") && !text.contains("fetch("), "\(file.lastPathComponent)")
      }
    }
    let images = docs.appending(path: "diagrams")
    for name in try FileManager.default.contentsOfDirectory(atPath: images.path) {
      bytes += try Data(contentsOf: images.appending(path: name)).count
    }
    #expect((100_000..<5_000_000).contains(bytes), "\(bytes) bytes")
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tidy")))
  func `has pages without an error in their HTML`() throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/tidy")
    process.arguments = ["-quiet", "-errors", "-utf8", "--show-warnings", "no"] + (try files("html").map(\.path))
    let errors = Pipe()
    process.standardError = errors
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus < 2, "\(said)")
  }
}

import Foundation
import Testing

/// The chapter that builds a protocol from an empty folder, taken at its word: each command is run where a reader would
/// run it, and has to print what the chapter shows.
@Suite struct `The tutorial` {
  private static let chapter = Program.root.appending(path: "specs/80-own-protocol.md")
  private static let example = Program.root.appending(path: "examples/own-protocol")
  /// As deep below the package as the example is, so that its path to the package holds.
  private static let folder = Program.root.appending(path: ".build/own-protocol")

  @Test func `its commands print what it shows`() throws {
    let blocks = try transcripts(in: String(contentsOf: Self.chapter, encoding: .utf8))
    #expect(blocks.count > 5)
    try clear()
    let first = try #require(blocks.first)
    for command in first { try expect(command, in: Self.folder.deletingLastPathComponent(), then: "own-protocol") }
    // Nothing but the chapter's own commands brings the files.
    for command in blocks.dropFirst().joined() { try expect(command, in: Self.folder) }
  }

  @Test(arguments: ["Lease.swift", "Lease+Signals.swift"])
  func `its blocks, one after the other, are the whole of the machine`(name: String) throws {
    let chapter = try String(contentsOf: Self.chapter, encoding: .utf8)
    let file = try String(contentsOf: Self.example.appending(path: "Sources/Leasing/\(name)"), encoding: .utf8)
    let blocks = chapter.components(separatedBy: "\n```swift examples/own-protocol/Sources/Leasing/\(name)\n")
      .dropFirst()
    let shown = blocks.flatMap { $0.components(separatedBy: "\n```\n")[0].split(separator: "\n") }
    #expect(blocks.count > 1 && shown == file.split(separator: "\n"))
  }

  @Test func `the machine is small enough to be read at once`() throws {
    let file = Self.example.appending(path: "Sources/Leasing/Lease.swift")
    let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count < 150)
  }

  // MARK: - Commands

  private struct Command {
    let text: String
    var output: [String] = []
  }

  /// What is typed and answered in each block of the chapter.
  private func transcripts(in chapter: String) -> [[Command]] {
    var blocks: [[Command]] = []
    var isInside = false
    for line in chapter.split(separator: "\n", omittingEmptySubsequences: false) {
      if line == "```console" {
        blocks.append([])
        isInside = true
      } else if line == "```" {
        isInside = false
      } else if isInside, line.hasPrefix("$ ") {
        blocks[blocks.count - 1].append(Command(text: String(line.dropFirst(2))))
      } else if isInside, let last = blocks.last?.indices.last {
        blocks[blocks.count - 1][last].output.append(String(line))
      }
    }
    return blocks
  }

  private func expect(_ command: Command, in folder: URL, then deeper: String = "") throws {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    // The first block makes the folder that the others are run in.
    let exists = FileManager.default.fileExists(atPath: folder.appending(path: deeper).path)
    process.currentDirectoryURL = exists ? folder.appending(path: deeper) : folder
    process.arguments = ["-c", command.text]
    let (output, errors) = (Pipe(), FileManager.default.temporaryDirectory.appending(path: UUID().uuidString))
    _ = FileManager.default.createFile(atPath: errors.path, contents: nil)
    defer { try? FileManager.default.removeItem(at: errors) }
    process.standardOutput = output
    process.standardError = try FileHandle(forWritingTo: errors)
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    // A build tells its progress beside its errors, which may be far from the end.
    let complaints = ((try? String(contentsOf: errors, encoding: .utf8)) ?? "").split(separator: "\n")
      .filter { !$0.hasPrefix("[") }.joined(separator: "\n")
    #expect(process.terminationStatus == 0, "\(command.text)\n\(printed)\(complaints.prefix(4000))")
    var lines = printed.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    #expect(fits(lines[...], command.output[...]), "\(command.text) printed:\n\(printed)")
  }

  /// Whether lines are those expected: `…` alone stands for any lines, and at the end of one for the rest of it.
  private func fits(_ lines: ArraySlice<String>, _ expected: ArraySlice<String>) -> Bool {
    guard let first = expected.first else { return lines.isEmpty }
    let rest = expected.dropFirst()
    if first == "…" {
      return (lines.startIndex...lines.endIndex).contains { fits(lines[$0...], rest) }
    }
    guard let line = lines.first else { return false }
    let isSame = first.hasSuffix("…") ? line.hasPrefix(first.dropLast()) : line == first
    return isSame && fits(lines.dropFirst(), rest)
  }

  // MARK: - Files

  /// Empties the folder, but for what was built in it before.
  private func clear() throws {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: Self.folder.path)) ?? [] where name != ".build" {
      try FileManager.default.removeItem(at: Self.folder.appending(path: name))
    }
  }

  @Test func `it names every file of the example, and copies them all`() throws {
    let text = try String(contentsOf: Self.chapter, encoding: .utf8)
    let copied = ["Package.swift", "specs", "Sources", "Tests"]
    #expect(text.contains("$ cp -R ../../examples/own-protocol/{\(copied.joined(separator: ","))} .\n"))
    let files = FileManager.default
    for part in copied {
      let folder = Self.example.appending(path: part)
      let names = (try? files.subpathsOfDirectory(atPath: folder.path))?.map { "\(part)/\($0)" } ?? [part]
      for name in names where name.contains(".") {
        #expect(text.contains("[\(name)](../examples/own-protocol/\(name))"), "\(name)")
      }
    }
  }
}

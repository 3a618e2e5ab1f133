import Foundation

/// What the living documents take: weaving the book, auditing everything, and auditing again what has not changed.
///
/// The program beside this one does it in a copy of the package without pages and without rounds, so that every diagram
/// is drawn and every world explored. The whole audit takes minutes.
enum Book {
  private static let docsSecondsMax = 20.0
  private static let megabytesMax = 5.0
  private static let auditSecondsMax = 300.0
  private static let repeatSecondsMax = 10.0

  static func figures() throws -> [Figure] {
    let program = (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0]))
      .deletingLastPathComponent().appending(path: "interlock").path
    guard FileManager.default.isExecutableFile(atPath: program) else {
      throw BenchError("there is no program at \(program): make build")
    }
    let package = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }.path
    let copy = try TemporaryFolder()
    let without = ["./docs", ".build", ".git", ".interlock"].map { "--exclude='\($0)'" }.joined(separator: " ")
    _ = try ChildRun.succeeding("tar -C '\(package)' \(without) -cf - . | tar -xf -", in: copy.path(""))
    let docs = try ChildRun.succeeding("'\(program)' docs", in: copy.path(""))
    let (bytes, files) = try size(copy.path("docs"))
    let whole = try audit(program, copy)
    let again = try audit(program, copy)
    return [
      Figure(
        name: "book: weaving all of it", measured: Quantity(docs.wallSeconds, "s"), goal: "below 20 s",
        isMet: docs.wallSeconds < docsSecondsMax,
        note: "wall time, every core, diagrams drawn anew; \(Quantity.digits(docs.processorSeconds)) CPU s"),
      Figure(
        name: "book: size of the site", measured: Quantity(Double(bytes) / 1e6, "MB"), goal: "below 5 MB",
        isMet: Double(bytes) / 1e6 < megabytesMax, note: "\(files) files: pages, style, scripts and images"),
      Figure(
        name: "audit: everything", measured: Quantity(whole.run.wallSeconds, "s"), goal: "below 300 s",
        isMet: whole.run.wallSeconds < auditSecondsMax, note: "wall time, every core; \(whole.verdict)"),
      Figure(
        name: "audit: again, unchanged", measured: Quantity(again.run.wallSeconds, "s"), goal: "below 10 s",
        isMet: again.run.wallSeconds < repeatSecondsMax, note: "wall time, every core; \(again.verdict)"),
    ]
  }

  private static func audit(_ program: String, _ folder: TemporaryFolder) throws -> (run: ChildRun, verdict: String) {
    let run = try ChildRun("'\(program)' audit", in: folder.path(""))
    guard let verdict = [0: "READY", 1: "FIX REQUIRED", 4: "UNFINISHED"][run.status] else {
      throw BenchError("\(program) audit ended with \(run.status): \(run.output)")
    }
    return (run, verdict)
  }

  /// The bytes of the book's files below a folder, and their number; pages in Markdown are the repository's.
  private static func size(_ folder: String) throws -> (bytes: Int, files: Int) {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { !$0.hasSuffix(".md") }
    let sizes = try paths.compactMap { path -> Int? in
      let values = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
      return values[.type] as? FileAttributeType == .typeRegular ? values[.size] as? Int : nil
    }
    return (sizes.reduce(0, +), sizes.count)
  }
}

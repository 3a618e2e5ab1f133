import Check
import Foundation
import Spec
import Weave

/// What became of all mutants of a system, kept beside the chapters: to count again takes minutes.
///
/// The book's digest says of which rules it was counted; a page says so where they are others by now.
struct KeptMutation: Codable {
  let system: String
  let book: String
  let all: Int
  let killed: Int
  let noticed: Int
  let equivalent: Int

  init(_ report: MutationReport, of entry: CatalogEntry) {
    system = entry.name
    book = Self.digest(entry)
    all = report.total.all
    killed = report.total.killed
    noticed = report.total.noticed
    equivalent = report.total.equivalent
  }

  private static func digest(_ entry: CatalogEntry) -> String { String(entry.bookDigest(), radix: 16) }

  static func path(_ name: String) -> String { "specs/evidence/\(name).json" }

  func write(to folder: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    let url = URL(fileURLWithPath: folder)
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw WorldFailure("\(folder) cannot be made: \(error.systemReason)")
    }
    let text = String(decoding: try encoder.encode(self), as: UTF8.self)
    try Telling.write(text, to: url.appendingPathComponent("\(system).json").path)
  }

  /// What is kept of a system in a package; nil where nothing is.
  static func evidence(of entry: CatalogEntry, in package: URL) throws -> MutationEvidence? {
    let path = path(entry.name)
    guard let data = try? Data(contentsOf: package.appendingPathComponent(path)) else { return nil }
    guard let kept = try? JSONDecoder().decode(KeptMutation.self, from: data), kept.system == entry.name else {
      throw WorldFailure(
        "\(path) is no count of the mutants of \(entry.name)",
        try: "\(Catalog.program) mutate \(entry.name) --keep specs/evidence")
    }
    return MutationEvidence(
      all: kept.all, killed: kept.killed, noticed: kept.noticed, equivalent: kept.equivalent,
      isCurrent: kept.book == digest(entry), source: path)
  }
}

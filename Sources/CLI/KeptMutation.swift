import Chapters
import Check
import Foundation
import Spec
import Weave

/// What became of all mutants of a system, kept beside the chapters: to count again takes minutes.
///
/// A fingerprint of the sources says of which rules it was counted; a page says so where they are others by now.
struct KeptMutation: Codable {
  let system: String
  let book: String
  let all: Int
  let killed: Int
  let noticed: Int
  let equivalent: Int
  let unexercised: Int
  /// Of the counts: whoever changes one by hand is told of.
  private(set) var digest = ""

  init(_ report: MutationReport, of entry: CatalogEntry) {
    system = entry.name
    book = Self.digest(entry)
    all = report.total.all
    killed = report.total.killed
    noticed = report.total.noticed
    equivalent = report.total.equivalent
    unexercised = report.total.unexercised
    digest = countsDigest
  }

  private var countsDigest: String {
    let text = "\(system) \(book) \(all) \(killed) \(noticed) \(equivalent) \(unexercised)"
    return SourceFingerprints.digest(of: text)
  }

  private static func digest(_ entry: CatalogEntry) -> String {
    entry.sourceFingerprint ?? String(entry.bookDigest(), radix: 16)
  }

  /// Whether there can be such counts.
  private var isPossible: Bool {
    let parts = [killed, noticed, equivalent, unexercised]
    return (0...1_000_000).contains(all) && parts.allSatisfy((0...all).contains) && parts.reduce(0, +) <= all
  }

  /// Whether it was counted of the machine as it is: of its sources, as far as these are known, and of all its mutants.
  private func isCurrent(_ entry: CatalogEntry) -> Bool {
    book == KeptMutation.digest(entry) && all == entry.mutation.mutants().count
  }

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
    let file = package.appendingPathComponent(path)
    guard let kept = try read(entry, from: file, named: path) else { return nil }
    return MutationEvidence(
      all: kept.all, killed: kept.killed, noticed: kept.noticed, equivalent: kept.equivalent,
      unexercised: kept.unexercised, isCurrent: kept.isCurrent(entry), source: path)
  }

  /// Whether a folder has a count of this system under its rules of today.
  static func isCurrent(_ entry: CatalogEntry, in folder: String) -> Bool {
    let file = URL(fileURLWithPath: folder).appendingPathComponent("\(entry.name).json")
    let kept = try? read(entry, from: file, named: file.path)
    return kept?.isCurrent(entry) ?? false
  }

  private static func read(_ entry: CatalogEntry, from file: URL, named path: String) throws -> KeptMutation? {
    guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false)) else { return nil }
    guard let data = try? Data(contentsOf: file) else {
      throw WorldFailure("\(path) cannot be read", try: command(entry))
    }
    guard let kept = try? JSONDecoder().decode(KeptMutation.self, from: data), kept.system == entry.name,
      kept.isPossible
    else { throw WorldFailure("\(path) is no count of the mutants of \(entry.name)", try: command(entry)) }
    guard kept.digest == kept.countsDigest else {
      throw WorldFailure("\(path) was changed after the mutants of \(entry.name) were counted", try: command(entry))
    }
    return kept
  }

  /// The command that counts all mutants of a system.
  static func command(_ entry: CatalogEntry) -> String {
    "\(Catalog.program) mutate \(entry.name) --keep specs/evidence"
  }

  /// Codes of what is wrong with a file of counts, whatever the counts.
  static let fileCodes = ["counts-unreadable", "other-version"]

  /// Counts of systems that this program does not have.
  static func strangers(in package: URL) -> [Finding] {
    let folder = path("").folderOfPath
    let names =
      (try? FileManager.default.contentsOfDirectory(atPath: package.appendingPathComponent(folder).path)) ?? []
    let known = Set(Catalog.entries.map { path($0.name) })
    return names.sorted().map { "\(folder)/\($0)" }.filter { $0.hasSuffix(".json") && !known.contains($0) }.map {
      Finding(
        .minor, "counts-stranger", "it counts the mutants of a machine that this version does not have", at: "\($0):1")
    }
  }

  /// What is wrong with what is known of a system's mutants; nil where enough of them are killed.
  ///
  /// - Parameter tried: What a round found of the mutants that it tried. Of all of them it is a count itself.
  static func finding(
    of entry: CatalogEntry, in package: URL, tried: MutationEvidence? = nil
  ) -> Finding? {
    let kept: MutationEvidence?
    do { kept = try evidence(of: entry, in: package) } catch {
      return Finding(
        .major, "counts-unreadable", "\(error)".split(separator: "\n").first.map(String.init) ?? "",
        at: "\(path(entry.name)):1")
    }
    if let kept, !kept.isCurrent {
      return Finding(
        .minor, "other-version", "the mutants were counted under other rules; try: \(command(entry))",
        at: "\(kept.source):3")
    }
    if let kept, let tried, !tried.canBePart(of: kept) {
      return Finding(
        .major, "counts-differ",
        "of the mutants of \(entry.name) it counts \(kept.words), and \(tried.words) were found among "
          + (tried.all == kept.all ? "all of them" : "some of them") + "; try: \(command(entry))",
        at: "\(kept.source):1")
    }
    let whole = tried.flatMap { $0.all == entry.mutation.mutants().count ? $0 : nil }
    guard let kept = whole ?? kept else {
      return Finding(
        .minor, "mutants-uncounted",
        "no count of all mutants of \(entry.name) is kept, so nobody knows its score; try: \(command(entry))",
        at: "specs/\(entry.chapter):1")
    }
    if kept.isEnough { return nil }
    return Finding(
      .major, "mutant-score-low",
      "\(kept.killed) of the \(kept.judged) mutants of \(entry.name) that make a difference are killed, "
        + "\(kept.percent) %; at least \(Int(MutationEvidence.goal * 100)) % is asked", at: "\(kept.source):1")
  }
}

extension MutationEvidence {
  fileprivate var survived: Int { judged - killed - noticed }

  fileprivate var words: String {
    "\(killed) killed, \(equivalent) equivalent, \(unexercised) not exercised, \(noticed) noticed and \(survived) not"
  }

  /// Whether those that were tried can be among those of a count.
  fileprivate func canBePart(of count: Self) -> Bool {
    killed <= count.killed && equivalent <= count.equivalent && unexercised <= count.unexercised
      && noticed <= count.noticed
      && survived <= count.survived
  }
}

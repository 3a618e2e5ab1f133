import Foundation
import Platform

/// What a crash must not take from a run: who it is, what it found running, and whether that is owed.
///
/// Each run has a file of its own beside the database. Whoever touches one holds the database's lock; so one of another
/// run is of a run that died.
struct RunMemo: Codable, Sendable {
  var runID: String
  var survey: Survey
  /// Whether what was found was asked to stop, and is to come back.
  var isOwed = false

  /// What a run kept; nil where it kept nothing, or that was put away.
  static func read(_ runID: String, _ order: TuneOrder) -> RunMemo? { read(atPath: path(runID, order)) }

  /// Those of all other runs, which have died.
  static func others(than runID: String, _ order: TuneOrder) -> [RunMemo] {
    let prefix = path("", order)
    let folder = prefix.folderOfPath
    let beginning = (prefix as NSString).lastPathComponent
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    return names.sorted().filter { $0.hasPrefix(beginning) && $0 != beginning + runID }
      .compactMap { read(atPath: prefix + $0.dropFirst(beginning.count)) }
  }

  /// Its words and variables may hold secrets: nobody else may read it, at no moment.
  func write(_ order: TuneOrder) throws {
    let file = try FileReplacement(of: RunMemo.path(runID, order))
    try file.write(Array(JSONEncoder().encode(self)))
    try file.replace(expecting: file.read())
  }

  static func remove(_ runID: String, _ order: TuneOrder) {
    let path = path(runID, order)
    try? FileManager.default.removeItem(atPath: path)
    // What waits there where the run was killed while it wrote.
    try? FileReplacement(of: path).discard()
  }

  private static func path(_ runID: String, _ order: TuneOrder) -> String { order.besideDatabase("-run-" + runID) }

  private static func read(atPath path: String) -> RunMemo? {
    FileManager.default.contents(atPath: path).flatMap { try? JSONDecoder().decode(RunMemo.self, from: $0) }
  }
}

import Engine
import Foundation
import Machines

/// What the journal of a run of autotune says of it before its first step: who it is, and what it was asked.
///
/// A run that was killed is put away by that alone, whatever the next one is asked.
public struct TuneJournal: Sendable, Equatable {
  public var runID: String
  /// The folder in which the command was typed.
  public var folder: String
  /// The profile, as its file was then.
  public var profile: String
  /// The profile's name, as it was typed.
  public var profileName: String
  /// The words of the command line.
  public var words: [String]

  public init(runID: String, folder: String, profile: String, profileName: String, words: [String]) {
    self.runID = runID
    self.folder = folder
    self.profile = profile
    self.profileName = profileName
    self.words = words
  }

  public init?(_ header: JournalHeader) {
    guard header.system == Autotune.design.name,
      let parts = try? JSONDecoder().decode([String].self, from: Data(header.roster.utf8)), parts.count >= 4
    else { return nil }
    self.init(
      runID: parts[0], folder: parts[1], profile: parts[3], profileName: parts[2], words: Array(parts.dropFirst(4)))
  }

  public func header(for order: TuneOrder) -> JournalHeader {
    let parts = [runID, folder, profileName, profile] + words
    let roster = (try? JSONEncoder().encode(parts)).map { String(decoding: $0, as: UTF8.self) } ?? "[]"
    return JournalHeader(
      Autotune.design, start: Autotune(order.plan), world: "run \(runID)", roster: roster, clock: .real)
  }
}

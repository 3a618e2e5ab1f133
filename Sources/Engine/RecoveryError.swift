import Spec

/// Why a run cannot go on from its journal. The journal is then as it was.
public enum RecoveryError: Error, Hashable, Sendable {
  case journal(JournalError)
  /// The journal is of another system at this place.
  case otherSystem(path: String, place: Int, found: String, expected: String)
  /// The journal was written under a book whose persisted states lose their meaning under this one.
  case otherBook(path: String, changes: [ShapeChange])
  /// The journal was written under another book, and does not say what was in it.
  case unknownBook(path: String)
  /// A snapshot, or the start in the header where `after` is 0, is no state of this system.
  case unreadableState(path: String, after: UInt64)
  /// Stepping the record again came to something else: `words` say what.
  case diverged(path: String, record: UInt64, isOtherBook: Bool, words: String)
}

extension RecoveryError: CustomStringConvertible {
  /// What was found and what to try, one per line.
  public var description: String {
    switch self {
    case .journal(let error): return error.description
    case .otherSystem(let path, let place, let found, let expected):
      return text("the journal \(path) is of \(found) at place \(place), and not of \(expected)", "name its own system")
    case .otherBook(let path, let changes):
      let lost = changes.filter { $0.kind == .loses }.map { "\n  \($0.what) \($0.words)" }.joined()
      return text(
        "the journal \(path) was written under another version of the rules, and its states lose their meaning:\(lost)",
        "end the run with the version that began it", "interlock compat \(path) <machine>")
    case .unknownBook(let path):
      return text(
        "the journal \(path) was written under another version of the rules, and does not describe them",
        "end the run with the version that began it")
    case .unreadableState(let path, let after):
      let what = after == 0 ? "the start state in the header" : "the snapshot after record \(after)"
      return text("\(what) of \(path) is no state of this system", "interlock audit --journal \(path)")
    case .diverged(let path, let record, let isOtherBook, let words):
      let why = isOtherBook ? "under the rules of this version " : ""
      return text(
        "the journal \(path) cannot be continued: \(why)record \(record) \(words)",
        isOtherBook ? "end the run with the version that began it" : "interlock audit --journal \(path)")
    }
  }

  private func text(_ found: String, _ advice: String...) -> String {
    "error: \(found)" + advice.map { "\n  try: \($0)" }.joined()
  }
}

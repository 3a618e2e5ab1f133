/// The first place where a journal is not what a run wrote, or does not say how the run ended.
///
/// The chain is a hash without a secret. It shows accidents and edits by hand; whoever computes all of it anew
/// leaves a journal that looks like another run.
public enum JournalFault: Hashable, Sendable {
  /// What the run's header says was changed: it gives `expected`, and `found` stands beside it.
  case headerEdited(expected: UInt64, found: UInt64)
  /// Records before a snapshot were dropped, and the mark that says where does not fit its own seal.
  case baseEdited(expected: UInt64, found: UInt64)
  /// The record's content, after the record before it, gives the chain `expected`, but `found` stands there.
  case edited(record: UInt64, expected: UInt64, found: UInt64)
  /// The record with this number is gone, and later ones are there.
  case missing(record: UInt64)
  /// The record stands behind the closing mark, or has a number that no record can have after this one.
  case added(record: UInt64, after: UInt64)
  /// All records are there, and the closing mark does not fit its own seal.
  case closingEdited(after: UInt64, expected: UInt64, found: UInt64)
  /// The closing mark promises records up to this number, and the last ones are gone.
  case truncated(after: UInt64, promised: UInt64)
  /// The run was closed, and its closing mark is gone.
  case closingRemoved(after: UInt64)
  /// SQLite cannot read on.
  case unreadable(after: UInt64, reason: String)
  /// There is no closing mark: the run was killed, or is still going on.
  case tail(after: UInt64)

  /// The last record before the fault; every record up to it is as it was written.
  public var lastGood: UInt64 {
    switch self {
    case .headerEdited, .baseEdited: 0
    case .edited(let record, _, _), .missing(let record): record - 1
    case .added(_, let after), .closingEdited(let after, _, _), .truncated(let after, _): after
    case .unreadable(let after, _), .tail(let after), .closingRemoved(let after): after
    }
  }

  /// Whether someone changed the file after the run wrote it. A tail is none, and neither is a damaged disk's doing.
  public var isEdit: Bool {
    switch self {
    case .headerEdited, .baseEdited, .edited, .missing, .added, .closingEdited, .truncated, .closingRemoved: true
    case .unreadable, .tail: false
    }
  }
}

extension JournalFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .headerEdited(let expected, let found):
      "the header was edited: its content gives \(hex(expected)), but \(hex(found)) stands there"
    case .baseEdited(let expected, let found):
      "the mark of the dropped records was edited: its content gives \(hex(expected)), but \(hex(found)) stands there"
    case .edited(let record, let expected, let found):
      "journal record \(record) was edited: its content gives \(hex(expected)), but \(hex(found)) stands there"
    case .missing(let record): "journal record \(record) is missing, and later ones are there"
    case .added(let record, _): "journal record \(Int64(bitPattern: record)) was added: the run did not write it"
    case .closingEdited(_, let expected, let found):
      "the closing mark was edited: its content gives \(hex(expected)), but \(hex(found)) stands there"
    case .truncated(let after, let promised):
      "the journal ends after record \(after), but its closing mark promises \(promised) records"
    case .unreadable(let after, let reason): "the journal cannot be read after record \(after): \(reason)"
    case .closingRemoved(let after):
      "the closing mark was removed: the run was closed, and the journal now ends after record \(after)"
    case .tail(let after):
      "the journal ends after record \(after) without a closing mark: the run was killed or is still going on"
    }
  }

  private func hex(_ word: UInt64) -> String { String(word, radix: 16) }
}

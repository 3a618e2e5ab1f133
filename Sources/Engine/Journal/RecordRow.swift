import Spec

/// One row of the table `record`, except its chain: numbers as SQLite holds them, bytes wherever they are.
struct RecordRow {
  var number: UInt64
  var nanoseconds: UInt64
  var cause: Int64
  var ticket: UInt64
  var outcome: Int64
  var state: UInt64
  var event: UnsafeRawBufferPointer
  /// Pairs of little-endian 16-bit numbers: host, rule.
  var fired: UnsafeRawBufferPointer
  var effects: UnsafeRawBufferPointer
  /// Which of the journal's systems took the step.
  var place: UInt64 = 0
  /// A bit for each column whose type is not the one that a journal writes.
  var strangeColumns: UInt64 = 0
}

// MARK: - Codes

extension Record.Cause {
  /// The columns `cause` and `ticket`. A channel's number stands in the place of a ticket, and so does an instant.
  var columns: (cause: Int64, ticket: UInt64) {
    switch self {
    case .input: (0, 0)
    case .answer(let ticket): (1, ticket)
    case .delivery(let channel): (2, UInt64(bitPattern: Int64(channel)))
    case .offContract(let ticket): (3, ticket)
    case .crash(let instant): (4, instant)
    }
  }

  init?(cause: Int64, ticket: UInt64) {
    switch cause {
    case 0: self = .input
    case 1: self = .answer(ticket: ticket)
    case 2: self = .delivery(channel: Int(Int64(bitPattern: ticket)))
    case 3: self = .offContract(ticket: ticket)
    case 4: self = .crash(aliveUntil: ticket)
    default: return nil
    }
  }
}

extension Outcome {
  /// The column `outcome`: the rule that fired, or a negative number.
  var column: Int64 {
    switch self {
    case .fired(let rule): Int64(rule)
    case .refused: -1
    case .ignored: -2
    case .unexpected: -3
    }
  }

  init?(column: Int64) {
    switch column {
    case 0...: self = .fired(rule: Int(column))
    case -1: self = .refused
    case -2: self = .ignored
    case -3: self = .unexpected
    default: return nil
    }
  }
}

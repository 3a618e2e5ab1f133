import CXXHash

/// What a clean end writes beside its last records: how many there are, and where their chain arrived.
///
/// The seal is there so that an edited mark is told apart from records that are gone.
struct ClosingMark: Equatable {
  let count: UInt64
  let chain: UInt64
  let seal: UInt64

  /// - Parameter header: The chain of the header of the same journal.
  init(count: UInt64, chain: UInt64, header: UInt64) {
    self.count = count
    self.chain = chain
    seal = Self.seal(count, chain, header)
  }

  static func seal(_ count: UInt64, _ chain: UInt64, _ header: UInt64) -> UInt64 {
    let words = (count.littleEndian, chain.littleEndian, header.littleEndian)
    return withUnsafeBytes(of: words) { XXH3_64bits($0.baseAddress, $0.count) }
  }
}

// MARK: - In the table `run`

extension ClosingMark {
  var rows: [(key: String, value: DatabaseValue)] {
    [
      ("closed_count", .integer(Int64(bitPattern: count))),
      ("closed_chain", .integer(Int64(bitPattern: chain))),
      ("closed_seal", .integer(Int64(bitPattern: seal))),
    ]
  }

  /// What the rows say of the end of the run.
  enum Reading: Equatable {
    /// The run has not been closed.
    case absent
    case mark(ClosingMark)
    /// The seal does not fit the rest, or a part is gone.
    case edited(expected: UInt64, found: UInt64)
  }

  static func read(_ rows: [String: DatabaseValue], header: UInt64) -> Reading {
    let values = ["closed_count", "closed_chain", "closed_seal"].map { rows[$0] }
    if values.allSatisfy({ $0 == nil }) { return .absent }
    let words = values.map { UInt64(bitPattern: $0?.integer ?? 0) }
    let mark = ClosingMark(count: words[0], chain: words[1], header: header)
    let isWhole = values.allSatisfy { $0?.integer != nil }
    return isWhole && mark.seal == words[2] ? .mark(mark) : .edited(expected: mark.seal, found: words[2])
  }
}

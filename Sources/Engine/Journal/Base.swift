import CXXHash

/// Where a compacted journal begins: the last record that was dropped, and its chain.
///
/// What stood before it is in the snapshots; the records after it are chained to it as to any record.
struct Base: Equatable {
  let number: UInt64
  let chain: UInt64
  let seal: UInt64

  /// - Parameter header: The chain of the header of the same journal.
  init(number: UInt64, chain: UInt64, header: UInt64) {
    self.number = number
    self.chain = chain
    let words = (number.littleEndian, chain.littleEndian, header.littleEndian, UInt64(0x6261_7365).littleEndian)
    seal = withUnsafeBytes(of: words) { XXH3_64bits($0.baseAddress, $0.count) }
  }

  var rows: [(key: String, value: DatabaseValue)] {
    [("base_number", .word(number)), ("base_chain", .word(chain)), ("base_seal", .word(seal))]
  }

  enum Reading: Equatable {
    /// Every record is there.
    case absent
    case base(Base)
    case edited(expected: UInt64, found: UInt64)
  }

  static func read(_ rows: [String: DatabaseValue], header: UInt64) -> Reading {
    let values = ["base_number", "base_chain", "base_seal"].map { rows[$0] }
    if values.allSatisfy({ $0 == nil }) { return .absent }
    let words = values.map { UInt64(bitPattern: $0?.integer ?? 0) }
    let base = Base(number: words[0], chain: words[1], header: header)
    let isWhole = values.allSatisfy { $0?.integer != nil }
    return isWhole && base.seal == words[2] ? .base(base) : .edited(expected: base.seal, found: words[2])
  }
}

/// Folds the fields of one value into 64 bits, without memory: the element digest of ``Fifo`` and ``KeyedSet``.
///
/// Each word is multiplied into the state by its full 128-bit product (the mixing step of wyhash); order matters.
/// Fingerprints of whole states are XXH3 over bytes; this is for elements, where a call per element must cost a few
/// nanoseconds.
public struct Digester: Fields {
  public var value: UInt64 = 0x9E37_79B9_7F4A_7C15
  @inlinable public init() {}
  @inlinable public var isReading: Bool { false }
  @inlinable public mutating func word(_ word: inout UInt64, max: UInt64, _ words: (UInt64) -> String?) {
    let product = (value ^ word ^ 0xA076_1D64_78BD_642F).multipliedFullWidth(by: value | 0xE703_7ED1_A0B4_28DB)
    value = product.high ^ product.low ^ word &* 0x8EBC_6AF0_9C88_C6E3
  }
}

extension Coded {
  /// 64 bits that stand for this value's fields.
  @inlinable public var digest: UInt64 {
    var copy = self
    var digester = Digester()
    copy.fields(&digester)
    return digester.value
  }
}

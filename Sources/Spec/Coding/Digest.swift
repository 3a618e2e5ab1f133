/// Folds words into 64 bits that stand for them in their order.
///
/// Each word is folded by itself, under the key of its place, and the products are summed: no multiplication waits for
/// the one before.
@frozen public struct Digest {
  @usableFromInline var sum: UInt64 = 0x8EBC_6AF0_9C88_C6E3
  @usableFromInline var key: UInt64 = 0xA076_1D64_78BD_642F

  @inlinable @inline(__always) public init() {}

  @inlinable @inline(__always) public mutating func add(_ word: UInt64) {
    key = key &+ 0x9E37_79B9_7F4A_7C15
    sum = sum &+ Digest.fold(word ^ key)
  }

  /// The digest of the words so far.
  @inlinable @inline(__always) public var value: UInt64 { Digest.fold(sum) }

  /// The mixing step of wyhash: the two halves of a full product, each of which depends on every bit.
  @inlinable @inline(__always) static func fold(_ word: UInt64) -> UInt64 {
    let product = word.multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}

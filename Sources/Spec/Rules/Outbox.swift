/// What a step sends out, in the order of the rule's clauses: effects and cancellations.
///
/// The buffer is reused from step to step and allocates only while it grows.
@frozen public struct Outbox<Effect: Sendable>: Sendable {
  public enum Order: Sendable {
    case emit(Effect)
    /// The answer of the effect of this kind and key is no longer wanted.
    case cancel(kind: Int, key: Key)
    /// No answer of any effect of this kind is wanted.
    case cancelAll(kind: Int)
  }

  public var orders: ContiguousArray<Order> = []
  @inlinable public init() {}
  @inlinable public mutating func emit(_ effect: Effect) { orders.append(.emit(effect)) }
  @inlinable public mutating func removeAll() { orders.removeFew() }
}

extension ContiguousArray {
  /// Empties it and keeps the memory: of a few elements quicker than to remove them all at once.
  @inlinable @inline(__always) mutating func removeFew() { while !isEmpty { removeLast() } }
}

/// What tells one obligation of a contract from the next: two words read from the effect's payload.
public struct Key: Hashable, Comparable, Sendable, CustomStringConvertible {
  public var major: UInt64
  public var minor: UInt64

  @inlinable public init(_ major: UInt64, _ minor: UInt64 = 0) {
    self.major = major
    self.minor = minor
  }

  @inlinable public static func < (a: Self, b: Self) -> Bool { (a.major, a.minor) < (b.major, b.minor) }

  public var description: String { minor == 0 ? "\(major)" : "\(major)/\(minor)" }
}

extension Key: Blank {
  @inlinable public init() { self.init(0, 0) }

  @inlinable public mutating func fields(_ f: inout Fields) {
    f("major", &major)
    f("minor", &minor)
  }
}

/// A value that can be the key of an obligation.
public protocol KeyConvertible: SendableMetatype {
  var obligationKey: Key { get }
}
extension Key: KeyConvertible { @inlinable public var obligationKey: Key { self } }
extension UInt8: KeyConvertible { @inlinable public var obligationKey: Key { Key(UInt64(self)) } }
extension UInt32: KeyConvertible { @inlinable public var obligationKey: Key { Key(UInt64(self)) } }
extension UInt64: KeyConvertible { @inlinable public var obligationKey: Key { Key(self) } }

/// A first-in, first-out queue that keeps a running digest of its contents.
///
/// Appending and removing the first element cost amortised constant time and, once warm, no allocation. The digest
/// covers the elements in order, so the fingerprint of a state with ten thousand queued copies costs no more than
/// that of an empty one.
public struct Fifo<Element: Blank & Hashable & Sendable>: Hashable, Sendable {
  @usableFromInline var storage: ContiguousArray<Element> = []
  @usableFromInline var head = 0
  /// Σ digest(element i) · base^(count − 1 − i), modulo 2^64.
  @usableFromInline var sum: UInt64 = 0
  /// base^count.
  @usableFromInline var power: UInt64 = 1

  @inlinable public init() {}

  @inlinable public var count: Int { storage.count - head }
  @inlinable public var isEmpty: Bool { storage.count == head }
  /// 64 bits that stand for the elements in their order.
  @inlinable public var orderDigest: UInt64 { sum }

  @inlinable public subscript(position: Int) -> Element { storage[head + position] }

  @inlinable public mutating func append(_ element: Element) {
    storage.append(element)
    sum = sum &* Self.base &+ element.digest
    power = power &* Self.base
  }

  @inlinable @discardableResult public mutating func popFirst() -> Element? {
    guard head < storage.count else { return nil }
    let element = storage[head]
    head += 1
    power = power &* Self.inverse
    sum = sum &- element.digest &* power
    if head == storage.count {
      storage.removeAll(keepingCapacity: true)
      head = 0
    } else if head >= 64, head * 2 >= storage.count {
      storage.removeFirst(head)
      head = 0
    }
    return element
  }

  /// Removes every element, keeping the memory.
  @inlinable public mutating func removeAll() {
    storage.removeAll(keepingCapacity: true)
    head = 0
    sum = 0
    power = 1
  }

  /// Drops the elements that `isKept` does not accept; the others keep their order. O(*count*).
  @inlinable public mutating func keep(_ isKept: (Element) -> Bool) {
    guard !allSatisfy(isKept) else { return }
    let old = self
    removeAll()
    for element in old where isKept(element) { append(element) }
  }

  @inlinable public static func == (a: Self, b: Self) -> Bool {
    guard a.count == b.count, a.sum == b.sum else { return false }
    for position in 0..<a.count where a[position] != b[position] { return false }
    return true
  }

  @inlinable public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    hasher.combine(sum)
  }

  @usableFromInline static var base: UInt64 { 0xD6E8_FEB8_6659_FD93 }
  /// base · inverse = 1 (modulo 2^64): odd numbers have inverses.
  @usableFromInline static var inverse: UInt64 { 0xCFEE_444D_8B59_A89B }
}

extension Fifo: RandomAccessCollection {
  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { count }
}

extension Fifo: Summarised {
  @inlinable var summary: UInt64 { orderDigest }
  @inlinable mutating func put(_ element: Element) { append(element) }
}

extension Fields {
  /// A queue: its elements in order, of at most `max`, or its count and digest where the visitor condenses.
  @inlinable public mutating func queue<B>(_ name: StaticString, _ queue: inout Fifo<B>, max: Int) {
    contents(name, &queue, max: max)
  }
}

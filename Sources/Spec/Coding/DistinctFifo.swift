/// An element that stands for something by which it is found.
public protocol Identified {
  associatedtype Identity: Coded & Equatable
  var identity: Identity { get }
}

/// A first-in, first-out queue in which no two elements have the same identity, and each is found by its own.
///
/// To append, to find, and to remove the first cost amortised constant time and, once warm, no allocation. Like
/// ``Fifo`` it keeps a running digest of its elements in their order.
public struct DistinctFifo<Element: Blank & Hashable & Sendable & Identified>: Hashable, Sendable {
  @usableFromInline var queue = Fifo<Element>()
  /// Finds elements: a hash table of their numbers, at most half full, probed one by one; 0 is free. It follows from
  /// the queue.
  @usableFromInline var slots: ContiguousArray<UInt32> = []
  /// The number of the first element. Each has the one after that of the element before it.
  @usableFromInline var firstNumber: UInt32 = 0

  @inlinable public init() {}

  @inlinable public var count: Int { queue.count }
  @inlinable public var isEmpty: Bool { queue.isEmpty }
  /// 64 bits that stand for the elements in their order.
  @inlinable public var orderDigest: UInt64 { queue.orderDigest }

  @inlinable public subscript(position: Int) -> Element { queue[position] }

  @inlinable public func element(_ identity: Element.Identity) -> Element? {
    if isEmpty { return nil }
    let slot = slot(of: identity)
    return slots[slot] == 0 ? nil : queue[position(in: slot)]
  }

  /// Appends an element, unless there is one with its identity.
  ///
  /// - Returns: Whether it was appended.
  @inlinable @discardableResult public mutating func append(_ element: Element) -> Bool {
    if slots.count <= 2 * count { grow() }
    let slot = slot(of: element.identity)
    guard slots[slot] == 0 else { return false }
    slots[slot] = Self.word(firstNumber &+ UInt32(truncatingIfNeeded: count))
    queue.append(element)
    return true
  }

  @inlinable @discardableResult public mutating func popFirst() -> Element? {
    guard let first = queue.first else { return nil }
    free(slot(of: first.identity))
    firstNumber &+= 1
    return queue.popFirst()
  }

  /// Removes every element, keeping the memory.
  @inlinable public mutating func removeAll() {
    if isEmpty { return }
    queue.removeAll()
    for slot in slots.indices { slots[slot] = 0 }
  }

  @inlinable public static func == (a: Self, b: Self) -> Bool { a.queue == b.queue }
  @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(queue) }

  // MARK: - The table

  /// A number as the table holds it: its low 31 bits, and one that tells it from a free slot.
  @inlinable static func word(_ number: UInt32) -> UInt32 { number | 1 << 31 }

  @inlinable func position(in slot: Int) -> Int { Int((slots[slot] &- firstNumber) & (1 << 31 - 1)) }

  /// The slot where the search for an identity begins.
  @inlinable func home(_ identity: Element.Identity) -> Int {
    Int(truncatingIfNeeded: identity.digest) & (slots.count &- 1)
  }

  /// The slot that holds an identity, or the free one in which it would be.
  @inlinable func slot(of identity: Element.Identity) -> Int {
    var slot = home(identity)
    while slots[slot] != 0, queue[position(in: slot)].identity != identity { slot = (slot &+ 1) & (slots.count &- 1) }
    return slot
  }

  /// Frees a slot, and lets those move up that it kept from their homes.
  @inlinable mutating func free(_ slot: Int) {
    let mask = slots.count &- 1
    var gap = slot
    var next = (slot &+ 1) & mask
    while slots[next] != 0 {
      let home = home(queue[position(in: next)].identity)
      if (next &- home) & mask >= (next &- gap) & mask {
        slots[gap] = slots[next]
        gap = next
      }
      next = (next &+ 1) & mask
    }
    slots[gap] = 0
  }

  @inlinable mutating func grow() {
    slots = ContiguousArray(repeating: 0, count: Swift.max(8, slots.count * 2))
    for position in 0..<count {
      slots[slot(of: queue[position].identity)] = Self.word(firstNumber &+ UInt32(truncatingIfNeeded: position))
    }
  }
}

extension DistinctFifo: RandomAccessCollection {
  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { count }
}

extension DistinctFifo: Summarised {
  @inlinable var summary: UInt64 { orderDigest }
  @inlinable mutating func put(_ element: Element) { append(element) }
}

extension Fields {
  /// A queue without duplicates: its elements in order, of at most `max`, or its count and digest where the visitor
  /// condenses.
  @inlinable public mutating func queue<B>(_ name: StaticString, _ queue: inout DistinctFifo<B>, max: Int) {
    contents(name, &queue, max: max)
  }
}

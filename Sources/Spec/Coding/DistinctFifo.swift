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
  /// Finds elements: a hash table, at most half full and probed one by one. It follows from the queue.
  @usableFromInline var slots: ContiguousArray<Slot> = []
  /// The number of the first element. Each has the one after that of the element before it.
  @usableFromInline var firstNumber: UInt32 = 0

  /// What tells where an element stands, without looking at it: in a long queue that would be a miss of the cache.
  @usableFromInline struct Slot: Sendable {
    /// Of the identity.
    @usableFromInline let hash: UInt32
    /// The low 31 bits of the element's number, below a bit that is set; 0 in a free slot.
    @usableFromInline let number: UInt32

    @inlinable init(hash: UInt32, number: UInt32) {
      self.hash = hash
      self.number = number | 1 << 31
    }
    @inlinable init() {
      hash = 0
      number = 0
    }

    @inlinable var isFree: Bool { number == 0 }
  }

  @inlinable public init() {}

  @inlinable public var count: Int { queue.count }
  @inlinable public var isEmpty: Bool { queue.isEmpty }
  /// 64 bits that stand for the elements in their order.
  @inlinable public var orderDigest: UInt64 { queue.orderDigest }

  @inlinable public subscript(position: Int) -> Element { queue[position] }

  @inlinable @inline(__always) public func element(_ identity: Element.Identity) -> Element? {
    if isEmpty { return nil }
    let slot = slots[place(of: identity, Self.hash(identity))]
    return slot.isFree ? nil : queue[position(slot)]
  }

  /// Appends an element, unless there is one with its identity.
  ///
  /// - Returns: Whether it was appended.
  @inlinable @discardableResult public mutating func append(_ element: Element) -> Bool {
    if slots.count <= 2 * count { grow() }
    let hash = Self.hash(element.identity)
    let place = place(of: element.identity, hash)
    guard slots[place].isFree else { return false }
    slots[place] = Slot(hash: hash, number: firstNumber &+ UInt32(truncatingIfNeeded: count))
    queue.append(element)
    return true
  }

  @inlinable @discardableResult public mutating func popFirst() -> Element? {
    guard let first = queue.popFirst() else { return nil }
    let number = Slot(hash: 0, number: firstNumber).number
    var place = home(Self.hash(first.identity))
    while slots[place].number != number { place = next(place) }
    free(place)
    firstNumber &+= 1
    return first
  }

  /// Removes every element, keeping the memory.
  @inlinable public mutating func removeAll() {
    if isEmpty { return }
    queue.removeAll()
    for place in slots.indices { slots[place] = Slot() }
  }

  @inlinable public static func == (a: Self, b: Self) -> Bool { a.queue == b.queue }
  @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(queue) }

  // MARK: - The table

  @inlinable static func hash(_ identity: Element.Identity) -> UInt32 { UInt32(truncatingIfNeeded: identity.digest) }

  /// Where the search for an identity begins, and how it goes on.
  @inlinable func home(_ hash: UInt32) -> Int { Int(hash) & (slots.count &- 1) }
  @inlinable func next(_ place: Int) -> Int { (place &+ 1) & (slots.count &- 1) }

  @inlinable func position(_ slot: Slot) -> Int { Int((slot.number &- firstNumber) & (1 << 31 - 1)) }

  /// The place of an identity, or the free one in which it would be.
  @inlinable @inline(__always) func place(of identity: Element.Identity, _ hash: UInt32) -> Int {
    var place = home(hash)
    while !slots[place].isFree {
      if slots[place].hash == hash, queue[position(slots[place])].identity == identity { return place }
      place = next(place)
    }
    return place
  }

  /// Frees a place, and lets those move up that it kept from their homes.
  @inlinable mutating func free(_ freed: Int) {
    let mask = slots.count &- 1
    var gap = freed
    var place = next(freed)
    while !slots[place].isFree {
      if (place &- home(slots[place].hash)) & mask >= (place &- gap) & mask {
        slots[gap] = slots[place]
        gap = place
      }
      place = next(place)
    }
    slots[gap] = Slot()
  }

  @inlinable mutating func grow() {
    let old = slots
    slots = ContiguousArray(repeating: Slot(), count: Swift.max(8, old.count * 2))
    for slot in old where !slot.isFree {
      var place = home(slot.hash)
      while !slots[place].isFree { place = next(place) }
      slots[place] = slot
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

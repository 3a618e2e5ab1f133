/// An element that stands for something by which it is found.
public protocol Identified {
  associatedtype Identity: Coded & Equatable
  var identity: Identity { get }
}

/// A first-in, first-out queue in which no two elements have the same identity, and each is found by its own.
///
/// To append, to find, and to remove the first cost amortised constant time and, once warm, no allocation. Like
/// ``Fifo`` it keeps a running digest of its elements in their order.
///
/// In a long queue it is misses of the cache that cost, and the slot of the oldest element may be anywhere. So an
/// element that is removed leaves its slot as it is, and a hand that moves over the table, by a line of the cache with
/// each append, frees the slots of elements that are gone.
public struct DistinctFifo<Element: Blank & Hashable & Sendable & Identified>: Hashable, Sendable {
  @usableFromInline var queue = Fifo<Element>()
  /// Finds elements: a hash table, probed one by one. At most half of it stands for elements in the queue, and about an
  /// eighth at most for elements that are gone. What it finds follows from the queue.
  @usableFromInline var slots: ContiguousArray<Slot> = []
  /// The slot that is looked at next for an element that is gone.
  @usableFromInline var hand = 0
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
    sweep()
    let hash = Self.hash(element.identity)
    let place = place(of: element.identity, hash)
    guard slots[place].isFree else { return false }
    slots[place] = Slot(hash: hash, number: firstNumber &+ UInt32(truncatingIfNeeded: count))
    queue.append(element)
    return true
  }

  @inlinable @discardableResult public mutating func popFirst() -> Element? {
    guard let first = queue.popFirst() else { return nil }
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

  /// The position of the element that a slot stands for; beyond the last where it is gone.
  @inlinable func position(_ slot: Slot) -> Int { Int((slot.number &- firstNumber) & (1 << 31 - 1)) }

  /// The place of an identity, or the free one in which it would be.
  @inlinable @inline(__always) func place(of identity: Element.Identity, _ hash: UInt32) -> Int {
    var place = home(hash)
    while !slots[place].isFree {
      if slots[place].hash == hash {
        let position = position(slots[place])
        if position < count, queue[position].identity == identity { return place }
      }
      place = next(place)
    }
    return place
  }

  /// Slots that are looked at together: as many as a line of the cache holds.
  @inlinable static var swept: Int { 8 }

  /// Frees the slots of elements that are gone, among those that the hand comes to next.
  @inlinable mutating func sweep() {
    let end = hand &+ Self.swept
    while hand < end {
      // What moves up into a place that was freed may be of an element that is gone as well.
      if !slots[hand].isFree, position(slots[hand]) >= count { free(hand) } else { hand &+= 1 }
    }
    hand &= slots.count &- 1
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
    slots = ContiguousArray(repeating: Slot(), count: Swift.max(Self.swept, old.count * 2))
    hand = 0
    for slot in old where !slot.isFree && position(slot) < count {
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

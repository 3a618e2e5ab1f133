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
  /// Finds elements where there are more than a few. What it finds follows from the queue.
  @usableFromInline var table = SlotTable()
  /// The number of the first element. Each has the one after that of the element before it.
  @usableFromInline var firstNumber: UInt32 = 0

  @inlinable public init() {}

  @inlinable public var count: Int { queue.count }
  @inlinable public var isEmpty: Bool { queue.isEmpty }
  /// 64 bits that stand for the elements in their order.
  @inlinable public var orderDigest: UInt64 { queue.orderDigest }

  @inlinable public subscript(position: Int) -> Element { queue[position] }

  @inlinable @inline(__always) public func element(_ identity: Element.Identity) -> Element? {
    if isEmpty { return nil }
    return position(identity, table.isEmpty ? 0 : identity.digest).map { queue[$0] }
  }

  /// Appends an element, unless there is one with its identity.
  ///
  /// - Returns: Whether it was appended.
  @inlinable @discardableResult public mutating func append(_ element: Element) -> Bool {
    let identity = element.identity
    if table.isEmpty {
      guard position(identity, 0) == nil else { return false }
      queue.append(element)
      if count > Self.few { remake(buckets: 1) }
      return true
    }
    if count == table.room { remake(buckets: table.buckets * 2) }
    let hash = identity.digest
    guard let isNew = table.append(hash, behind: window, of: queue, unless: { $0[$1].identity == identity }) else {
      remake(buckets: table.buckets)
      return append(element)
    }
    if isNew { queue.append(element) }
    return isNew
  }

  @inlinable @discardableResult public mutating func popFirst() -> Element? {
    guard let first = queue.popFirst() else { return nil }
    firstNumber &+= 1
    return first
  }

  /// Removes every element, keeping the memory.
  @inlinable public mutating func removeAll() {
    firstNumber &+= UInt32(truncatingIfNeeded: count)
    queue.removeAll()
  }

  @inlinable public static func == (a: Self, b: Self) -> Bool { a.queue == b.queue }
  @inlinable public func hash(into hasher: inout Hasher) { hasher.combine(queue) }

  // MARK: - The table

  /// As many as are looked at one by one.
  @inlinable static var few: Int { 8 }

  @inlinable var window: SlotTable.Window { SlotTable.Window(first: firstNumber, count: count) }

  /// - Parameter hash: The digest of the identity, where there is a table.
  @inlinable @inline(__always) func position(_ identity: Element.Identity, _ hash: UInt64) -> Int? {
    if table.isEmpty { return queue.firstIndex { $0.identity == identity } }
    return table.position(hash, in: window) { queue[$0].identity == identity }
  }

  /// Makes the table anew, of the elements in the queue.
  @inlinable @inline(never) mutating func remake(buckets: Int) {
    table = SlotTable(buckets: buckets, first: firstNumber)
    for position in 0..<count {
      let window = SlotTable.Window(first: firstNumber, count: position)
      _ = table.append(queue[position].identity.digest, behind: window, of: ()) { _, _ in false }
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

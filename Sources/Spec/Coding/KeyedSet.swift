/// An element that its key tells apart from the others of its set.
public protocol Keyed {
  var key: UInt64 { get }
}

/// Elements kept in the order of their keys, with a running digest.
///
/// Taking out the element with the lowest key costs amortised constant time, any other O(log *count*) comparisons and a
/// shift. The digest is the sum of the elements' digests, so it does not depend on the order of insertion.
public struct KeyedSet<Element: Blank & Keyed & Hashable & Sendable>: Hashable, Sendable {
  @usableFromInline var storage: ContiguousArray<Element> = []
  @usableFromInline var head = 0
  @usableFromInline var sum: UInt64 = 0

  @inlinable public init() {}

  @inlinable public var count: Int { storage.count - head }
  @inlinable public var isEmpty: Bool { storage.count == head }
  /// 64 bits that stand for the elements as a set.
  @inlinable public var setDigest: UInt64 { sum }

  @inlinable public subscript(position: Int) -> Element { storage[head + position] }

  @inlinable public func contains(key: UInt64) -> Bool { position(of: key) != nil }

  @inlinable public func element(key: UInt64) -> Element? { position(of: key).map { storage[$0] } }

  /// Puts an element in its place; one with the same key is replaced.
  @inlinable public mutating func insert(_ element: Element) {
    if storage.count > head, storage[storage.count - 1].key >= element.key { remove(key: element.key) }
    sum = sum &+ element.digest
    if storage.count == head || storage[storage.count - 1].key < element.key {
      storage.append(element)
    } else {
      storage.insert(element, at: lowerBound(element.key))
    }
  }

  @inlinable @discardableResult public mutating func remove(key: UInt64) -> Element? {
    guard let position = position(of: key) else { return nil }
    let element = storage[position]
    sum = sum &- element.digest
    if position == head {
      head += 1
      if head == storage.count {
        storage.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 64, head * 2 >= storage.count {
        storage.removeFirst(head)
        head = 0
      }
    } else {
      storage.remove(at: position)
    }
    return element
  }

  @inlinable public mutating func removeAll() {
    storage.removeAll(keepingCapacity: true)
    head = 0
    sum = 0
  }

  @inlinable func position(of key: UInt64) -> Int? {
    let position = lowerBound(key)
    return position < storage.count && storage[position].key == key ? position : nil
  }

  @inlinable func lowerBound(_ key: UInt64) -> Int {
    var low = head
    var high = storage.count
    if low < high, storage[low].key >= key { return low }
    while low < high {
      let middle = (low + high) / 2
      if storage[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return low
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
}

extension KeyedSet: RandomAccessCollection {
  @inlinable public var startIndex: Int { 0 }
  @inlinable public var endIndex: Int { count }
}

extension KeyedSet: Summarised {
  @inlinable var summary: UInt64 { setDigest }
  @inlinable mutating func put(_ element: Element) { insert(element) }
}

extension Fields {
  /// A set: its elements by key, of at most `max`, or its count and digest where the visitor condenses.
  @inlinable public mutating func members<B>(_ name: StaticString, _ set: inout KeyedSet<B>, max: Int) {
    contents(name, &set, max: max)
  }
}

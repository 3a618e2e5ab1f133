import CXXHash

/// A growable row of plain values in memory of its own: no references are counted and no bounds checked on the way.
///
/// Whoever keeps one frees it.
@usableFromInline struct Flat<Element: BitwiseCopyable> {
  @usableFromInline private(set) var base: UnsafeMutablePointer<Element>
  @usableFromInline private(set) var count = 0
  private(set) var capacity: Int

  init(capacity: Int = 16) {
    base = Self.resized(nil, to: capacity)
    self.capacity = capacity
  }

  init(repeating element: Element, count: Int) {
    self.init(capacity: max(1, count))
    base.initialize(repeating: element, count: count)
    self.count = count
  }

  func free() { interlock_free(base) }

  /// Gives back the memory of what it had.
  mutating func forget() {
    free()
    self = Flat()
  }

  var isEmpty: Bool { @inline(__always) get { count == 0 } }
  var bytes: Int { capacity * MemoryLayout<Element>.stride }

  @usableFromInline subscript(index: Int) -> Element {
    @inline(__always) get {
      assert(index < count)
      return base[index]
    }
    @inline(__always) nonmutating set { base[index] = newValue }
  }

  /// The element at an index, in place.
  @inline(__always) func at(_ index: Int) -> UnsafeMutablePointer<Element> { base + index }

  @inline(__always) mutating func append(_ element: Element) {
    if count == capacity { grow() }
    base[count] = element
    count &+= 1
  }

  @inline(__always) mutating func removeAll() { count = 0 }

  /// Takes the last element away, where there are more than so many.
  @inline(__always) mutating func popLast(downTo kept: Int) -> Element? {
    if count == kept { return nil }
    count &-= 1
    return base[count]
  }

  /// Sets the element at `index`, filling up to it.
  mutating func set(_ index: Int, _ element: Element, filler: Element) {
    while count <= index { append(filler) }
    base[index] = element
  }

  /// Small ones double, and large ones, whose pages need not be copied, grow by half.
  @inline(never) private mutating func grow() {
    capacity += bytes < 1 << 16 ? capacity : capacity / 2
    base = Self.resized(base, to: capacity)
  }

  private static func resized(_ memory: UnsafeMutablePointer<Element>?, to capacity: Int) -> UnsafeMutablePointer<
    Element
  > {
    guard let memory = interlock_resize(memory, UInt(capacity * MemoryLayout<Element>.stride)) else {
      preconditionFailure("no memory for \(capacity) elements of \(MemoryLayout<Element>.stride) bytes")
    }
    return memory.bindMemory(to: Element.self, capacity: capacity)
  }
}

/// A slice of a ``Flat`` row.
struct Span32 {
  var start: UInt32
  var count: UInt32

  var range: Range<Int> { @inline(__always) get { Int(start)..<Int(start &+ count) } }
}

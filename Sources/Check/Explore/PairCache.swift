/// A map from pairs of small numbers to a small number: open addressing in flat memory.
///
/// What a machine does is asked once for each (state, event) and answered from here ever after.
@usableFromInline struct PairCache: ~Copyable {
  /// A pair and its number side by side: a look-up is one line of the processor's cache.
  private struct Slot {
    var key: UInt64
    var value: UInt32
  }

  private var slots: UnsafeMutablePointer<Slot>
  private var mask: Int
  private(set) var count = 0

  private static var empty: UInt64 { .max }

  init(capacity: Int = 1 << 6) {
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(key: Self.empty, value: 0), count: capacity)
    mask = capacity - 1
  }

  deinit { slots.deallocate() }

  var bytes: Int { (mask + 1) * MemoryLayout<Slot>.stride }

  /// Where a pair is looked for first. Pairs that differ in the second number are neighbours: what one state of a
  /// machine does with several events stands in few lines of the processor's cache.
  @inline(__always) private static func hash(_ key: UInt64) -> Int {
    let product = (key >> 32) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: (product >> 32) &+ key)
  }

  @inline(__always) subscript(first: UInt32, second: UInt32) -> UInt32? {
    let key = UInt64(first) << 32 | UInt64(second)
    var slot = Self.hash(key) & mask
    while true {
      let found = slots + slot
      if found.pointee.key == key { return found.pointee.value }
      if found.pointee.key == Self.empty { return nil }
      slot = (slot &+ 1) & mask
    }
  }

  /// Visits every entry, in no order that means anything.
  func forEach(_ body: (_ first: UInt32, _ second: UInt32, _ value: UInt32) -> Void) {
    for slot in 0...mask where slots[slot].key != Self.empty {
      let (key, value) = (slots[slot].key, slots[slot].value)
      body(UInt32(truncatingIfNeeded: key >> 32), UInt32(truncatingIfNeeded: key), value)
    }
  }

  mutating func insert(_ first: UInt32, _ second: UInt32, _ value: UInt32) {
    put(UInt64(first) << 32 | UInt64(second), value)
    count += 1
    if count * 4 > (mask + 1) * 3 { grow() }
  }

  private mutating func put(_ key: UInt64, _ value: UInt32) {
    var slot = Self.hash(key) & mask
    while slots[slot].key != Self.empty, slots[slot].key != key { slot = (slot + 1) & mask }
    slots[slot] = Slot(key: key, value: value)
  }

  private mutating func grow() {
    var next = PairCache(capacity: (mask + 1) * 2)
    for slot in 0...mask where slots[slot].key != Self.empty { next.put(slots[slot].key, slots[slot].value) }
    swap(&slots, &next.slots)
    mask = next.mask
  }
}

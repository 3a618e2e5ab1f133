/// A map from pairs of small numbers to a small number: open addressing in flat memory.
///
/// What a machine does is asked once for each (state, event) and answered from here ever after.
@usableFromInline struct PairCache: ~Copyable {
  private var keys: UnsafeMutablePointer<UInt64>
  private var values: UnsafeMutablePointer<UInt32>
  private var mask: Int
  private(set) var count = 0

  private static var empty: UInt64 { .max }

  init(capacity: Int = 1 << 6) {
    keys = .allocate(capacity: capacity)
    keys.initialize(repeating: Self.empty, count: capacity)
    values = .allocate(capacity: capacity)
    values.initialize(repeating: 0, count: capacity)
    mask = capacity - 1
  }

  deinit {
    keys.deallocate()
    values.deallocate()
  }

  var bytes: Int { (mask + 1) * 12 }

  @inline(__always) private static func hash(_ key: UInt64) -> Int {
    let product = key &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product ^ (product >> 32))
  }

  @inline(__always) subscript(first: UInt32, second: UInt32) -> UInt32? {
    let key = UInt64(first) << 32 | UInt64(second)
    var slot = Self.hash(key) & mask
    while true {
      let found = keys[slot]
      if found == key { return values[slot] }
      if found == Self.empty { return nil }
      slot = (slot &+ 1) & mask
    }
  }

  /// Visits every entry, in no order that means anything.
  func forEach(_ body: (_ first: UInt32, _ second: UInt32, _ value: UInt32) -> Void) {
    for slot in 0...mask where keys[slot] != Self.empty {
      body(UInt32(truncatingIfNeeded: keys[slot] >> 32), UInt32(truncatingIfNeeded: keys[slot]), values[slot])
    }
  }

  mutating func insert(_ first: UInt32, _ second: UInt32, _ value: UInt32) {
    put(UInt64(first) << 32 | UInt64(second), value)
    count += 1
    if count * 4 > (mask + 1) * 3 { grow() }
  }

  private mutating func put(_ key: UInt64, _ value: UInt32) {
    var slot = Self.hash(key) & mask
    while keys[slot] != Self.empty, keys[slot] != key { slot = (slot + 1) & mask }
    keys[slot] = key
    values[slot] = value
  }

  private mutating func grow() {
    var next = PairCache(capacity: (mask + 1) * 2)
    for slot in 0...mask where keys[slot] != Self.empty { next.put(keys[slot], values[slot]) }
    swap(&keys, &next.keys)
    swap(&values, &next.values)
    mask = next.mask
  }
}

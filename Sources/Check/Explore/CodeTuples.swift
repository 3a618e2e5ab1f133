/// Tuples of codes, each kept once and told by its number: to find it is one look into a table.
struct CodeTuples: ~Copyable {
  /// A part of the hash, and one more than the number; 0 for an empty slot.
  private struct Slot: BitwiseCopyable {
    var tag: UInt32
    var number: UInt32
  }

  private let width: Int
  /// One tuple's codes behind the other's.
  private var codes = Flat<UInt32>(capacity: 64)
  private var slots: UnsafeMutablePointer<Slot>
  private var mask: Int
  private(set) var count = 0

  init(of width: Int, capacity: Int = 1 << 6) {
    self.width = width
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(tag: 0, number: 0), count: capacity)
    mask = capacity - 1
  }

  deinit {
    slots.deallocate()
    codes.free()
  }

  var bytes: Int { (mask + 1) * MemoryLayout<Slot>.stride + codes.bytes }

  /// The number of a tuple. New ones are numbered in the order in which they are met.
  mutating func number(of tuple: UnsafePointer<UInt32>) -> UInt32 {
    let hash = hash(of: tuple)
    var slot = Int(truncatingIfNeeded: hash) & mask
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    while slots[slot].number != 0 {
      let found = slots[slot]
      if found.tag == tag, isSame(Int(found.number) &- 1, tuple) { return found.number &- 1 }
      slot = (slot &+ 1) & mask
    }
    let number = UInt32(count)
    for place in 0..<width { codes.append(tuple[place]) }
    count += 1
    slots[slot] = Slot(tag: tag, number: number + 1)
    if count * 3 > (mask + 1) * 2 { grow() }
    return number
  }

  @inline(__always) private func hash(of tuple: UnsafePointer<UInt32>) -> UInt64 {
    var hash: UInt64 = 0
    for place in 0..<width {
      hash = (hash ^ UInt64(tuple[place])) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 29
    }
    return hash
  }

  @inline(__always) private func isSame(_ number: Int, _ tuple: UnsafePointer<UInt32>) -> Bool {
    let known = codes.at(number &* width)
    for place in 0..<width where known[place] != tuple[place] { return false }
    return true
  }

  private mutating func grow() {
    slots.deallocate()
    let capacity = (mask + 1) * 2
    slots = .allocate(capacity: capacity)
    slots.initialize(repeating: Slot(tag: 0, number: 0), count: capacity)
    mask = capacity - 1
    for number in 0..<count {
      let hash = hash(of: codes.at(number * width))
      var slot = Int(truncatingIfNeeded: hash) & mask
      while slots[slot].number != 0 { slot = (slot &+ 1) & mask }
      slots[slot] = Slot(tag: UInt32(truncatingIfNeeded: hash >> 32), number: UInt32(number) + 1)
    }
  }
}

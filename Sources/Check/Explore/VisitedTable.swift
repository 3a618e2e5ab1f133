import CXXHash
import Spec
import Synchronization

/// The states seen, as hashes: open addressing in flat memory, shared by all workers without locks.
///
/// A slot holds 64 bits of a state's hash, or 128 in two words; where edges are kept, the state's number as well. Slots
/// are claimed by compare-and-swap. The table grows while no worker is at it.
struct VisitedTable: ~Copyable {
  private typealias Slots = UnsafeMutablePointer<Atomic<UInt64>>
  private typealias Numbers = UnsafeMutablePointer<Atomic<UInt32>>

  let isWide: Bool
  let isNumbered: Bool
  private var lows: Slots
  private var highs: Slots?
  private var numbers: Numbers?
  private var capacity: Int

  init(isWide: Bool, isNumbered: Bool, capacity: Int = 1 << 12) {
    self.isWide = isWide
    self.isNumbered = isNumbered
    self.capacity = capacity
    lows = Self.zeroed(capacity)
    highs = isWide ? Self.zeroed(capacity) : nil
    numbers = isNumbered ? Self.zeroed(capacity) : nil
  }

  deinit {
    lows.deallocate()
    highs?.deallocate()
    numbers?.deallocate()
  }

  private static var largePage: Int { 1 << 21 }

  private static func zeroed<T: ~Copyable>(_ count: Int) -> UnsafeMutablePointer<T> {
    let size = count * MemoryLayout<T>.stride
    let isLarge = size >= largePage
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: isLarge ? largePage : 64)
    // Nearly every look into a large table misses; with small pages, it waits for their addresses first.
    if isLarge { interlock_prefer_large_pages(memory, UInt(size)) }
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    return memory.assumingMemoryBound(to: T.self)
  }

  var bytes: Int { capacity * bytesPerSlot }
  private var bytesPerSlot: Int { 8 + (isWide ? 8 : 0) + (isNumbered ? 4 : 0) }

  /// How many states may be in the table before it must grow.
  var room: Int { capacity / 4 * 3 }

  /// Slots are chosen by the high bits of a product, so any capacity will do.
  @inline(__always) private func slot(of low: UInt64) -> Int {
    Int(truncatingIfNeeded: (low &* 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: UInt64(capacity)).high)
  }

  /// Asks for the memory that a look-up will need, before it is needed.
  @inline(__always) func prefetch(_ low: UInt64) {
    let slot = slot(of: low)
    interlock_prefetch(lows + slot)
    if let numbers { interlock_prefetch(numbers + slot) }
  }

  /// Looks a state up, and puts it in where it is new.
  ///
  /// - Parameter isSame: Whether the state with this number is the one looked up, where hashes do not decide.
  /// - Returns: The state's number (0 where numbers are not kept), and whether it was new.
  @inline(__always) func insert(
    low: UInt64, high: UInt64, number: UInt32, isSame: ((UInt32) -> Bool)? = nil
  ) -> (number: UInt32, isNew: Bool) {
    // 0 marks an empty slot; a real hash of 0 is told apart as 1, at no higher odds than any other collision.
    let low = low == 0 ? 1 : low
    let high = high == 0 ? 1 : high
    var slot = slot(of: low)
    while true {
      var found = lows[slot].load(ordering: .acquiring)
      if found == 0 {
        let (isClaimed, now) = lows[slot].compareExchange(
          expected: 0, desired: low, ordering: .acquiringAndReleasing)
        if isClaimed {
          highs?[slot].store(high, ordering: .releasing)
          numbers?[slot].store(number &+ 1, ordering: .releasing)
          return (number, true)
        }
        found = now
      }
      if found == low, highs == nil || settled(highs!, slot) == high {
        guard let numbers else { return (0, false) }
        let known = settled(numbers, slot) &- 1
        if isSame?(known) ?? true { return (known, false) }
      }
      slot += 1
      if slot == capacity { slot = 0 }
    }
  }

  /// Another worker that claimed the slot is about to write the rest of it.
  @inline(__always) private func settled(_ words: Slots, _ slot: Int) -> UInt64 {
    while true {
      let word = words[slot].load(ordering: .acquiring)
      if word != 0 { return word }
    }
  }

  @inline(__always) private func settled(_ words: Numbers, _ slot: Int) -> UInt32 {
    while true {
      let word = words[slot].load(ordering: .acquiring)
      if word != 0 { return word }
    }
  }

  private func capacity(for count: Int) -> Int {
    var wanted = capacity
    while wanted / 4 * 3 < count { wanted += wanted / 2 }
    return wanted
  }

  /// What the table takes that ``grow(for:)`` puts in the place of this one; 0 where this one is large enough.
  func bytes(for count: Int) -> Int {
    let wanted = capacity(for: count)
    return wanted == capacity ? 0 : wanted * bytesPerSlot
  }

  /// Whether so many states can be in the table as it is, if closer together than is good for it.
  func canHold(_ count: Int) -> Bool { count <= capacity / 16 * 15 }

  /// Grows by half, until there is room for `count` states.
  mutating func grow(for count: Int) {
    let wanted = capacity(for: count)
    if wanted == capacity { return }
    var next = VisitedTable(isWide: isWide, isNumbered: isNumbered, capacity: wanted)
    for slot in 0..<capacity {
      let low = lows[slot].load(ordering: .relaxed)
      if low == 0 { continue }
      next.put(
        low, highs?[slot].load(ordering: .relaxed) ?? 0, (numbers?[slot].load(ordering: .relaxed) ?? 0))
    }
    swap(&self, &next)
  }

  private mutating func put(_ low: UInt64, _ high: UInt64, _ number: UInt32) {
    var slot = slot(of: low)
    while lows[slot].load(ordering: .relaxed) != 0 {
      slot += 1
      if slot == capacity { slot = 0 }
    }
    lows[slot].store(low, ordering: .relaxed)
    highs?[slot].store(high, ordering: .relaxed)
    numbers?[slot].store(number, ordering: .relaxed)
  }

  /// Every state, for a checkpoint: hashes and number plus one.
  func save(into buffer: ByteBuffer) {
    for slot in 0..<capacity {
      let low = lows[slot].load(ordering: .relaxed)
      if low == 0 { continue }
      buffer.put(low)
      if let highs { buffer.put(highs[slot].load(ordering: .relaxed)) }
      if let numbers { buffer.put(UInt64(numbers[slot].load(ordering: .relaxed))) }
    }
  }

  mutating func restore(count: Int, from reader: inout CheckpointReader) throws(CheckpointError) {
    grow(for: count)
    for _ in 0..<count {
      let low = try reader.word()
      let high = isWide ? try reader.word() : 0
      put(low, high, isNumbered ? UInt32(truncatingIfNeeded: try reader.word()) : 0)
    }
  }
}

/// Fingerprints seen, each with the number of its state: open addressing in flat memory, doubled at three quarters
/// full.
struct FingerprintTable {
  private var fingerprints: UnsafeMutablePointer<UInt64>
  private var numbers: UnsafeMutablePointer<UInt32>
  private var mask: Int
  private var count = 0
  private let memory: Memory

  /// Frees the table when the last copy of the struct goes.
  private final class Memory {
    var fingerprints: UnsafeMutablePointer<UInt64>
    var numbers: UnsafeMutablePointer<UInt32>
    init(_ capacity: Int) {
      fingerprints = .allocate(capacity: capacity)
      fingerprints.initialize(repeating: 0, count: capacity)
      numbers = .allocate(capacity: capacity)
      numbers.initialize(repeating: 0, count: capacity)
    }
    deinit {
      fingerprints.deallocate()
      numbers.deallocate()
    }
  }

  init(capacity: Int = 1 << 12) {
    memory = Memory(capacity)
    fingerprints = memory.fingerprints
    numbers = memory.numbers
    mask = capacity - 1
  }

  var bytes: Int { (mask + 1) * 12 }

  /// - Returns: The number of the state with this fingerprint, and whether it was new.
  mutating func insert(_ value: UInt64, number: Int) -> (number: Int, isNew: Bool) {
    // 0 marks an empty slot; a real fingerprint of 0 is told apart as 1, at no higher odds than any other collision.
    let fingerprint = value == 0 ? 1 : value
    var slot = Int(truncatingIfNeeded: fingerprint) & mask
    while fingerprints[slot] != 0 {
      if fingerprints[slot] == fingerprint { return (Int(numbers[slot]), false) }
      slot = (slot + 1) & mask
    }
    fingerprints[slot] = fingerprint
    numbers[slot] = UInt32(number)
    count += 1
    if count * 4 > (mask + 1) * 3 { grow() }
    return (number, true)
  }

  private mutating func grow() {
    let old = (fingerprints, numbers, mask + 1)
    let capacity = old.2 * 2
    fingerprints = .allocate(capacity: capacity)
    fingerprints.initialize(repeating: 0, count: capacity)
    numbers = .allocate(capacity: capacity)
    numbers.initialize(repeating: 0, count: capacity)
    mask = capacity - 1
    for index in 0..<old.2 where old.0[index] != 0 {
      var slot = Int(truncatingIfNeeded: old.0[index]) & mask
      while fingerprints[slot] != 0 { slot = (slot + 1) & mask }
      fingerprints[slot] = old.0[index]
      numbers[slot] = old.1[index]
    }
    old.0.deallocate()
    old.1.deallocate()
    memory.fingerprints = fingerprints
    memory.numbers = numbers
  }
}

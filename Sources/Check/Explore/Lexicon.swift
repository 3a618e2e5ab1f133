import CXXHash
import Spec
import Synchronization

/// Values met in a search, each kept once: what stands in a state is then a small number, its *code*.
///
/// A state of a protocol is a combination of few different machine states, queues and sets of obligations. Kept once,
/// they make a state a handful of codes, and a step a look into a table (``PartWalker``). Two values have the same code
/// exactly when their bytes are equal; no hash decides that.
///
/// Shared by the workers of a search, behind one lock: they come here only for what they have not met before.
///
/// Source: Holzmann, *State compression in SPIN* (1997), where it is called collapse.
@usableFromInline final class Lexicon: Sendable {
  private let vocabularies: Mutex<[Vocabulary]>
  private let identities = Mutex<[Identity: UInt32]>([:])

  private let asked = Mutex<Set<Asking>>([])

  private struct Identity: Hashable {
    let contract: Int
    let key: Key
  }

  /// A machine in a state, and an event that it was asked to take.
  private struct Asking: Hashable {
    let host: UInt32
    let code: UInt32
    let event: UInt32
  }

  @usableFromInline init(kinds: Int) {
    vocabularies = Mutex((0..<kinds).map { _ in Vocabulary() })
  }

  /// A number above 0 for an owed identity.
  func identity(_ contract: Int, _ key: Key) -> UInt32 {
    identities.withLock {
      let identity = Identity(contract: contract, key: key)
      if let known = $0[identity] { return known }
      let number = UInt32($0.count + 1)
      $0[identity] = number
      return number
    }
  }

  /// Whether no worker has asked a machine, in a state, about an event before; notes that one has.
  @usableFromInline func isFirst(host: Int, _ code: UInt32, asking event: UInt32) -> Bool {
    asked.withLock { $0.insert(Asking(host: UInt32(host), code: code, event: event)).inserted }
  }

  /// What a code stands for, as a hash of the content alone: the same in every run and for every worker.
  @usableFromInline struct Word: Sendable {
    @usableFromInline let code: UInt32
    @usableFromInline let low: UInt64
    @usableFromInline let high: UInt64
    @usableFromInline let isNew: Bool
  }

  /// The code of a value.
  ///
  /// - Parameter content: Bytes that stand for the same value in every run, where `bytes` contain codes.
  @usableFromInline func code(
    of bytes: UnsafeRawBufferPointer, kind: Int, content: UnsafeRawBufferPointer? = nil
  ) -> Word {
    let hashed = content ?? bytes
    let hash = XXH3_128bits(hashed.baseAddress, hashed.count)
    return vocabularies.withLock { $0[kind].code(of: bytes, hash) }
  }

  /// Copies the bytes of a code into a buffer, and gives its hash.
  @usableFromInline func read(_ code: UInt32, kind: Int, into buffer: ByteBuffer) -> Word {
    vocabularies.withLock { $0[kind].read(code, into: buffer) }
  }

  var bytes: Int { vocabularies.withLock { $0.reduce(0) { $0 + $1.size } } + asked.withLock { $0.capacity * 16 } }

  /// How many different values of each kind were met.
  var counts: [Int] { vocabularies.withLock { $0.map(\.count) } }

  /// Every value in the order of its code, for a checkpoint.
  func save(into buffer: ByteBuffer) {
    vocabularies.withLock { $0.forEach { $0.save(into: buffer) } }
    identities.withLock {
      buffer.put(UInt64($0.count))
      for (identity, _) in $0.sorted(by: { $0.value < $1.value }) {
        buffer.put(UInt64(bitPattern: Int64(identity.contract)))
        buffer.put(identity.key.major)
        buffer.put(identity.key.minor)
      }
    }
    asked.withLock {
      buffer.put(UInt64($0.count))
      for it in $0 {
        buffer.put(UInt64(it.host) << 32 | UInt64(it.code))
        buffer.put(UInt64(it.event))
      }
    }
  }

  func restore(from reader: inout CheckpointReader) throws(CheckpointError) {
    var restored: [Vocabulary] = []
    for _ in 0..<vocabularies.withLock({ $0.count }) { restored.append(try Vocabulary(from: &reader)) }
    let ready = restored
    vocabularies.withLock { $0 = ready }
    var known: [Identity: UInt32] = [:]
    for number in 0..<(try reader.count()) {
      let contract = Int(Int64(bitPattern: try reader.word()))
      known[Identity(contract: contract, key: Key(try reader.word(), try reader.word()))] = UInt32(number + 1)
    }
    let numbers = known
    identities.withLock { $0 = numbers }
    var before: Set<Asking> = []
    for _ in 0..<(try reader.count()) {
      let word = try reader.word()
      let event = UInt32(truncatingIfNeeded: try reader.word())
      before.insert(
        Asking(host: UInt32(truncatingIfNeeded: word >> 32), code: UInt32(truncatingIfNeeded: word), event: event))
    }
    let asked = before
    self.asked.withLock { $0 = asked }
  }
}

/// The values of one kind.
// Only ever reached under the lexicon's lock.
private final class Vocabulary: @unchecked Sendable {
  private let arena = ByteBuffer(capacity: 1 << 10)
  private var ends: ContiguousArray<Int> = []
  private var lows: ContiguousArray<UInt64> = []
  private var highs: ContiguousArray<UInt64> = []
  private var slots = ContiguousArray<UInt32>(repeating: 0, count: 64)

  init() {}

  var count: Int { ends.count }
  var size: Int { arena.count + ends.count * 24 + slots.count * 4 }

  func code(of bytes: UnsafeRawBufferPointer, _ hash: XXH128_hash_t) -> Lexicon.Word {
    var slot = Int(truncatingIfNeeded: hash.low64) & (slots.count - 1)
    while slots[slot] != 0 {
      let code = Int(slots[slot]) - 1
      if lows[code] == hash.low64, value(code).isEqual(to: bytes) {
        return Lexicon.Word(code: UInt32(code), low: hash.low64, high: hash.high64, isNew: false)
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    let code = UInt32(ends.count)
    append(bytes, low: hash.low64, high: hash.high64)
    slots[slot] = code + 1
    if ends.count * 4 > slots.count * 3 { grow() }
    return Lexicon.Word(code: code, low: hash.low64, high: hash.high64, isNew: true)
  }

  func read(_ code: UInt32, into buffer: ByteBuffer) -> Lexicon.Word {
    buffer.count = 0
    buffer.append(value(Int(code)))
    return Lexicon.Word(code: code, low: lows[Int(code)], high: highs[Int(code)], isNew: false)
  }

  private func append(_ bytes: UnsafeRawBufferPointer, low: UInt64, high: UInt64) {
    arena.append(bytes)
    ends.append(arena.count)
    lows.append(low)
    highs.append(high)
  }

  private func value(_ code: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: arena.bytes[(code == 0 ? 0 : ends[code - 1])..<ends[code]])
  }

  private func grow() {
    slots = ContiguousArray(repeating: 0, count: slots.count * 2)
    for code in ends.indices {
      var slot = Int(truncatingIfNeeded: lows[code]) & (slots.count - 1)
      while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
      slots[slot] = UInt32(code) + 1
    }
  }

  func save(into buffer: ByteBuffer) {
    buffer.put(UInt64(ends.count))
    for code in ends.indices {
      buffer.put(lows[code])
      buffer.put(highs[code])
      buffer.put(value(code))
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    for _ in 0..<(try reader.count()) {
      let low = try reader.word()
      let high = try reader.word()
      append(try reader.bytes(), low: low, high: high)
    }
    while ends.count * 4 > slots.count * 3 { slots = ContiguousArray(repeating: 0, count: slots.count * 2) }
    slots = ContiguousArray(repeating: 0, count: slots.count / 2)
    grow()
  }
}

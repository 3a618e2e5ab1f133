/// A growable run of bytes in plain memory, reused from one encoding to the next.
public final class ByteBuffer {
  @usableFromInline var base: UnsafeMutableRawPointer
  @usableFromInline var capacity: Int
  public var count = 0

  @inlinable public init(capacity: Int = 512) {
    base = .allocate(byteCount: capacity, alignment: 16)
    self.capacity = capacity
  }

  deinit { base.deallocate() }

  @inlinable public var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

  @inlinable public func append(_ other: UnsafeRawBufferPointer) {
    ensure(other.count)
    if let from = other.baseAddress { (base + count).copyMemory(from: from, byteCount: other.count) }
    count += other.count
  }

  @inlinable public func ensure(_ more: Int) {
    if count + more > capacity { grow(count + more) }
  }

  @usableFromInline func grow(_ needed: Int) {
    let next = max(needed, capacity * 2)
    let moved = UnsafeMutableRawPointer.allocate(byteCount: next, alignment: 16)
    moved.copyMemory(from: base, byteCount: count)
    base.deallocate()
    base = moved
    capacity = next
  }
}

/// Encodes fields into bytes: each word in as many bytes as its maximum needs (1, 2, 4 or 8), little-endian.
public struct ByteWriter: Fields {
  public let buffer: ByteBuffer
  public let condenses: Bool
  /// The first field whose value was above its declared maximum; such an encoding is not injective.
  public var overflow: (field: String, value: UInt64, max: UInt64)?
  @usableFromInline var field: StaticString = ""

  /// - Parameter condenses: Give queues by count and digest (for fingerprints of large states).
  @inlinable public init(_ buffer: ByteBuffer, condenses: Bool = false) {
    self.buffer = buffer
    self.condenses = condenses
  }

  @inlinable public var isReading: Bool { false }
  @inlinable public mutating func enter(_ name: StaticString) { field = name }

  @inlinable public mutating func word(_ value: inout UInt64, max: UInt64, _ words: (UInt64) -> String?) {
    buffer.ensure(8)
    (buffer.base + buffer.count).storeBytes(of: value.littleEndian, as: UInt64.self)
    buffer.count += byteWidth(max)
    if value > max { noteOverflow(value, max) }
  }

  @usableFromInline mutating func noteOverflow(_ value: UInt64, _ max: UInt64) {
    if overflow == nil { overflow = ("\(field)", value, max) }
  }
}

/// Decodes fields from bytes that ``ByteWriter`` wrote (without condensing).
public struct ByteReader: Fields {
  @usableFromInline let bytes: UnsafeRawBufferPointer
  @usableFromInline var offset = 0
  /// Whether the bytes ended before the fields did, or a word was above its declared maximum.
  public private(set) var failed = false

  @inlinable public init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  @inlinable public var isReading: Bool { true }
  @inlinable public var isAtEnd: Bool { offset == bytes.count }
  @inlinable public var position: Int { offset }

  @inlinable public mutating func word(_ value: inout UInt64, max: UInt64, _ words: (UInt64) -> String?) {
    let width = byteWidth(max)
    guard offset + width <= bytes.count else {
      fail()
      value = 0
      return
    }
    var read: UInt64 = 0
    withUnsafeMutableBytes(of: &read) { target in
      target.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + width]))
    }
    offset += width
    value = UInt64(littleEndian: read)
    if value > max {
      fail()
      value = 0
    }
  }

  @usableFromInline mutating func fail() { failed = true }
}

@inlinable @inline(__always) func byteWidth(_ max: UInt64) -> Int {
  max <= 0xFF ? 1 : max <= 0xFFFF ? 2 : max <= 0xFFFF_FFFF ? 4 : 8
}

/// A growable run of bytes in plain memory, reused from one encoding to the next.
public final class ByteBuffer {
  @usableFromInline let run: UnsafeMutablePointer<Run>

  /// Kept behind a pointer, so that the class's properties need no access checks at run time.
  @usableFromInline struct Run {
    @usableFromInline var base: UnsafeMutableRawPointer
    @usableFromInline var capacity: Int
    @usableFromInline var count: Int

    @usableFromInline init(base: UnsafeMutableRawPointer, capacity: Int, count: Int) {
      self.base = base
      self.capacity = capacity
      self.count = count
    }

    /// Appends the low `width` bytes of a word. Eight are stored, always: a branch per width costs more.
    @inlinable mutating func append(_ word: UInt64, width: Int) {
      if count + 8 > capacity { grow(count + 8) }
      (base + count).storeBytes(of: word.littleEndian, as: UInt64.self)
      count += width
    }

    @usableFromInline mutating func grow(_ needed: Int) {
      let next = max(needed, capacity * 2)
      let moved = UnsafeMutableRawPointer.allocate(byteCount: next, alignment: 16)
      moved.copyMemory(from: base, byteCount: count)
      base.deallocate()
      base = moved
      capacity = next
    }
  }

  public init(capacity: Int = 512) {
    run = .allocate(capacity: 1)
    run.initialize(to: Run(base: .allocate(byteCount: capacity, alignment: 16), capacity: capacity, count: 0))
  }

  deinit {
    run.pointee.base.deallocate()
    run.deallocate()
  }

  @inlinable public var count: Int {
    get { run.pointee.count }
    set { run.pointee.count = newValue }
  }

  @inlinable public var bytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: run.pointee.base, count: run.pointee.count)
  }

  @inlinable public func append(_ other: UnsafeRawBufferPointer) {
    ensure(other.count)
    if let from = other.baseAddress {
      (run.pointee.base + run.pointee.count).copyMemory(from: from, byteCount: other.count)
    }
    run.pointee.count += other.count
  }

  /// Appends the low bytes of a word, little-endian.
  @inlinable public func put(_ word: UInt64, width: Int = 8) { run.pointee.append(word, width: width) }

  /// Appends a count of bytes, and the bytes.
  @inlinable public func put(_ bytes: UnsafeRawBufferPointer) {
    put(UInt64(bytes.count))
    append(bytes)
  }

  @inlinable public func ensure(_ more: Int) {
    if run.pointee.count + more > run.pointee.capacity { run.pointee.grow(run.pointee.count + more) }
  }
}

@inlinable @inline(__always) func byteWidth(_ max: UInt64) -> Int {
  max <= 0xFF ? 1 : max <= 0xFFFF ? 2 : max <= 0xFFFF_FFFF ? 4 : 8
}

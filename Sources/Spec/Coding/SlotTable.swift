/// Finds the elements of a queue by hashes: what it has is a guess at the number of each, which whoever asks compares.
///
/// Elements are numbered as they are appended, and leave in that order. So nobody clears the slot of one that has left:
/// its number tells, and the next newcomer takes it. A look goes to one line of the cache, which in a table of ten
/// thousand elements is what it costs.
@usableFromInline struct SlotTable: Sendable {
  /// Fifteen slots, each a tag above the low bits of a number, and the number of the last element that found them
  /// taken and went on to the next bucket.
  @usableFromInline typealias Bucket = SIMD16<UInt32>
  @usableFromInline private(set) var buckets: ContiguousArray<Bucket> = []
  @usableFromInline private(set) var numberBits: UInt32 = 0

  /// The elements that are in the queue.
  @usableFromInline struct Window {
    @usableFromInline let first: UInt32
    @usableFromInline let count: Int

    @inlinable init(first: UInt32, count: Int) {
      self.first = first
      self.count = count
    }
  }

  @inlinable init() {}

  /// - Parameter first: The number of the first element in the queue.
  @inlinable init(buckets count: Int, first: UInt32) {
    // Numbers that come round again are mistaken for present ones: they are eight times as many as there is room for.
    numberBits = UInt32(min(31, 64 - (8 * count * Self.usualLoad).leadingZeroBitCount))
    buckets = ContiguousArray(repeating: Bucket(repeating: (first &- 1) & (1 << numberBits - 1)), count: count)
    for place in buckets.indices { buckets[place][Self.slots] = first &- 1 }
  }

  @inlinable static var slots: Int { 15 }
  /// The elements for which there is a bucket.
  @inlinable static var usualLoad: Int { 10 }

  @inlinable var isEmpty: Bool { buckets.isEmpty }
  @inlinable var room: Int { buckets.count * Self.usualLoad }

  /// The first of the positions under a hash that is the wanted one. Positions count from the first element.
  @inlinable @inline(__always) func position(
    _ hash: UInt64, in window: Window, where isWanted: (Int) -> Bool
  ) -> Int? {
    let mask: UInt32 = 1 << numberBits &- 1
    let tag = tag(hash)
    return buckets.withUnsafeBufferPointer { buckets in
      var place = Int(truncatingIfNeeded: hash) & (buckets.count &- 1)
      for _ in 0..<buckets.count {
        let slots = UnsafeRawPointer(buckets.baseAddress! + place).assumingMemoryBound(to: UInt32.self)
        var hits: UInt32 = 0
        for slot in 0..<Self.slots { hits |= (slots[slot] & ~mask == tag ? 1 : 0) << UInt32(truncatingIfNeeded: slot) }
        while hits != 0 {
          let position = Int((slots[hits.trailingZeroBitCount] &- window.first) & mask)
          if position < window.count, isWanted(position) { return position }
          hits &= hits &- 1
        }
        if Int(slots[Self.slots] &- window.first) >= window.count { return nil }
        place = (place &+ 1) & (buckets.count &- 1)
      }
      return nil
    }
  }

  /// Takes in the element that comes behind those of the window, where its first bucket has room and nothing that might
  /// be it, there or further on.
  ///
  /// - Returns: Whether it was taken in.
  @inlinable @inline(__always) mutating func appendNew(_ hash: UInt64, behind window: Window) -> Bool {
    let mask: UInt32 = 1 << numberBits &- 1
    let number = window.first &+ UInt32(truncatingIfNeeded: window.count)
    let tag = tag(hash)
    return buckets.withUnsafeMutableBufferPointer { buckets in
      let place = Int(truncatingIfNeeded: hash) & (buckets.count &- 1)
      let slots = UnsafeMutableRawPointer(buckets.baseAddress! + place).assumingMemoryBound(to: UInt32.self)
      var hits: UInt32 = 0
      var free: UInt32 = 0
      let count = UInt32(truncatingIfNeeded: window.count)
      for slot in 0..<Self.slots {
        hits |= (slots[slot] & ~mask == tag ? 1 : 0) << UInt32(truncatingIfNeeded: slot)
        free |= ((slots[slot] &- window.first) & mask >= count ? 1 : 0) << UInt32(truncatingIfNeeded: slot)
      }
      if hits != 0 || free == 0 || slots[Self.slots] &- window.first < count { return false }
      slots[free.trailingZeroBitCount] = tag | number & mask
      return true
    }
  }

  /// Takes in the element that comes behind those of the window.
  ///
  /// - Returns: false where there is no room for it.
  @inlinable mutating func append(_ hash: UInt64, behind window: Window) -> Bool {
    let mask: UInt32 = 1 << numberBits &- 1
    let number = window.first &+ UInt32(truncatingIfNeeded: window.count)
    let entry = tag(hash) | number & mask
    return buckets.withUnsafeMutableBufferPointer { buckets in
      var place = Int(truncatingIfNeeded: hash) & (buckets.count &- 1)
      for _ in 0..<buckets.count {
        let slots = UnsafeMutableRawPointer(buckets.baseAddress! + place).assumingMemoryBound(to: UInt32.self)
        var slot = 0
        while slot < Self.slots, Int((slots[slot] &- window.first) & mask) < window.count { slot &+= 1 }
        slots[slot] = slot < Self.slots ? entry : number
        if slot < Self.slots { return true }
        place = (place &+ 1) & (buckets.count &- 1)
      }
      return false
    }
  }

  @inlinable func tag(_ hash: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: hash >> 32) & ~(1 << numberBits &- 1) }
}

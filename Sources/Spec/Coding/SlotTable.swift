/// Finds the elements of a queue by hashes: what it has is a guess at the number of each, which whoever asks compares.
///
/// Elements are numbered as they are appended, and leave in that order. So nobody clears the slot of one that has left:
/// its number tells, and the next newcomer takes it. A look goes to one line of the cache, now and then to the one
/// behind it too, which in a table of ten thousand elements is what it costs.
@usableFromInline struct SlotTable: Sendable {
  @usableFromInline private(set) var words: ContiguousArray<UInt32> = []
  @usableFromInline private(set) var layout = Layout(start: 0, buckets: 0)

  /// The elements that are in the queue.
  @usableFromInline struct Window {
    /// The number of the first.
    @usableFromInline let first: UInt32
    @usableFromInline let count: UInt32

    @inlinable init(first: UInt32, count: Int) {
      self.first = first
      self.count = UInt32(truncatingIfNeeded: count)
    }
  }

  @inlinable init() {}

  /// - Parameters:
  ///   - buckets: A power of two.
  ///   - first: The number of the first element in the queue.
  @inlinable init(buckets: Int, first: UInt32) {
    words = ContiguousArray(repeating: first &- 1, count: Layout.width * (buckets + 1))
    let misplacement = words.withUnsafeBufferPointer { Int(bitPattern: $0.baseAddress) & 63 }
    layout = Layout(start: (-misplacement & 63) / MemoryLayout<UInt32>.size, buckets: buckets)
    for place in words.indices where (place - layout.start) & Layout.slots != Layout.slots {
      words[place] &= layout.numberMask
    }
  }

  @inlinable var isEmpty: Bool { layout.buckets == 0 }
  @inlinable var buckets: Int { layout.buckets }
  /// The elements that it may have: 49 for every four buckets, so that 4096 have room for fifty thousand.
  @inlinable var room: Int { layout.room }

  /// Of the elements under a hash the first that is the wanted one, as its place in the queue.
  @inlinable @inline(__always) func position(
    _ hash: UInt64, in window: Window, where isWanted: (Int) -> Bool
  ) -> Int? {
    words.withUnsafeBufferPointer { words in
      for offset in 0..<layout.buckets {
        let slots = words.baseAddress! + layout.place(hash, offset)
        var hits = layout.hits(slots, hash)
        while hits != 0 {
          let position = layout.position(&hits, slots, window)
          if position < window.count, isWanted(position) { return position }
        }
        if layout.isLast(slots, window) { return nil }
      }
      return nil
    }
  }

  /// Takes in the element that comes behind those of the window, of which there are fewer than there is room for.
  ///
  /// - Parameter isSame: Whether the one at a place of the queue is the same; what comes is not taken in then.
  /// - Returns: Whether it was taken in; nil where every slot looks taken. A table made anew then has one that is free.
  @inlinable @inline(__always) mutating func append<Queue>(
    _ hash: UInt64, behind window: Window, of queue: Queue, unless isSame: (Queue, Int) -> Bool
  ) -> Bool? {
    let layout = layout
    return words.withUnsafeMutableBufferPointer { words in
      let number = window.first &+ window.count
      var vacant: (offset: Int, slot: UnsafeMutablePointer<UInt32>)?
      for offset in 0..<layout.buckets {
        let slots = words.baseAddress! + layout.place(hash, offset)
        var hits = layout.hits(slots, hash)
        while hits != 0 {
          let position = layout.position(&hits, slots, window)
          if position < window.count, isSame(queue, position) { return false }
        }
        if vacant == nil {
          let free = layout.free(slots, window)
          if free != 0 { vacant = (offset, slots + free.trailingZeroBitCount) }
        }
        if vacant != nil, layout.isLast(slots, window) { break }
      }
      guard let vacant else { return nil }
      vacant.slot.pointee = layout.tag(hash) | number & layout.numberMask
      for offset in 0..<vacant.offset { words[layout.place(hash, offset) + Layout.slots] = number }
      return true
    }
  }
}

extension SlotTable {
  /// Where things are: buckets of fifteen slots, each a tag above the low bits of a number, and behind them the number
  /// of the last element that found them taken and went on to the next bucket.
  @frozen @usableFromInline struct Layout: Sendable {
    /// Where the first bucket is: at the beginning of a line of the cache.
    @usableFromInline let start: Int
    @usableFromInline let buckets: Int
    /// The bits of a slot that are of the number.
    @usableFromInline let numberMask: UInt32

    @inlinable init(start: Int, buckets: Int) {
      self.start = start
      self.buckets = buckets
      // Numbers come round again, and slots that nobody is in look taken for a while: there are eight times as many as
      // there is room for, so that seldom few slots do, and more seldom all.
      let bits = min(31, 64 - (8 * (buckets * 49 / 4)).leadingZeroBitCount)
      numberMask = 1 << UInt32(bits) - 1
    }

    @inlinable static var slots: Int { 15 }
    @inlinable static var width: Int { 16 }
    @inlinable var room: Int { buckets * 49 / 4 }

    /// Where a bucket is, counted on from the one to which a hash belongs.
    @inlinable @inline(__always) func place(_ hash: UInt64, _ offset: Int) -> Int {
      start &+ Self.width &* ((Int(truncatingIfNeeded: hash) &+ offset) & (buckets &- 1))
    }

    @inlinable @inline(__always) func tag(_ hash: UInt64) -> UInt32 {
      UInt32(truncatingIfNeeded: hash >> 32) & ~numberMask
    }

    /// A bit for each slot that has the hash's tag.
    @inlinable @inline(__always) func hits(_ slots: UnsafePointer<UInt32>, _ hash: UInt64) -> UInt32 {
      let tag = tag(hash)
      var hits: UInt32 = 0
      for slot in 0..<Self.slots {
        hits |= (slots[slot] & ~numberMask == tag ? 1 : 0) << UInt32(truncatingIfNeeded: slot)
      }
      return hits
    }

    /// A bit for each slot whose element has left.
    @inlinable @inline(__always) func free(_ slots: UnsafePointer<UInt32>, _ window: Window) -> UInt32 {
      var free: UInt32 = 0
      for slot in 0..<Self.slots {
        let isFree = (slots[slot] &- window.first) & numberMask >= window.count
        free |= (isFree ? 1 : 0) << UInt32(truncatingIfNeeded: slot)
      }
      return free
    }

    /// The place in the queue of the first hit, which is taken away.
    @inlinable @inline(__always) func position(
      _ hits: inout UInt32, _ slots: UnsafePointer<UInt32>, _ window: Window
    ) -> Int {
      defer { hits &= hits &- 1 }
      return Int((slots[hits.trailingZeroBitCount] &- window.first) & numberMask)
    }

    /// Whether nobody who is in the queue went on from there.
    @inlinable @inline(__always) func isLast(_ slots: UnsafePointer<UInt32>, _ window: Window) -> Bool {
      slots[Self.slots] &- window.first >= window.count
    }
  }
}

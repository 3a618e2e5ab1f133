import Spec
import Synchronization

/// How each state was first reached: its parent's number and the ordinal of the step, six bytes a state.
///
/// Numbers are given out in blocks, so that workers write without asking each other. The last block of a worker may
/// stay unfinished: a search numbers its states with gaps, and counts them apart.
final class ParentLog: Sendable {
  static var blockSize: Int { 1 << 10 }
  private static var segmentSize: Int { 1 << 16 }

  // Only ever reached under the lock.
  private struct Segments: @unchecked Sendable {
    var parents: [UnsafeMutablePointer<UInt32>] = []
    var ordinals: [UnsafeMutablePointer<UInt16>] = []
    var next = 0
  }
  private let segments = Mutex(Segments())

  deinit {
    segments.withLock {
      $0.parents.forEach { $0.deallocate() }
      $0.ordinals.forEach { $0.deallocate() }
    }
  }

  /// A run of numbers with the memory for their entries.
  // One worker has it, and the memory outlives the search.
  struct Block: @unchecked Sendable {
    var next: Int
    let end: Int
    let parents: UnsafeMutablePointer<UInt32>
    let ordinals: UnsafeMutablePointer<UInt16>
    let first: Int

    @inline(__always) mutating func append(parent: UInt32, ordinal: Int) {
      parents[next - first] = parent
      ordinals[next - first] = UInt16(truncatingIfNeeded: ordinal)
      next += 1
    }
  }

  func block() -> Block {
    segments.withLock { it in
      let first = it.next
      it.next += Self.blockSize
      Self.extend(&it)
      let offset = first % Self.segmentSize
      return Block(
        next: first, end: first + Self.blockSize, parents: it.parents[first / Self.segmentSize] + offset,
        ordinals: it.ordinals[first / Self.segmentSize] + offset, first: first)
    }
  }

  private static func extend(_ it: inout Segments) {
    while it.parents.count * segmentSize < it.next {
      it.parents.append(.allocate(capacity: segmentSize))
      it.ordinals.append(.allocate(capacity: segmentSize))
    }
  }

  var bytes: Int { segments.withLock { $0.parents.count * Self.segmentSize * 6 } }
  /// One more than the highest number given out.
  var end: Int { segments.withLock { $0.next } }

  /// The ordinals of the steps from the start to a state.
  func path(to number: Int) -> [Int] {
    segments.withLock { it in
      var path: [Int] = []
      var at = number
      while at != 0 {
        let (segment, offset) = at.quotientAndRemainder(dividingBy: Self.segmentSize)
        path.append(Int(it.ordinals[segment][offset]))
        at = Int(it.parents[segment][offset])
      }
      return path.reversed()
    }
  }

  /// The steps from the start to each state, by its number; those to numbers that were never used mean nothing.
  func depths() -> ContiguousArray<UInt32> {
    segments.withLock { it in
      var depths = ContiguousArray<UInt32>(repeating: .max, count: it.next)
      depths[0] = 0
      var way: [Int] = []
      for number in 0..<it.next {
        var at = number
        while depths[at] == .max {
          way.append(at)
          // What was never written may hold any number.
          depths[at] = 0
          let (segment, offset) = at.quotientAndRemainder(dividingBy: Self.segmentSize)
          at = min(Int(it.parents[segment][offset]), it.next - 1)
        }
        while let child = way.popLast() {
          depths[child] = depths[at] &+ 1
          at = child
        }
      }
      return depths
    }
  }

  func save(into buffer: ByteBuffer) {
    segments.withLock { it in
      buffer.put(UInt64(it.next))
      for number in 0..<it.next {
        let (segment, offset) = number.quotientAndRemainder(dividingBy: Self.segmentSize)
        buffer.put(UInt64(it.parents[segment][offset]) << 16 | UInt64(it.ordinals[segment][offset]))
      }
    }
  }

  func restore(from reader: inout CheckpointReader) throws(CheckpointError) {
    let count = try reader.count()
    var words: [UInt64] = []
    for _ in 0..<count { words.append(try reader.word()) }
    let entries = words
    segments.withLock { it in
      it.next = count
      Self.extend(&it)
      for (number, word) in entries.enumerated() {
        let (segment, offset) = number.quotientAndRemainder(dividingBy: Self.segmentSize)
        it.parents[segment][offset] = UInt32(truncatingIfNeeded: word >> 16)
        it.ordinals[segment][offset] = UInt16(truncatingIfNeeded: word)
      }
    }
  }
}

import Spec

/// The states that one worker expanded, with the steps from them, as far as leads-to properties need them.
///
/// A run of numbers, small ones in one byte: there are several steps to a state, and most lead to a state numbered soon
/// after the one before.
// Written by one worker, and read by others only after it.
final class GraphPart: @unchecked Sendable {
  private let numbers = ByteBuffer(capacity: 1 << 10)
  private var last = Place()

  /// What the next numbers are told from.
  private struct Place {
    var state = 0
    var target = 0
    var ordinal = -1
  }

  init() {}

  var bytes: Int { numbers.count }

  func begin(_ number: Int, from: UInt32, to: UInt32, owed: Flat<UInt32>) {
    // The steps of the state before end with a 0, where the next one would be told by how much later it is.
    if numbers.count > 0 { put(0) }
    put(signed: number - last.state)
    put(Int(from))
    put(Int(to))
    put(owed.count)
    for index in 0..<owed.count { put(Int(owed[index])) }
    last.state = number
    last.ordinal = -1
  }

  /// - Parameter identity: The owed identity that the step answers; 0 for none.
  func edge(to target: Int, answers identity: UInt32, ordinal: Int) {
    put(ordinal - last.ordinal)
    put(signed: target - last.target)
    put(Int(identity))
    last.target = target
    last.ordinal = ordinal
  }

  /// Seven bits to a byte, the low ones first; the eighth says that there are more.
  @inline(__always) private func put(_ number: Int) {
    var left = UInt64(number)
    while left >= 0x80 {
      numbers.put(left & 0x7F | 0x80, width: 1)
      left >>= 7
    }
    numbers.put(left, width: 1)
  }

  /// The sign in the lowest bit.
  @inline(__always) private func put(signed number: Int) { put(number << 1 ^ number >> 63) }

  struct Edge {
    let target: UInt32
    let answers: UInt32
    let ordinal: UInt16
  }

  /// Tells each state, then what is owed there, then the steps from it.
  func read(
    state: (_ number: Int, _ from: UInt32, _ to: UInt32) -> Void, owed: (UInt32) -> Void, edge: (Edge) -> Void
  ) {
    var reader = Reader(bytes: numbers.bytes)
    var place = Place()
    while !reader.isAtEnd {
      place.state += reader.signed()
      place.ordinal = -1
      state(place.state, UInt32(reader.next()), UInt32(reader.next()))
      for _ in 0..<reader.next() { owed(UInt32(reader.next())) }
      while !reader.isAtEnd {
        let later = reader.next()
        if later == 0 { break }
        place.ordinal += later
        place.target += reader.signed()
        edge(
          Edge(
            target: UInt32(place.target), answers: UInt32(reader.next()),
            ordinal: UInt16(truncatingIfNeeded: place.ordinal)))
      }
    }
  }

  private struct Reader {
    let bytes: UnsafeRawBufferPointer
    var at = 0

    var isAtEnd: Bool { at == bytes.count }

    mutating func next() -> Int {
      var number = 0
      var shift = 0
      while true {
        let byte = Int(bytes[at])
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80 { return number }
        shift += 7
      }
    }

    mutating func signed() -> Int {
      let number = next()
      return number >> 1 ^ -(number & 1)
    }
  }

  func save(into buffer: ByteBuffer) {
    buffer.put(UInt64(last.state))
    buffer.put(UInt64(last.target))
    buffer.put(numbers.bytes)
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    last.state = Int(truncatingIfNeeded: try reader.word())
    last.target = Int(truncatingIfNeeded: try reader.word())
    numbers.append(try reader.bytes())
  }
}

import Spec

/// The states that one worker expanded, with the steps from them, as far as leads-to properties need them.
struct GraphPart: Sendable {
  var states: ContiguousArray<UInt32> = []
  var from: ContiguousArray<UInt32> = []
  var to: ContiguousArray<UInt32> = []
  /// Where each state's edges and owed identities begin.
  var edgeStarts: ContiguousArray<Int> = []
  var owedStarts: ContiguousArray<Int> = []
  var targets: ContiguousArray<UInt32> = []
  /// The owed identity that each step answers; 0 for none.
  var answers: ContiguousArray<UInt32> = []
  var ordinals: ContiguousArray<UInt16> = []
  var owed: ContiguousArray<UInt32> = []

  var bytes: Int { targets.capacity * 10 + states.capacity * 28 + owed.capacity * 4 }

  mutating func begin(_ number: Int, from: UInt32, to: UInt32, owed: Flat<UInt32>) {
    states.append(UInt32(truncatingIfNeeded: number))
    edgeStarts.append(targets.count)
    owedStarts.append(self.owed.count)
    for index in 0..<owed.count { self.owed.append(owed[index]) }
    self.from.append(from)
    self.to.append(to)
  }

  mutating func edge(to target: Int, answers identity: UInt32, ordinal: Int) {
    targets.append(UInt32(truncatingIfNeeded: target))
    answers.append(identity)
    ordinals.append(UInt16(truncatingIfNeeded: ordinal))
  }

  func save(into buffer: ByteBuffer) {
    func put<T: FixedWidthInteger>(_ values: ContiguousArray<T>) {
      buffer.put(UInt64(values.count))
      for value in values { buffer.put(UInt64(truncatingIfNeeded: value)) }
    }
    for row in [states, from, to, targets, answers, owed] { put(row) }
    put(edgeStarts)
    put(owedStarts)
    put(ordinals)
  }

  init() {}

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    func row<T: FixedWidthInteger>(
      _ reader: inout CheckpointReader, _: T.Type
    ) throws(CheckpointError) -> ContiguousArray<T> {
      var values: ContiguousArray<T> = []
      for _ in 0..<(try reader.count()) { values.append(T(truncatingIfNeeded: try reader.word())) }
      return values
    }
    states = try row(&reader, UInt32.self)
    from = try row(&reader, UInt32.self)
    to = try row(&reader, UInt32.self)
    targets = try row(&reader, UInt32.self)
    answers = try row(&reader, UInt32.self)
    owed = try row(&reader, UInt32.self)
    edgeStarts = try row(&reader, Int.self)
    owedStarts = try row(&reader, Int.self)
    ordinals = try row(&reader, UInt16.self)
  }

  /// Hands out the places of a state's edges and owed identities.
  func read(_ index: Int, _ body: (GraphPart, _ edges: Range<Int>, _ owed: Range<Int>) -> Void) {
    let isLast = index + 1 == states.count
    body(
      self, edgeStarts[index]..<(isLast ? targets.count : edgeStarts[index + 1]),
      owedStarts[index]..<(isLast ? owed.count : owedStarts[index + 1]))
  }
}

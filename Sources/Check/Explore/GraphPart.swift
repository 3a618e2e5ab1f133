import Spec

/// The states that one worker expanded, with the steps from them, as far as leads-to properties need them: ten bytes a
/// step and 32 a state, read where they were written.
// Written by one worker, and read by others only after it.
final class GraphPart: @unchecked Sendable {
  /// A state that was expanded.
  struct Node: BitwiseCopyable {
    let number: UInt32
    /// By leads-to property, whether it begins here and whether it ends here.
    let from: UInt32
    let to: UInt32
    /// The identities that are owed here, among those of the part.
    var owed: Span32
    /// The steps from here, among those of the part.
    var steps: Span32
    /// Which of the parts this is.
    var part: UInt32 = 0
  }

  @exclusivity(unchecked) private(set) var nodes = Flat<Node>()
  @exclusivity(unchecked) private(set) var owed = Flat<UInt32>()
  // Of each step the state it leads to, the owed identity that it answers, and its place among the steps from there.
  @exclusivity(unchecked) private(set) var targets = Flat<UInt32>()
  @exclusivity(unchecked) private(set) var answers = Flat<UInt32>()
  @exclusivity(unchecked) private(set) var ordinals = Flat<UInt16>()

  init() {}

  deinit {
    nodes.free()
    owed.free()
    targets.free()
    answers.free()
    ordinals.free()
  }

  var bytes: Int { nodes.bytes + owed.bytes + targets.bytes + answers.bytes + ordinals.bytes }

  func begin(_ number: Int, from: UInt32, to: UInt32, owed identities: Flat<UInt32>) {
    nodes.append(
      Node(
        number: UInt32(truncatingIfNeeded: number), from: from, to: to,
        owed: Span32(start: UInt32(truncatingIfNeeded: owed.count), count: UInt32(identities.count)),
        steps: Span32(start: UInt32(truncatingIfNeeded: targets.count), count: 0)))
    for index in 0..<identities.count { owed.append(identities[index]) }
  }

  /// - Parameter identity: The owed identity that the step answers; 0 for none.
  @inline(__always) func edge(to target: Int, answers identity: UInt32, ordinal: Int) {
    targets.append(UInt32(truncatingIfNeeded: target))
    answers.append(identity)
    ordinals.append(UInt16(truncatingIfNeeded: ordinal))
    nodes.at(nodes.count - 1).pointee.steps.count &+= 1
  }

  /// Tells the nodes which part they are of.
  func enter(as part: Int) { for index in 0..<nodes.count { nodes.at(index).pointee.part = UInt32(part) } }

  /// Writes each number as how much it is beyond the one before: most are a little.
  func save(into buffer: ByteBuffer) {
    buffer.put(UInt64(nodes.count))
    var (state, target) = (0, 0)
    for index in 0..<nodes.count {
      let node = nodes[index]
      buffer.put(signed: Int(node.number) - state)
      state = Int(node.number)
      buffer.put(number: UInt64(node.from))
      buffer.put(number: UInt64(node.to))
      buffer.put(number: UInt64(node.owed.count))
      for place in node.owed.range { buffer.put(number: UInt64(owed[place])) }
      buffer.put(number: UInt64(node.steps.count))
      for place in node.steps.range {
        buffer.put(signed: Int(targets[place]) - target)
        target = Int(targets[place])
        buffer.put(number: UInt64(answers[place]))
        buffer.put(number: UInt64(ordinals[place]))
      }
    }
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    var (state, target) = (0, 0)
    let identities = Flat<UInt32>()
    defer { identities.free() }
    for _ in 0..<(try reader.count()) {
      state &+= try reader.signed()
      begin(state, from: try reader.number(), to: try reader.number(), owed: identities)
      for _ in 0..<(try reader.number() as UInt32) {
        owed.append(try reader.number())
        nodes.at(nodes.count - 1).pointee.owed.count &+= 1
      }
      for _ in 0..<(try reader.number() as UInt32) {
        target &+= try reader.signed()
        edge(to: target, answers: try reader.number(), ordinal: Int(try reader.number() as UInt16))
      }
    }
  }
}

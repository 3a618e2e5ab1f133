import Spec

/// The explored graph as far as leads-to properties need it: steps, what is owed where, and what each step answers.
///
/// A leads-to property fails when a *fair* run stays for ever among states that have not arrived. Such a run ends in
/// a strongly connected part of those states, or rests in one state. Under weak fairness each identity that is owed
/// throughout the part must be answered by some step within it; under strong fairness each identity that is owed
/// anywhere in it. Inputs and faults are never owed.
///
/// Source: Tarjan, *Depth-first search and linear graph algorithms* (1972); Emerson and Lei, *Modalities for model
/// checking* (1987), for the parts that strong fairness leaves.
final class StateGraph {
  typealias Node = GraphPart.Node
  let parts: [GraphPart]
  /// Where each state's node lies; numbers that were given out and never used have none.
  private let nodes: Flat<UnsafePointer<Node>?>
  /// One more than the highest number of a state.
  let end: Int
  /// One more than the highest number of an owed identity.
  let identities: Int
  /// The steps from the start to each state.
  let depths: ContiguousArray<UInt32>
  /// How many bytes a graph of states that wait may take.
  let room: Int
  /// What the largest of these held.
  private var mostWaiting = 0
  /// Whether one of them came to an end for want of room.
  private(set) var isCut = false
  var peakBytes: Int { Self.bytes(upTo: end) + mostWaiting }

  /// What a graph takes beside its parts.
  ///
  /// - Parameter end: One more than the highest number of a state.
  static func bytes(upTo end: Int) -> Int {
    end * (MemoryLayout<UnsafePointer<Node>?>.stride + MemoryLayout<UInt32>.stride)
  }

  /// - Parameters:
  ///   - parts: What each worker expanded. They are read, not copied.
  ///   - end: One more than the highest number of a state.
  ///   - depths: The steps from the start to each state.
  ///   - room: How many bytes may be taken, beside the parts.
  init(_ parts: [GraphPart], end: Int, depths: ContiguousArray<UInt32>, room: Int = .max) {
    self.parts = parts
    self.end = end
    self.depths = depths
    self.room = room == .max ? .max : room - Self.bytes(upTo: end)
    nodes = Flat(repeating: nil, count: end)
    var most: UInt32 = 0
    for (number, part) in parts.enumerated() {
      part.enter(as: number)
      for index in 0..<part.nodes.count { nodes[Int(part.nodes[index].number)] = UnsafePointer(part.nodes.at(index)) }
      // An identity is answered where it is owed.
      for index in 0..<part.owed.count { most = max(most, part.owed[index]) }
    }
    identities = Int(most) + 1
  }

  deinit { nodes.free() }

  struct Lasso {
    /// Where the property begins, and the ordinals of the steps from there to the loop, none of which ends it.
    let begin: Int
    let way: [Int]
    /// Ordinals of the steps round the loop; empty for a run that rests where the way ends.
    let loop: [Int]
  }

  /// Whether some state begins the property.
  func begins(property: Int) -> Bool {
    (0..<end).contains { nodes[$0].map { $0.pointee.from & 1 << property != 0 } ?? false }
  }

  /// A fair run that begins the property and never ends it: one that rests as soon as may be or, where none rests, one
  /// that comes to its loop and once round in few steps; nil too where there was no room to look for one.
  func lasso(property: Int, _ fairness: Fairness) -> Lasso? {
    let waiting = WaitingGraph(self, 1 << property)
    defer { mostWaiting = max(mostWaiting, waiting.bytes) }
    if waiting.isCut {
      isCut = true
      return nil
    }
    if let rest = waiting.rest { return waiting.lasso(to: rest, loop: []) }
    guard let (home, loop) = waiting.fairLoop(fairness) else { return nil }
    return waiting.lasso(to: home, loop: loop)
  }

  // MARK: - States and steps

  @inline(__always) func node(_ state: Int) -> UnsafePointer<Node> { nodes[state].unsafelyUnwrapped }

  func owed(in state: Int) -> UnsafeBufferPointer<UInt32> {
    let node = node(state)
    let span = node.pointee.owed
    return UnsafeBufferPointer(start: parts[Int(node.pointee.part)].owed.at(Int(span.start)), count: Int(span.count))
  }

  /// Where the steps from a state lead.
  func targets(of state: Int) -> UnsafeBufferPointer<UInt32> {
    let node = node(state)
    let span = node.pointee.steps
    return UnsafeBufferPointer(start: parts[Int(node.pointee.part)].targets.at(Int(span.start)), count: Int(span.count))
  }

  /// The owed identities that the steps from a state answer.
  func answers(of state: Int) -> UnsafeBufferPointer<UInt32> {
    let node = node(state)
    let span = node.pointee.steps
    return UnsafeBufferPointer(start: parts[Int(node.pointee.part)].answers.at(Int(span.start)), count: Int(span.count))
  }

  /// The ordinal of one of the steps from a state.
  func ordinal(of step: Int, from state: Int) -> UInt16 {
    let node = node(state)
    return parts[Int(node.pointee.part)].ordinals[Int(node.pointee.steps.start) + step]
  }
}

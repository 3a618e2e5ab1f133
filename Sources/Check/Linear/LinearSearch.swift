import Spec

/// Looks for an order of overlapping operations: no types, only instants, and two closures that know the system.
///
/// The search of Wing and Gong: of the operations that no other one precedes, try each as the first, and go on with the
/// rest. Lowe's memory makes it bearable: the same operations placed, with the same state come to, are tried once. The
/// instants are kept as a doubly linked list from which a placed operation is lifted, so that the candidates are
/// always the calls that stand before the first return.
///
/// The set of placed operations is remembered as the sum, bit by bit, of one random 128-bit number for each of them,
/// on top of the state's hash: two different pairs are taken for one with odds of 2⁻¹²⁸. Such a mistake could hide an
/// order, and never make one up.
///
/// - Complexity: O(*n*) tries of the system where few operations overlap; exponential in how many do, at worst. One
///   try costs the same however long the history is.
///
/// Source: Wing and Gong, *Testing and verifying concurrent objects* (1993); Lowe, *Testing for linearizability*
/// (2017).
@usableFromInline final class LinearSearch {
  /// When an operation began and ended.
  @usableFromInline struct Span {
    let invoked: UInt64
    /// nil for one without a response.
    let ended: UInt64?
    /// An operation without a response that does the same and began no later: this one is not tried before it.
    let twin: Int?

    @usableFromInline init(invoked: UInt64, ended: UInt64?, twin: Int?) {
      self.invoked = invoked
      self.ended = ended
      self.twin = twin
    }
  }

  @usableFromInline enum End {
    /// The operations that took effect, in an order that explains every response.
    case linearizable([Int])
    /// There is no order; not even of what had happened when this operation returned.
    case not(stuck: Int)
    case undecided
  }

  /// 128 bits that stand for a state.
  @usableFromInline typealias Fingerprint = (low: UInt64, high: UInt64)

  private let spans: [Span]
  private let keys: [Fingerprint]
  /// For each place in the list: the operation, and whether it returns here.
  private let operations: [Int32]
  private let returns: [Bool]
  private var calls: [Int32]
  private var ends: [Int32]
  private var next: [Int32]
  private var previous: [Int32]
  private var isPlaced: [Bool]
  private var order: [Int] = []
  private var placed: Fingerprint = (0, 0)
  /// Operations with a response that are not placed.
  private var missing = 0
  /// Tries of the system.
  @usableFromInline private(set) var steps = 0
  /// The order that led furthest, where it was asked for.
  @usableFromInline private(set) var furthestOrder: [Int] = []

  @usableFromInline init(_ spans: [Span]) {
    self.spans = spans
    var random = SplitMix64(seed: 0x1A7E)
    keys = spans.map { _ in (random.next(), random.next()) }
    var marks: [(instant: UInt64, returns: Bool, operation: Int)] = []
    for (index, span) in spans.enumerated() {
      marks.append((span.invoked, false, index))
      if let ended = span.ended { marks.append((ended, true, index)) }
    }
    // At one instant calls come first: what merely touches is taken to overlap, which accuses nobody wrongly.
    marks.sort { a, b in
      (a.instant, a.returns ? 1 : 0, a.operation) < (b.instant, b.returns ? 1 : 0, b.operation)
    }
    operations = marks.map { Int32($0.operation) }
    returns = marks.map(\.returns)
    calls = Array(repeating: 0, count: spans.count)
    ends = Array(repeating: -1, count: spans.count)
    for (place, mark) in marks.enumerated() {
      if mark.returns { ends[mark.operation] = Int32(place) } else { calls[mark.operation] = Int32(place) }
    }
    // The place after the last is the head, so that the list is a ring.
    let count = Int32(marks.count)
    next = (0...count).map { ($0 + 1) % (count + 1) }
    previous = (0...count).map { ($0 + count) % (count + 1) }
    isPlaced = Array(repeating: false, count: spans.count)
    missing = spans.count { $0.ended != nil }
  }

  /// Searches; the system must be where it starts.
  ///
  /// - Parameters:
  ///   - keepsFurthest: Whether to remember the order that led furthest.
  ///   - take: Performs an operation if the response is the one recorded, and tells the state it led to.
  ///   - undo: Takes the last operation back.
  ///   - accept: Told of each order found; false to look for another.
  @usableFromInline func run(
    _ bounds: LinearBounds, keepsFurthest: Bool = false, take: (Int) -> Fingerprint?, undo: () -> Void,
    accept: () -> Bool = { true }
  ) -> End {
    var visited = VisitedTable(isWide: true, isNumbered: false, capacity: 1 << 8)
    var count = 0
    var furthest: Int32 = -1
    let deadline = ContinuousClock.now + bounds.time
    let head = Int32(operations.count)
    var place = next[Int(head)]
    while true {
      if missing == 0 {
        if accept() { return .linearizable(order) }
        guard let back = takeBack(undo) else { return .not(stuck: -1) }
        place = back
        continue
      }
      // A return is still in the list while an operation is missing, so the walk never comes round to the head.
      let operation = Int(operations[Int(place)])
      if returns[Int(place)] {
        if place >= furthest {
          if keepsFurthest, place > furthest || order.count > furthestOrder.count { furthestOrder = order }
          furthest = place
        }
        guard let back = takeBack(undo) else { return .not(stuck: Int(operations[Int(furthest)])) }
        place = back
        continue
      }
      place = next[Int(place)]
      if let twin = spans[operation].twin, !isPlaced[twin] { continue }
      steps += 1
      if steps > bounds.steps || steps & 1023 == 0 && ContinuousClock.now > deadline { return .undecided }
      guard let print = take(operation) else { continue }
      let key = keys[operation]
      let low = placed.low ^ key.low ^ print.low
      let high = placed.high ^ key.high ^ print.high
      guard visited.insert(low: low, high: high, number: 0).isNew else {
        undo()
        continue
      }
      count += 1
      if count >= visited.room { visited.grow(for: count * 2) }
      put(operation)
      place = next[Int(head)]
    }
  }

  /// Places an operation next in the order.
  private func put(_ operation: Int) {
    order.append(operation)
    isPlaced[operation] = true
    placed = (placed.low ^ keys[operation].low, placed.high ^ keys[operation].high)
    lift(calls[operation])
    if ends[operation] >= 0 {
      lift(ends[operation])
      missing -= 1
    }
  }

  /// Takes the last operation back; the walk goes on behind its call.
  private func takeBack(_ undo: () -> Void) -> Int32? {
    guard let operation = order.popLast() else { return nil }
    undo()
    isPlaced[operation] = false
    placed = (placed.low ^ keys[operation].low, placed.high ^ keys[operation].high)
    if ends[operation] >= 0 {
      unlift(ends[operation])
      missing += 1
    }
    unlift(calls[operation])
    return next[Int(calls[operation])]
  }

  private func lift(_ place: Int32) {
    next[Int(previous[Int(place)])] = next[Int(place)]
    previous[Int(next[Int(place)])] = previous[Int(place)]
  }

  private func unlift(_ place: Int32) {
    next[Int(previous[Int(place)])] = place
    previous[Int(next[Int(place)])] = place
  }
}

/// The explored graph as far as leads-to properties need it: edges, what is owed where, and what each step answers.
///
/// A leads-to property fails when a *fair* run stays for ever among states that have not arrived. Such a run ends in
/// a strongly connected part of those states (or rests in one state). It is fair when each identity that is owed
/// throughout the part is answered by some step within it: weak fairness, per identity. Inputs and faults are never
/// owed.
///
/// Source: Tarjan, *Depth-first search and linear graph algorithms* (1972).
struct StateGraph {
  private var starts: ContiguousArray<Int> = []
  private var targets: ContiguousArray<UInt32> = []
  private var answers: ContiguousArray<UInt32> = []
  private var edgeOrdinals: ContiguousArray<UInt16> = []
  private var owedStarts: ContiguousArray<Int> = []
  private var owed: ContiguousArray<UInt32> = []
  private var from: ContiguousArray<UInt32> = []
  private var to: ContiguousArray<UInt32> = []

  var bytes: Int { targets.capacity * 10 + starts.capacity * 24 + owed.capacity * 4 }

  mutating func begin(from: UInt32, to: UInt32, owed: [UInt32]) {
    starts.append(targets.count)
    owedStarts.append(self.owed.count)
    self.owed.append(contentsOf: owed)
    self.from.append(from)
    self.to.append(to)
  }

  mutating func edge(to target: Int, answers identity: UInt32, ordinal: Int) {
    targets.append(UInt32(target))
    answers.append(identity)
    edgeOrdinals.append(UInt16(ordinal))
  }

  struct Lasso {
    /// Where the property begins, and the ordinals of the steps from there to the loop, none of which ends it.
    let begin: Int
    let way: [Int]
    /// Ordinals of the steps round the loop; empty for a run that rests where the way ends.
    let loop: [Int]
  }

  /// A fair run that begins the property and never ends it.
  func lasso(property: Int) -> Lasso? {
    let bit: UInt32 = 1 << property
    let (pending, origins, ordinals) = reach(bit)
    func lasso(to state: Int, _ loop: [Int]) -> Lasso {
      var way: [Int] = []
      var at = state
      while origins[at] != .max {
        way.append(Int(ordinals[at]))
        at = Int(origins[at])
      }
      return Lasso(begin: at, way: way.reversed(), loop: loop)
    }
    if let rest = starts.indices.first(where: { pending[$0] && owedIn($0).isEmpty }) { return lasso(to: rest, []) }
    for part in parts(of: pending) where isFair(part) {
      guard let loop = loop(through: part) else { continue }
      return lasso(to: part[0], loop)
    }
    return nil
  }

  private func edges(_ state: Int) -> Range<Int> {
    starts[state]..<(state + 1 < starts.count ? starts[state + 1] : targets.count)
  }

  private func owedIn(_ state: Int) -> ArraySlice<UInt32> {
    ArraySlice(owed[owedStarts[state]..<(state + 1 < owedStarts.count ? owedStarts[state + 1] : owed.count)])
  }

  /// The states that a beginning reaches without having arrived, and the step by which each was reached.
  private func reach(_ bit: UInt32) -> (isPending: [Bool], origins: [UInt32], ordinals: [UInt16]) {
    var isPending = Array(repeating: false, count: starts.count)
    var origins = Array(repeating: UInt32.max, count: starts.count)
    var ordinals = Array(repeating: UInt16(0), count: starts.count)
    var queue = starts.indices.filter { from[$0] & bit != 0 && to[$0] & bit == 0 }
    for state in queue { isPending[state] = true }
    var next = 0
    while next < queue.count {
      for edge in edges(queue[next]) {
        let target = Int(targets[edge])
        if target < starts.count, !isPending[target], to[target] & bit == 0 {
          isPending[target] = true
          origins[target] = UInt32(queue[next])
          ordinals[target] = edgeOrdinals[edge]
          queue.append(target)
        }
      }
      next += 1
    }
    return (isPending, origins, ordinals)
  }

  /// Strongly connected parts of the pending states that have a step inside.
  private func parts(of pending: [Bool]) -> [[Int]] {
    var result: [[Int]] = []
    var index = Array(repeating: -1, count: starts.count)
    var low = Array(repeating: 0, count: starts.count)
    var onStack = Array(repeating: false, count: starts.count)
    var stack: [Int] = []
    var counter = 0
    for root in starts.indices where pending[root] && index[root] < 0 {
      var calls: [(state: Int, edge: Int)] = [(root, edges(root).lowerBound)]
      index[root] = counter
      low[root] = counter
      counter += 1
      stack.append(root)
      onStack[root] = true
      while let (state, edge) = calls.last {
        if edge < edges(state).upperBound {
          calls[calls.count - 1].edge += 1
          let target = Int(targets[edge])
          guard target < starts.count, pending[target] else { continue }
          if index[target] < 0 {
            index[target] = counter
            low[target] = counter
            counter += 1
            stack.append(target)
            onStack[target] = true
            calls.append((target, edges(target).lowerBound))
          } else if onStack[target] {
            low[state] = min(low[state], index[target])
          }
          continue
        }
        calls.removeLast()
        if let parent = calls.last?.state { low[parent] = min(low[parent], low[state]) }
        guard low[state] == index[state] else { continue }
        var part: [Int] = []
        while let member = stack.popLast() {
          onStack[member] = false
          part.append(member)
          if member == state { break }
        }
        let hasStep = part.count > 1 || edges(state).contains { Int(targets[$0]) == state }
        if hasStep { result.append(part.sorted()) }
      }
    }
    return result
  }

  private func isFair(_ part: [Int]) -> Bool {
    var throughout = Set(owedIn(part[0]))
    for state in part.dropFirst() where !throughout.isEmpty { throughout.formIntersection(owedIn(state)) }
    if throughout.isEmpty { return true }
    let members = Set(part)
    for state in part {
      for edge in edges(state) where members.contains(Int(targets[edge])) { throughout.remove(answers[edge]) }
      if throughout.isEmpty { return true }
    }
    return false
  }

  /// A shortest way from the part's first state back to itself.
  private func loop(through part: [Int]) -> [Int]? {
    let members = Set(part)
    let home = part[0]
    var cameBy: [Int: (from: Int, ordinal: Int)] = [:]
    var frontier = [home]
    while !frontier.isEmpty {
      var next: [Int] = []
      for state in frontier {
        for edge in edges(state) where members.contains(Int(targets[edge])) {
          let target = Int(targets[edge])
          if target == home {
            var loop = [Int(edgeOrdinals[edge])]
            var at = state
            while at != home, let step = cameBy[at] {
              loop.append(step.ordinal)
              at = step.from
            }
            return loop.reversed()
          }
          if cameBy[target] == nil {
            cameBy[target] = (state, Int(edgeOrdinals[edge]))
            next.append(target)
          }
        }
      }
      frontier = next
    }
    return nil
  }
}

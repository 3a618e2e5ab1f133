import Spec

/// The explored graph as far as leads-to properties need it: edges, what is owed where, and what each step answers.
///
/// A leads-to property fails when a *fair* run stays for ever among states that have not arrived. Such a run ends in
/// a strongly connected part of those states, or rests in one state. Under weak fairness each identity that is owed
/// throughout the part must be answered by some step within it; under strong fairness each identity that is owed
/// anywhere in it. Inputs and faults are never owed.
///
/// Source: Tarjan, *Depth-first search and linear graph algorithms* (1972); Emerson and Lei, *Modalities for model
/// checking* (1987), for the parts that strong fairness leaves.
struct StateGraph {
  private var starts: ContiguousArray<Int>
  private var targets: ContiguousArray<UInt32> = []
  private var answers: ContiguousArray<UInt32> = []
  private var ordinals: ContiguousArray<UInt16> = []
  private var owedStarts: ContiguousArray<Int>
  private var owed: ContiguousArray<UInt32> = []
  private var from: ContiguousArray<UInt32>
  private var to: ContiguousArray<UInt32>
  /// Numbers that were given out and never used have no state.
  private var isState: ContiguousArray<Bool>

  /// - Parameter end: One more than the highest number of a state.
  init(_ parts: [GraphPart], end: Int) {
    starts = ContiguousArray(repeating: 0, count: end + 1)
    owedStarts = starts
    from = ContiguousArray(repeating: 0, count: end)
    to = ContiguousArray(repeating: 0, count: end)
    isState = ContiguousArray(repeating: false, count: end)
    // First how many steps each state has, then what they are.
    var at = 0
    for part in parts {
      part.read {
        at = $0
        isState[at] = true
        from[at] = $1
        to[at] = $2
      } owed: { _ in
        owedStarts[at + 1] += 1
      } edge: { _ in
        starts[at + 1] += 1
      }
    }
    for state in 0..<end {
      starts[state + 1] += starts[state]
      owedStarts[state + 1] += owedStarts[state]
    }
    targets = ContiguousArray(repeating: 0, count: starts[end])
    answers = targets
    ordinals = ContiguousArray(repeating: 0, count: starts[end])
    owed = ContiguousArray(repeating: 0, count: owedStarts[end])
    var nextEdge = 0
    var nextOwed = 0
    for part in parts {
      part.read { state, _, _ in
        nextEdge = starts[state]
        nextOwed = owedStarts[state]
      } owed: {
        owed[nextOwed] = $0
        nextOwed += 1
      } edge: {
        targets[nextEdge] = $0.target
        answers[nextEdge] = $0.answers
        ordinals[nextEdge] = $0.ordinal
        nextEdge += 1
      }
    }
  }

  struct Lasso {
    /// Where the property begins, and the ordinals of the steps from there to the loop, none of which ends it.
    let begin: Int
    let way: [Int]
    /// Ordinals of the steps round the loop; empty for a run that rests where the way ends.
    let loop: [Int]
  }

  /// Whether some state begins the property.
  func begins(property: Int) -> Bool { from.contains { $0 & 1 << property != 0 } }

  /// A fair run that begins the property and never ends it: one that rests as soon as may be or, where none rests, one
  /// that comes to its loop and once round in few steps.
  ///
  /// - Parameter depths: The steps from the start to each state.
  func lasso(property: Int, _ fairness: Fairness, depths: ContiguousArray<UInt32>) -> Lasso? {
    let bit: UInt32 = 1 << property
    let reached = reach(bit, depths)
    let rests = isState.indices.filter { reached.isPending[$0] && owedIn($0).isEmpty }
    if let rest = rests.min(by: { reached.distances[$0] < reached.distances[$1] }) {
      return Lasso(begin: rest, way: [], loop: []).led(by: reached)
    }
    guard let (home, loop) = fairLoop(among: reached, fairness) else { return nil }
    return Lasso(begin: home, way: [], loop: loop).led(by: reached)
  }

  private func edges(_ state: Int) -> Range<Int> { starts[state]..<starts[state + 1] }
  private func owedIn(_ state: Int) -> ArraySlice<UInt32> {
    ArraySlice(owed[owedStarts[state]..<owedStarts[state + 1]])
  }

  fileprivate struct Reached {
    var isPending: ContiguousArray<Bool>
    /// Steps from the start.
    var distances: ContiguousArray<UInt32>
    /// The state before, and the ordinal of the step from there.
    var origins: ContiguousArray<UInt32>
    var ordinals: ContiguousArray<UInt16>
  }

  /// The states that a beginning reaches without having arrived, and the step by which each was reached.
  private func reach(_ bit: UInt32, _ depths: ContiguousArray<UInt32>) -> Reached {
    let count = isState.count
    var reached = Reached(
      isPending: ContiguousArray(repeating: false, count: count),
      distances: ContiguousArray(repeating: .max, count: count),
      origins: ContiguousArray(repeating: .max, count: count), ordinals: ContiguousArray(repeating: 0, count: count))
    // Beginnings join the queue where their distance from the start puts them, so that each state is reached soonest.
    let beginnings = isState.indices.filter { isState[$0] && from[$0] & bit != 0 && to[$0] & bit == 0 }
      .sorted { (depths[$0], $0) < (depths[$1], $1) }
    var nextBeginning = 0
    var queue: [Int] = []
    var next = 0
    while true {
      let state: Int
      if nextBeginning < beginnings.count,
        next == queue.count || depths[beginnings[nextBeginning]] <= reached.distances[queue[next]]
      {
        state = beginnings[nextBeginning]
        nextBeginning += 1
        if reached.isPending[state] { continue }
        reached.isPending[state] = true
        reached.distances[state] = depths[state]
      } else if next < queue.count {
        state = queue[next]
        next += 1
      } else {
        return reached
      }
      for edge in edges(state) {
        let target = Int(targets[edge])
        if isState[target], !reached.isPending[target], to[target] & bit == 0 {
          reached.isPending[target] = true
          reached.distances[target] = reached.distances[state] + 1
          reached.origins[target] = UInt32(state)
          reached.ordinals[target] = ordinals[edge]
          queue.append(target)
        }
      }
    }
  }

  // MARK: - Fair parts

  /// Of the fair parts, from the state of each that is reached first, the way there and once round with the fewest
  /// steps.
  private func fairLoop(among reached: Reached, _ fairness: Fairness) -> (home: Int, loop: [Int])? {
    var inPart = ContiguousArray(repeating: false, count: isState.count)
    var waiting = parts(of: reached.isPending, within: isState.indices.filter { reached.isPending[$0] })
    var best: (home: Int, loop: [Int])?
    var fewest = Int.max
    while let part = waiting.popLast() {
      let home = part.min { (reached.distances[$0], $0) < (reached.distances[$1], $1) }!
      let distance = Int(reached.distances[home])
      if distance + 1 >= fewest { continue }
      for state in part { inPart[state] = true }
      let unanswered = unansweredIn(part, inPart, fairness)
      if unanswered.isEmpty {
        let loop = loop(through: part, from: home, inPart, fairness)
        if distance + loop.count < fewest {
          fewest = distance + loop.count
          best = (home, loop)
        }
      }
      for state in part { inPart[state] = false }
      if !unanswered.isEmpty, fairness == .strong {
        // A run that stays where none of these is owed may still be fair.
        var rest = ContiguousArray(repeating: false, count: isState.count)
        let kept = part.filter { state in !owedIn(state).contains { unanswered.contains($0) } }
        for state in kept { rest[state] = true }
        waiting += parts(of: rest, within: kept)
      }
    }
    return best
  }

  /// The identities whose being owed makes every run in this part unfair.
  private func unansweredIn(_ part: [Int], _ inPart: ContiguousArray<Bool>, _ fairness: Fairness) -> Set<UInt32> {
    var due = Set(owedIn(part[0]))
    switch fairness {
    case .weak: for state in part.dropFirst() where !due.isEmpty { due.formIntersection(owedIn(state)) }
    case .strong: for state in part { due.formUnion(owedIn(state)) }
    }
    if due.isEmpty { return due }
    for state in part {
      for edge in edges(state) where answers[edge] != 0 && inPart[Int(targets[edge])] { due.remove(answers[edge]) }
      if due.isEmpty { break }
    }
    return due
  }

  /// Strongly connected parts of some states that have a step inside.
  private func parts(of states: ContiguousArray<Bool>, within roots: [Int]) -> [[Int]] {
    var result: [[Int]] = []
    var index = ContiguousArray<Int32>(repeating: -1, count: states.count)
    var low = ContiguousArray<Int32>(repeating: 0, count: states.count)
    var onStack = ContiguousArray(repeating: false, count: states.count)
    var stack: [Int] = []
    var calls: [(state: Int, edge: Int)] = []
    var counter: Int32 = 0
    func enter(_ state: Int) {
      index[state] = counter
      low[state] = counter
      counter += 1
      stack.append(state)
      onStack[state] = true
      calls.append((state, starts[state]))
    }
    for root in roots where index[root] < 0 {
      enter(root)
      while let (state, edge) = calls.last {
        if edge < starts[state + 1] {
          calls[calls.count - 1].edge += 1
          let target = Int(targets[edge])
          guard states[target] else { continue }
          if index[target] < 0 {
            enter(target)
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
        if part.count > 1 || edges(state).contains(where: { Int(targets[$0]) == state }) {
          result.append(part.sorted())
        }
      }
    }
    return result.reversed()
  }

  // MARK: - Loops

  /// A way round from one of the part's states, on which everything that fairness promises comes true.
  private func loop(
    through part: [Int], from home: Int, _ inPart: ContiguousArray<Bool>, _ fairness: Fairness
  ) -> [Int] {
    var way = Way(at: home)
    var pending = Set(part.flatMap { owedIn($0) })
    while !pending.isEmpty {
      // Each identity must be answered on the way or, under weak fairness, be owed no more somewhere on it.
      for state in way.states where fairness == .weak { pending.formIntersection(owedIn(state)) }
      for edge in way.edges { pending.remove(answers[edge]) }
      guard let wanted = pending.min() else { break }
      let isMet = extend(&way, inPart) { edge in
        answers[edge] == wanted || (fairness == .weak && !owedIn(Int(targets[edge])).contains(wanted))
      }
      if !isMet { break }
    }
    // Home again, by one step at least.
    if way.edges.isEmpty || way.end != home { _ = extend(&way, inPart) { Int(targets[$0]) == home } }
    return way.edges.map { Int(ordinals[$0]) }
  }

  private struct Way {
    var states: [Int]
    var edges: [Int] = []
    var end: Int { states[states.count - 1] }
    init(at state: Int) { states = [state] }
  }

  /// Goes on by a shortest way inside the part whose last step is as wanted.
  private func extend(_ way: inout Way, _ inPart: ContiguousArray<Bool>, by isWanted: (Int) -> Bool) -> Bool {
    var cameBy: [Int: Int] = [way.end: -1]
    var origin: [Int: Int] = [:]
    var queue = [way.end]
    var next = 0
    while next < queue.count {
      let state = queue[next]
      next += 1
      for edge in edges(state) where inPart[Int(targets[edge])] {
        let target = Int(targets[edge])
        if isWanted(edge) {
          var back = [edge]
          var at = state
          while let by = cameBy[at], by >= 0 {
            back.append(by)
            at = origin[at]!
          }
          for edge in back.reversed() {
            way.edges.append(edge)
            way.states.append(Int(targets[edge]))
          }
          return true
        }
        if cameBy[target] == nil {
          cameBy[target] = edge
          origin[target] = state
          queue.append(target)
        }
      }
    }
    return false
  }
}

extension StateGraph.Lasso {
  /// The lasso with the way from where the property begins.
  fileprivate func led(by reached: StateGraph.Reached) -> Self {
    var way: [Int] = []
    var at = begin
    while reached.origins[at] != .max {
      way.append(Int(reached.ordinals[at]))
      at = Int(reached.origins[at])
    }
    return Self(begin: at, way: way.reversed(), loop: loop)
  }
}

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
final class StateGraph {
  /// For each state its steps, and the identities owed in it.
  private let steps: Flat<Span32>
  private let dues: Flat<Span32>
  private var targets: Flat<UInt32>
  private var answers: Flat<UInt32>
  private var ordinals: Flat<UInt16>
  private var owed = Flat<UInt32>()
  private let from: Flat<UInt32>
  private let to: Flat<UInt32>
  /// Numbers that were given out and never used have no state.
  private let isState: Flat<Bool>
  private let count: Int
  // What one walk after the other needs of each state: where it was met, and the first that it leads back to.
  private let index: Flat<Int32>
  private let low: Flat<Int32>
  /// For each owed identity, in how many states of the part at hand.
  private var owings = Flat<UInt32>()

  /// - Parameters:
  ///   - end: One more than the highest number of a state.
  ///   - generated: No fewer than all steps.
  init(_ parts: [GraphPart], end: Int, generated: Int) {
    count = end
    let steps = Flat(repeating: Span32(start: 0, count: 0), count: end)
    let dues = Flat(repeating: Span32(start: 0, count: 0), count: end)
    let from = Flat<UInt32>(repeating: 0, count: end)
    let to = Flat<UInt32>(repeating: 0, count: end)
    let isState = Flat(repeating: false, count: end)
    (self.steps, self.dues, self.from, self.to, self.isState) = (steps, dues, from, to, isState)
    index = Flat(repeating: -1, count: end)
    low = Flat(repeating: 0, count: end)
    var targets = Flat<UInt32>(capacity: max(1, generated))
    var answers = Flat<UInt32>(capacity: max(1, generated))
    var ordinals = Flat<UInt16>(capacity: max(1, generated))
    var owed = Flat<UInt32>()
    var most: UInt32 = 0
    var at = 0
    for part in parts {
      part.read {
        at = $0
        isState[at] = true
        from[at] = $1
        to[at] = $2
        steps[at] = Span32(start: UInt32(targets.count), count: 0)
        dues[at] = Span32(start: UInt32(owed.count), count: 0)
      } owed: {
        owed.append($0)
        most = max(most, $0)
        dues.at(at).pointee.count += 1
      } edge: {
        targets.append($0.target)
        answers.append($0.answers)
        ordinals.append($0.ordinal)
        most = max(most, $0.answers)
        steps.at(at).pointee.count += 1
      }
    }
    (self.targets, self.answers, self.ordinals, self.owed) = (targets, answers, ordinals, owed)
    owings = Flat(repeating: 0, count: Int(most) + 1)
  }

  deinit {
    steps.free()
    dues.free()
    targets.free()
    answers.free()
    ordinals.free()
    owed.free()
    from.free()
    to.free()
    isState.free()
    index.free()
    low.free()
    owings.free()
  }

  struct Lasso {
    /// Where the property begins, and the ordinals of the steps from there to the loop, none of which ends it.
    let begin: Int
    let way: [Int]
    /// Ordinals of the steps round the loop; empty for a run that rests where the way ends.
    let loop: [Int]
  }

  /// Whether some state begins the property.
  func begins(property: Int) -> Bool { (0..<count).contains { from[$0] & 1 << property != 0 } }

  /// A fair run that begins the property and never ends it: one that rests as soon as may be or, where none rests, one
  /// that comes to its loop and once round in few steps.
  ///
  /// - Parameter depths: The steps from the start to each state.
  func lasso(property: Int, _ fairness: Fairness, depths: ContiguousArray<UInt32>) -> Lasso? {
    let bit: UInt32 = 1 << property
    let reached = reach(bit, depths)
    let rests = (0..<count).filter { reached.isPending[$0] && dues[$0].count == 0 }
    if let rest = rests.min(by: { reached.distances[$0] < reached.distances[$1] }) {
      return Lasso(begin: rest, way: [], loop: []).led(by: reached)
    }
    guard let (home, loop) = fairLoop(among: reached, fairness) else { return nil }
    return Lasso(begin: home, way: [], loop: loop).led(by: reached)
  }

  @inline(__always) private func edges(_ state: Int) -> Range<Int> { steps[state].range }
  private func owedIn(_ state: Int) -> ArraySlice<UInt32> {
    ArraySlice(dues[state].range.map { owed[$0] })
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
    var reached = Reached(
      isPending: ContiguousArray(repeating: false, count: count),
      distances: ContiguousArray(repeating: .max, count: count),
      origins: ContiguousArray(repeating: .max, count: count), ordinals: ContiguousArray(repeating: 0, count: count))
    // Beginnings join the queue where their distance from the start puts them, so that each state is reached soonest.
    let beginnings = (0..<count).filter { isState[$0] && from[$0] & bit != 0 && to[$0] & bit == 0 }
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
    var inPart = ContiguousArray(repeating: false, count: count)
    var waiting = parts(of: reached.isPending, within: (0..<count).filter { reached.isPending[$0] })
    var best: (home: Int, loop: [Int])?
    var fewest = Int.max
    while let part = waiting.popLast() {
      for state in part { inPart[state] = true }
      defer { for state in part { inPart[state] = false } }
      let unanswered = unansweredIn(part, inPart, fairness)
      if !unanswered.isEmpty, fairness == .weak { continue }
      let home = part.min { (reached.distances[$0], $0) < (reached.distances[$1], $1) }!
      let distance = Int(reached.distances[home])
      if distance + 1 >= fewest { continue }
      if unanswered.isEmpty {
        let loop = loop(through: part, from: home, inPart, fairness)
        if distance + loop.count < fewest {
          fewest = distance + loop.count
          best = (home, loop)
        }
      } else {
        // A run that stays where none of these is owed may still be fair.
        var rest = ContiguousArray(repeating: false, count: count)
        let kept = part.sorted().filter { state in
          !dues[state].range.contains { unanswered.contains(owed[$0]) }
        }
        for state in kept { rest[state] = true }
        waiting += parts(of: rest, within: kept)
      }
    }
    return best
  }

  /// The identities whose being owed makes every run in this part unfair.
  private func unansweredIn(_ part: [Int], _ inPart: ContiguousArray<Bool>, _ fairness: Fairness) -> Set<UInt32> {
    let enough = fairness == .weak ? part.count : 1
    var due: Set<UInt32> = []
    for state in part {
      for place in dues[state].range {
        owings.at(Int(owed[place])).pointee += 1
        if owings[Int(owed[place])] == enough { due.insert(owed[place]) }
      }
    }
    for state in part { for place in dues[state].range { owings[Int(owed[place])] = 0 } }
    if due.isEmpty { return due }
    for state in part {
      for edge in edges(state) where answers[edge] != 0 && inPart[Int(targets[edge])] { due.remove(answers[edge]) }
      if due.isEmpty { break }
    }
    return due
  }

  /// A state on the way, and the next of its steps.
  private struct Call: BitwiseCopyable {
    let state: UInt32
    var edge: UInt32
  }

  /// Strongly connected parts of some states that have a step inside.
  private func parts(of states: ContiguousArray<Bool>, within roots: [Int]) -> [[Int]] {
    var result: [[Int]] = []
    // Those of the stack are told by an index, and those that have their part by none that is lower.
    let done = Int32.max
    for root in roots { index[root] = -1 }
    var stack = Flat<UInt32>()
    var calls = Flat<Call>()
    defer {
      stack.free()
      calls.free()
    }
    var counter: Int32 = 0
    func enter(_ state: Int) {
      index[state] = counter
      low[state] = counter
      counter += 1
      stack.append(UInt32(state))
      calls.append(Call(state: UInt32(state), edge: steps[state].start))
    }
    for root in roots where index[root] < 0 {
      enter(root)
      while calls.count > 0 {
        let call = calls.at(calls.count - 1)
        let (state, edge) = (Int(call.pointee.state), call.pointee.edge)
        if edge < steps[state].start + steps[state].count {
          call.pointee.edge += 1
          let target = Int(targets[Int(edge)])
          guard states[target] else { continue }
          if index[target] < 0 {
            enter(target)
          } else if index[target] != done {
            low[state] = min(low[state], index[target])
          }
          continue
        }
        _ = calls.popLast(downTo: 0)
        if calls.count > 0 {
          let parent = Int(calls[calls.count - 1].state)
          low[parent] = min(low[parent], low[state])
        }
        guard low[state] == index[state] else { continue }
        var part: [Int] = []
        while let member = stack.popLast(downTo: 0) {
          index[Int(member)] = done
          if Int(member) == state, part.isEmpty, !edges(state).contains(where: { Int(targets[$0]) == state }) { break }
          part.append(Int(member))
          if Int(member) == state { break }
        }
        if !part.isEmpty { result.append(part) }
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

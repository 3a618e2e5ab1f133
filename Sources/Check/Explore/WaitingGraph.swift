import Spec

/// The states in which a leads-to property waits: those that its beginnings reach without having arrived. They are
/// numbered anew in the order in which they are met, and have the steps between them alone.
final class WaitingGraph {
  private let graph: StateGraph
  /// The number of each in the whole graph.
  @exclusivity(unchecked) private var states = Flat<UInt32>()
  /// Steps from the start.
  @exclusivity(unchecked) private var distances = Flat<UInt32>()
  /// The state before, and the ordinal of the step from there; `.max` for a beginning.
  @exclusivity(unchecked) private var origins = Flat<UInt32>()
  @exclusivity(unchecked) private var ordinals = Flat<UInt16>()
  /// The steps of each that stay among them: where they lead, and which of all of the state's steps they are.
  @exclusivity(unchecked) private var steps = Flat<Span32>()
  @exclusivity(unchecked) private var targets = Flat<UInt32>()
  @exclusivity(unchecked) private var places = Flat<UInt16>()

  // What a search for loops needs.
  @exclusivity(unchecked) private var visits = Flat<Visit>()
  /// The part at hand, of those that a state was in.
  @exclusivity(unchecked) private var partOf = Flat<UInt32>()
  /// Strongly connected parts, as spans of their states.
  @exclusivity(unchecked) private var parts = Flat<Span32>()
  @exclusivity(unchecked) private var members = Flat<UInt32>()
  /// By owed identity, whether the part at hand may be unfair for it; and which these are.
  @exclusivity(unchecked) private var isDue: Flat<Bool>
  @exclusivity(unchecked) private var due = Flat<UInt32>()

  /// Where a walk met a state, and the first that this one leads back to.
  private struct Visit: BitwiseCopyable {
    var index: Int32
    var low: Int32

    /// For a state that the walk at hand takes in, and has not met.
    static let ahead = Visit(index: -1, low: 0)
    /// For one that it does not take in, or whose part is known.
    static let done = Visit(index: .max, low: 0)
  }

  /// Whether there was no room for all of them: then it says nothing.
  private(set) var isCut = false

  /// - Parameter bit: The property, as a bit.
  init(_ graph: StateGraph, _ bit: UInt32) {
    self.graph = graph
    isDue = Flat(repeating: false, count: graph.identities)
    reach(bit)
    if !hasRoom { isCut = true }
  }

  /// Whether there is room for it, and for what a search for loops needs: a visit, a part and a place among members for
  /// each state, and what the walk has before it.
  private var hasRoom: Bool { graph.room == .max || bytes + states.count * 40 <= graph.room }

  deinit {
    states.free()
    distances.free()
    origins.free()
    ordinals.free()
    steps.free()
    targets.free()
    places.free()
    visits.free()
    partOf.free()
    parts.free()
    members.free()
    isDue.free()
    due.free()
  }

  /// What it holds, and what it held while it was made.
  var bytes: Int {
    graph.end * MemoryLayout<UInt32>.stride + states.bytes + distances.bytes + origins.bytes + ordinals.bytes
      + steps.bytes + targets.bytes + places.bytes + visits.bytes + partOf.bytes + parts.bytes + members.bytes
      + isDue.bytes + due.bytes
  }

  /// Meets the states in the order of their distances from the start.
  private func reach(_ bit: UInt32) {
    let depths = graph.depths
    let (ahead, arrived) = (UInt32.max, UInt32.max - 1)
    // By its number in the whole graph, the number of each here.
    let numbers = Flat(repeating: arrived, count: graph.end)
    defer { numbers.free() }
    var beginnings: [Int] = []
    for part in graph.parts {
      for index in 0..<part.nodes.count {
        let node = part.nodes.at(index)
        if node.pointee.to & bit != 0 { continue }
        numbers[Int(node.pointee.number)] = ahead
        if node.pointee.from & bit != 0 { beginnings.append(Int(node.pointee.number)) }
      }
    }
    // Beginnings join the queue where their distance from the start puts them, so that each state is met soonest.
    beginnings.sort { (depths[$0], $0) < (depths[$1], $1) }
    var nextBeginning = 0
    var queue = Flat<UInt32>()
    defer { queue.free() }
    var next = 0
    while true {
      let here: Int
      if nextBeginning < beginnings.count,
        next == queue.count || depths[beginnings[nextBeginning]] <= distances[Int(queue[next])]
      {
        let state = beginnings[nextBeginning]
        nextBeginning += 1
        if numbers[state] != ahead { continue }
        here = states.count
        numbers[state] = UInt32(here)
        meet(state, distance: depths[state], origin: .max, ordinal: 0)
      } else if next < queue.count {
        here = Int(queue[next])
        next += 1
      } else {
        return
      }
      if here & 0xFFF == 0, !hasRoom { return isCut = true }
      let state = Int(states[here])
      let start = targets.count
      let all = graph.targets(of: state)
      for place in all.indices {
        let target = Int(all[place])
        var number = numbers[target]
        if number == arrived { continue }
        if number == ahead {
          number = UInt32(states.count)
          numbers[target] = number
          meet(
            target, distance: distances[here] + 1, origin: UInt32(here), ordinal: graph.ordinal(of: place, from: state))
          queue.append(number)
        }
        targets.append(number)
        places.append(UInt16(truncatingIfNeeded: place))
      }
      steps[here] = Span32(start: UInt32(start), count: UInt32(targets.count - start))
    }
  }

  @inline(__always) private func meet(_ state: Int, distance: UInt32, origin: UInt32, ordinal: UInt16) {
    states.append(UInt32(state))
    distances.append(distance)
    origins.append(origin)
    ordinals.append(ordinal)
    steps.append(Span32(start: 0, count: 0))
  }

  /// The state where a run rests soonest: nothing is owed there.
  var rest: Int? {
    (0..<states.count).lazy.filter { self.graph.node(Int(self.states[$0])).pointee.owed.count == 0 }.min(by: isSooner)
  }

  /// Whether a state is met sooner than another; of two met as soon, the one that was numbered first.
  private func isSooner(_ one: Int, _ other: Int) -> Bool {
    (distances[one], states[one]) < (distances[other], states[other])
  }

  /// The way from where the property begins to a state, and a loop from there.
  func lasso(to home: Int, loop: [Int]) -> StateGraph.Lasso {
    var way: [Int] = []
    var at = home
    while origins[at] != .max {
      way.append(Int(ordinals[at]))
      at = Int(origins[at])
    }
    return StateGraph.Lasso(begin: Int(states[at]), way: way.reversed(), loop: loop)
  }

  // MARK: - Fair parts

  /// Of the fair parts, from the state of each that is met soonest, the way there and once round with the fewest steps:
  /// the ordinals of the steps round.
  func fairLoop(_ fairness: Fairness) -> (home: Int, loop: [Int])? {
    for state in 0..<states.count {
      visits.append(.ahead)
      partOf.append(.max)
      members.append(UInt32(state))
    }
    findParts(of: Span32(start: 0, count: UInt32(states.count)))
    var best: (home: Int, loop: [Int])?
    var fewest = Int.max
    var next = 0
    while next < parts.count {
      let part = parts[next]
      for place in part.range { partOf[Int(members[place])] = UInt32(next) }
      next += 1
      findDue(in: part, fairness)
      if due.count > 0, fairness == .weak { continue }
      let home = part.range.lazy.map { Int(self.members[$0]) }.min(by: isSooner)!
      let distance = Int(distances[home])
      if distance + 1 > fewest { continue }
      if due.count > 0 {
        // A run that stays where none of these is owed may still be fair.
        findParts(of: remainder(of: part))
        continue
      }
      let loop = loop(through: part, from: home, fairness)
      let length = distance + loop.count
      if length < fewest || length == fewest && best.map({ isSooner(home, $0.home) }) ?? true {
        fewest = length
        best = (home, loop)
      }
    }
    return best
  }

  /// Finds the identities whose being owed makes every run in a part unfair.
  private func findDue(in part: Span32, _ fairness: Fairness) {
    due.removeAll()
    for identity in owed(in: Int(members[Int(part.start)])) { due.append(identity) }
    for place in part.range.dropFirst() {
      let owed = owed(in: Int(members[place]))
      if fairness == .strong {
        for identity in owed where !hasDue(identity) { due.append(identity) }
      } else {
        keepDue { owed.contains($0) }
        if due.count == 0 { return }
      }
    }
    for index in 0..<due.count { isDue[Int(due[index])] = true }
    for place in part.range {
      let state = Int(members[place])
      let answers = graph.answers(of: Int(states[state]))
      for step in steps[state].range where partOf[Int(targets[step])] == partOf[state] {
        isDue[Int(answers[Int(places[step])])] = false
      }
    }
    keepDue { isDue[Int($0)] }
    for index in 0..<due.count { isDue[Int(due[index])] = false }
  }

  private func hasDue(_ identity: UInt32) -> Bool { (0..<due.count).contains { due[$0] == identity } }

  @inline(__always) private func keepDue(where isKept: (UInt32) -> Bool) {
    var kept = 0
    for index in 0..<due.count where isKept(due[index]) {
      due[kept] = due[index]
      kept += 1
    }
    while due.count > kept { _ = due.popLast(downTo: kept) }
  }

  private func owed(in state: Int) -> UnsafeBufferPointer<UInt32> { graph.owed(in: Int(states[state])) }

  /// The states of a part where nothing is owed that makes it unfair.
  private func remainder(of part: Span32) -> Span32 {
    let start = members.count
    for place in part.range where !owed(in: Int(members[place])).contains(where: hasDue) {
      visits[Int(members[place])] = .ahead
      members.append(members[place])
    }
    return Span32(start: UInt32(start), count: UInt32(members.count - start))
  }

  /// A state on the way, and the next of its steps.
  private struct Call: BitwiseCopyable {
    let state: UInt32
    var step: UInt32
  }

  /// Finds the strongly connected parts of some states, all of them ahead, that have a step inside.
  private func findParts(of these: Span32) {
    var stack = Flat<UInt32>()
    var calls = Flat<Call>()
    defer {
      stack.free()
      calls.free()
    }
    var counter: Int32 = 0
    func enter(_ state: Int) {
      visits[state] = Visit(index: counter, low: counter)
      counter += 1
      stack.append(UInt32(state))
      calls.append(Call(state: UInt32(state), step: steps[state].start))
    }
    for place in these.range where visits[Int(members[place])].index < 0 {
      enter(Int(members[place]))
      while calls.count > 0 {
        let call = calls.at(calls.count - 1)
        let state = Int(call.pointee.state)
        if call.pointee.step < steps[state].start + steps[state].count {
          let target = Int(targets[Int(call.pointee.step)])
          call.pointee.step += 1
          let met = visits[target].index
          // Where the target is done, this is above all others.
          if met < 0 { enter(target) } else { visits.at(state).pointee.low = min(visits[state].low, met) }
          continue
        }
        _ = calls.popLast(downTo: 0)
        let visit = visits[state]
        if calls.count > 0 {
          let parent = visits.at(Int(calls[calls.count - 1].state))
          parent.pointee.low = min(parent.pointee.low, visit.low)
        }
        if visit.low == visit.index { notePart(from: state, &stack) }
      }
    }
  }

  /// Takes a part from the stack, down to the state that it was entered by.
  private func notePart(from entry: Int, _ stack: inout Flat<UInt32>) {
    let start = members.count
    while let member = stack.popLast(downTo: 0) {
      visits[Int(member)] = .done
      members.append(member)
      if Int(member) == entry { break }
    }
    let isLoop =
      members.count - start > 1 || steps[entry].range.contains { Int(targets[$0]) == entry }
    if isLoop {
      parts.append(Span32(start: UInt32(start), count: UInt32(members.count - start)))
    } else {
      _ = members.popLast(downTo: start)
    }
  }

  // MARK: - Loops

  /// A way round from one of the part's states, on which everything that fairness promises comes true.
  private func loop(through part: Span32, from home: Int, _ fairness: Fairness) -> [Int] {
    var way = Way(at: home)
    var pending = Set(part.range.flatMap { owed(in: Int(members[$0])) })
    while !pending.isEmpty {
      // Each identity must be answered on the way or, under weak fairness, be owed no more somewhere on it.
      for state in way.states where fairness == .weak { pending.formIntersection(owed(in: state)) }
      for (state, step) in zip(way.states, way.steps) { pending.remove(answer(of: step, from: state)) }
      guard let wanted = pending.min() else { break }
      let isMet = extend(&way) { state, step in
        answer(of: step, from: state) == wanted
          || (fairness == .weak && !owed(in: Int(targets[step])).contains(wanted))
      }
      if !isMet { break }
    }
    // Home again, by one step at least.
    if way.steps.isEmpty || way.end != home { _ = extend(&way) { Int(targets[$1]) == home } }
    return zip(way.states, way.steps).map { state, step in
      Int(graph.ordinal(of: Int(places[step]), from: Int(states[state])))
    }
  }

  private func answer(of step: Int, from state: Int) -> UInt32 {
    graph.answers(of: Int(states[state]))[Int(places[step])]
  }

  /// States one after the other, with the steps between them.
  private struct Way {
    var states: [Int]
    var steps: [Int] = []
    var end: Int { states[states.count - 1] }
    init(at state: Int) { states = [state] }
  }

  /// Goes on by a shortest way inside the part whose last step is as wanted.
  private func extend(_ way: inout Way, by isWanted: (_ state: Int, _ step: Int) -> Bool) -> Bool {
    let start = way.end
    var cameBy: [Int: (state: Int, step: Int)] = [:]
    var queue = [start]
    var next = 0
    while next < queue.count {
      let state = queue[next]
      next += 1
      for step in steps[state].range where partOf[Int(targets[step])] == partOf[state] {
        let target = Int(targets[step])
        if isWanted(state, step) {
          var back = [(state, step)]
          while let last = cameBy[back[back.count - 1].0] { back.append(last) }
          for (_, step) in back.reversed() {
            way.steps.append(step)
            way.states.append(Int(targets[step]))
          }
          return true
        }
        if target == start || cameBy[target] != nil { continue }
        cameBy[target] = (state, step)
        queue.append(target)
      }
    }
    return false
  }
}

import Spec

/// The whole of a small world as a graph of steps, each with the rules it fires: the way to what was never covered.
///
/// Since what counts is which rule follows which, a place is a state together with the rule that led there.
@usableFromInline final class StepMap {
  /// The place before the first step.
  static let start = 0

  private struct Edge {
    let group: UInt16
    let member: UInt16
    let label: UInt32
    /// A place; -1 where the step breaks a law, and the run ends.
    var target: Int32
  }

  private var edges: ContiguousArray<Edge> = []
  /// For each state, where its edges begin.
  private var starts: ContiguousArray<Int> = []
  private var places: ContiguousArray<(state: Int32, last: Int32)> = [(0, -1)]
  private var placeNumbers: [UInt64: Int32] = [:]
  /// What steps fire, by label.
  private var labels: ContiguousArray<ContiguousArray<Int>> = []
  private var labelNumbers: [ContiguousArray<Int>: Int] = [:]
  private var states: [UInt64: Int32] = [:]
  private(set) var rules: Int = 0
  private(set) var pairs: Int = 0

  // Of the search at hand, by place.
  private var stamps: ContiguousArray<UInt32> = []
  private var stamp: UInt32 = 0
  private var cameBy: ContiguousArray<Int32> = []
  private var cameFrom: ContiguousArray<Int32> = []
  private var queue: ContiguousArray<Int32> = []

  @usableFromInline init() {}

  // MARK: - Drawing it

  /// Notes a state by its digest, and whether it is new; states are numbered in the order they are met.
  @usableFromInline func isNew(_ digest: UInt64) -> Bool {
    if states[digest] != nil { return false }
    states[digest] = Int32(states.count)
    return true
  }

  /// Begins the steps from the next state, in the order in which they are numbered.
  @usableFromInline func beginState() { starts.append(edges.count) }

  /// Adds a step; `digest` is of the state it leads to, nil where it ends the run.
  @usableFromInline func add(group: Int, member: Int, fires firings: ContiguousArray<Int>, to digest: UInt64?) {
    var label = labelNumbers[firings]
    if label == nil {
      label = labels.count
      labelNumbers[firings] = label
      labels.append(firings)
    }
    let target = digest.map { place(Int(states[$0]!), last: firings.first ?? -1) } ?? -1
    edges.append(
      Edge(group: UInt16(group), member: UInt16(clamping: member), label: UInt32(label!), target: target))
  }

  private func place(_ state: Int, last: Int) -> Int32 {
    let name = UInt64(state) << 32 | UInt64(UInt32(truncatingIfNeeded: last))
    if let known = placeNumbers[name] { return known }
    let number = Int32(places.count)
    placeNumbers[name] = number
    places.append((Int32(state), Int32(last)))
    return number
  }

  /// Counts what there is to cover.
  @usableFromInline func finish(rules count: Int) {
    starts.append(edges.count)
    var whole = RuleCover(rules: count)
    for place in places {
      for edge in steps(of: place.state) {
        let firings = labels[Int(edges[edge].label)]
        whole.add(firings, last: Int(place.last), first: firings.first ?? -1)
      }
    }
    rules = whole.firedCount
    pairs = whole.pairCount
    placeNumbers = [:]
    states = [:]
    stamps = ContiguousArray(repeating: 0, count: places.count)
    cameBy = ContiguousArray(repeating: -1, count: places.count)
    cameFrom = cameBy
  }

  private func steps(of state: Int32) -> Range<Int> { starts[Int(state)]..<starts[Int(state) + 1] }

  // MARK: - Reading it

  func bid(_ edge: Int) -> RunLog.Bid {
    RunLog.Bid(group: Int(edges[edge].group), member: Int(edges[edge].member))
  }

  /// The place that a step leads to; nil where it is not on the map.
  func place(after group: Int, _ member: Int, from place: Int) -> Int? {
    for edge in steps(of: places[place].state)
    where Int(edges[edge].group) == group && Int(edges[edge].member) == member {
      return edges[edge].target < 0 ? nil : Int(edges[edge].target)
    }
    return nil
  }

  /// The shortest way to a step that fires a rule, or a rule right after another, as never before; empty for none.
  ///
  /// - Parameter turn: Which of several such ways.
  func way(from place: Int, toWhatIsNewTo cover: RuleCover, turn: Int) -> [Int] {
    if cover.firedCount == rules, cover.pairCount == pairs { return [] }
    let firsts = labels.map { $0.first ?? -1 }
    let isFresh = labels.map { $0.contains { cover.fired[$0] == 0 } }
    stamp += 1
    stamps[place] = stamp
    queue.removeAll(keepingCapacity: true)
    queue.append(Int32(place))
    var next = 0
    while next < queue.count {
      let here = Int(queue[next])
      let last = Int(places[here].last)
      let steps = steps(of: places[here].state)
      for index in 0..<steps.count {
        let edge = steps.lowerBound + (index + turn) % steps.count
        let label = Int(edges[edge].label)
        if isFresh[label] || cover.isNew(last: last, first: firsts[label]) {
          return way(to: here, then: edge, from: place)
        }
        let target = Int(edges[edge].target)
        if target >= 0, stamps[target] != stamp {
          stamps[target] = stamp
          cameBy[target] = Int32(edge)
          cameFrom[target] = Int32(here)
          queue.append(Int32(target))
        }
      }
      next += 1
    }
    return []
  }

  private func way(to place: Int, then edge: Int, from start: Int) -> [Int] {
    var way = [edge]
    var here = place
    while here != start {
      way.append(Int(cameBy[here]))
      here = Int(cameFrom[here])
    }
    return way.reversed()
  }
}

extension WorldRun {
  /// The map of a world that is known to be small.
  ///
  /// - Parameter judges: Whether some run may break a law, and end there.
  @inlinable func map(judges: Bool) -> StepMap {
    let map = StepMap()
    var level = [walk.start]
    _ = map.isNew(level[0].digest)
    while !level.isEmpty {
      var found: [Configuration<S>] = []
      for here in level {
        map.beginState()
        number += 1
        for group in walk.groups.indices {
          walk.moves(of: here, in: walk.groups[group], into: &moves)
          for member in moves.indices {
            var there = here
            guard judges ? take(moves[member], &there) : takeUnjudged(moves[member], &there) else { continue }
            if judges, log.finding != nil {
              map.add(group: group, member: member, fires: log.firings, to: nil)
              continue
            }
            let digest = there.digest
            if map.isNew(digest) { found.append(there) }
            map.add(group: group, member: member, fires: log.firings, to: digest)
          }
        }
      }
      level = found
    }
    map.finish(rules: ruleCount)
    return map
  }

  @inlinable func takeUnjudged(_ move: Move<S.Event>, _ configuration: inout Configuration<S>) -> Bool {
    guard case .next = take(whole: move, &configuration) else { return false }
    noteFirings()
    return true
  }
}

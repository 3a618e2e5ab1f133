import Spec

/// What runs of a world came to, without types: the run at hand, what was covered so far, and where to go next.
@usableFromInline final class RunLog {
  /// A move by its group, and its place in it.
  @usableFromInline struct Bid: BitwiseCopyable {
    let group: Int
    let member: Int

    @usableFromInline init(group: Int, member: Int) {
      self.group = group
      self.member = member
    }
  }

  // The run at hand.
  @exclusivity(unchecked) @usableFromInline var finding: Finding?
  @exclusivity(unchecked) @usableFromInline var steps = 0
  @exclusivity(unchecked) @usableFromInline var stepsMax = Int.max
  /// The rules that the last step fired, by their numbers among all rules.
  @exclusivity(unchecked) @usableFromInline var firings: ContiguousArray<Int> = []
  /// The groups that may have moves which lead on.
  @exclusivity(unchecked) @usableFromInline var present: ContiguousArray<Int> = []
  @exclusivity(unchecked) private var kinds = GroupPlaces.Kinds()
  /// The move that the next draw is to propose.
  @exclusivity(unchecked) @usableFromInline var bid: Bid?
  /// The rule that took the last event, -1 for none.
  @exclusivity(unchecked) private var last = -1

  /// What the runs that count have covered.
  @exclusivity(unchecked) private(set) var cover: RuleCover
  /// Whether runs count: those that are replayed do not.
  @exclusivity(unchecked) var isCounting = false

  // Where to go.
  /// The groups that the run at hand avoids, as bits by their places modulo 64.
  @exclusivity(unchecked) var scarce: UInt64 = 0
  /// Whether what was covered has a say in what is drawn.
  @exclusivity(unchecked) var isSteering = false
  /// The way to what was not covered, where the world is small enough to know it.
  @exclusivity(unchecked) var map: StepMap?
  /// Where the run at hand stands on the map; nil for a run that left it.
  @exclusivity(unchecked) private var place: Int?
  @exclusivity(unchecked) private var way: ArraySlice<Int> = []
  /// How often each group was drawn after each rule.
  @exclusivity(unchecked) private var drawn: ContiguousArray<UInt32>
  private let groups: GroupPlaces

  @usableFromInline init(rules: Int, groups: GroupPlaces) {
    cover = RuleCover(rules: rules)
    self.groups = groups
    drawn = ContiguousArray(repeating: 0, count: (rules + 1) * groups.count)
  }

  @usableFromInline func begin() {
    finding = nil
    steps = 0
    bid = nil
    last = -1
    place = isSteering && isCounting && map != nil ? StepMap.start : nil
    way = []
  }

  /// Notes a move that was taken, and what it fired.
  @usableFromInline func took(group: Int, member: Int) {
    let first = firings.first ?? -1
    if isCounting { cover.add(firings, last: last, first: first) }
    last = first
    guard let place, let map else { return }
    self.place = map.place(after: group, member, from: place)
    if self.place == nil { way = [] }
  }

  /// How often a rule fired in the runs that count.
  @usableFromInline func timesFired(_ rule: Int) -> Int { cover.fired[rule] }

  // MARK: - Drawing

  /// Proposes a group among those present: the next of the way, else of two the one that followed this rule less often.
  @usableFromInline func group(_ source: Source) -> Int {
    if bid == nil, place != nil { lookAhead(source) }
    if let bid { return bid.group }
    let one = draw(source)
    guard isSteering, isCounting, present.count > 1 else { return one }
    let other = draw(source)
    let row = (last + 1) * groups.count
    let chosen = drawn[row + other] < drawn[row + one] ? other : one
    drawn[row + chosen] &+= 1
    return chosen
  }

  /// Takes in that other groups are present.
  @usableFromInline func countKinds() { kinds = groups.kinds(among: present) }

  /// Takes in that a group has no move that leads on, until another step is taken.
  @usableFromInline func dismiss(_ group: Int) {
    guard let place = present.firstIndex(of: group) else { return }
    present.remove(at: place)
    countKinds()
  }

  private func draw(_ source: Source) -> Int {
    for _ in 0..<3 {
      let group = groups.draw(among: present, kinds, source)
      if scarce >> UInt64(group & 63) & 1 == 0 { return group }
    }
    return groups.draw(among: present, kinds, source)
  }

  /// Proposes one of `count` members of the group.
  @usableFromInline func member(among count: Int, _ source: Source) -> Int {
    if let bid, bid.member < count { return bid.member }
    return count > 1 ? source.below(count) : 0
  }

  /// Bids for the next step to what was never covered.
  private func lookAhead(_ source: Source) {
    guard let map, let place else { return }
    if way.isEmpty { way = map.way(from: place, toWhatIsNewTo: cover, turn: source.below(1 << 16))[...] }
    if let next = way.popFirst() {
      bid = map.bid(next)
      return
    }
    self.place = nil
    // What is not to be reached from the start is not to be reached at all.
    if steps == 0 { self.map = nil }
  }
}

/// Where the groups of one kind stand among all.
@usableFromInline struct GroupPlaces {
  let count: Int
  private let deliveriesEnd: Int
  private let answersEnd: Int
  private let inputsEnd: Int

  @usableFromInline init(_ groups: [MoveGroup]) {
    count = groups.count
    var ends = (deliveries: 0, answers: 0, inputs: 0)
    for group in groups {
      switch group {
      case .deliveries: ends.deliveries += 1
      case .answers: ends.answers += 1
      case .input: ends.inputs += 1
      case .fault, .crash: break
      }
    }
    deliveriesEnd = ends.deliveries
    answersEnd = deliveriesEnd + ends.answers
    inputsEnd = answersEnd + ends.inputs
  }

  /// How many groups of each kind are present.
  struct Kinds {
    var deliveries = 0
    var answers = 0
    var inputs = 0
    var faults = 0

    /// Deliveries are drawn as one and answers as one, so that many channels do not drown the inputs; faults are one.
    var count: Int { (deliveries > 0 ? 1 : 0) + (answers > 0 ? 1 : 0) + inputs + (faults > 0 ? 1 : 0) }
  }

  func kinds(among present: ContiguousArray<Int>) -> Kinds {
    var kinds = Kinds()
    for place in present {
      if place < answersEnd {
        if place < deliveriesEnd { kinds.deliveries &+= 1 } else { kinds.answers &+= 1 }
      } else if place < inputsEnd {
        kinds.inputs &+= 1
      } else {
        kinds.faults &+= 1
      }
    }
    return kinds
  }

  /// Draws one of the groups present, which stand in the order of all; faults a quarter as often as the rest.
  @inline(__always) func draw(among present: ContiguousArray<Int>, _ kinds: Kinds, _ source: Source) -> Int {
    if present.count == 1 { return present[0] }
    let count = kinds.count
    while true {
      var kind = source.below(count)
      if kinds.deliveries > 0 {
        if kind == 0 { return present[source.below(kinds.deliveries)] }
        kind &-= 1
      }
      let answersEnd = kinds.deliveries &+ kinds.answers
      if kinds.answers > 0 {
        if kind == 0 { return present[kinds.deliveries &+ source.below(kinds.answers)] }
        kind &-= 1
      }
      if kind < kinds.inputs { return present[answersEnd &+ kind] }
      if count == 1 || source.below(4) == 0 {
        return present[answersEnd &+ kinds.inputs &+ source.below(kinds.faults)]
      }
    }
  }
}

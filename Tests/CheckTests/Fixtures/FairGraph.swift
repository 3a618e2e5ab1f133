import Check
import Spec

/// Every state of a small world by the semantics itself, with what is owed in each: leads-to laws judged by what
/// fairness says, and by nothing that the explorer does.
///
/// A law fails where a fair run begins it and never arrives. Such a run rests for ever where nothing is owed, or goes
/// round for ever in a set of states all of which it can reach from each other. Under weak fairness, whatever is owed
/// in all of the set must be answered in it. Under strong fairness, whatever is owed in any of it: so each choice of
/// what is *not* to be owed on the way is tried.
struct FairGraph<S: System> {
  private(set) var states: [S] = []
  private var edges: [[(target: Int, paid: Debt?)]] = []
  private var owed: [Set<Debt>] = []
  /// Whether there were more states than asked for.
  private(set) var isCut = false

  /// Something that is owed: an answer, by its obligation's identity, or a delivery.
  private enum Debt: Hashable {
    case answer(contract: UInt16, Key)
    case delivery(channel: Int)
  }

  init(_ design: Design<S>, _ world: World<S>, statesMax: Int) {
    let walk = Walk(design, world)
    let judge = Judge(design)
    var numbers: [[UInt8]: Int] = [:]
    var configurations: [Configuration<S>] = []
    func number(_ configuration: Configuration<S>) -> Int {
      let bytes = Self.bytes(of: configuration)
      if let known = numbers[bytes] { return known }
      numbers[bytes] = configurations.count
      configurations.append(configuration)
      return configurations.count - 1
    }
    _ = number(walk.start)
    var isBroken: [Bool] = []
    while edges.count < configurations.count {
      if configurations.count > statesMax {
        isCut = true
        return
      }
      let before = configurations[edges.count]
      edges.append([])
      owed.append([])
      // A run that breaks a law has ended.
      isBroken.append(!judge.state(before.state, walk.holdings(of: before)).isEmpty)
      if isBroken[edges.count - 1] { continue }
      var moves: [Move<S.Event>] = []
      walk.moves(of: before, into: &moves)
      for move in moves {
        var after = before
        judge.begin(before.state)
        guard case .next = walk.take(move, in: &after) else { continue }
        let debt = walk.isOwed(move, in: before) ? Self.debt(move, before) : nil
        if let debt { owed[edges.count - 1].insert(debt) }
        guard judge.step(after.state, walk.stepper).isEmpty, walk.breaches.allSatisfy({ $0.severity > .major })
        else { continue }
        edges[edges.count - 1].append((number(after), debt))
      }
    }
    states = configurations.map(\.state)
    for state in states.indices where isBroken[state] { broken.insert(state) }
  }

  private var broken: Set<Int> = []

  private static func debt(_ move: Move<S.Event>, _ configuration: Configuration<S>) -> Debt? {
    switch move.kind {
    case .answer(let index, _):
      .answer(contract: configuration.obligations[index].contract, configuration.obligations[index].key)
    case .delivery(let channel, _): .delivery(channel: channel)
    case .input, .lose, .loseDelivery, .repeatAnswer, .repeatDelivery, .crash: nil
    }
  }

  private static func bytes(of value: some Coded) -> [UInt8] {
    var copy = value
    let buffer = ByteBuffer()
    var writer = ByteWriter(buffer)
    copy.fields(&writer)
    return Array(buffer.bytes)
  }

  // MARK: - Laws

  func begins(_ from: (S) -> Bool) -> Bool { states.indices.contains { !broken.contains($0) && from(states[$0]) } }

  func fails(_ from: (S) -> Bool, _ to: (S) -> Bool, _ fairness: Fairness) -> Bool {
    let open = states.map { !to($0) }
    let begun = states.indices.filter { !broken.contains($0) && open[$0] && from(states[$0]) }
    var isPending = states.map { _ in false }
    for state in begun { for other in reached(from: state, within: open) { isPending[other] = true } }
    for state in begun { isPending[state] = true }
    for state in broken { isPending[state] = false }
    let pending = states.indices.filter { isPending[$0] }
    if pending.contains(where: { owed[$0].isEmpty }) { return true }
    switch fairness {
    case .weak:
      return rounds(isPending).contains { round in
        let throughout = round.dropFirst().reduce(owed[round[0]]) { $0.intersection(owed[$1]) }
        return throughout.isSubset(of: paid(in: round))
      }
    case .strong:
      let debts = Array(Set(pending.flatMap { owed[$0] }))
      precondition(debts.count <= 12, "\(debts.count) identities are too many to try every choice of them")
      return (0..<1 << debts.count).contains { choice in
        let never = Set(debts.indices.filter { choice >> $0 & 1 == 1 }.map { debts[$0] })
        let due = Set(debts).subtracting(never)
        let allowed = states.indices.map { isPending[$0] && owed[$0].isDisjoint(with: never) }
        // What is owed at all is answered: more than fairness asks, and some choice asks for no more.
        return rounds(allowed).contains { due.isSubset(of: paid(in: $0)) }
      }
    }
  }

  /// States that come after one, by steps among the allowed.
  private func reached(from start: Int, within allowed: [Bool]) -> [Int] {
    var isSeen = states.map { _ in false }
    var found: [Int] = []
    var waiting = [start]
    while let state = waiting.popLast() {
      for edge in edges[state] where allowed[edge.target] && !isSeen[edge.target] {
        isSeen[edge.target] = true
        found.append(edge.target)
        waiting.append(edge.target)
      }
    }
    return found
  }

  /// The largest sets of allowed states that all come after each other, and after themselves.
  private func rounds(_ allowed: [Bool]) -> [[Int]] {
    let after = states.indices.map { allowed[$0] ? Set(reached(from: $0, within: allowed)) : [] }
    var isTold = states.map { _ in false }
    var rounds: [[Int]] = []
    for state in states.indices where allowed[state] && !isTold[state] && after[state].contains(state) {
      let round = after[state].filter { after[$0].contains(state) }.sorted()
      for member in round { isTold[member] = true }
      rounds.append(round)
    }
    return rounds
  }

  private func paid(in round: [Int]) -> Set<Debt> {
    let inside = Set(round)
    return Set(round.flatMap { edges[$0].filter { inside.contains($0.target) }.compactMap(\.paid) })
  }
}

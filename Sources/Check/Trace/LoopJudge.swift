import Spec

/// Judges whether a run that comes back to where it was shows that a leads-to property fails.
///
/// It does where the property has begun and never arrives, and where the run is fair: under weak fairness, nothing that
/// is owed all the way round stays without an answer; under strong fairness, nothing that is owed anywhere on it.
struct LoopJudge<S: System> {
  private let laws: [Property<S, S.Event, S.Effect>]
  /// For each law, whether it has begun and not arrived.
  private var isPending: [Bool]
  private var home: Configuration<S>?
  private var owedThroughout: Set<Debt> = []
  private var owedAnywhere: Set<Debt> = []
  private var paid: Set<Debt> = []
  private var steps = 0
  /// For each law, whether it was pending all the way round.
  private var staysPending: [Bool]

  /// Something that is owed: an answer, by its obligation's identity, or a delivery.
  private enum Debt: Hashable {
    case answer(contract: UInt16, Key)
    case delivery(channel: Int)
  }

  init(_ design: Design<S>) {
    laws = design.properties.filter { if case .leadsTo = $0.kind { true } else { false } }
    isPending = laws.map { _ in false }
    staysPending = isPending
  }

  /// Looks at a configuration that the run came to.
  mutating func see(_ configuration: Configuration<S>, _ walk: Walk<S>) {
    for (index, law) in laws.enumerated() {
      guard case .leadsTo(let from, let to, _) = law.kind else { continue }
      isPending[index] = (isPending[index] || from(configuration.state)) && !to(configuration.state)
      if home != nil, !isPending[index] { staysPending[index] = false }
    }
    guard home != nil else { return }
    let owed = debts(configuration, walk)
    owedThroughout.formIntersection(owed)
    owedAnywhere.formUnion(owed)
    steps += 1
  }

  /// The loop begins here.
  mutating func begin(_ configuration: Configuration<S>, _ walk: Walk<S>) {
    home = configuration
    staysPending = isPending
    owedThroughout = debts(configuration, walk)
    owedAnywhere = owedThroughout
  }

  /// Notes what a step answers.
  mutating func take(_ move: Move<S.Event>, in configuration: Configuration<S>) {
    guard home != nil else { return }
    if let debt = debt(move, configuration) { paid.insert(debt) }
  }

  private func debt(_ move: Move<S.Event>, _ configuration: Configuration<S>) -> Debt? {
    switch move.kind {
    case .answer(let index, _):
      let obligation = configuration.obligations[index]
      return .answer(contract: obligation.contract, obligation.key)
    case .delivery(let channel, _): return .delivery(channel: channel)
    case .input, .lose, .loseDelivery, .repeatAnswer, .repeatDelivery, .crash: return nil
    }
  }

  /// The properties that a run which goes on like this for ever breaks.
  func broken(at end: Configuration<S>) -> [Finding] {
    guard let home, steps == 0 || isSame(home, end) else { return [] }
    return laws.indices.compactMap { index in
      guard staysPending[index], case .leadsTo(_, _, let fairness) = laws[index].kind else { return nil }
      let owed = fairness == .weak ? owedThroughout : owedAnywhere
      return owed.isSubset(of: paid) ? .neverLeads(laws[index].name, isLoop: steps > 0) : nil
    }
  }

  private func isSame(_ one: Configuration<S>, _ other: Configuration<S>) -> Bool {
    one.state == other.state && one.obligations == other.obligations && one.channels == other.channels
      && one.echoes == other.echoes
  }

  private func debts(_ configuration: Configuration<S>, _ walk: Walk<S>) -> Set<Debt> {
    var moves: [Move<S.Event>] = []
    walk.moves(of: configuration, into: &moves)
    var debts: Set<Debt> = []
    for move in moves where walk.isOwed(move, in: configuration) {
      // What waits for a machine or a channel is not owed meanwhile.
      var next = configuration
      guard case .next = walk.take(move, in: &next), let debt = debt(move, configuration) else { continue }
      debts.insert(debt)
    }
    return debts
  }
}

extension Finding {
  @usableFromInline static var deadlock: Finding {
    Finding(.critical, "deadlock", "nothing can happen here, and a machine is not at rest")
  }

  static func neverLeads(_ name: String, isLoop: Bool) -> Finding {
    Finding(
      .critical, "never-leads",
      "\"\(name)\" does not hold: \(isLoop ? "a run may go round for ever" : "a run may stay here for ever")")
  }
}

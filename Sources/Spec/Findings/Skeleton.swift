/// A machine without its data: its phase, and for each stage of each contract whether none, one or several are open.
///
/// Guards are free where their names allow it, so every run of the machine is a run of its skeleton but not the
/// reverse. What is found here is a question until a world meets it. Two things are taken on trust: that a current
/// answer is not refused by guards, and that a cancellation with a key finds what it cancels.
struct Skeleton {
  let book: BookDescription
  let surroundings: Surroundings
  let layout: Layout
  private(set) var cells: [[Cell]] = []
  /// The states in the order they were found, the nearest first.
  private(set) var states: [State] = []
  /// For each state, where it was reached from and by which event; a crash that nobody is told of counts as one past
  /// the last.
  private(set) var origins: [(from: Int, event: Int)?] = []
  /// What went wrong on a step, by where it would be reported.
  private(set) var unhandled: [Site: Evidence] = [:]
  private(set) var reopened: [Site: Evidence] = [:]
  /// Whether the search ended before it was done.
  private(set) var isCutOff = false

  /// The phase, then the counts of the layout.
  typealias State = [UInt8]

  /// A contract together with the event or rule that a question is about.
  struct Site: Hashable, Comparable {
    let contract: Int
    let other: Int
    static func < (a: Self, b: Self) -> Bool { (a.contract, a.other) < (b.contract, b.other) }
  }

  /// Phases, and the shortest run that shows the first of them.
  struct Evidence {
    var phases: Set<Int> = []
    var run: [Int] = []
  }

  static let statesMax = 50_000

  init(_ book: BookDescription, in surroundings: Surroundings) {
    self.book = book
    self.surroundings = surroundings
    layout = Layout(book)
    cells = book.phases.indices.map { phase in
      book.events.indices.map { Cell(book, phase: phase, event: $0) }
    }
    visit()
  }

  /// The events on the way to a state.
  func run(to index: Int) -> [Int] {
    var run: [Int] = []
    var at = index
    while let origin = origins[at] {
      run.append(origin.event)
      at = origin.from
    }
    return run.reversed()
  }

  // MARK: - Search

  private mutating func visit() {
    var known: Set<State> = []
    func isNew(_ state: State) -> Bool { known.insert(state).inserted }
    for phase in surroundings.starts.sorted() {
      let start = layout.start(in: phase)
      if isNew(start) {
        states.append(start)
        origins.append(nil)
      }
    }
    var next = 0
    while next < states.count {
      guard states.count < Self.statesMax else {
        isCutOff = true
        return
      }
      for (event, state) in steps(from: next) where isNew(state) {
        states.append(state)
        origins.append((next, event))
      }
      next += 1
    }
  }

  private mutating func steps(from index: Int) -> [(event: Int, state: State)] {
    let state = states[index]
    var steps: [(Int, State)] = []
    for event in book.events.indices where !layout.answers.contains(event) && event != book.recovery {
      steps += deliver(event, state, at: index).map { (event, $0) }
    }
    for slot in layout.slots where state[slot.place] > 0 {
      for answer in slot.answers {
        for var after in layout.removing(slot, from: state) {
          if let next = answer.next { layout.add(contract: slot.contract, stage: next, slot.isUnwanted, to: &after) }
          if let echo = layout.echo(slot.contract, answer.event) { after[echo] = 1 }
          let isCurrent = !slot.isUnwanted && book.contracts[slot.contract].options.late == .fenced
          steps += answered(answer.event, after, slot.contract, at: index, isCurrent: isCurrent)
        }
      }
    }
    for echo in layout.echoes where state[echo.place] > 0 {
      steps += answered(echo.event, state, echo.contract, at: index, isCurrent: false)
    }
    if surroundings.hasCrashes || book.recovery != nil {
      for restarted in restarts(state) {
        if let recovery = book.recovery {
          steps += deliver(recovery, restarted, at: index).map { (recovery, $0) }
        } else {
          steps.append((book.events.count, restarted))
        }
      }
    }
    return steps
  }

  /// The states after an answer; one that nobody expects is noted and leads nowhere.
  private mutating func answered(
    _ event: Int, _ state: State, _ contract: Int, at index: Int, isCurrent: Bool
  ) -> [(Int, State)] {
    let phase = Int(state[0])
    if isUnexpected(event, in: phase) {
      let evidence = unhandled[Site(contract: contract, other: event)] ?? Evidence(run: run(to: index))
      unhandled[Site(contract: contract, other: event)] = evidence.with(phase)
      return []
    }
    return deliver(event, state, isCurrent: isCurrent, at: index).map { (event, $0) }
  }

  func isUnexpected(_ event: Int, in phase: Int) -> Bool {
    guard cells[phase][event].rules.isEmpty else { return false }
    let word = book.silence(phase, event)?.word
    return word == nil || word == "impossible"
  }

  private mutating func deliver(_ event: Int, _ state: State, isCurrent: Bool = false, at index: Int) -> [State] {
    let cell = cells[Int(state[0])][event]
    if cell.rules.isEmpty { return isUnexpected(event, in: Int(state[0])) ? [] : [state] }
    var after = cell.canRefuse && !isCurrent ? [state] : []
    for rule in cell.rules where cell.fireable.contains(rule) { after += fire(rule, state, at: index) }
    return after
  }

  private mutating func fire(_ rule: Int, _ state: State, at index: Int) -> [State] {
    var after = [state]
    for clause in book.rules[rule].clauses {
      switch clause.kind {
      case .update: continue
      case .emit(let effect): after = after.flatMap { emit(effect, rule, $0, at: index) }
      case .emitEach(let effect): after += after.flatMap { emit(effect, rule, $0, at: index) }
      case .cancel(let effect): after = after.flatMap { layout.cancelling(effect, all: false, in: $0) }
      case .cancelAll(let effect):
        after = after.flatMap { layout.cancelling(effect, all: true, in: $0) }
      }
    }
    guard let target = book.rules[rule].target else { return after }
    return after.map { [UInt8(target)] + $0.dropFirst() }
  }

  private mutating func emit(_ effect: Int, _ rule: Int, _ state: State, at index: Int) -> [State] {
    guard let contract = book.contracts.firstIndex(where: { $0.effect == effect && !$0.isNotice }) else {
      return [state]
    }
    var opened = state
    layout.add(contract: contract, stage: 0, false, to: &opened)
    let open = layout.slots.filter { $0.contract == contract && !$0.isUnwanted && state[$0.place] > 0 }
    if open.isEmpty { return [opened] }
    let isKeyed = book.contracts[contract].isKeyed
    switch book.contracts[contract].options.again {
    case .finding where isKeyed: return [opened]
    case .finding:
      let site = Site(contract: contract, other: rule)
      reopened[site] = (reopened[site] ?? Evidence(run: run(to: index))).with(Int(state[0]))
      return [state]
    case .joins: return isKeyed ? [state, opened] : [state]
    case .replaces:
      let replaced = open.flatMap { slot in
        layout.removing(slot, from: state).map { state in
          var state = state
          layout.add(contract: contract, stage: 0, false, to: &state)
          return state
        }
      }
      return isKeyed ? replaced + [opened] : replaced
    }
  }

  /// What a crash leaves, before anybody is told.
  private func restarts(_ state: State) -> [State] {
    var left = state
    for slot in layout.slots where book.contracts[slot.contract].options.afterCrash == .forgotten {
      left[slot.place] = 0
    }
    return book.isVolatile ? surroundings.starts.sorted().map { [UInt8($0)] + left.dropFirst() } : [left]
  }
}

extension Skeleton.Evidence {
  func with(_ phase: Int) -> Self { Self(phases: phases.union([phase]), run: run) }
}

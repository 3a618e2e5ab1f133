extension Skeleton {
  /// Where a state keeps what: after the phase, a count for each stage of each contract, wanted and no longer wanted,
  /// then a mark for each answer that may come again.
  struct Layout {
    let slots: [Slot]
    let echoes: [Echo]
    /// Every event that answers something.
    let answers: Set<Int>
    private let width: Int
    /// The first slot of each contract.
    private let bases: [Int]
    private let effects: [Int]
    private let admitsLate: [Bool]

    struct Slot {
      let place: Int
      let contract: Int
      let stage: Int
      /// Cancelled, and admitted late.
      let isUnwanted: Bool
      let isOwed: Bool
      let answers: [BookDescription.AnswerDescription]
    }

    /// An answer given once that the contract lets come again.
    struct Echo {
      let place: Int
      let contract: Int
      let event: Int
    }

    init(_ book: BookDescription) {
      var slots: [Slot] = []
      var bases: [Int] = []
      for (contract, description) in book.contracts.enumerated() {
        bases.append(slots.count)
        for (stage, it) in description.stages.enumerated() {
          for isUnwanted in [false, true] {
            slots.append(
              Slot(
                place: slots.count + 1, contract: contract, stage: stage, isUnwanted: isUnwanted, isOwed: it.isOwed,
                answers: it.answers))
          }
        }
      }
      var echoes: [Echo] = []
      for (contract, description) in book.contracts.enumerated()
      where description.options.faults.contains(.repeated) && description.options.late == .admitted {
        for event in Set(description.stages.flatMap(\.answers).map(\.event)).sorted() {
          echoes.append(Echo(place: 1 + slots.count + echoes.count, contract: contract, event: event))
        }
      }
      self.slots = slots
      self.bases = bases
      self.echoes = echoes
      width = 1 + slots.count + echoes.count
      answers = Set(slots.flatMap { $0.answers.map(\.event) })
      effects = book.contracts.map(\.effect)
      admitsLate = book.contracts.map { $0.options.late == .admitted }
    }

    func start(in phase: Int) -> State { [UInt8(phase)] + State(repeating: 0, count: width - 1) }

    func echo(_ contract: Int, _ event: Int) -> Int? {
      echoes.first { $0.contract == contract && $0.event == event }?.place
    }

    /// One more obligation: none, one, then several.
    func add(contract: Int, stage: Int, _ isUnwanted: Bool, to state: inout State) {
      let place = slots[bases[contract] + stage * 2 + (isUnwanted ? 1 : 0)].place
      state[place] = min(2, state[place] + 1)
    }

    /// One obligation less: of several, one or several are left.
    func removing(_ slot: Slot, from state: State) -> [State] {
      var fewer = state
      fewer[slot.place] -= 1
      return state[slot.place] == 2 ? [fewer, state] : [fewer]
    }

    /// The states after a cancellation: fenced obligations close, the others are no longer wanted.
    func cancelling(_ effect: Int, all: Bool, in state: State) -> [State] {
      guard let contract = effects.firstIndex(of: effect) else { return [state] }
      let open = slots.filter { $0.contract == contract && !$0.isUnwanted && state[$0.place] > 0 }
      guard !open.isEmpty else { return [state] }
      if all {
        var after = state
        for slot in open {
          after[slot.place] = 0
          for _ in 0..<state[slot.place] where admitsLate[contract] {
            add(contract: contract, stage: slot.stage, true, to: &after)
          }
        }
        return [after]
      }
      return open.flatMap { slot in
        removing(slot, from: state).map { fewer in
          var after = fewer
          if admitsLate[contract] { add(contract: contract, stage: slot.stage, true, to: &after) }
          return after
        }
      }
    }
  }
}

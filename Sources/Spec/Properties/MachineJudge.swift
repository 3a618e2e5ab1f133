/// Judges one machine in place by its book's properties: for explorers, which judge each state of it once.
///
/// Properties are told by their place in the book. A step is judged over everything the machine received and sent in
/// it, from before its first event to after its last.
@usableFromInline final class MachineJudge<M: Machine> {
  @usableFromInline typealias Check = StepCheck<M, M.Event, M.Effect>
  @usableFromInline var always: [(law: Int, holds: @Sendable (M, Holdings) -> Bool)] = []
  @usableFromInline var leadsTo: [(from: @Sendable (M) -> Bool, to: @Sendable (M) -> Bool)] = []
  @usableFromInline var sometimes: [(law: Int, holds: @Sendable (M) -> Bool)] = []
  @usableFromInline var steps: [(law: Int, check: Check)] = []
  @usableFromInline var sometimesSteps: [(law: Int, check: Check)] = []
  /// By property, whether a "sometimes" was met.
  @exclusivity(unchecked) @usableFromInline var isMet: [Bool]

  // The step at hand.
  @exclusivity(unchecked) @usableFromInline var stamp = -1
  @exclusivity(unchecked) @usableFromInline var pending: [Check.Judgement] = []
  /// The machine that ``pending`` was made for, by the number it is remembered under; -1 for none.
  @exclusivity(unchecked) @usableFromInline var remembered = -1
  @exclusivity(unchecked) @usableFromInline var pendingSometimes: [(law: Int, judge: Check.Judgement)] = []
  @exclusivity(unchecked) @usableFromInline var received: [M.Event] = []
  @exclusivity(unchecked) @usableFromInline var sent: [M.Effect] = []

  @usableFromInline init(_ book: RuleBook<M>) {
    isMet = book.properties.map { _ in false }
    // The cheap ones first: of several that fail, they are told first.
    let ranked =
      book.properties.enumerated().filter { $1.cost == .step }
      + book.properties.enumerated().filter { $1.cost == .state }
    for (law, property) in ranked {
      switch property.kind {
      case .always(let holds): always.append((law, holds))
      case .alwaysStep(let check): steps.append((law, check))
      case .sometimes(let holds): sometimes.append((law, holds))
      case .sometimesStep(let check): sometimesSteps.append((law, check))
      case .leadsTo(let from, let to, _): leadsTo.append((from, to))
      }
    }
  }

  @inlinable func state(_ machine: M, _ broken: inout [Int]) -> (from: UInt32, to: UInt32) {
    for (law, holds) in always where !holds(machine, Holdings()) { broken.append(law) }
    for (law, holds) in sometimes where !isMet[law] && holds(machine) { isMet[law] = true }
    var leads: (from: UInt32, to: UInt32) = (0, 0)
    for index in leadsTo.indices {
      if leadsTo[index].from(machine) { leads.from |= 1 << index }
      if leadsTo[index].to(machine) { leads.to |= 1 << index }
    }
    return leads
  }

  /// Begins to judge, where this is the machine's first event in the step with this stamp.
  ///
  /// - Parameter number: What the machine is remembered under; what laws need of the state before is then kept for the
  ///   next step from it. -1 for a machine that is not remembered.
  @inlinable func begin(_ machine: M, _ event: M.Event, stamp now: Int, number: Int) {
    if stamp != now {
      stamp = now
      received.removeAll(keepingCapacity: true)
      sent.removeAll(keepingCapacity: true)
      if number < 0 || number != remembered {
        remembered = number
        look(at: machine)
      }
    }
    received.append(event)
  }

  @inlinable func look(at machine: M) {
    pending.removeAll(keepingCapacity: true)
    pendingSometimes.removeAll(keepingCapacity: true)
    for index in steps.indices { pending.append(steps[index].check.begin(machine)) }
    for index in sometimesSteps.indices where !isMet[sometimesSteps[index].law] {
      pendingSometimes.append((sometimesSteps[index].law, sometimesSteps[index].check.begin(machine)))
    }
  }

  @inlinable func end(_ machine: M, _ broken: inout [Int]) {
    let step = Step(after: machine, received: received, sent: sent)
    for index in pendingSometimes.indices where pendingSometimes[index].judge(step) {
      isMet[pendingSometimes[index].law] = true
    }
    for index in pending.indices where !pending[index](step) { broken.append(steps[index].law) }
  }
}

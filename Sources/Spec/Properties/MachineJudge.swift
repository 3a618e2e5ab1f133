/// Judges one machine in place by its book's properties: for explorers, which judge each state of it once.
///
/// Properties are told by their place in the book. A step is judged over everything the machine received and sent in
/// it, from before its first event to after its last.
@usableFromInline struct MachineJudge<M: Machine> {
  @usableFromInline typealias Check = StepCheck<M, M.Event, M.Effect>
  @usableFromInline var always: [(law: Int, holds: @Sendable (M, Holdings) -> Bool)] = []
  @usableFromInline var leadsTo: [(from: @Sendable (M) -> Bool, to: @Sendable (M) -> Bool)] = []
  @usableFromInline var sometimes: [(law: Int, holds: @Sendable (M) -> Bool)] = []
  @usableFromInline var steps: [(law: Int, memory: Check.Memory)] = []
  @usableFromInline var sometimesSteps: [(law: Int, memory: Check.Memory)] = []
  /// How many of the laws of states and of steps are cheap: those that come first.
  @usableFromInline var cheapStates = 0
  @usableFromInline var cheapSteps = 0
  /// By property, whether a "sometimes" was met.
  @usableFromInline var isMet: [Bool]
  /// The "sometimes" of steps that the last step meets, and that were not met before.
  @usableFromInline var meets: [Int] = []

  // The step at hand.
  @usableFromInline var stamp = -1
  @usableFromInline var includesDear = true
  /// The machine that was looked at last, by the number it is remembered under; -1 for none.
  @usableFromInline var remembered = -1
  @usableFromInline var received: [M.Event] = []
  @usableFromInline var sent: [M.Effect] = []

  @usableFromInline init(_ book: RuleBook<M>) {
    isMet = book.properties.map { _ in false }
    // The cheap ones first: of several that fail, they are told first.
    let ranked =
      book.properties.enumerated().filter { $1.cost == .step }
      + book.properties.enumerated().filter { $1.cost == .state }
    for (law, property) in ranked {
      switch property.kind {
      case .always(let holds):
        // What the world holds, no machine knows: whoever knows it judges.
        if property.asksHoldings { continue }
        always.append((law, holds))
        if property.cost == .step { cheapStates += 1 }
      case .alwaysStep(let check):
        steps.append((law, check.memory()))
        if property.cost == .step { cheapSteps += 1 }
      case .sometimes(let holds): sometimes.append((law, holds))
      case .sometimesStep(let check): sometimesSteps.append((law, check.memory()))
      case .leadsTo(let from, let to, _): leadsTo.append((from, to))
      }
    }
  }

  @inlinable mutating func state(
    _ machine: M, _ broken: inout [Int], includesDear: Bool
  ) -> (from: UInt32, to: UInt32) {
    for index in 0..<(includesDear ? always.count : cheapStates) where !always[index].holds(machine, Holdings()) {
      broken.append(always[index].law)
    }
    for index in sometimes.indices where !isMet[sometimes[index].law] && sometimes[index].holds(machine) {
      isMet[sometimes[index].law] = true
    }
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
  @inlinable mutating func begin(
    _ machine: M, _ event: M.Event, stamp now: Int, number: Int, includesDear isDear: Bool
  ) {
    if stamp != now {
      stamp = now
      includesDear = isDear
      if !received.isEmpty { received.removeAll(keepingCapacity: true) }
      if !sent.isEmpty { sent.removeAll(keepingCapacity: true) }
      if number < 0 || number != remembered {
        remembered = number
        look(at: machine)
      }
    }
    received.append(event)
  }

  @inlinable var judgedSteps: Int { includesDear ? steps.count : cheapSteps }

  @inlinable func look(at machine: M) {
    for index in 0..<judgedSteps { steps[index].memory.look(machine) }
    for index in sometimesSteps.indices where !isMet[sometimesSteps[index].law] {
      sometimesSteps[index].memory.look(machine)
    }
  }

  /// Tells the laws that the step breaks; what it meets is left in ``meets``, for whoever knows that it was taken.
  @inlinable mutating func end(_ machine: M, _ broken: inout [Int]) {
    if !meets.isEmpty { meets.removeAll(keepingCapacity: true) }
    // What went in and out is lent to the step, which counts no references.
    var step = Step(after: machine, received: [M.Event](), sent: [M.Effect]())
    swap(&step.received, &received)
    swap(&step.sent, &sent)
    defer {
      swap(&step.received, &received)
      swap(&step.sent, &sent)
    }
    for index in sometimesSteps.indices
    where !isMet[sometimesSteps[index].law] && sometimesSteps[index].memory.holds(step) {
      meets.append(sometimesSteps[index].law)
    }
    for index in 0..<judgedSteps where !steps[index].memory.holds(step) { broken.append(steps[index].law) }
  }

  /// Notes that what these laws wait for was met.
  @inlinable mutating func meet(_ laws: [Int]) { for law in laws { isMet[law] = true } }
}

import Spec

/// Judges states and steps by a design's properties.
///
/// Step properties are judged in two halves: ``begin(_:)`` before the step, ``step(_:_:)`` after it.
public final class Judge<S: System> {
  @usableFromInline typealias Law = Property<S, S.Event, S.Effect>
  @usableFromInline let leadsTo: [Law]
  @usableFromInline var always: [(law: Law, holds: @Sendable (S, Holdings) -> Bool)] = []
  @usableFromInline var steps: [(law: Law, check: StepCheck<S, S.Event, S.Effect>)] = []
  @usableFromInline var sometimes: [(law: Law, holds: @Sendable (S) -> Bool, isMet: Bool)] = []
  @usableFromInline var sometimesSteps: [(law: Law, check: StepCheck<S, S.Event, S.Effect>, isMet: Bool)] = []
  @usableFromInline var pending: [(law: Int, judge: StepCheck<S, S.Event, S.Effect>.Judgement)] = []
  @usableFromInline var pendingSometimes: [(law: Int, judge: StepCheck<S, S.Event, S.Effect>.Judgement)] = []

  @inlinable public init(_ design: Design<S>) {
    var leadsTo: [Law] = []
    for law in design.properties {
      switch law.kind {
      case .always(let holds): always.append((law, holds))
      case .alwaysStep(let check): steps.append((law, check))
      case .sometimes(let holds): sometimes.append((law, holds, false))
      case .sometimesStep(let check): sometimesSteps.append((law, check, false))
      case .leadsTo: leadsTo.append(law)
      }
    }
    self.leadsTo = leadsTo
  }

  /// The properties of states that fail.
  ///
  /// - Parameter includesDear: Whether properties that walk the whole state are judged too.
  @inlinable public func state(_ state: S, _ holdings: Holdings, includesDear: Bool = true) -> [Finding] {
    for index in sometimes.indices where !sometimes[index].isMet {
      if includesDear || sometimes[index].law.cost == .step { sometimes[index].isMet = sometimes[index].holds(state) }
    }
    var findings: [Finding] = []
    for (law, holds) in always where includesDear || law.cost == .step {
      if !holds(state, holdings) { findings.append(broken(law)) }
    }
    return findings
  }

  /// Remembers what step properties need of the state before; several steps from it may then be judged.
  @inlinable public func begin(_ state: S, includesDear: Bool = true) {
    pending.removeAll(keepingCapacity: true)
    pendingSometimes.removeAll(keepingCapacity: true)
    for (index, step) in steps.enumerated() where includesDear || step.law.cost == .step {
      pending.append((index, step.check.begin(state)))
    }
    for (index, step) in sometimesSteps.enumerated() where !step.isMet {
      pendingSometimes.append((index, step.check.begin(state)))
    }
  }

  /// The properties of the step that fail.
  @inlinable public func step(_ after: S, _ stepper: Stepper<S>) -> [Finding] {
    let step = Step(after: after, received: Array(stepper.received), sent: Array(stepper.sent))
    for (index, judge) in pendingSometimes where judge(step) { sometimesSteps[index].isMet = true }
    var findings: [Finding] = []
    for (index, judge) in pending where !judge(step) { findings.append(broken(steps[index].law)) }
    return findings
  }

  /// For each leads-to property, whether this state begins it and whether it ends it, as bits.
  @inlinable func leads(_ state: S) -> (from: UInt32, to: UInt32) {
    var result: (from: UInt32, to: UInt32) = (0, 0)
    for (index, law) in leadsTo.enumerated() {
      guard case .leadsTo(let from, let to) = law.kind else { continue }
      if from(state) { result.from |= 1 << index }
      if to(state) { result.to |= 1 << index }
    }
    return result
  }

  public var sometimesMet: [(name: String, isMet: Bool)] {
    sometimes.map { ($0.law.name, $0.isMet) } + sometimesSteps.map { ($0.law.name, $0.isMet) }
  }

  @inlinable func broken(_ law: Law) -> Finding {
    let cited = law.citations.isEmpty ? "" : " (\(law.citations.joined(separator: ", ")))"
    return Finding(
      .critical, "property-broken", "\"\(law.name)\" does not hold\(cited)", at: "\(law.source.file):\(law.source.line)"
    )
  }
}

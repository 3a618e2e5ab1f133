import Spec

/// Judges states and steps by a design's properties.
///
/// Step properties are judged in two halves: ``begin(_:includesDear:)`` before the step, ``step(_:_:)`` after it. The
/// laws' names stay in a table of their own; what is walked at each step is closures only.
public final class Judge<S: System> {
  @usableFromInline typealias Law = Property<S, S.Event, S.Effect>
  @usableFromInline typealias Check = StepCheck<S, S.Event, S.Effect>
  @usableFromInline let leadsTo: [Law]
  @usableFromInline let always: Ranked<@Sendable (S, Holdings) -> Bool>
  @usableFromInline let steps: Ranked<Check.Memory>
  @usableFromInline let sometimes: [(name: String, holds: @Sendable (S) -> Bool)]
  @usableFromInline let sometimesSteps: [(name: String, memory: Check.Memory)]
  @exclusivity(unchecked) @usableFromInline var isMet: [Bool]
  @exclusivity(unchecked) @usableFromInline var isAllMet = false
  @exclusivity(unchecked) @usableFromInline var isStepMet: [Bool]
  /// How many of the laws of steps remember the state before the step at hand.
  @exclusivity(unchecked) @usableFromInline var pending = 0
  @exclusivity(unchecked) @usableFromInline var pendingSometimes: [Int] = []
  /// Whether steps that are judged may yet turn out not to be possible: what they meet is noted, and not met by that.
  @exclusivity(unchecked) @usableFromInline var isTentative = false
  @exclusivity(unchecked) @usableFromInline var metTentatively: [Int] = []

  /// Laws with the cheap ones first, so that the dear ones can be left out.
  @usableFromInline struct Ranked<Test> {
    @usableFromInline let laws: [Law]
    @usableFromInline let tests: [Test]
    @usableFromInline let cheap: Int

    init(_ judged: [(law: Law, test: Test)]) {
      let ranked = judged.filter { $0.law.cost == .step } + judged.filter { $0.law.cost == .state }
      laws = ranked.map(\.law)
      tests = ranked.map(\.test)
      cheap = judged.count { $0.law.cost == .step }
    }
  }

  /// A judge of all properties of a design.
  public convenience init(_ design: Design<S>) { self.init(design.name, design.properties) }

  /// A judge of some properties of a design.
  @usableFromInline init(_ name: String, _ laws: [Property<S, S.Event, S.Effect>]) {
    var leadsTo: [Law] = []
    var always: [(Law, @Sendable (S, Holdings) -> Bool)] = []
    var steps: [(Law, Check.Memory)] = []
    var sometimes: [(String, @Sendable (S) -> Bool)] = []
    var sometimesSteps: [(String, Check.Memory)] = []
    for law in laws {
      switch law.kind {
      case .always(let holds): always.append((law, holds))
      case .alwaysStep(let check): steps.append((law, check.memory()))
      case .sometimes(let holds): sometimes.append((law.name, holds))
      case .sometimesStep(let check): sometimesSteps.append((law.name, check.memory()))
      case .leadsTo: leadsTo.append(law)
      }
    }
    precondition(leadsTo.count <= 32, "\(name) has \(leadsTo.count) leads-to laws; 32 are judged at once")
    self.leadsTo = leadsTo
    self.always = Ranked(always)
    self.steps = Ranked(steps)
    self.sometimes = sometimes
    self.sometimesSteps = sometimesSteps
    isMet = sometimes.map { _ in false }
    isStepMet = sometimesSteps.map { _ in false }
  }

  /// Whether a state must be looked at to judge it.
  @usableFromInline var hasStateLaws: Bool { !always.tests.isEmpty || !sometimes.isEmpty || !leadsTo.isEmpty }
  /// Whether a step must be looked at to judge it.
  @usableFromInline var hasStepLaws: Bool { !steps.tests.isEmpty || !sometimesSteps.isEmpty }

  /// The properties of states that fail.
  ///
  /// - Parameters:
  ///   - state: The state that is judged.
  ///   - holdings: What the world holds.
  ///   - includesDear: Whether properties that walk the whole state are judged too.
  @inlinable public func state(_ state: S, _ holdings: Holdings, includesDear: Bool = true) -> [Finding] {
    if !isAllMet { look(state) }
    var findings: [Finding] = []
    for index in 0..<(includesDear ? always.tests.count : always.cheap) where !always.tests[index](state, holdings) {
      findings.append(.broken(always.laws[index]))
    }
    return findings
  }

  /// Looks whether the state is one that some property waits for.
  @inlinable @inline(never) func look(_ state: S) {
    for index in isMet.indices where !isMet[index] { isMet[index] = sometimes[index].holds(state) }
    isAllMet = !isMet.contains(false)
  }

  /// Remembers what step properties need of the state before; several steps from it may then be judged.
  @inlinable public func begin(_ state: S, includesDear: Bool = true) {
    pending = includesDear ? steps.tests.count : steps.cheap
    pendingSometimes.removeAll(keepingCapacity: true)
    for index in 0..<pending { steps.tests[index].look(state) }
    for index in isStepMet.indices where !isStepMet[index] {
      sometimesSteps[index].memory.look(state)
      pendingSometimes.append(index)
    }
  }

  /// The properties of the step that fail.
  @inlinable public func step(_ after: S, _ stepper: Stepper<S>) -> [Finding] {
    step(after, received: Array(stepper.received), sent: Array(stepper.sent))
  }

  /// The properties that fail of the step that received and sent these.
  @inlinable func step(_ after: S, received: [S.Event], sent: [S.Effect]) -> [Finding] {
    self.step(Step(after: after, received: received, sent: sent))
  }

  /// The properties of a step that fail.
  @inlinable func step(_ step: Step<S, S.Event, S.Effect>) -> [Finding] {
    for index in pendingSometimes where !isStepMet[index] && sometimesSteps[index].memory.holds(step) {
      if isTentative { metTentatively.append(index) } else { isStepMet[index] = true }
    }
    var findings: [Finding] = []
    for index in 0..<pending where !steps.tests[index].holds(step) {
      findings.append(.broken(steps.laws[index]))
    }
    return findings
  }

  /// The laws that waited for what was met while steps were judged tentatively.
  @usableFromInline func takeMetTentatively() -> [Int] {
    if metTentatively.isEmpty { return [] }
    defer { metTentatively.removeAll() }
    return metTentatively
  }

  /// Notes that what this law waits for was met.
  @usableFromInline func meet(_ law: Int) { isStepMet[law] = true }

  /// For each leads-to property, whether this state begins it and whether it ends it, as bits.
  @inlinable func leads(_ state: S) -> (from: UInt32, to: UInt32) {
    var result: (from: UInt32, to: UInt32) = (0, 0)
    for index in leadsTo.indices {
      guard case .leadsTo(let from, let to, _) = leadsTo[index].kind else { continue }
      if from(state) { result.from |= 1 << index }
      if to(state) { result.to |= 1 << index }
    }
    return result
  }

  public var sometimesMet: [(name: String, isMet: Bool)] {
    sometimes.indices.map { (sometimes[$0].name, isMet[$0]) }
      + sometimesSteps.indices.map { (sometimesSteps[$0].name, isStepMet[$0]) }
  }
}

extension Finding {
  /// A law that does not hold.
  @usableFromInline static func broken(_ law: Property<some Sendable, some Sendable, some Sendable>) -> Finding {
    let cited = law.citations.isEmpty ? "" : " (\(law.citations.joined(separator: ", ")))"
    return Finding(
      .critical, "property-broken", "\"\(law.name)\" does not hold\(cited)", at: "\(law.source.file):\(law.source.line)"
    )
  }
}

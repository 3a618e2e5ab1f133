import Spec

/// What the search knows of a system: how to make workers, each of which lists what can follow a packed state.
///
/// The search is written once and sees no types; everything typed is behind this. Closures rather than a protocol: made
/// where the system's type is known, they carry code specialised for it.
public struct Expander: Sendable {
  /// As a checkpoint names it.
  let subject: SearchSubject
  /// Names, by index, of the properties that runs must lead somewhere.
  let leadsTo: [String]
  /// Why the system cannot be explored at all; nil where it can.
  let refusal: Finding?
  let fairness: [Fairness]
  let reduction: Reduction
  let symmetry: SymmetryPlan
  let makeLexicon: @Sendable () -> Lexicon
  let makeWorker: @Sendable (Lexicon) -> Worker
  /// Steps along the successors with these ordinals, from the start, and tells each; the flag says that they were
  /// counted in states that stand for others, the last that nothing can happen behind them.
  let trace: @Sendable ([Int], _ isUpToSymmetry: Bool, _ isStuck: Bool) -> Trace

  /// One thread's way to the system.
  @usableFromInline struct Worker {
    let walker: PartWalker
    /// Puts the start into the walker's codes; nil where a field of it is above its maximum.
    let start: () -> (low: UInt64, high: UInt64)?
    /// Compares a state's successors with those that the semantics itself gives.
    let disagreement: (Batch) -> String?
    /// A law that reads more than it says.
    let overreach: (_ seed: UInt64) -> String?
    let coverage: () -> Coverage
    /// Takes what tells the run to the state at hand.
    let tellRuns: (@escaping () -> String) -> Void

    @usableFromInline init(
      walker: PartWalker, start: @escaping () -> (low: UInt64, high: UInt64)?,
      disagreement: @escaping (Batch) -> String?, overreach: @escaping (UInt64) -> String?,
      coverage: @escaping () -> Coverage, tellRuns: @escaping (@escaping () -> String) -> Void
    ) {
      self.walker = walker
      self.start = start
      self.disagreement = disagreement
      self.overreach = overreach
      self.coverage = coverage
      self.tellRuns = tellRuns
    }
  }

  /// The expander of one system in one world.
  @inlinable public init<S: System>(_ design: Design<S>, _ world: World<S>) {
    let leading = Expander.leading(design)
    let plan = PartPlan(design, world, machineTypes: Stepper(design).machineTypes)
    let symmetry = SymmetryPlan(design, world, plan)
    self.init(
      subject: SearchSubject(design, world), refusal: Expander.refusal(design),
      leadsTo: leading.map(\.name), fairness: leading.map(\.fairness), reduction: Reduction(design, world),
      symmetry: symmetry, kinds: plan.kindCount,
      makeWorker: { lexicon in
        let interpreter = Interpreter(design, world, lexicon)
        interpreter.connectSymmetry(symmetry)
        return Worker(
          walker: interpreter.walker, start: { interpreter.start() },
          disagreement: { interpreter.disagreement($0) }, overreach: { interpreter.overreach($0) },
          coverage: { interpreter.coverage }, tellRuns: { interpreter.runSoFar = $0 })
      },
      trace: { ordinals, isUpToSymmetry, isStuck in
        isUpToSymmetry
          ? Interpreter.trace(design, world, upTo: symmetry, kinds: plan.kindCount, ordinals, isStuck: isStuck)
          : Interpreter.trace(design, world, ordinals, isStuck: isStuck)
      })
  }

  @usableFromInline init(
    subject: SearchSubject, refusal: Finding?, leadsTo: [String], fairness: [Fairness], reduction: Reduction,
    symmetry: SymmetryPlan, kinds: Int, makeWorker: @escaping @Sendable (Lexicon) -> Worker,
    trace: @escaping @Sendable ([Int], Bool, Bool) -> Trace
  ) {
    self.subject = subject
    self.refusal = refusal
    self.leadsTo = leadsTo
    self.fairness = fairness
    self.reduction = reduction
    self.symmetry = symmetry
    makeLexicon = { Lexicon(kinds: kinds) }
    self.makeWorker = makeWorker
    self.trace = trace
  }

  @usableFromInline static func refusal<S: System>(_ design: Design<S>) -> Finding? {
    let laws = leading(design).count
    if design.hosts.count > 64 {
      return .tooLarge("\(design.name) has \(design.hosts.count) machines, and 64 can be explored")
    }
    if laws > 32 { return .tooLarge("\(design.name) has \(laws) leads-to laws, and 32 can be judged") }
    // A step that goes round for ever is never taken.
    return design.routeCycles.first
  }

  /// The leads-to properties in the order in which workers number them: those that one machine judges, host by host,
  /// then those of the whole state.
  @usableFromInline static func leading<S: System>(
    _ design: Design<S>
  ) -> [(name: String, fairness: Fairness)] {
    design.properties.compactMap {
      if case .leadsTo(_, _, let fairness) = $0.kind { ($0.name, fairness) } else { nil }
    }
  }
}

extension Finding {
  fileprivate static func tooLarge(_ words: String) -> Finding { Finding(.critical, "too-large", words) }
}

/// What the world may answer to an effect: a small automaton over answers.
///
/// An effect waiting for its answer is an *obligation*. Its identity is (host, contract, key). At each stage exactly
/// one of the listed answers arrives; an *owed* stage must be answered (a promise of fairness), any other might never
/// be.
public struct Contract<Event: Sendable, Effect: Sendable>: Sendable {
  /// The effect's name, which is the contract's.
  public let name: String
  /// The effect's kind.
  public let effect: Int
  /// The stages; an obligation opens in the first. None for a notice, which answers nothing.
  public let stages: [Stage]
  public let key: @Sendable (Effect) -> Key
  /// Whether the payload tells one obligation from the next; without a key there is at most one.
  public let isKeyed: Bool
  public let options: ContractOptions
  /// How long a timer runs, where its effect says so.
  @usableFromInline let lasting: (@Sendable (Effect) -> Duration)?
  public let source: SourceLine

  /// How long the timer that this effect sets runs; nil where the contract is no timer's.
  @inlinable public func duration(of effect: Effect) -> Duration? {
    guard let timer = options.timer else { return nil }
    return timer.duration ?? lasting?(effect)
  }

  public struct Stage: Sendable {
    public let isOwed: Bool
    public let answers: [Answer]

    public init(isOwed: Bool, answers: [Answer]) {
      self.isOwed = isOwed
      self.answers = answers
    }
  }

  public struct Answer: Sendable {
    /// The event's name and kind.
    public let name: String
    public let kind: Int
    /// The stage after this answer; nil closes the obligation.
    public let next: Int?
    /// The events an explorer tries.
    public let draw: @Sendable (Effect) -> [Event]
    /// Whether an event from the world is within the contract.
    public let admits: @Sendable (Effect, Event) -> Bool

    @usableFromInline init(
      name: String, kind: Int, next: Int?, draw: @escaping @Sendable (Effect) -> [Event],
      admits: @escaping @Sendable (Effect, Event) -> Bool
    ) {
      self.name = name
      self.kind = kind
      self.next = next
      self.draw = draw
      self.admits = admits
    }
  }

  public var isNotice: Bool { stages.isEmpty }

  @usableFromInline init(
    name: String, effect: Int, stages: [Stage], key: @escaping @Sendable (Effect) -> Key, isKeyed: Bool = false,
    options: ContractOptions, lasting: (@Sendable (Effect) -> Duration)? = nil, source: SourceLine
  ) {
    self.name = name
    self.effect = effect
    self.stages = stages
    self.key = key
    self.isKeyed = isKeyed
    self.options = options
    self.lasting = lasting
    self.source = source
  }
}

/// The declared properties of a contract that do not depend on its types.
public struct ContractOptions: Hashable, Sendable {
  /// What an answer that comes after a cancellation does. A fenced one is dropped by the host, which counts it.
  public enum Late: Sendable { case fenced, admitted }
  /// What a crash does to an open obligation.
  public enum AfterCrash: Sendable {
    /// Performed again, under the same ticket. Only for one stage that holds nothing.
    case reissued
    /// The driver gets ticket and stage and must find the thing, not make another.
    case resumed
    case forgotten
  }
  public enum Fault: Sendable, CaseIterable { case lost, repeated }
  /// What emitting an identity that is open means.
  public enum Again: Sendable { case finding, replaces, joins }
  /// What a restart does to a running timer.
  public enum TimerAfterCrash: Sendable {
    /// The due instant stays; an overdue timer fires at once.
    case fromStart
    /// What was left is left: the outage does not count.
    case remaining
    /// The full duration, set anew.
    case again
  }
  public struct Timer: Hashable, Sendable {
    /// nil where each effect says for itself how long its timer runs.
    public let duration: Duration?
    public let afterCrash: TimerAfterCrash

    public init(duration: Duration?, afterCrash: TimerAfterCrash) {
      self.duration = duration
      self.afterCrash = afterCrash
    }
  }

  /// What the world holds while the obligation is open, such as a process.
  public let holds: String?
  public let late: Late
  public let faults: Set<Fault>
  public let again: Again
  public let afterCrash: AfterCrash
  public let timer: Timer?

  public init(
    holds: String? = nil, late: Late = .fenced, faults: Set<Fault> = [], again: Again = .finding,
    afterCrash: AfterCrash = .reissued, timer: Timer? = nil
  ) {
    self.holds = holds
    self.late = late
    self.faults = faults
    self.again = again
    self.afterCrash = afterCrash
    self.timer = timer
  }
}

// MARK: - Writing a contract

/// The contract of one effect that has no key: there is at most one open.
///
///     Answers(.prepare, faults: .lost) { Owed { Answer(.prepared); Answer(.prepareFailed) } }
@inlinable public func Answers<M: Machine, Sent>(
  _ effect: Signal<M.Effect, Sent>, holds: String? = nil, late: ContractOptions.Late = .fenced,
  faults: ContractOptions.Fault..., again: ContractOptions.Again = .finding,
  afterCrash: ContractOptions.AfterCrash = .reissued, file: String = #fileID, line: Int = #line,
  @StagesBuilder<M, Sent> _ stages: () -> [StagePart<M, Sent>]
) -> BookPart<M> {
  let options = ContractOptions(holds: holds, late: late, faults: Set(faults), again: again, afterCrash: afterCrash)
  return contract(effect, { _ in Key() }, isKeyed: false, options, SourceLine(file, line), stages())
}

/// The contract of one effect, with what tells one try from the next, read from its payload.
///
///     Answers(.deliver, of: { $0.lease }, faults: .lost) { Owed { Answer(.acknowledged) { $0.lease } } }
@inlinable public func Answers<M: Machine, Sent>(
  _ effect: Signal<M.Effect, Sent>, of key: @escaping @Sendable (Sent) -> some KeyConvertible, holds: String? = nil,
  late: ContractOptions.Late = .fenced, faults: ContractOptions.Fault..., again: ContractOptions.Again = .finding,
  afterCrash: ContractOptions.AfterCrash = .reissued, file: String = #fileID, line: Int = #line,
  @StagesBuilder<M, Sent> _ stages: () -> [StagePart<M, Sent>]
) -> BookPart<M> {
  let options = ContractOptions(holds: holds, late: late, faults: Set(faults), again: again, afterCrash: afterCrash)
  return contract(effect, { key($0).obligationKey }, isKeyed: true, options, SourceLine(file, line), stages())
}

@inlinable func contract<M: Machine, Sent>(
  _ effect: Signal<M.Effect, Sent>, _ key: @escaping @Sendable (Sent) -> Key, isKeyed: Bool,
  _ options: ContractOptions, _ source: SourceLine, _ stages: [StagePart<M, Sent>]
) -> BookPart<M> {
  let read = effect.read
  return .contract(
    Contract(
      name: effect.name, effect: effect.kind, stages: flatten(stages, read: read),
      key: { read($0).map(key) ?? Key() }, isKeyed: isKeyed, options: options, source: source))
}

/// A timer: an effect whose answer, after a duration, is owed. Untimed worlds may fire it at any moment.
@inlinable public func Timer<M: Machine>(
  _ effect: Signal<M.Effect, Void>, after duration: Duration, fires event: Signal<M.Event, Void>,
  afterCrash: ContractOptions.TimerAfterCrash, again: ContractOptions.Again = .finding, file: String = #fileID,
  line: Int = #line
) -> BookPart<M> {
  let answer = event.make(())
  let stage = Contract<M.Event, M.Effect>.Stage(
    isOwed: true,
    answers: [
      .init(name: event.name, kind: event.kind, next: nil, draw: { _ in [answer] }, admits: { $1 == answer })
    ])
  return .contract(
    Contract(
      name: effect.name, effect: effect.kind, stages: [stage], key: { _ in Key() },
      options: ContractOptions(again: again, timer: .init(duration: duration, afterCrash: afterCrash)),
      source: SourceLine(file, line)))
}

/// A timer that runs as long as its effect says: for durations that somebody sets from run to run.
///
///     Timer(.deadlineTimer, lasting: { $0.duration }, fires: .deadlinePassed, afterCrash: .fromStart)
///
/// The duration must be the same for equal effects: after a crash it is asked again.
@inlinable public func Timer<M: Machine, Sent>(
  _ effect: Signal<M.Effect, Sent>, lasting duration: @escaping @Sendable (Sent) -> Duration,
  fires event: Signal<M.Event, Void>, afterCrash: ContractOptions.TimerAfterCrash,
  again: ContractOptions.Again = .finding, file: String = #fileID, line: Int = #line
) -> BookPart<M> {
  let read = effect.read
  let parts: [StagePart<M, Sent>] = [.stage(isOwed: true, answers: [Answer(event)])]
  return .contract(
    Contract(
      name: effect.name, effect: effect.kind, stages: flatten(parts, read: read), key: { _ in Key() },
      options: ContractOptions(again: again, timer: .init(duration: nil, afterCrash: afterCrash)),
      lasting: { read($0).map(duration) ?? .zero }, source: SourceLine(file, line)))
}

/// A timer of which several may run, told apart by their key; the event says which one fired.
@inlinable public func Timer<M: Machine, Sent: Equatable & SendableMetatype>(
  _ effect: Signal<M.Effect, Sent>, of key: @escaping @Sendable (Sent) -> some KeyConvertible, after duration: Duration,
  fires event: Signal<M.Event, Sent>, afterCrash: ContractOptions.TimerAfterCrash,
  again: ContractOptions.Again = .finding, file: String = #fileID, line: Int = #line
) -> BookPart<M> {
  contract(
    effect, { key($0).obligationKey }, isKeyed: true,
    ContractOptions(again: again, timer: .init(duration: duration, afterCrash: afterCrash)), SourceLine(file, line),
    [.stage(isOwed: true, answers: [Answer(event) { $0 }])])
}

/// An effect that nobody answers.
@inlinable public func Notice<M: Machine, Sent>(
  _ effect: Signal<M.Effect, Sent>, file: String = #fileID, line: Int = #line
) -> BookPart<M> {
  .contract(
    Contract(
      name: effect.name, effect: effect.kind, stages: [], key: { _ in Key() }, options: ContractOptions(),
      source: SourceLine(file, line)))
}

/// One machine of a system, with everything that depends on its type closed over.
public struct Hosted<S: System>: Sendable {
  public let name: String
  public let index: Int
  /// The book, as documents and findings read it.
  public let book: BookDescription
  public let contracts: [Contract<S.Event, S.Effect>]
  public let properties: [Property<S, S.Event, S.Effect>]
  /// The phase as an index into the book's phases.
  public let phase: @Sendable (S) -> Int
  /// Why an event of this host is refused.
  public let refusals: @Sendable (S, S.Event) -> [Refusal]
  /// The place of an event in the book's events.
  public let eventKind: @Sendable (S.Event) -> Int
  /// The event that tells this host of a restart.
  public let recovery: S.Event?
  /// Some event of this host, by which a stepper finds the machine in the state.
  public let sample: S.Event
  /// What each rule for an event says, as ``Verdicts`` tells it.
  public let verdicts: @Sendable (S, S.Event, (_ rule: Int, _ refusing: Int?) -> Void) -> Void
  /// Puts a volatile machine back to its start; does nothing to a durable one.
  public let crash: @Sendable (_ state: inout S, _ start: S) -> Void
  @usableFromInline let makeBox: @Sendable () -> HostBox
  /// The same host with one change to its book; nil when the change does not apply.
  let edited: @Sendable (Edit) -> Hosted<S>?

  @usableFromInline init(
    name: String, index: Int, book: BookDescription, contracts: [Contract<S.Event, S.Effect>],
    properties: [Property<S, S.Event, S.Effect>], phase: @escaping @Sendable (S) -> Int,
    refusals: @escaping @Sendable (S, S.Event) -> [Refusal], eventKind: @escaping @Sendable (S.Event) -> Int,
    recovery: S.Event?, sample: S.Event,
    verdicts: @escaping @Sendable (S, S.Event, (_ rule: Int, _ refusing: Int?) -> Void) -> Void,
    crash: @escaping @Sendable (inout S, S) -> Void, makeBox: @escaping @Sendable () -> HostBox,
    edited: @escaping @Sendable (Edit) -> Hosted<S>?
  ) {
    self.name = name
    self.index = index
    self.book = book
    self.contracts = contracts
    self.properties = properties
    self.phase = phase
    self.refusals = refusals
    self.eventKind = eventKind
    self.recovery = recovery
    self.sample = sample
    self.verdicts = verdicts
    self.crash = crash
    self.makeBox = makeBox
    self.edited = edited
  }

  /// Whether the machine may stay as it is for ever; a book that names no resting phase may stay anywhere.
  public func isResting(_ state: S) -> Bool {
    book.phases[phase(state)].isResting || !book.phases.contains(where: \.isResting)
  }
}

/// What one host needs to step: its lean program and a reused outbox; and machines remembered by an explorer.
///
/// Kept behind a pointer: to reach it on each step costs no count of references and no check of access.
@usableFromInline struct HostRun<M: Machine> {
  @usableFromInline let program: ProgramTable<M>
  @usableFromInline var outbox = Outbox<M.Effect>()
  @usableFromInline var remembered: ContiguousArray<M?> = []
  @usableFromInline var judge: MachineJudge<M>
}

/// Owns the run of one host.
@usableFromInline class HostBox {
  let machine: ObjectIdentifier
  let run: UnsafeMutableRawPointer

  init(_ machine: ObjectIdentifier, _ run: UnsafeMutableRawPointer) {
    self.machine = machine
    self.run = run
  }
}

private final class TypedHostBox<M: Machine>: HostBox {
  private let program: Program<M>

  init(_ book: RuleBook<M>) {
    program = Program(book)
    let run = UnsafeMutablePointer<HostRun<M>>.allocate(capacity: 1)
    run.initialize(to: HostRun(program: program.table, judge: MachineJudge(book)))
    super.init(ObjectIdentifier(M.self), run)
  }

  deinit {
    run.assumingMemoryBound(to: HostRun<M>.self).deinitialize(count: 1)
    run.deallocate()
  }
}

extension HostBox {
  @usableFromInline static func make<M: Machine>(_ book: RuleBook<M>) -> HostBox { TypedHostBox(book) }
}

/// A machine of the system, where it stands in the state, and the cases that carry its events and effects.
///
///     Host("router", Router.book, at: \.router, events: .router, effects: .router)
///
/// - Parameters:
///   - name: What it is called.
///   - book: The machine's rule book.
///   - get: Reads the machine; a key path given here is compiled to a plain read.
///   - events: The case that carries its events.
///   - effects: The case that carries its effects.
///   - restart: Puts a volatile machine back to its start after a crash; a durable one needs none.
@inlinable public func Host<S: System, M: Machine>(
  _ name: String, _ book: RuleBook<M>, at get: @escaping @Sendable (S) -> M, events: Signal<S.Event, M.Event>,
  effects: Signal<S.Effect, M.Effect>, restart: (@Sendable (_ state: inout S, _ start: S) -> Void)? = nil
) -> DesignPart<S> {
  precondition(
    !book.isVolatile || restart != nil, "\(name) is volatile: say with `restart:` how it is put back to its start")
  @Sendable func hosted(_ book: RuleBook<M>, _ index: Int) -> Hosted<S> {
    let wrap = events.make
    let readEvent = events.read
    let readEffect = effects.read
    let verdicts = Verdicts(book)
    return Hosted(
      name: name, index: index, book: BookDescription(book),
      contracts: book.contracts.map { $0.lifted(wrap, readEvent, readEffect) },
      properties: book.properties.map { $0.lifted(get, readEvent, readEffect) },
      phase: { Int(get($0).phase.rawValue) },
      refusals: { state, event in readEvent(event).map { book.refusals(get(state), $0) } ?? [] },
      eventKind: { readEvent($0)?.kind ?? 0 },
      recovery: book.recovery.map(wrap), sample: wrap(M.Event()),
      verdicts: { state, event, body in if let event = readEvent(event) { verdicts.tell(get(state), event, body) } },
      crash: { state, start in if book.isVolatile { restart?(&state, start) } },
      makeBox: { HostBox.make(book) },
      edited: { edit in book.edited(edit).map { hosted($0, index) } })
  }
  return .host { hosted(book, $0) }
}

extension Contract {
  /// The same contract, of a machine inside a system.
  @inlinable func lifted<JointEvent, JointEffect>(
    _ wrap: @escaping @Sendable (Event) -> JointEvent, _ readEvent: @escaping @Sendable (JointEvent) -> Event?,
    _ readEffect: @escaping @Sendable (JointEffect) -> Effect?
  ) -> Contract<JointEvent, JointEffect> {
    let key = key
    var lasting: (@Sendable (JointEffect) -> Duration)?
    if let own = self.lasting { lasting = { readEffect($0).map(own) ?? .zero } }
    return Contract<JointEvent, JointEffect>(
      name: name, effect: effect,
      stages: stages.map { stage in
        .init(
          isOwed: stage.isOwed,
          answers: stage.answers.map { answer in
            .init(
              name: answer.name, kind: answer.kind, next: answer.next,
              draw: { readEffect($0).map { answer.draw($0).map(wrap) } ?? [] },
              admits: { effect, event in
                guard let effect = readEffect(effect), let event = readEvent(event) else { return false }
                return answer.admits(effect, event)
              })
          })
      },
      key: { readEffect($0).map(key) ?? Key() }, isKeyed: isKeyed, options: options,
      lasting: lasting, source: source)
  }
}

extension Property {
  @inlinable func lifted<Joint: Sendable, JointEvent: Sendable, JointEffect: Sendable>(
    _ get: @escaping @Sendable (Joint) -> State, _ readEvent: @escaping @Sendable (JointEvent) -> Event?,
    _ readEffect: @escaping @Sendable (JointEffect) -> Effect?
  ) -> Property<Joint, JointEvent, JointEffect> {
    @inline(__always) func lift(_ check: StepCheck<State, Event, Effect>) -> StepCheck<Joint, JointEvent, JointEffect> {
      StepCheck {
        let own = check.memory()
        return .init(
          look: { own.look(get($0)) },
          holds: { step in
            own.holds(
              Step(
                after: get(step.after), received: step.received.compactMap(readEvent),
                sent: step.sent.compactMap(readEffect)))
          })
      }
    }
    let lifted: Property<Joint, JointEvent, JointEffect>.Kind
    switch kind {
    case .always(let holds): lifted = .always { holds(get($0), $1) }
    case .alwaysStep(let check): lifted = .alwaysStep(lift(check))
    case .sometimes(let holds): lifted = .sometimes { holds(get($0)) }
    case .sometimesStep(let check): lifted = .sometimesStep(lift(check))
    case .leadsTo(let from, let to, let fairness):
      lifted = .leadsTo(from: { from(get($0)) }, to: { to(get($0)) }, fairness)
    }
    return Property<Joint, JointEvent, JointEffect>(
      name: name, citations: citations, source: source, cost: cost, asksHoldings: asksHoldings,
      kind: lifted)
  }
}

/// A statement about every run: of states, of steps, or of where runs lead.
///
/// One type serves machines and systems: `State` is the machine or the system, `Event` and `Effect` are theirs.
public struct Property<State: Sendable, Event: Sendable, Effect: Sendable>: Sendable {
  public let name: String
  public let citations: [String]
  public let source: SourceLine
  public let cost: PropertyCost
  /// The hosts that a law of a system looks at, by name; nil for all.
  public let reads: [String]?
  /// Whether it asks what the world holds, which is no part of a machine.
  public let asksHoldings: Bool
  public let kind: Kind

  public enum Kind: Sendable {
    /// Holds in every state. The second argument tells how many of a thing the world holds.
    case always(@Sendable (State, Holdings) -> Bool)
    /// Holds of every step, also of one in which an event is refused or ignored: nothing is sent then, and the state is
    /// as it was.
    case alwaysStep(StepCheck<State, Event, Effect>)
    /// Holds in at least one reachable state: the *never* beside it is not empty talk.
    case sometimes(@Sendable (State) -> Bool)
    /// Holds of at least one step.
    case sometimesStep(StepCheck<State, Event, Effect>)
    /// From a state where the first holds, every fair run comes to one where the second does.
    case leadsTo(from: @Sendable (State) -> Bool, to: @Sendable (State) -> Bool, Fairness)
  }

  @inlinable public init(
    name: String, citations: [String], source: SourceLine, cost: PropertyCost = .step, reads: [String]? = nil,
    asksHoldings: Bool = false, kind: Kind
  ) {
    self.name = name
    self.citations = citations
    self.source = source
    self.cost = cost
    self.reads = reads
    self.asksHoldings = asksHoldings
    self.kind = kind
  }

  /// A law of states, and where it speaks of certain states only, that there are such states.
  @inlinable static func law(
    _ name: String, _ citations: [String], _ source: SourceLine, _ cost: PropertyCost, reads: [String]? = nil,
    when given: (@Sendable (State) -> Bool)?, _ holds: @escaping @Sendable (State) -> Bool
  ) -> [Self] {
    guard let given else {
      return [
        Self(
          name: name, citations: citations, source: source, cost: cost, reads: reads,
          kind: .always { state, _ in holds(state) })
      ]
    }
    return [
      Self(
        name: name, citations: citations, source: source, cost: cost, reads: reads,
        kind: .always { state, _ in !given(state) || holds(state) }),
      Self(
        name: "put to the test: \(name)", citations: citations, source: source, reads: reads, kind: .sometimes(given)),
    ]
  }

  /// A law of steps, and where it speaks of certain steps only, that there are such steps.
  @inlinable static func law<Before>(
    _ name: String, _ citations: [String], _ source: SourceLine, _ cost: PropertyCost,
    before: @escaping @Sendable (State) -> Before,
    when given: (@Sendable (Before, Step<State, Event, Effect>) -> Bool)?,
    _ holds: @escaping @Sendable (Before, Step<State, Event, Effect>) -> Bool
  ) -> [Self] {
    guard let given else {
      return [
        Self(
          name: name, citations: citations, source: source, cost: cost,
          kind: .alwaysStep(StepCheck(before: before, holds)))
      ]
    }
    return [
      Self(
        name: name, citations: citations, source: source, cost: cost,
        kind: .alwaysStep(StepCheck(before: before) { !given($0, $1) || holds($0, $1) })),
      Self(
        name: "put to the test: \(name)", citations: citations, source: source,
        kind: .sometimesStep(StepCheck(before: before, given))),
    ]
  }

  /// The names among ``reads`` that no host has.
  public func unknownReads(among hosts: [String]) -> [String] { (reads ?? []).filter { !hosts.contains($0) } }

  public var kindName: String {
    switch kind {
    case .always: "always"
    case .alwaysStep: "always, of each step"
    case .sometimes: "sometimes"
    case .sometimesStep: "sometimes, of a step"
    case .leadsTo: "leads to"
    }
  }
}

/// What a run must do to count against a leads-to property.
public enum Fairness: String, Sendable {
  /// What stays owed is answered some time.
  case weak
  /// What is owed again and again is answered some time, even if it is not owed all the while.
  case strong
}

/// What judging a property once costs, so that an audit of a long journal can space the dear ones.
public enum PropertyCost: Sendable {
  /// A constant, whatever the size of the state.
  case step
  /// Walks the whole state.
  case state
}

/// How many of each thing the world holds, by the name that contracts give it.
public struct Holdings: Sendable {
  @usableFromInline let counts: [String: Int]
  @inlinable public init(_ counts: [String: Int] = [:]) { self.counts = counts }
  @inlinable public subscript(thing: String) -> Int { counts[thing] ?? 0 }
}

/// A step as a property sees it: what came in, the state after, what went out.
public struct Step<State, Event, Effect> {
  public var after: State
  /// The events this machine received in the step, in order: one, or more over direct routes.
  public var received: [Event]
  /// Every effect sent, in order, whether routed or not.
  public var sent: [Effect]

  @inlinable public init(after: State, received: [Event], sent: [Effect]) {
    self.after = after
    self.received = received
    self.sent = sent
  }
}

extension Step where Effect: Signals {
  /// The payloads of the effects of one kind, in order.
  @inlinable public func sent<Payload>(_ signal: Signal<Effect, Payload>) -> [Payload] { sent.compactMap(signal.read) }
}

extension Step where Event: Signals {
  /// The payloads of the events of one kind, in order.
  @inlinable public func received<Payload>(_ signal: Signal<Event, Payload>) -> [Payload] {
    received.compactMap(signal.read)
  }
}

/// A check of a step in two halves: what it remembers of the state before, and what must then hold.
///
/// The state before is summarised rather than copied, so that a step over ten thousand queued copies is judged in
/// place.
public struct StepCheck<State: Sendable, Event: Sendable, Effect: Sendable>: Sendable {
  /// What one judge remembers from step to step, made once, so that to judge a step allocates nothing.
  public struct Memory {
    /// Remembers what the check needs of the state before.
    public let look: (State) -> Void
    public let holds: (Step<State, Event, Effect>) -> Bool

    @inlinable init(look: @escaping (State) -> Void, holds: @escaping (Step<State, Event, Effect>) -> Bool) {
      self.look = look
      self.holds = holds
    }
  }
  public let memory: @Sendable () -> Memory

  @inlinable init(memory: @escaping @Sendable () -> Memory) { self.memory = memory }

  @inlinable public init<Before>(
    before: @escaping @Sendable (State) -> Before,
    _ holds: @escaping @Sendable (Before, Step<State, Event, Effect>) -> Bool
  ) {
    memory = {
      let kept = Kept<Before>()
      return Memory(
        look: { kept.value = before($0) }, holds: { step in kept.value.map { holds($0, step) } ?? true })
    }
  }
}

@usableFromInline final class Kept<Value> {
  @exclusivity(unchecked) @usableFromInline var value: Value?
  @inlinable init() {}
}

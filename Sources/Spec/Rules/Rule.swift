/// A rule as everything but the step reads it: names, prose, citations, clauses, and how to build it again with a
/// change.
public struct Rule<M: Machine>: Sendable {
  public let name: String
  public let phases: [M.Phase]
  /// The event's name and place in the table.
  public let event: String
  public let kind: Int
  public let citations: [String]
  public let guards: [GuardDescription]
  public let clauses: [ClauseDescription]
  public let target: M.Phase?
  /// Whether the rules above it for the same event are tried first by intent.
  public let isOtherwise: Bool
  public let source: SourceLine
  /// The lean form: guards, clauses and target fused into one closure. Returns whether the rule fired.
  public let fire: Fire
  /// The index of the first guard that refuses, or nil.
  public let refusing: @Sendable (M, M.Event) -> Int?
  /// The same rule with one change; nil when the change does not apply.
  public let edited: @Sendable (RuleEdit) -> Rule<M>?

  public typealias Fire = @Sendable (inout M, M.Event, inout Outbox<M.Effect>) -> Bool

  @usableFromInline init(
    name: String, phases: [M.Phase], event: String, kind: Int, citations: [String], guards: [GuardDescription],
    clauses: [ClauseDescription], target: M.Phase?, isOtherwise: Bool, source: SourceLine, fire: @escaping Fire,
    refusing: @escaping @Sendable (M, M.Event) -> Int?, edited: @escaping @Sendable (RuleEdit) -> Rule<M>?
  ) {
    self.name = name
    self.phases = phases
    self.event = event
    self.kind = kind
    self.citations = citations
    self.guards = guards
    self.clauses = clauses
    self.target = target
    self.isOtherwise = isOtherwise
    self.source = source
    self.fire = fire
    self.refusing = refusing
    self.edited = edited
  }
}

/// A guard as documents and findings read it.
public struct GuardDescription: Hashable, Sendable {
  public let name: String
  public let code: String?
  public let source: SourceLine

  @usableFromInline init(name: String, code: String?, source: SourceLine) {
    self.name = name
    self.code = code
    self.source = source
  }
}

/// A clause as documents and findings read it.
public struct ClauseDescription: Hashable, Sendable {
  public let kind: ClauseKind
  public let source: SourceLine

  @usableFromInline init(kind: ClauseKind, source: SourceLine) {
    self.kind = kind
    self.source = source
  }
}

/// The typed pieces of a rule, before they are fused.
@frozen public struct RuleParts<M: Machine, Payload>: Sendable {
  public let signal: Signal<M.Event, Payload>
  public let name: String
  public let citations: [String]
  public let isOtherwise: Bool
  public let source: SourceLine
  public var guards: [Guard<M, Payload>] = []
  public var clauses: [Clause<M, Payload>] = []
  public var target: M.Phase?

  @inlinable init(
    signal: Signal<M.Event, Payload>, name: String, citations: [String], isOtherwise: Bool, source: SourceLine
  ) {
    self.signal = signal
    self.name = name
    self.citations = citations
    self.isOtherwise = isOtherwise
    self.source = source
  }

  @inlinable func rule(in phases: [M.Phase]) -> Rule<M> {
    let parts = self
    return Rule(
      name: name, phases: phases, event: signal.name, kind: signal.kind, citations: citations,
      guards: guards.map { .init(name: $0.name, code: $0.code, source: $0.source) },
      clauses: clauses.map { .init(kind: $0.kind, source: $0.source) },
      target: target, isOtherwise: isOtherwise, source: source,
      fire: fused(),
      refusing: { machine, event in
        guard let payload = parts.signal.read(event) else { return nil }
        return parts.guards.firstIndex { !$0.holds(machine, payload) }
      },
      edited: { parts.edited($0)?.rule(in: phases) })
  }

  /// One closure for the step. The common sizes are written out: a loop over an array of closures costs more than
  /// they do.
  @inlinable func fused() -> Rule<M>.Fire {
    let read = signal.read
    let holds = Self.fuse(guards)
    let run = Self.fuse(clauses)
    switch (holds, run, target) {
    case (nil, nil, nil): return { _, event, _ in read(event) != nil }
    case (nil, let run?, nil):
      return { machine, event, outbox in
        guard let payload = read(event) else { return false }
        run(&machine, payload, &outbox)
        return true
      }
    case (let holds?, let run?, nil):
      return { machine, event, outbox in
        guard let payload = read(event), holds(machine, payload) else { return false }
        run(&machine, payload, &outbox)
        return true
      }
    case (let holds?, let run?, let target?):
      return { machine, event, outbox in
        guard let payload = read(event), holds(machine, payload) else { return false }
        run(&machine, payload, &outbox)
        machine.phase = target
        return true
      }
    default:
      let target = target
      return { machine, event, outbox in
        guard let payload = read(event) else { return false }
        if let holds, !holds(machine, payload) { return false }
        if let run { run(&machine, payload, &outbox) }
        if let target { machine.phase = target }
        return true
      }
    }
  }

  @inlinable static func fuse(_ guards: [Guard<M, Payload>]) -> (@Sendable (M, Payload) -> Bool)? {
    switch guards.count {
    case 0: return nil
    case 1: return guards[0].holds
    case 2:
      let a = guards[0].holds
      let b = guards[1].holds
      return { a($0, $1) && b($0, $1) }
    case 3:
      let a = guards[0].holds
      let b = guards[1].holds
      let c = guards[2].holds
      return { a($0, $1) && b($0, $1) && c($0, $1) }
    default:
      let rest = fuse(Array(guards.dropFirst(3)))!
      let a = guards[0].holds
      let b = guards[1].holds
      let c = guards[2].holds
      return { a($0, $1) && b($0, $1) && c($0, $1) && rest($0, $1) }
    }
  }

  @inlinable static func fuse(_ clauses: [Clause<M, Payload>]) -> Clause<M, Payload>.Run? {
    switch clauses.count {
    case 0: return nil
    case 1: return clauses[0].run
    case 2:
      let a = clauses[0].run
      let b = clauses[1].run
      return { machine, payload, outbox in
        a(&machine, payload, &outbox)
        b(&machine, payload, &outbox)
      }
    default:
      let rest = fuse(Array(clauses.dropFirst(2)))!
      let a = clauses[0].run
      let b = clauses[1].run
      return { machine, payload, outbox in
        a(&machine, payload, &outbox)
        b(&machine, payload, &outbox)
        rest(&machine, payload, &outbox)
      }
    }
  }
}

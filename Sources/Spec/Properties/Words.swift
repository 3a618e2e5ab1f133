/// Holds in every state.
///
/// - Parameters:
///   - name: What it is called.
///   - cites: The requirements that it stands for.
///   - cost: How dear it is to judge.
///   - file: Where it is written.
///   - line: Where it is written.
///   - given: The states that the law speaks of, where these are not all. That there are such states is a
///     property of its own: a law about nothing is not to pass for one that holds.
///   - holds: Whether it is kept.
@inlinable public func Always<M: Machine>(
  _ name: String, cites: M.Requirement..., cost: PropertyCost = .step, file: String = #fileID, line: Int = #line,
  when given: (@Sendable (M) -> Bool)? = nil, _ holds: @escaping @Sendable (M) -> Bool
) -> BookPart<M> {
  .section(
    Property.law(name, cites.map(\.rawValue), SourceLine(file, line), cost, when: given, holds).map(BookPart.property))
}

/// Holds in every state, of the machine and of what the world holds:
/// `Always("one process", holding: { $1["process"] <= 1 })`.
@inlinable public func Always<M: Machine>(
  _ name: String, cites: M.Requirement..., cost: PropertyCost = .step, file: String = #fileID, line: Int = #line,
  holding holds: @escaping @Sendable (M, Holdings) -> Bool
) -> BookPart<M> {
  .property(
    Property(
      name: name, citations: cites.map(\.rawValue), source: SourceLine(file, line), cost: cost, asksHoldings: true,
      kind: .always(holds)))
}

/// Holds of every step; `before` says what of the state before the check needs.
///
/// - Parameters:
///   - name: What it is called.
///   - cites: The requirements that it stands for.
///   - cost: How dear it is to judge.
///   - file: Where it is written.
///   - line: Where it is written.
///   - before: What of the state before the check needs.
///   - given: The steps that the law speaks of, where these are not all. That there are such steps is a property of its
///     own.
///   - holds: Whether it is kept.
@inlinable public func AlwaysStep<M: Machine, Before>(
  _ name: String, cites: M.Requirement..., cost: PropertyCost = .step, file: String = #fileID, line: Int = #line,
  before: @escaping @Sendable (M) -> Before,
  when given: (@Sendable (Before, Step<M, M.Event, M.Effect>) -> Bool)? = nil,
  _ holds: @escaping @Sendable (Before, Step<M, M.Event, M.Effect>) -> Bool
) -> BookPart<M> {
  .section(
    Property.law(
      name, cites.map(\.rawValue), SourceLine(file, line), cost, before: before, when: given, holds
    ).map(BookPart.property))
}

/// Holds in at least one reachable state.
@inlinable public func Sometimes<M: Machine>(
  _ name: String, cites: M.Requirement..., file: String = #fileID, line: Int = #line,
  _ holds: @escaping @Sendable (M) -> Bool
) -> BookPart<M> {
  .property(
    Property(name: name, citations: cites.map(\.rawValue), source: SourceLine(file, line), kind: .sometimes(holds)))
}

/// Holds of at least one step.
@inlinable public func SometimesStep<M: Machine, Before>(
  _ name: String, cites: M.Requirement..., file: String = #fileID, line: Int = #line,
  before: @escaping @Sendable (M) -> Before,
  _ holds: @escaping @Sendable (Before, Step<M, M.Event, M.Effect>) -> Bool
) -> BookPart<M> {
  .property(
    Property(
      name: name, citations: cites.map(\.rawValue), source: SourceLine(file, line),
      kind: .sometimesStep(StepCheck(before: before, holds))))
}

/// From each state in one of the phases, every fair run comes to the last phase.
@inlinable public func LeadsTo<M: Machine>(
  _ name: String, cites: M.Requirement..., from: M.Phase..., to: M.Phase...,
  under fairness: Fairness = .weak, file: String = #fileID, line: Int = #line
) -> BookPart<M> {
  .property(
    Property(
      name: name, citations: cites.map(\.rawValue), source: SourceLine(file, line),
      kind: .leadsTo(from: { from.contains($0.phase) }, to: { to.contains($0.phase) }, fairness)))
}

// The same words for systems: statements that speak of several machines at once.

/// Holds in every state of the system.
///
/// - Parameters:
///   - name: What it is called.
///   - cites: The requirements that it stands for.
///   - cost: How dear it is to judge.
///   - reads: The hosts it looks at, by name, where these are not all: what a partial-order reduction goes by, and an
///     exploration holds against the law in a sample of the states.
///   - file: Where it is written.
///   - line: Where it is written.
///   - given: The states that the law speaks of, where these are not all; that there are such states is a property too.
///   - holds: Whether it is kept.
@inlinable public func Always<S: System>(
  _ name: String, cites: any Citation..., cost: PropertyCost = .step, reads: [String]? = nil, file: String = #fileID,
  line: Int = #line, when given: (@Sendable (S) -> Bool)? = nil,
  _ holds: @escaping @Sendable (S) -> Bool
) -> DesignPart<S> {
  .section(
    Property.law(
      name, cites.map { $0.rawValue }, SourceLine(file, line), cost, reads: reads, when: given, holds
    ).map(DesignPart.property))
}

/// Holds of every step of the system; `before` says what of the state before the check needs.
///
/// - Parameters:
///   - name: What it is called.
///   - cites: The requirements that it stands for.
///   - cost: How dear it is to judge.
///   - file: Where it is written.
///   - line: Where it is written.
///   - before: What of the state before the check needs.
///   - given: The steps that the law speaks of, where these are not all; that there are such steps is a property too.
///   - holds: Whether it is kept.
@inlinable public func AlwaysStep<S: System, Before>(
  _ name: String, cites: any Citation..., cost: PropertyCost = .step, file: String = #fileID, line: Int = #line,
  before: @escaping @Sendable (S) -> Before,
  when given: (@Sendable (Before, Step<S, S.Event, S.Effect>) -> Bool)? = nil,
  _ holds: @escaping @Sendable (Before, Step<S, S.Event, S.Effect>) -> Bool
) -> DesignPart<S> {
  .section(
    Property.law(
      name, cites.map { $0.rawValue }, SourceLine(file, line), cost, before: before, when: given, holds
    ).map(DesignPart.property))
}

/// Holds in at least one reachable state of the system.
@inlinable public func Sometimes<S: System>(
  _ name: String, cites: any Citation..., file: String = #fileID, line: Int = #line,
  _ holds: @escaping @Sendable (S) -> Bool
) -> DesignPart<S> {
  .property(
    Property(
      name: name, citations: cites.map { $0.rawValue }, source: SourceLine(file, line), kind: .sometimes(holds)))
}

/// From each state where the first holds, every fair run comes to one where the second does.
@inlinable public func LeadsTo<S: System>(
  _ name: String, cites: any Citation..., under fairness: Fairness = .weak, file: String = #fileID,
  line: Int = #line, from: @escaping @Sendable (S) -> Bool, to: @escaping @Sendable (S) -> Bool
) -> DesignPart<S> {
  .property(
    Property(
      name: name, citations: cites.map { $0.rawValue }, source: SourceLine(file, line),
      kind: .leadsTo(from: from, to: to, fairness)))
}

/// A named condition of a rule.
///
/// The name is a clause that completes "refused, because it is not so that …"; refusals, diagrams, findings and
/// documents all quote it.
@frozen public struct Guard<M: Machine, Payload>: Sendable {
  public let name: String
  /// A stable word for the refusal, such as `queue_full`, where callers branch on it.
  public let code: String?
  public let source: SourceLine
  public let holds: @Sendable (M, Payload) -> Bool

  @inlinable public init(
    _ name: String, code: String? = nil, file: String = #fileID, line: Int = #line,
    _ holds: @escaping @Sendable (M, Payload) -> Bool
  ) {
    self.name = name
    self.code = code
    self.source = SourceLine(file, line)
    self.holds = holds
  }

  @usableFromInline init(
    name: String, code: String?, source: SourceLine, holds: @escaping @Sendable (M, Payload) -> Bool
  ) {
    self.name = name
    self.code = code
    self.source = source
    self.holds = holds
  }

  @inlinable public static prefix func ! (guarded: Self) -> Self {
    let holds = guarded.holds
    return Guard(name: "not: " + guarded.name, code: guarded.code, source: guarded.source) { !holds($0, $1) }
  }
}

/// A guard that said no, by name.
public struct Refusal: Hashable, Sendable {
  public let rule: String
  public let name: String
  public let code: String?

  public init(rule: String, guardName: String, code: String?) {
    self.rule = rule
    self.name = guardName
    self.code = code
  }
}

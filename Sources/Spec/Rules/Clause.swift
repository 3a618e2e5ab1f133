/// One change a rule makes: an update, an emission or a cancellation. Kept apart from the others, so that diagrams,
/// static findings and mutants can read them.
@frozen public struct Clause<M: Machine, Payload>: Sendable {
  public typealias Run = @Sendable (inout M, Payload, inout Outbox<M.Effect>) -> Void
  public let kind: ClauseKind
  public let source: SourceLine
  public let run: Run

  @inlinable public init(_ kind: ClauseKind, _ source: SourceLine, _ run: @escaping Run) {
    self.kind = kind
    self.source = source
    self.run = run
  }
}

/// What a clause does; effects by their kind.
public enum ClauseKind: Hashable, Sendable {
  case update(String)
  case emit(kind: Int)
  case emitEach(kind: Int)
  case cancel(kind: Int)
  case cancelAll(kind: Int)
}

/// What each rule for an event says in a state: for coverage of guards, beside the lean ``Program``.
public struct Verdicts<M: Machine>: Sendable {
  @usableFromInline let cells: ContiguousArray<ContiguousArray<Ask>>
  @usableFromInline let width: Int

  @usableFromInline struct Ask: Sendable {
    @usableFromInline let rule: Int
    @usableFromInline let refusing: @Sendable (M, M.Event) -> Int?
  }

  public init(_ book: RuleBook<M>) {
    width = M.Event.names.count
    cells = ContiguousArray(
      book.rulesByCell.map { rules in
        ContiguousArray(rules.map { Ask(rule: $0, refusing: book.rules[$0].refusing) })
      })
  }

  /// Tells what each rule says of an event, in the order tried, up to the one that fires.
  ///
  /// - Parameters:
  ///   - machine: The machine.
  ///   - event: The event.
  ///   - body: The rule's place in its book, and the first guard that said no; nil where the rule fires.
  @inlinable public func tell(_ machine: M, _ event: M.Event, _ body: (_ rule: Int, _ refusing: Int?) -> Void) {
    let cell = Int(machine.phase.rawValue) * width + event.kind
    for index in cells[cell].indices {
      let refusing = cells[cell][index].refusing(machine, event)
      body(cells[cell][index].rule, refusing)
      if refusing == nil { return }
    }
  }
}

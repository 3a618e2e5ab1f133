import Spec

/// Tells why no order explains a history: a timeline, what each caller was told, and what the book says instead.
@usableFromInline struct LinearTelling<S: System> {
  @usableFromInline typealias Operation = History<S>.Operation

  private let problem: LinearProblem<S>
  private let checked: Int
  /// How many operations have a response: they come first.
  private let known: Int

  @usableFromInline init(_ problem: LinearProblem<S>, checked: Int) {
    var problem = problem
    let told = problem.operations.filter { $0.response != nil }
    problem.operations = told + problem.operations.filter { $0.response == nil }
    self.problem = problem
    self.checked = checked
    known = told.count
  }

  @usableFromInline var counterexample: LinearCounterexample<S> {
    let why = why
    return LinearCounterexample(
      history: History(Array(problem.operations[..<known])), start: problem.start.state,
      others: History(Array(problem.operations[known...])), checked: checked, why: why,
      text: text(why))
  }

  // MARK: - Why

  /// How far an order leads, and what the book says of each operation that could be next.
  private var why: [String] {
    let search = problem.search(LinearBounds(steps: 1_000_000, time: .seconds(10)), keepsFurthest: true)
    let system = problem.system
    system.begin(at: problem.start)
    for index in search.furthest { _ = system.take(problem.operations[index]) }
    let left = (0..<known).filter { !search.furthest.contains($0) }
    let firstEnd = left.compactMap { problem.operations[$0].response?.instant }.min() ?? 0
    let place =
      search.furthest.isEmpty
      ? "at the start" : "after " + search.furthest.map { Timeline.name($0) }.joined(separator: ", ")
    return left.filter { problem.operations[$0].invoked <= firstEnd }.compactMap { index in
      let operation = problem.operations[index]
      guard let told = operation.response else { return nil }
      let says = system.says(operation)
      if told.outcome == says.outcome, told.sent ?? says.sent == says.sent,
        told.refusals ?? says.refusals == says.refusals
      {
        return nil
      }
      return "\(place): \(Timeline.name(index)) was told “\(words(told, operation.event))”, "
        + "and the book says “\(words(says, operation.event))”"
    }
  }

  // MARK: - Words

  private func text(_ why: [String]) -> String {
    let shown = min(problem.operations.count, known + 8)
    let hidden = problem.operations.count - shown
    var lines = [
      "not linearizable: no order explains what \(count(known, "operation")) came to"
        + (checked > known ? " (of \(checked) checked)" : ""), "",
    ]
    let bars = (0..<shown).map { index in
      let operation = problem.operations[index]
      return Timeline.Bar(
        name: Timeline.name(index), lane: operation.lane, invoked: operation.invoked,
        ended: operation.response?.instant)
    }
    lines += Timeline(bars: bars).lines
    lines += ["", "  from  \(Printer.line(of: problem.start.state))"]
    for entry in problem.start.ledger.open { lines.append("  open  \(Printer.line(of: entry.effect))") }
    for index in 0..<shown {
      let operation = problem.operations[index]
      let told = operation.response.map { words($0, operation.event) } ?? "whether or not it took effect"
      lines.append(
        "  \(Timeline.name(index))  lane \(operation.lane)  \(Printer.line(of: operation.event))  →  \(told)")
    }
    if hidden > 0 { lines.append("  and \(count(hidden, "other operation")), whether or not they took effect") }
    if !why.isEmpty { lines += [""] + why.map { "  " + $0 } }
    return lines.joined(separator: "\n")
  }

  private func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

  private func words(_ response: History<S>.Response, _ event: S.Event) -> String {
    var words: String
    switch response.outcome {
    case nil: words = "dropped: nothing is owed that it could answer"
    case .fired(let rule):
      let rules = problem.system.design.hosts[event.kind].book.rules
      words = rules.indices.contains(rule) ? rules[rule].name : "rule \(rule), which the book does not have"
    case .refused:
      let names = (response.refusals ?? []).map(\.name)
      words = names.isEmpty ? "refused" : "refused: it is not so that " + names.joined(separator: "; or that ")
    case .ignored?, .unexpected?: words = response.outcome!.word
    }
    if let sent = response.sent, !sent.isEmpty {
      words += "; sends " + sent.map { Printer.line(of: $0) }.joined(separator: ", ")
    }
    return words
  }
}

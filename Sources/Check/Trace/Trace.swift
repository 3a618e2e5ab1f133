import Spec

/// A run as a reader sees it: numbered steps in the words of the rules, with state differences only.
public struct Trace: Sendable {
  public internal(set) var steps: [TraceStep] = []
  /// Where the run goes round for ever, as an index into the steps.
  public internal(set) var loopsFrom: Int?

  public init() {}

  /// Adds the step that a move was.
  @usableFromInline mutating func append<S: System>(
    _ move: Move<S.Event>, _ outcome: Outcome, _ walk: Walk<S>, _ before: Configuration<S>, _ after: Configuration<S>
  ) {
    steps.append(TraceStep(steps.count + 1, move, outcome, walk, before, after))
  }
}

public struct TraceStep: Sendable {
  public let number: Int
  /// Who moved: `input`, `answer`, `fault`, or a channel.
  public let who: String
  /// The event, with its payload.
  public let what: String
  /// The rules that fired, as `host: rule`, or what the outcome was.
  public let rules: [String]
  /// Fields that changed, as `path: before → after`.
  public let changes: [String]
  /// Effects that left for the world.
  public let sent: [String]

  init<S: System>(
    _ number: Int, _ move: Move<S.Event>, _ outcome: Outcome, _ walk: Walk<S>, _ before: Configuration<S>,
    _ after: Configuration<S>
  ) {
    self.number = number
    (who, what) = walk.describe(move, in: before)
    let stepped = move.event != nil || move.kind == .crash
    rules =
      stepped && !walk.stepper.fired.isEmpty
      ? walk.stepper.fired.map {
        let host = walk.design.hosts[Int($0.host)]
        return "\(host.name): \(host.book.rules[Int($0.rule)].name)"
      } : stepped ? [TraceStep.refusal(outcome, move, walk, before)] : []
    changes = Printer.differences(before.state, after.state)
    sent =
      stepped
      ? walk.stepper.orders.compactMap { if case .emit(_, let effect) = $0 { Printer.line(of: effect) } else { nil } }
      : []
  }

  private static func refusal<S: System>(
    _ outcome: Outcome, _ move: Move<S.Event>, _ walk: Walk<S>, _ before: Configuration<S>
  ) -> String {
    guard outcome == .refused, let event = move.event else { return outcome.word }
    let refusals = walk.design.hosts[event.kind].refusals(before.state, event)
    return "refused: it is not so that " + refusals.map(\.name).joined(separator: "; or that ")
  }
}

extension Trace {
  /// The run as a step table; each step on one line, its changes indented below.
  public var text: String {
    var lines: [String] = []
    for (index, step) in steps.enumerated() {
      if index == loopsFrom { lines.append("     — from here round and round —") }
      let number = String(step.number)
      let pad = String(repeating: " ", count: max(0, 3 - number.count))
      lines.append("\(pad)\(number)  \(step.who)  \(step.what)")
      for rule in step.rules { lines.append("       \(rule)") }
      for effect in step.sent { lines.append("       sends \(effect)") }
      for change in step.changes { lines.append("       \(change)") }
    }
    return lines.joined(separator: "\n")
  }
}

import Spec

/// A run as a reader sees it: numbered steps in the words of the rules, with state differences only.
public struct Trace: Sendable {
  public internal(set) var steps: [TraceStep] = []
  /// Where the run goes round for ever, as an index into the steps; their number for a run that rests at its end.
  public internal(set) var loopsFrom: Int?
  /// Why nothing can happen at its end, where that is so and somebody may not rest there.
  public internal(set) var standstill: Standstill?

  public init() {}

  /// Adds the step that a move was; the walk has just taken it.
  ///
  /// The words say what happened, where that says more than the move does.
  public mutating func append<S: System>(
    _ move: Move<S.Event>, _ outcome: Outcome, _ walk: Walk<S>, _ before: Configuration<S>, _ after: Configuration<S>,
    as words: String? = nil
  ) {
    steps.append(TraceStep(steps.count + 1, move, outcome, walk, before, after, as: words))
  }

  /// Adds what befell the host of the machines, and is no step of theirs.
  public mutating func append(who: String, what: String) {
    steps.append(TraceStep(steps.count + 1, who: who, what: what))
  }

  /// Notes why nothing can happen where the run ends, if that is so.
  @usableFromInline mutating func end<S: System>(_ walk: Walk<S>, _ configuration: Configuration<S>) {
    standstill = Standstill(walk, configuration)
  }

  /// The run as the lines of a scenario, by which it can be taken again.
  public var lines: [String] { steps.map(\.line) }
}

/// One step of a run: what came in, what each machine made of it, and what is different after it.
public struct TraceStep: Sendable {
  public let number: Int
  /// Who moved: `input`, `answer`, `fault`, or a channel.
  public let who: String
  /// The event, with its payload.
  public let what: String
  /// The step as the line of a scenario; empty for a record of a journal.
  public let line: String
  public let cause: Cause
  /// The events of the step, in order: the one that came in, then those over direct routes.
  public let events: [TraceEvent]
  /// Fields that changed, as `path: before → after`.
  public let changes: [String]
  /// What a scenario expects after the step, and found so.
  public internal(set) var expectations: [Expectation] = []

  /// A field of the state that is as a scenario expects.
  public struct Expectation: Hashable, Sendable {
    /// The machine whose field it is, by its place in the design; nil for one that is no machine's.
    public let host: Int?
    public let words: String
  }

  /// How a step came about.
  public enum Cause: Hashable, Sendable {
    case input
    case answer
    case delivery(channel: Int)
    /// Something that was under way does not arrive: from whom to whom, where nil is the world.
    case loss(from: Int?, to: Int)
    case crash
    /// It befell the host, and no machine was asked: a commit, time that goes by.
    case host
  }

  /// The rules that fired, as `host: rule`, in order.
  public var rules: [String] { events.compactMap { event in event.rule.map { "\(event.hostName): \($0)" } } }
  /// Effects that left for the world.
  public var sent: [String] { events.flatMap(\.sent) }

  /// - Parameters:
  ///   - received: What the machines received in the step.
  ///   - fallen: The state that they received it in: the one before, or what a crash left of it.
  init<S: System>(
    _ number: Int, who: String, what: String, line: String, cause: Cause, received: some Sequence<S.Event>,
    before: S, fallen: S, after: S, _ design: Design<S>
  ) {
    self.number = number
    self.who = who
    self.what = what
    self.line = line
    self.cause = cause
    events = TraceEvent.retell(received, from: fallen, design)
    changes = Printer.differences(before, after)
  }

  init(_ number: Int, who: String, what: String) {
    self.number = number
    self.who = who
    self.what = what
    line = ""
    cause = .host
    events = []
    changes = []
  }

  init<S: System>(
    _ number: Int, _ move: Move<S.Event>, _ outcome: Outcome, _ walk: Walk<S>, _ before: Configuration<S>,
    _ after: Configuration<S>, as words: String?
  ) {
    let (who, what) = walk.describe(move, in: before)
    let design = walk.design
    var fallen = before.state
    let cause: Cause
    switch move.kind {
    case .input: cause = .input
    case .answer, .repeatAnswer: cause = .answer
    case .delivery(let channel, _), .repeatDelivery(let channel, _): cause = .delivery(channel: channel)
    case .lose(let index, _): cause = .loss(from: nil, to: before.obligations[index].effect.kind)
    case .loseDelivery(let channel, _):
      let route = design.channels[channel]
      cause = .loss(from: route.fromHost, to: before.channels[channel].events[0].kind)
    case .crash:
      cause = .crash
      let start = walk.world.start()
      for host in design.hosts { host.crash(&fallen, start) }
    }
    self.init(
      number, who: who, what: words ?? what, line: walk.line(of: move, in: before), cause: cause,
      received: walk.stepper.received, before: before.state, fallen: fallen, after: after.state, design)
  }
}

extension Auditor {
  /// Takes the next record as ``take(_:)`` does, and adds it to a trace where the state follows it.
  public func take(_ record: RecordedStep, telling trace: inout Trace) -> Bool {
    let before = state
    let goesOn = take(record)
    if goesOn, case .crash = record.cause {
      var fallen = before
      for host in stepper.design.hosts { host.crash(&fallen, start) }
      trace.steps.append(
        TraceStep(
          Int(record.number), who: "fault", what: "crash and recovery", line: "", cause: .crash,
          received: stepper.received, before: before, fallen: fallen, after: state, stepper.design))
      return true
    }
    var event = S.Event()
    var reader = ByteReader(record.event)
    event.fields(&reader)
    guard goesOn, !reader.failed else { return goesOn }
    let cause: TraceStep.Cause
    let who: String
    switch record.cause {
    case .input: (cause, who) = (.input, "input")
    case .answer, .offContract: (cause, who) = (.answer, "answer")
    case .delivery(let channel):
      (cause, who) = (.delivery(channel: channel), "channel \(stepper.design.channels[channel].effectName)")
    case .crash: return goesOn
    }
    var received = Array(stepper.received)
    // The machine was not asked.
    if case .offContract = record.cause { received = [] }
    trace.steps.append(
      TraceStep(
        Int(record.number), who: who, what: Printer.line(of: event), line: "", cause: cause, received: received,
        before: before, fallen: before, after: state, stepper.design))
    return true
  }
}

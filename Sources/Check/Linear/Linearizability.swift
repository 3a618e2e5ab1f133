import Spec

/// Asks whether a system with concurrent callers behaved as if it had served them one at a time.
///
/// A history is linearizable when each operation can be given an instant between its invocation and its response, such
/// that the book, asked in the order of those instants, says what every caller was told. The machine itself is the
/// sequential specification: there is no second one.
///
///     let verdict = try Linearizability.check(recorder.history, against: TopologySwitch(agents: 3, topology: .star))
///     guard case .linearizable = verdict else { print(verdict) … }
///
/// An operation without a response may have taken effect at any time after it began, or never. What a host does by
/// itself, such as letting a timer fire, must be in the history like any other operation: an answer in a lane of the
/// host's own.
///
/// - Complexity: A few microseconds for each operation while few overlap. The problem is NP-complete in general, so
///   that there are ``LinearBounds``; 3 to 8 lanes are no trouble.
///
/// Source: Herlihy and Wing, *Linearizability* (1990); Wing and Gong, *Testing and Verifying Concurrent Objects*
/// (1993); Lowe, *Testing for Linearizability* (2017); Athalye's Porcupine for partitions.
public enum Linearizability {
  /// Checks a history against the design, from the state that the system started in.
  ///
  /// - Throws: ``HistoryError`` for a history that no run can have.
  @inlinable public static func check<S: System>(
    _ history: History<S>, against start: S, design: Design<S> = S.design, bounds: LinearBounds = LinearBounds()
  ) throws(HistoryError) -> LinearVerdict<S> {
    try validate(history, design)
    let system = OneAtATime(design, at: .init(state: start, ledger: Ledger(design)))
    let problem = LinearProblem(system, from: system.now, history.operations)
    let search = problem.search(bounds)
    switch search.end {
    case .linearizable(let order): return .linearizable(order: order)
    case .undecided: return .undecided(steps: search.steps)
    case .not(let stuck):
      var shrinker = LinearShrinker(problem)
      return .not(shrinker.shrink(stuck: stuck))
    }
  }

  /// Checks a history part by part, where the system is a product of parts that know nothing of each other.
  ///
  /// A history is linearizable when its parts are (Herlihy and Wing's locality), and parts are exponentially cheaper
  /// than the whole. An answer belongs to the part of the operation that opened its obligation.
  ///
  /// - Parameter key: The part that an event concerns. That parts are independent is for the caller to know: events of
  ///   different keys must commute, and tell their callers the same in either order.
  @inlinable public static func check<S: System, Key: Hashable>(
    _ history: History<S>, against start: S, design: Design<S> = S.design, bounds: LinearBounds = LinearBounds(),
    partitionedBy key: (S.Event) -> Key
  ) throws(HistoryError) -> LinearVerdict<S> {
    try validate(history, design)
    let openers = Dictionary(
      history.operations.map { ($0.record, $0) }, uniquingKeysWith: { first, _ in first })
    var parts: [Key: Int] = [:]
    var members: [[Int]] = []
    for (index, operation) in history.operations.enumerated() {
      var opener = operation
      // An answer may open an obligation itself, whose answer has a later ticket.
      while let ticket = opener.ticket, let earlier = openers[ticket / 256], earlier.record < opener.record {
        opener = earlier
      }
      let key = key(opener.event)
      if let part = parts[key] {
        members[part].append(index)
      } else {
        parts[key] = members.count
        members.append([index])
      }
    }
    var orders: [[Int]] = []
    var undecided: LinearVerdict<S>?
    for part in members {
      let verdict = try check(
        History(part.map { history.operations[$0] }), against: start, design: design, bounds: bounds)
      switch verdict {
      case .linearizable(let order): orders.append(order.map { part[$0] })
      case .not: return verdict
      // A part that is proven wrong says more than one that was too long to search.
      case .undecided: undecided = undecided ?? verdict
      }
    }
    if let undecided { return undecided }
    return .linearizable(order: merge(orders, history.operations.map(\.invoked)))
  }

  /// One order of all parts that keeps each part's, and what happened before what.
  @usableFromInline static func merge(_ orders: [[Int]], _ invoked: [UInt64]) -> [Int] {
    var instants: [(instant: UInt64, operation: Int)] = []
    for order in orders {
      // Each takes effect as soon as it may: once it has begun, and those before it have taken effect.
      var instant: UInt64 = 0
      for operation in order {
        instant = max(instant, invoked[operation])
        instants.append((instant, operation))
      }
    }
    // Equal instants keep the order of their part: the sort must be stable, so places break ties.
    return instants.enumerated().sorted { ($0.element.instant, $0.offset) < ($1.element.instant, $1.offset) }
      .map(\.element.operation)
  }

  @inlinable static func validate<S: System>(_ history: History<S>, _ design: Design<S>) throws(HistoryError) {
    if design.channelCount > 0 { throw .channels(design: design.name) }
    for (index, operation) in history.operations.enumerated() {
      if let ended = operation.response?.instant, ended < operation.invoked {
        throw .endsBeforeItBegins(operation: index, invoked: operation.invoked, ended: ended)
      }
    }
  }
}

/// How long a check may search, each part of it for itself, before it says that it does not know.
public struct LinearBounds: Sendable {
  /// Tries of an operation in a state.
  public var steps: Int
  public var time: Duration

  public init(steps: Int = 10_000_000, time: Duration = .seconds(60)) {
    self.steps = steps
    self.time = time
  }
}

/// A history that no run can have, or of a system that a history does not tell enough of.
public enum HistoryError: Error, Equatable, CustomStringConvertible {
  case endsBeforeItBegins(operation: Int, invoked: UInt64, ended: UInt64)
  /// The host decides when channels deliver, and no caller sees it.
  case channels(design: String)

  public var description: String {
    switch self {
    case .endsBeforeItBegins(let operation, let invoked, let ended):
      "operation \(operation) of the history ends at \(ended), before it begins at \(invoked)"
    case .channels(let design):
      "\(design) has channels, and a history of calls does not tell when its host delivered from them"
    }
  }
}

import Spec

/// Makes a history that no order explains as small as it gets, by changes that could only ever make it explicable.
///
/// See ``LinearCounterexample`` for why operations cannot simply be left out.
@usableFromInline struct LinearShrinker<S: System> {
  @usableFromInline typealias Problem = LinearProblem<S>

  @usableFromInline var problem: Problem
  @usableFromInline let checked: Int
  /// Tries that all of it may take.
  @usableFromInline var steps = 10_000_000
  @usableFromInline let deadline = ContinuousClock.now + .seconds(10)

  @inlinable init(_ problem: Problem) {
    self.problem = problem
    checked = problem.operations.count
  }

  /// - Parameter stuck: The operation whose response cannot be explained, nor can those before it with it.
  @inlinable mutating func shrink(stuck: Int) -> LinearCounterexample<S> {
    if let response = problem.operations[stuck].response { cut(at: response.instant) }
    startLater()
    weaken(problem.operations.indices.filter { problem.operations[$0].response != nil })
    return LinearTelling(problem, checked: checked).counterexample
  }

  /// A search may take a part of what is left, so that one that is too hard leaves something for the others.
  @usableFromInline var bounds: LinearBounds {
    LinearBounds(steps: min(steps, 200_000), time: max(.zero, deadline - .now))
  }

  /// Leaves out what happened after an instant: who had not returned by then is not known to have taken effect.
  @inlinable mutating func cut(at instant: UInt64) {
    problem.operations = problem.operations.compactMap { operation in
      guard operation.invoked <= instant else { return nil }
      var operation = operation
      if let ended = operation.response?.instant, ended > instant { operation.response = nil }
      return operation
    }
  }

  /// Begins at the last instant when nobody waited and the system could only be in one state.
  @inlinable mutating func startLater() {
    problem.operations.sort { ($0.invoked, $0.lane) < ($1.invoked, $1.lane) }
    var moments = [problem.start]
    var latest: (operation: Int, start: Problem.Moment)?
    var first = 0
    var ended: UInt64 = 0
    for (index, operation) in problem.operations.enumerated() {
      if index > first, operation.invoked > ended {
        guard let next = moments.count <= 16 ? ends(of: first..<index, from: moments) : nil else { break }
        moments = next
        if moments.count == 1 { latest = (index, moments[0]) }
        first = index
      }
      guard let response = operation.response else { break }
      ended = max(ended, response.instant)
    }
    guard let latest else { return }
    problem.start = latest.start
    problem.operations.removeFirst(latest.operation)
  }

  /// Where the system may stand after these operations; nil if that is not known.
  @inlinable mutating func ends(of range: Range<Int>, from moments: [Problem.Moment]) -> [Problem.Moment]? {
    var ends: [Problem.Moment] = []
    for moment in moments {
      let part = Problem(problem.system, from: moment, Array(problem.operations[range]))
      guard let found = part.ends(bounds, atMost: 16) else { return nil }
      steps -= found.steps
      for end in found.moments where !ends.contains(where: { $0.fingerprint == end.fingerprint }) { ends.append(end) }
    }
    return ends
  }

  /// Leaves out what changed nothing, and forgets what callers were told, while no order explains the rest: many at
  /// once at first, then one by one.
  @inlinable mutating func weaken(_ told: [Int]) {
    var operations: [Problem.Operation?] = problem.operations
    var told = told
    for forgets in [false, true] {
      var candidates = told.filter { forgets || changesNothing(problem.operations[$0]) }
      var size = candidates.count
      while size > 0 {
        var rest: [Int] = []
        for from in stride(from: 0, to: candidates.count, by: size) {
          let chunk = candidates[from..<min(from + size, candidates.count)]
          var weaker = operations
          for index in chunk {
            if forgets { weaker[index]?.response = nil } else { weaker[index] = nil }
          }
          if isInexplicable(weaker) { operations = weaker } else { rest += chunk }
        }
        candidates = rest
        size = size == 1 ? 0 : (size + 1) / 2
      }
      told.removeAll { operations[$0] == nil }
    }
    problem.operations = operations.compactMap(\.self)
  }

  @inlinable mutating func isInexplicable(_ operations: [Problem.Operation?]) -> Bool {
    let bounds = bounds
    guard bounds.steps > 0 else { return false }
    let search = Problem(problem.system, from: problem.start, operations.compactMap(\.self)).search(bounds)
    steps -= search.steps
    if case .not = search.end { return true }
    return false
  }

  /// Whether the book has the operation change nothing, wherever it takes effect with this response.
  @inlinable func changesNothing(_ operation: Problem.Operation) -> Bool {
    guard let response = operation.response else { return false }
    guard let outcome = response.outcome else { return true }
    // An answer closes its obligation.
    guard operation.ticket == nil else { return false }
    guard case .fired(let index) = outcome else { return true }
    let host = problem.system.design.hosts[operation.event.kind]
    guard host.book.rules.indices.contains(index) else { return false }
    let rule = host.book.rules[index]
    return rule.phases.allSatisfy { rule.target == nil || rule.target == $0 }
      && rule.clauses.allSatisfy { clause in
        switch clause.kind {
        case .emit(let kind), .emitEach(let kind):
          host.contracts.allSatisfy { $0.effect != kind || $0.isNotice }
            && problem.system.design.routes.allSatisfy { $0.fromHost != host.index || $0.effect != kind }
        case .update, .cancel, .cancelAll: false
        }
      }
  }
}

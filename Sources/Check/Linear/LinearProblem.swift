import Spec

/// A history, and where the system stood before it: what is searched, and what is made smaller.
@usableFromInline struct LinearProblem<S: System> {
  @usableFromInline typealias Operation = History<S>.Operation
  @usableFromInline typealias Moment = OneAtATime<S>.Moment

  /// Scratch: where it stands between two searches means nothing.
  @usableFromInline let system: OneAtATime<S>
  @usableFromInline var start: Moment
  @usableFromInline var operations: [Operation]

  @inlinable init(_ system: OneAtATime<S>, from start: Moment, _ operations: [Operation]) {
    self.system = system
    self.start = start
    self.operations = operations
  }

  /// Searches for an order.
  ///
  /// - Parameter accept: Told of each order found, with the system at its end; false to look for another.
  @inlinable func search(
    _ bounds: LinearBounds, keepsFurthest: Bool = false, accept: () -> Bool = { true }
  ) -> (end: LinearSearch.End, steps: Int, furthest: [Int]) {
    let system = system
    let operations = operations
    system.begin(at: start)
    let search = LinearSearch(spans)
    let end = search.run(
      bounds, keepsFurthest: keepsFurthest, take: { system.take(operations[$0]) }, undo: { system.undo() },
      accept: accept)
    return (end, search.steps, search.furthestOrder)
  }

  /// The operations as the search sees them.
  @inlinable var spans: [LinearSearch.Span] {
    let answered = Set(operations.compactMap { $0.ticket.map { $0 / 256 } })
    var twins: [Int?] = Array(repeating: nil, count: operations.count)
    var latest: [S.Event: Int] = [:]
    let forgotten = operations.indices.filter { operations[$0].response == nil }
    for index in forgotten.sorted(by: { operations[$0].invoked < operations[$1].invoked }) {
      let operation = operations[index]
      // Two that do the same may still be told apart by what answers them.
      if operation.ticket == nil, !answered.contains(operation.record) {
        twins[index] = latest.updateValue(index, forKey: operation.event)
      }
    }
    return operations.indices.map {
      .init(invoked: operations[$0].invoked, ended: operations[$0].response?.instant, twin: twins[$0])
    }
  }

  /// Where the system may stand after the operations, all of which have a response.
  ///
  /// - Returns: nil where there are too many such states, or a bound was met.
  @inlinable func ends(_ bounds: LinearBounds, atMost limit: Int) -> (moments: [Moment], steps: Int)? {
    var moments: [Moment] = []
    let search = search(bounds) {
      if !moments.contains(where: { $0.fingerprint == system.now.fingerprint }) { moments.append(system.now) }
      return moments.count > limit
    }
    guard case .not = search.end else { return nil }
    return (moments, search.steps)
  }
}

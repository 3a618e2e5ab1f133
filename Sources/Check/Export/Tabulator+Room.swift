/// Moves that send into channels wait until all they send has room, so that is decided before they begin.
extension Tabulator {
  /// The move with its conditions of room; where those depend on machines further on, one move for each way through.
  func held(_ move: TabulatedMove) throws(ExportError) -> [TabulatedMove] {
    guard let branch = move.branch else { return [move] }
    if !(branch.next.map(sendsOn) ?? false) { return [withRoom(move, branch.actions)] }
    var paths: [TabulatedMove] = []
    for row in branch.rows {
      var walk = Path(states: [branch.host: row.to], actions: branch.actions)
      walk.links = [link(branch, row, nil)]
      try follow(branch.next, walk, move, &paths)
    }
    return paths
  }

  /// One way through the machines of a step, local state by local state.
  private struct Path {
    /// The local state of each machine met, as the step has left it.
    var states: [Int: UInt32]
    var conditions: [TabulatedMove.Condition] = []
    var actions: [TabulatedMove.Action]
    var links: [(branch: TabulatedMove.Branch, event: UInt32?)] = []
  }

  private func link(
    _ branch: TabulatedMove.Branch, _ row: TabulatedMove.Row, _ event: UInt32?
  ) -> (branch: TabulatedMove.Branch, event: UInt32?) {
    (
      TabulatedMove.Branch(host: branch.host, rule: branch.rule, rows: [row], actions: branch.actions, next: nil), event
    )
  }

  private func follow(
    _ stage: TabulatedMove.Stage?, _ path: Path, _ move: TabulatedMove, _ paths: inout [TabulatedMove]
  ) throws(ExportError) {
    guard let stage else {
      if paths.count == 20_000 { throw .tooLarge("a step that sends into a channel has over 20,000 ways to go") }
      paths.append(linked(path, move))
      return
    }
    for branch in stage.branches {
      for row in branch.rows {
        var next = path
        if let state = path.states[branch.host] {
          if state != row.from { continue }
        } else {
          next.conditions.append(.machine(branch.host, [row.from]))
        }
        next.states[branch.host] = row.to
        next.actions += branch.actions
        next.links.append(link(branch, row, stage.event))
        try follow(branch.next, next, move, &paths)
      }
    }
  }

  private func linked(_ path: Path, _ move: TabulatedMove) -> TabulatedMove {
    var later: TabulatedMove.Stage?
    for (branch, event) in path.links.dropFirst().reversed() {
      var branch = branch
      branch.next = later
      later = TabulatedMove.Stage(event: event!, branches: [branch])
    }
    var whole = move
    whole.branch = path.links[0].branch
    whole.branch!.next = later
    whole.conditions += path.conditions
    return withRoom(whole, path.actions)
  }

  private func withRoom(_ move: TabulatedMove, _ actions: [TabulatedMove.Action]) -> TabulatedMove {
    var needed: [Int: Int] = [:]
    for case .post(let channel, _) in actions where walker.plan.channels[channel].order != .board {
      needed[channel, default: 0] += 1
    }
    for case .take(let channel, _) in move.before where needed[channel] != nil { needed[channel]! -= 1 }
    var move = move
    move.conditions += needed.filter { $0.value > 0 }.sorted { $0.key < $1.key }.map { .room(channel: $0, $1) }
    return move
  }

  private func sendsOn(_ stage: TabulatedMove.Stage) -> Bool {
    stage.branches.contains { branch in
      branch.actions.contains {
        if case .post(let channel, _) = $0 { walker.plan.channels[channel].order != .board } else { false }
      } || (branch.next.map(sendsOn) ?? false)
    }
  }
}

// A move waits until all it sends has room and every machine that must take part does: decided before it begins.
extension Tabulator {
  /// The move with its conditions; where those depend on machines further on, one move for each way through.
  func held(_ move: TabulatedMove) throws(ExportError) -> [TabulatedMove] {
    guard let branch = move.branch else { return [move] }
    if !(branch.next.map(mayHold) ?? false) { return [withRoom(move, branch.actions)] }
    // A machine that steps twice is followed local state by local state: what it does next depends on where it went.
    let isSingle = stepsTwice(branch, [])
    let rows = isSingle ? branch.rows.map { [$0] } : [branch.rows]
    var paths: [TabulatedMove] = []
    for rows in rows {
      let path = Path(
        states: [branch.host: rows.map(\.to)], actions: branch.actions,
        links: [Link(branch: narrowed(branch, rows), stage: nil)])
      try follow(branch.next, path, move, isSingle, &paths)
    }
    return paths
  }

  /// One way through the machines of a step.
  private struct Path {
    /// The local states in which each machine met may be now.
    var states: [Int: [UInt32]]
    /// The local states that it needs at the start.
    var conditions: [TabulatedMove.Condition] = []
    var actions: [TabulatedMove.Action]
    var links: [Link]
  }

  private struct Link {
    let branch: TabulatedMove.Branch
    let stage: TabulatedMove.Stage?
  }

  private func narrowed(_ branch: TabulatedMove.Branch, _ rows: [TabulatedMove.Row]) -> TabulatedMove.Branch {
    TabulatedMove.Branch(host: branch.host, rule: branch.rule, rows: rows, actions: branch.actions, next: nil)
  }

  private func follow(
    _ stage: TabulatedMove.Stage?, _ path: Path, _ move: TabulatedMove, _ isSingle: Bool,
    _ paths: inout [TabulatedMove]
  ) throws(ExportError) {
    guard let stage else {
      if paths.count == 20_000 { throw .tooLarge("a step that may have to wait has over 20,000 ways to go") }
      paths.append(linked(path, move))
      return
    }
    for branch in stage.branches {
      for rows in isSingle ? branch.rows.map({ [$0] }) : [branch.rows] {
        var next = path
        if let states = path.states[branch.host] {
          if !rows.contains(where: { states.contains($0.from) }) { continue }
        } else {
          next.conditions.append(.machine(branch.host, rows.map(\.from)))
        }
        next.states[branch.host] = rows.map(\.to)
        next.actions += branch.actions
        next.links.append(Link(branch: narrowed(branch, rows), stage: stage))
        try follow(branch.next, next, move, isSingle, &paths)
      }
    }
  }

  private func stepsTwice(_ branch: TabulatedMove.Branch, _ before: Set<Int>) -> Bool {
    if before.contains(branch.host) { return true }
    let met = before.union([branch.host])
    return branch.next?.branches.contains { stepsTwice($0, met) } ?? false
  }

  private func linked(_ path: Path, _ move: TabulatedMove) -> TabulatedMove {
    var later: TabulatedMove.Stage?
    for link in path.links.dropFirst().reversed() {
      var branch = link.branch
      branch.next = later
      later = TabulatedMove.Stage(event: link.stage!.event, mustBeTaken: link.stage!.mustBeTaken, branches: [branch])
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

  /// Whether it depends on what machines further on do, if the step can happen at all.
  private func mayHold(_ stage: TabulatedMove.Stage) -> Bool {
    stage.mustBeTaken
      || stage.branches.contains { branch in
        branch.actions.contains {
          if case .post(let channel, _) = $0 { walker.plan.channels[channel].order != .board } else { false }
        } || (branch.next.map(mayHold) ?? false)
      }
  }
}

/// What crashes did to each machine while a search went on.
///
/// A crash is a step of all machines at once. It can be written down where what becomes of each depends on its own
/// local state alone, and nothing that is open or under way changes.
final class SeenCrashes {
  /// By machine: from the local state before a crash to the one after it.
  private(set) var rows: [[UInt32: UInt32]]
  /// Why the crashes that were seen cannot be written down; nil where they can.
  private(set) var obstacle: String?

  /// Listens to every crash of the walker from now on.
  init(_ walker: PartWalker, _ words: ExportWords) {
    rows = Array(repeating: [:], count: walker.plan.hosts)
    let crash = walker.typed.crash
    walker.typed.crash = { [unowned walker] in
      let before = (0..<walker.plan.count).map { walker.codes[$0] }
      let result = crash()
      if result.isBlocked {
        self.obstacle = self.obstacle ?? "a crash after which there is no room for what is sent"
      } else {
        self.note(before, walker, words)
      }
      return result
    }
  }

  private func note(_ before: [UInt32], _ walker: PartWalker, _ words: ExportWords) {
    for part in before.indices where part != walker.plan.purses {
      let after = walker.codes[part]
      if part >= walker.plan.hosts {
        if after != before[part] {
          obstacle = obstacle ?? "a crash that changes what is open or under way"
        }
      } else if rows[part].updateValue(after, forKey: before[part]) ?? after != after {
        obstacle = obstacle ?? "a crash after which \(words.hosts[part]) depends on other machines"
      }
    }
  }
}

extension Tabulator {
  /// The move that every machine takes in a crash; none where the world has no crashes.
  func crashes(_ seen: SeenCrashes) throws(ExportError) -> [TabulatedMove] {
    guard let purse = purseNumbers[purseNumbers.count - 1] else { return [] }
    if let obstacle = seen.obstacle { throw .unsupported("\(obstacle): take a world without crashes; this one") }
    let changed = seen.rows.indices.filter { host in seen.rows[host].contains { $0.key != $0.value } }
    var later: TabulatedMove.Stage?
    var branch: TabulatedMove.Branch?
    for host in changed.reversed() {
      if let branch { later = TabulatedMove.Stage(event: 0, mustBeTaken: false, branches: [branch]) }
      let rows = seen.rows[host].sorted { $0.key < $1.key }.map { TabulatedMove.Row(from: $0.key, to: $0.value) }
      branch = TabulatedMove.Branch(host: host, rule: nil, rows: rows, actions: [], next: later)
    }
    return [
      TabulatedMove(
        source: "fault: a crash of every machine", host: changed.first ?? 0, rule: nil,
        ruleName: "crash and recovery, with all other machines", conditions: [.purse(purse)],
        before: [.spend(purse)], branch: branch)
    ]
  }
}

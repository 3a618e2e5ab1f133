/// What crashes did to each machine while a search went on.
///
/// A crash is a step of all machines at once. It can be written down where what becomes of each depends on its own
/// local state alone, and nothing that is open or under way changes.
final class SeenCrashes {
  /// By machine: from the local state before a crash to the one after it.
  private(set) var rows: [[UInt32: UInt32]]
  /// Why the crashes that were seen cannot be written down; nil where they can.
  private(set) var obstacle: String?

  private unowned let walker: PartWalker

  /// Listens to every crash of the walker from now on.
  init(_ walker: PartWalker, _ words: ExportWords) {
    self.walker = walker
    rows = Array(repeating: [:], count: walker.plan.hosts)
    let recover = walker.typed.recover
    walker.typed.recover = { [unowned walker] in
      let result = recover()
      self.note(result, walker, words)
      return result
    }
  }

  private func note(_ recovered: TypedSide.Recovered, _ walker: PartWalker, _ words: ExportWords) {
    if recovered.isRefused {
      obstacle = obstacle ?? "a crash that a machine refuses which must take part"
    } else if !recovered.orders.isEmpty {
      obstacle = obstacle ?? "a crash that changes what is open or under way"
    }
    for (host, after) in recovered.codes.enumerated()
    where rows[host].updateValue(after, forKey: walker.before[host]) ?? after != after {
      obstacle = obstacle ?? "a crash after which \(words.hosts[host]) depends on other machines"
    }
  }

  /// Whether a crash changed what was open.
  var changesLedgers: Bool {
    guard let op = walker.ledgerOpNumbers[.crash] else { return false }
    var changes = false
    walker.ledgerSteps.forEach { ledger, its, after in if its == op, after != ledger { changes = true } }
    return changes
  }
}

extension Tabulator {
  /// The move that every machine takes in a crash; none where the world has no crashes.
  func crashes(_ seen: SeenCrashes) throws(ExportError) -> [TabulatedMove] {
    guard let purse = purseNumbers[purseNumbers.count - 1] else { return [] }
    let change = seen.changesLedgers ? "a crash that changes what is open or under way" : nil
    if let obstacle = seen.obstacle ?? change {
      throw .unsupported("\(obstacle): take a world without crashes; this one")
    }
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

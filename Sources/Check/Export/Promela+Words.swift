import Spec

// Conditions and actions as Promela has them.
extension PromelaPrinter {
  func text(_ branch: TabulatedMove.Branch, among all: [[UInt32]]) -> String? {
    text(names.machines[branch.host], branch.rows.map(\.from), among: all[branch.host])
  }

  /// Whether a variable has one of some values; nil where it always does.
  func text(_ name: String, _ numbers: [UInt32], among all: [UInt32]) -> String? {
    let ranges = NumberRanges(numbers, among: all)
    if ranges.isAll { return nil }
    if ranges.ranges.isEmpty { return "false" }
    let parts = ranges.ranges.map {
      $0.count == 1
        ? "\(name) == \($0.lowerBound)"
        : ranges.ranges.count == 1
          ? "\(name) >= \($0.lowerBound) && \(name) <= \($0.upperBound)"
          : "(\(name) >= \($0.lowerBound) && \(name) <= \($0.upperBound))"
    }
    return parts.count == 1 ? parts[0] : "(\(parts.joined(separator: " || ")))"
  }

  func text(_ condition: TabulatedMove.Condition) -> String {
    switch condition {
    case .machine(let host, let numbers): return text(names.machines[host], numbers, among: states[host]) ?? "true"
    case .ledger(let host, let numbers):
      let ledger = ledgerOf[host]!
      return text(names.ledgers[ledger], numbers, among: table.ledgers[ledger].states.map(\.number)) ?? "true"
    case .combination(let hosts, let numbers):
      let parts = numbers.map { combination in
        zip(hosts, combination).map { "\(names.machines[$0]) == \($1)" }.joined(separator: " && ")
      }
      return "(" + parts.map { "(\($0))" }.joined(separator: " || ") + ")"
    case .waits(let channel, let position, let event):
      let name = names.channels[channel]
      return switch table.channels[channel].order {
      case .fifo, .held: "\(name)?[\(names.events[Int(event)])]"
      case .unordered: "\(name)[\(position)] == \(names.events[Int(event)])"
      case .board: posted[channel][event]!
      }
    case .waitsAny(let channel):
      let name = names.channels[channel]
      return table.channels[channel].order == .unordered ? "\(name)[0] != 0" : "len(\(name)) > 0"
    case .room(let channel, let count):
      let name = names.channels[channel]
      let last = table.channelCapacity - count
      if last < 0 { return "false" }
      return table.channels[channel].order == .unordered ? "\(name)[\(last)] == 0" : "len(\(name)) <= \(last)"
    case .purse(let purse): return "\(names.purses[purse]) > 0"
    }
  }

  func text(_ action: TabulatedMove.Action) -> String {
    switch action {
    case .take(let channel, let position):
      let name = names.channels[channel]
      guard table.channels[channel].order == .unordered else { return "\(name)?_" }
      let shifts = (position..<table.channelCapacity - 1).map { "\(name)[\($0)] = \(name)[\($0 + 1)]" }
      return (shifts + ["\(name)[\(table.channelCapacity - 1)] = 0"]).joined(separator: "; ")
    case .post(let channel, let event):
      return switch table.channels[channel].order {
      case .fifo, .held: "\(names.channels[channel])!\(names.events[Int(event)])"
      case .unordered: "put_\(names.channels[channel])(\(names.events[Int(event)]))"
      case .board: "\(posted[channel][event]!) = true"
      }
    case .operate(let host, let operation): return "operation_\(operation)(\(names.ledgers[ledgerOf[host]!]))"
    case .spend(let purse): return "\(names.purses[purse])--"
    }
  }

  /// Where nothing can happen, every machine must be at rest.
  mutating func deadlock() {
    let asked = table.machines.indices.compactMap { host in
      text(names.machines[host], states[host].filter(table.machines[host].resting.contains), among: states[host])
    }
    if asked.isEmpty {
      out.line("  /* every machine may rest in every state, so there is no deadlock: hence -E */")
      return
    }
    out.line("  /* where nothing can happen, every machine must be at rest */")
    out.wrapped(
      pieces(asked.joined(separator: " && ")), first: "  :: atomic { timeout && !(", next: "       ",
      last: ") -> assert(false) }")
  }
}

import Spec

// Actions: what must hold, and what becomes of each variable as an expression of the old values.
extension TlaPrinter {
  struct Action {
    let name: String
    let words: String
    var ways: [Way] = []
  }

  /// One disjunct: what must hold, and what the variables become.
  struct Way {
    let source: String
    var conditions: [String] = []
    var values: [String: Value] = [:]
  }

  enum Value {
    case number(UInt32)
    case expression(String)

    var text: String {
      switch self {
      case .number(let number): String(number)
      case .expression(let text): text
      }
    }
  }

  mutating func actions() -> [Action] {
    var actions: [Action] = []
    var shown = ""
    for move in table.moves {
      let words = "\(table.machines[move.host].name): \(move.ruleName)"
      if words != shown {
        actions.append(Action(name: names.make(capitalised(words)), words: words))
        shown = words
      }
      var way = Way(source: move.source)
      way.conditions = move.conditions.compactMap(text)
      for action in move.before { perform(action, &way) }
      guard let branch = move.branch else {
        actions[actions.count - 1].ways.append(way)
        continue
      }
      follow([branch], way, &actions[actions.count - 1].ways)
    }
    return actions
  }

  func capitalised(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() }

  mutating func follow(_ branches: [TabulatedMove.Branch], _ way: Way, _ ways: inout [Way]) {
    for branch in branches {
      let name = names.machines[branch.host]
      let value = way.values[name] ?? .expression(name)
      var next = way
      switch value {
      case .number(let number): if !branch.rows.contains(where: { $0.from == number }) { continue }
      case .expression(let text):
        let isOld = way.values[name] == nil
        let all = isOld ? states[branch.host] : table.machines[branch.host].all
        if let asked = self.text(text, branch.rows.map(\.from), among: all, isOld: isOld) {
          next.conditions.append(asked)
        }
      }
      next.values[name] = apply(branch.rows, to: value)
      for action in branch.actions { perform(action, &next) }
      if let stage = branch.next { follow(stage.branches, next, &ways) } else { ways.append(next) }
    }
  }

  mutating func perform(_ action: TabulatedMove.Action, _ way: inout Way) {
    func old(_ name: String) -> String { way.values[name]?.text ?? name }
    switch action {
    case .take(let channel, let position):
      let name = names.channels[channel]
      let rest =
        position == 0
        ? "Tail(\(old(name)))"
        : "(SubSeq(\(old(name)), 1, \(position)) \\o SubSeq(\(old(name)), \(position + 2), Len(\(old(name)))))"
      way.values[name] = .expression(rest)
    case .post(let channel, let event):
      let name = names.channels[channel]
      let event = names.events[Int(event)]
      way.values[name] = .expression(
        table.channels[channel].order == .board ? "(\(old(name)) \\cup {\(event)})" : "Append(\(old(name)), \(event))")
    case .operate(let host, let operation):
      let name = names.ledgers[ledgerOf[host]!]
      way.values[name] = apply(table.operations[operation].rows, to: way.values[name] ?? .expression(name))
    case .spend(let purse): way.values[names.purses[purse]] = .expression("\(names.purses[purse]) - 1")
    }
  }

  mutating func print(_ action: Action) {
    out.words(action.words, first: "\\* ")
    out.line("\(action.name) ==")
    for way in action.ways {
      out.line("  \\/ \\* \(way.source)")
      for condition in way.conditions {
        out.words(condition, first: "     /\\ ", next: "          ")
      }
      for name in variables {
        guard let value = way.values[name], value.text != name else { continue }
        out.line("     /\\ \(name)' = \(value.text)")
      }
      let same = variables.filter { name in way.values[name].map { $0.text == name } ?? true }
      out.wrapped(listed(same), first: "     /\\ UNCHANGED <<", next: "          ", last: ">>")
    }
    out.line()
  }

  // MARK: - Words

  func text(_ name: String, _ numbers: [UInt32], among all: [UInt32], isOld: Bool) -> String? {
    // Of a value half-way through a step, nothing is known but what is asked.
    let ranges = NumberRanges(numbers, among: all)
    if isOld, ranges.isAll { return nil }
    let single = ranges.ranges.filter { $0.count == 1 }.map { String($0.lowerBound) }
    let wide = ranges.ranges.filter { $0.count > 1 }.map { "\($0.lowerBound)..\($0.upperBound)" }
    if wide.isEmpty, single.count == 1 { return "\(name) = \(single[0])" }
    let sets =
      (single.isEmpty ? [] : ["{\(single.joined(separator: ", "))}"])
      + wide.map { wide.count + (single.isEmpty ? 0 : 1) > 1 ? "(\($0))" : $0 }
    return "\(name) \\in \(sets.joined(separator: " \\cup "))"
  }

  func text(_ condition: TabulatedMove.Condition) -> String? {
    switch condition {
    case .machine(let host, let numbers):
      return text(names.machines[host], numbers, among: states[host], isOld: true)
    case .ledger(let host, let numbers):
      let ledger = ledgerOf[host]!
      return text(names.ledgers[ledger], numbers, among: table.ledgers[ledger].states.map(\.number), isOld: true)
    case .combination(let hosts, let numbers):
      let tuple = hosts.map { names.machines[$0] }.joined(separator: ", ")
      let listed = numbers.map { "<<\($0.map(String.init).joined(separator: ", "))>>" }
      return "<<\(tuple)>> \\in {\(listed.joined(separator: ", "))}"
    case .waits(let channel, let position, let event):
      let (name, event) = (names.channels[channel], names.events[Int(event)])
      return table.channels[channel].order == .board
        ? "\(event) \\in \(name)" : "Len(\(name)) > \(position) /\\ \(name)[\(position + 1)] = \(event)"
    case .waitsAny(let channel): return "Len(\(names.channels[channel])) > 0"
    case .room(let channel, let count):
      return "Len(\(names.channels[channel])) + \(count) <= \(table.channelCapacity)"
    case .purse(let purse): return "\(names.purses[purse]) > 0"
    }
  }
}

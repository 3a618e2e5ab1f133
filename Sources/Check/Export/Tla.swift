import Spec

extension Tabulation {
  /// The system as a TLA+ module, whose states TLC counts alike.
  public var tla: String { tla(module: ExportNames.identifier("\(machine) \(world)")) }

  /// What to type to count the states of a TLA+ module with TLC.
  public func tlcCommand(file: String = "model.tla") -> String {
    let module = file.hasSuffix(".tla") ? String(file.dropLast(4)) : file
    let invariants =
      (hasDeadlock || machines.allSatisfy({ $0.resting.count == $0.states.count }) ? "" : " NoDeadlock")
      + asserted.indices.map { " Law\($0 + 1)" }.joined()
    return "printf 'SPECIFICATION Spec\\nINVARIANTS TypeOK\(invariants)\\n' > \((module + ".cfg").shellWord) "
      + "&& java -cp tla2tools.jar tlc2.TLC -deadlock \((module + ".tla").shellWord)"
  }

  /// The name of a module that is made from words: theirs, where it can be one.
  public static func module(for words: String) -> String { ExportNames.identifier(words) }

  /// - Parameter module: The module's name, which its file must have too.
  public func tla(module: String) -> String {
    var printer = TlaPrinter(self, module)
    return printer.print()
  }
}

/// Prints a tabulated system in TLA+.
///
/// One action for each rule, one disjunct for each move. Local states go through tables, as operators; what a step does
/// to a variable is one expression of the old values.
struct TlaPrinter {
  let table: Tabulation
  let module: String
  var names: ExportNames
  var out = ExportText()
  let states: [[UInt32]]
  let ledgerOf: [Int: Int]
  /// The operator of each table of local states, by its rows.
  var tables: [[TabulatedMove.Row]: String] = [:]

  init(_ table: Tabulation, _ module: String) {
    self.table = table
    self.module = module
    names = ExportNames(
      table, reserved: Self.reserved.union(table.asserted.indices.map { "Law\($0 + 1)" }))
    states = table.machines.map(\.reachable)
    ledgerOf = Dictionary(uniqueKeysWithValues: table.ledgers.enumerated().map { ($1.host, $0) })
  }

  private static let reserved: Set<String> = [
    "ASSUME", "ASSUMPTION", "AXIOM", "BOOLEAN", "CASE", "CHOOSE", "CONSTANT", "CONSTANTS", "DOMAIN", "ELSE", "ENABLED",
    "EXCEPT", "EXTENDS", "FALSE", "IF", "IN", "INSTANCE", "LAMBDA", "LET", "LOCAL", "MODULE", "NEW", "OTHER", "PROOF",
    "SF_", "STRING", "SUBSET", "THEN", "THEOREM", "TRUE", "UNCHANGED", "UNION", "VARIABLE", "VARIABLES", "WF_", "WITH",
    "Append", "Cardinality", "Head", "Init", "Int", "Len", "Nat", "Next", "NoDeadlock", "Seq", "SelectSeq", "Spec",
    "SubSeq", "Tail", "TypeOK", "number", "vars",
  ]

  var variables: [String] { names.machines + names.ledgers + names.channels + names.purses }

  mutating func print() -> String {
    header()
    let actions = self.actions()
    constants()
    variablesAndStart()
    for (rows, name) in tables.sorted(by: { Self.order($0.value) < Self.order($1.value) }) { define(name, rows) }
    for action in actions { print(action) }
    next(actions.map(\.name))
    return out.text
  }

  // MARK: - The header

  private mutating func header() {
    let title = " MODULE \(module) "
    let dashes = String(repeating: "-", count: max(4, (78 - title.count) / 2))
    out.line(dashes + title + dashes)
    comment(table.title)
    comment("")
    comment(
      "Printed by Interlock. Each machine is tabulated: a complete exploration numbered the local states it can reach, "
        + "and asked its rules about every event in each of them. The system is as it was written: one variable for "
        + "each machine, ledger of open obligations, channel and purse of the world, and one disjunct for each move. "
        + "States correspond to Interlock's one to one.")
    comment("")
    comment("Interlock found \(table.distinct.grouped) distinct states and \(table.generated.grouped) steps. With")
    comment("")
    for command in table.tlcCommand(file: module + ".tla").split(separator: " && ") { out.line("\\*   \(command)") }
    comment("")
    comment(
      "TLC should say \"\(table.generated + 1) states generated, \(table.distinct) distinct states found\" (it counts "
        + "the start as generated)" + (table.hasDeadlock ? "; NoDeadlock it would refute, as Interlock did." : ".")
    )
    if !table.asserted.isEmpty {
      comment("")
      comment("Interlock judged these laws, and they hold; TLC judges them again as invariants:")
      for (index, law) in table.asserted.enumerated() {
        out.words("Law\(index + 1), \(law.name)", first: "\\*   ", next: "\\*     ")
      }
    }
    if !table.laws.isEmpty {
      comment("")
      comment("Interlock judged these laws, and they hold; they are not exported:")
      for law in table.laws { out.words(law, first: "\\*   ", next: "\\*     ") }
    }
    if !table.unheld.isEmpty {
      comment("")
      comment("Interlock did not find that these laws hold; they are not exported:")
      for law in table.unheld { out.words(law, first: "\\*   ", next: "\\*     ") }
    }
    out.line("EXTENDS Naturals, Sequences")
    out.line()
  }

  mutating func comment(_ text: String) {
    if text.isEmpty { out.line("\\*") } else { out.words(text, first: "\\* ") }
  }

  private mutating func constants() {
    let carried = Set(table.channels.flatMap(\.events)).sorted()
    for event in carried {
      out.line("\(names.events[Int(event)]) == \(event + 1)  \\* \(table.events[Int(event)])")
    }
    if !carried.isEmpty { out.line() }
  }

  private mutating func variablesAndStart() {
    var told: [String: Int] = [:]
    for (host, machine) in table.machines.enumerated() {
      let key = machine.states.map { "\($0.number) \($0.words)" }.joined(separator: "\n")
      tell(names.machines[host], machine.states, as: told[key].map { names.machines[$0] })
      told[key] = told[key] ?? host
    }
    for (number, ledger) in table.ledgers.enumerated() { tell(names.ledgers[number], ledger.states, as: nil) }
    for (number, channel) in table.channels.enumerated() {
      let words =
        switch channel.order {
        case .fifo: "a sequence, first in, first out"
        case .held: "a sequence whose head waits while its receiver refuses it"
        case .unordered: "a sequence of which any may be taken"
        case .board: "a set: what is posted stays"
        }
      comment("\(names.channels[number]): \(words)")
    }
    out.wrapped(listed(variables), first: "VARIABLES ", next: "  ")
    out.line()
    out.wrapped(listed(variables), first: "vars == <<", next: "  ", last: ">>")
    out.line()
    out.line("Init ==")
    for (host, machine) in table.machines.enumerated() { out.line("  /\\ \(names.machines[host]) = \(machine.start)") }
    for (number, ledger) in table.ledgers.enumerated() { out.line("  /\\ \(names.ledgers[number]) = \(ledger.start)") }
    for (number, channel) in table.channels.enumerated() {
      out.line("  /\\ \(names.channels[number]) = \(channel.order == .board ? "{}" : "<<>>")")
    }
    for (number, purse) in table.purses.enumerated() { out.line("  /\\ \(names.purses[number]) = \(purse.limit)") }
    out.line()
  }

  func listed(_ names: [String]) -> [String] {
    names.enumerated().map { $0 == names.count - 1 ? $1 : $1 + "," }
  }

  private mutating func tell(_ name: String, _ states: [(number: UInt32, words: String)], as other: String?) {
    guard other == nil else { return comment("\(name): as \(other!)") }
    comment("\(name):")
    for state in states { out.words("\(state.number): \(state.words)", first: "\\*   ", next: "\\*       ") }
  }

  // MARK: - Tables

  private static func order(_ name: String) -> Int { Int(name.drop { !$0.isNumber }) ?? 0 }

  private mutating func define(_ name: String, _ rows: [TabulatedMove.Row]) {
    let cases = rows.enumerated().map { "\($0 == 0 ? "CASE" : "[]") number = \($1.from) -> \($1.to)" }
    out.wrapped(cases, first: "\(name)(number) == ", next: "  ")
    out.line()
  }

  /// What a variable is after some rows, all of which begin where it is.
  mutating func apply(_ rows: [TabulatedMove.Row], to value: Value) -> Value {
    if case .number(let number) = value { return .number(rows.first { $0.from == number }?.to ?? number) }
    if rows.allSatisfy({ $0.from == $0.to }) { return value }
    if rows.allSatisfy({ $0.to == rows[0].to }) { return .number(rows[0].to) }
    let name = tables[rows] ?? names.make("Table\(tables.count + 1)")
    tables[rows] = name
    return .expression("\(name)(\(value.text))")
  }

  // MARK: - The whole

  private mutating func next(_ actions: [String]) {
    out.line("Next ==")
    for action in actions { out.line("  \\/ \(action)") }
    out.line()
    out.line("Spec == Init /\\ [][Next]_vars")
    out.line()
    types()
    let asked = resting
    if !asked.isEmpty {
      comment("Where nothing can happen, every machine is at rest.")
      out.line("NoDeadlock ==")
      out.line("  \\/ ENABLED Next")
      for (index, text) in asked.enumerated() {
        out.words(text, first: index == 0 ? "  \\/ /\\ " : "     /\\ ", next: "          ")
      }
      out.line()
    }
    for (index, law) in table.asserted.enumerated() {
      comment(law.name)
      out.line("Law\(index + 1) ==")
      let condition =
        law.condition(and: "/\\", or: "\\/") { text(names.machines[$0], $1, among: states[$0], isOld: true) } ?? "TRUE"
      out.words(condition, first: "  ", next: "    ")
      out.line()
    }
    out.line(String(repeating: "=", count: 78))
  }

  private mutating func types() {
    comment("Every local state is one that Interlock reached.")
    out.line("TypeOK ==")
    for host in states.indices {
      out.words(member(names.machines[host], states[host]), first: "  /\\ ", next: "       ")
    }
    for (number, ledger) in table.ledgers.enumerated() {
      out.words(member(names.ledgers[number], ledger.states.map(\.number)), first: "  /\\ ", next: "       ")
    }
    for (number, channel) in table.channels.enumerated() {
      let events = "{\(channel.events.map { names.events[Int($0)] }.joined(separator: ", "))}"
      let set = channel.order == .board ? "\\subseteq \(events)" : "\\in Seq(\(events))"
      out.words("\(names.channels[number]) \(set)", first: "  /\\ ", next: "       ")
    }
    for (number, purse) in table.purses.enumerated() {
      out.line("  /\\ \(names.purses[number]) \\in 0..\(purse.limit)")
    }
    out.line()
  }

  private func member(_ name: String, _ numbers: [UInt32]) -> String {
    text(name, numbers, among: Array(0...(numbers.last ?? 0)), isOld: false)!
  }

  /// What it takes for each machine to be at rest, where that is not every state.
  private var resting: [String] {
    table.machines.indices.compactMap { host in
      let numbers = states[host].filter(table.machines[host].resting.contains)
      return numbers.isEmpty ? "FALSE" : text(names.machines[host], numbers, among: states[host], isOld: true)
    }
  }
}

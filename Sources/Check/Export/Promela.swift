import Spec

extension Tabulation {
  /// The system as a Promela model, whose states spin counts alike.
  public var promela: String {
    var printer = PromelaPrinter(self)
    return printer.print()
  }

  /// What to type to count the states of a Promela model with spin.
  public func spinCommand(file: String = "model.pml") -> String {
    var compile = "gcc -O2 -DSAFETY -DNOREDUCE -DMEMLIM=4096"
    let vector = vectorBytes
    if vector > 900 { compile += " -DVECTORSZ=\(vector * 2)" }
    // A depth-first run is at most as long as there are states.
    let run = "./pan -E -n -m\(distinct + 10)" + (hasDeadlock ? " -c0" : "")
    return "spin -a \(file.shellWord) && \(compile) -o pan pan.c && \(run)"
  }

  /// Bytes of spin's state vector, roughly.
  private var vectorBytes: Int {
    let slots = channels.reduce(0) { $0 + ($1.order == .board ? $1.events.count : 2 * channelCapacity + 8) }
    return 32 + 4 * (machines.count + ledgers.count + purses.count) + slots
  }
}

/// Prints a tabulated system in Promela.
///
/// One process, one `d_step` for each move: spin sees no state that Interlock does not. Everything that could hold a
/// step back is in its guard, because a `d_step` must not stop half-way.
struct PromelaPrinter {
  let table: Tabulation
  var names: ExportNames
  var out = ExportText()
  /// The name of each message on a board.
  var posted: [[UInt32: String]]
  let states: [[UInt32]]
  /// The same with those in which a machine is only within a step.
  let passing: [[UInt32]]
  let ledgerOf: [Int: Int]

  init(_ table: Tabulation) {
    self.table = table
    names = ExportNames(table, reserved: Self.reserved)
    posted = []
    states = table.machines.map(\.reachable)
    passing = table.machines.map(\.all)
    ledgerOf = Dictionary(uniqueKeysWithValues: table.ledgers.enumerated().map { ($1.host, $0) })
    for (number, channel) in table.channels.enumerated() {
      posted.append([:])
      guard channel.order == .board else { continue }
      for event in channel.events { posted[number][event] = names.make("\(channel.name) \(table.events[Int(event)])") }
    }
  }

  private static let reserved: Set<String> = [
    "active", "assert", "atomic", "bit", "bool", "break", "byte", "c_code", "c_decl", "c_expr", "c_state", "c_track",
    "chan", "cond_expr", "d_step", "do", "else", "empty", "enabled", "end", "eval", "false", "fi", "for", "full",
    "get_priority", "goto", "hidden", "laws", "if", "in", "init", "inline", "int", "interlock", "len", "local", "ltl",
    "mtype",
    "nempty", "never", "nfull", "np_", "od", "of", "owed", "pc_value", "pid", "printf", "priority", "proctype",
    "provided", "return", "run", "select", "set_priority", "short", "show", "skip", "STDIN", "timeout", "trace", "true",
    "typedef", "unless", "unsigned", "xr", "xs", "define", "include", "linux", "unix",
    // The verifier is C.
    "auto", "case", "char", "const", "continue", "default", "double", "enum", "extern", "float", "long", "main", "now",
    "register", "signed", "sizeof", "static", "struct", "switch", "trpt", "uchar", "uint", "ulong", "union", "ushort",
    "void", "volatile", "while",
  ]

  mutating func print() -> String {
    header()
    declarations()
    for operation in usedOperations { define(operation) }
    defineLaws()
    for (number, channel) in table.channels.enumerated() where channel.order == .unordered { definePut(number) }
    process()
    return out.text
  }

  // MARK: - The header

  private mutating func header() {
    out.line("/*")
    comment(table.title)
    comment("")
    comment(
      "Printed by Interlock. Each machine is tabulated: a complete exploration numbered the local states it can reach, "
        + "and asked its rules about every event in each of them. The system is as it was written: one variable for "
        + "each machine, ledger of open obligations, channel and purse of the world, and one d_step for each move. "
        + "States correspond to Interlock's one to one.")
    comment("")
    comment("Interlock found \(table.distinct.grouped) distinct states and \(table.generated.grouped) steps. With")
    comment("")
    out.line(" *   \(table.spinCommand())")
    comment("")
    comment(
      "spin should say \"\(table.distinct) states, stored\" and \"\(table.generated + 1) transitions\" (it counts the "
        + "start as one)"
        + (table.hasDeadlock ? ", and fail the assertion at the end, where the exploration found a deadlock." : "."))
    if !table.asserted.isEmpty {
      comment("")
      comment("Interlock judged these laws, and they hold; they are asserted after each move:")
      for law in table.asserted { out.words(safe(law.name), first: " *   ", next: " *     ") }
    }
    if !table.laws.isEmpty {
      comment("")
      comment("Interlock judged these laws, and they hold; they are not exported:")
      for law in table.laws { out.words(safe(law), first: " *   ", next: " *     ") }
    }
    if !table.unheld.isEmpty {
      comment("")
      comment("Interlock did not find that these laws hold; they are not exported:")
      for law in table.unheld { out.words(safe(law), first: " *   ", next: " *     ") }
    }
    out.line(" */")
    out.line()
  }

  private mutating func comment(_ text: String) {
    if text.isEmpty { out.line(" *") } else { out.words(safe(text), first: " * ") }
  }

  /// Words that cannot end a comment.
  private func safe(_ text: String) -> String {
    var result = ""
    for character in text { result += character == "/" && result.hasSuffix("*") ? " /" : String(character) }
    return result
  }

  // MARK: - Declarations

  private mutating func declarations() {
    let carried = Set(table.channels.filter { $0.order != .board }.flatMap(\.events))
    for event in carried.sorted() {
      out.line("#define \(names.events[Int(event)]) \(event + 1)  /* \(safe(table.events[Int(event)])) */")
    }
    if !carried.isEmpty { out.line() }
    var told: [String: Int] = [:]
    for (host, machine) in table.machines.enumerated() {
      let key = machine.states.map { "\($0.number) \($0.words)" }.joined(separator: "\n")
      declare(
        names.machines[host], machine.states, machine.start, most: machine.all.last ?? 0,
        as: told[key].map { names.machines[$0] })
      told[key] = told[key] ?? host
    }
    for (number, ledger) in table.ledgers.enumerated() {
      declare(names.ledgers[number], ledger.states, ledger.start, most: ledger.states.last?.number ?? 0, as: nil)
    }
    for (number, channel) in table.channels.enumerated() { declare(channel, number) }
    for (number, purse) in table.purses.enumerated() {
      out.line("\(type(purse.limit)) \(names.purses[number]) = \(purse.limit);")
    }
    out.line()
  }

  private mutating func declare(
    _ name: String, _ states: [(number: UInt32, words: String)], _ start: UInt32, most: UInt32,
    as other: String?
  ) {
    if let other {
      out.line("/* as \(other) */")
    } else {
      out.line("/*")
      for state in states { out.words(safe("\(state.number): \(state.words)"), first: " * ", next: " *     ") }
      out.line(" */")
    }
    out.line("\(type(Int(most))) \(name) = \(start);")
  }

  private mutating func declare(_ channel: Tabulation.Channel, _ number: Int) {
    let name = names.channels[number]
    switch channel.order {
    case .fifo, .held:
      let words = channel.order == .held ? "the head waits while its receiver refuses it" : "first in, first out"
      out.line("/* \(words) */")
      out.line("chan \(name) = [\(table.channelCapacity)] of { \(type(Int(channel.events.max() ?? 0) + 1)) };")
    case .unordered:
      // The place of a message counts, so that states correspond; a receive by pattern would only find the first.
      out.line("/* any may be taken; 0 is an empty place */")
      out.line("\(type(Int(channel.events.max() ?? 0) + 1)) \(name)[\(table.channelCapacity)];")
    case .board:
      out.line("/* \(safe(channel.name)): what is posted stays */")
      for event in channel.events { out.line("bool \(posted[number][event]!);") }
    }
  }

  private func type(_ most: Int) -> String { most < 256 ? "byte" : most < 32_768 ? "short" : "int" }

  // MARK: - Operations

  private var usedOperations: [Int] {
    let used = table.moves.flatMap(\.actions).compactMap { action in
      if case .operate(_, let operation) = action { operation } else { nil }
    }
    return Set(used).sorted()
  }

  private mutating func define(_ operation: Int) {
    let it = table.operations[operation]
    out.line("/* \(safe(it.words)) */")
    out.line("inline operation_\(operation)(owed) {")
    out.wrapped(
      it.rows.map { ":: owed == \($0.from) -> owed = \($0.to)" }, first: "  if ", next: "     ", last: " fi")
    out.line("}")
    out.line()
  }

  private mutating func defineLaws() {
    if table.asserted.isEmpty { return }
    out.line("inline laws() {")
    for (index, law) in table.asserted.enumerated() {
      out.words(safe(law.name), first: "  /* ", next: "     ")
      out.line("  */")
      let condition = law.condition(and: "&&", or: "||") { text(names.machines[$0], $1, among: states[$0]) } ?? "true"
      out.wrapped(
        pieces(condition), first: "  assert(", next: "    ", last: ")" + (index + 1 < table.asserted.count ? ";" : ""))
    }
    out.line("}")
    out.line()
  }

  private mutating func definePut(_ number: Int) {
    let name = names.channels[number]
    out.line("inline put_\(name)(event) {")
    out.line("  if")
    for place in 0..<table.channelCapacity {
      let before = place == 0 ? "" : "\(name)[\(place - 1)] != 0 && "
      out.line("  :: \(before)\(name)[\(place)] == 0 -> \(name)[\(place)] = event")
    }
    out.line("  fi")
    out.line("}")
    out.line()
  }

  // MARK: - Moves

  private mutating func process() {
    out.line("active proctype interlock() {")
    out.line("  do")
    var shown = ""
    for move in table.moves {
      let rule = title(of: move)
      if rule != shown {
        out.line()
        out.line("  /* \(safe(rule)) */")
        shown = rule
      }
      print(move)
    }
    out.line()
    deadlock()
    out.line("  od")
    out.line("}")
  }

  private func title(of move: TabulatedMove) -> String { "\(table.machines[move.host].name): \(move.ruleName)" }

  private mutating func print(_ move: TabulatedMove) {
    var conditions = move.conditions.map(text)
    if let branch = move.branch, let asked = text(branch, among: states) { conditions.insert(asked, at: 0) }
    out.line("  :: d_step { /* \(safe(move.source)) */")
    out.wrapped(
      pieces(conditions.isEmpty ? "true" : conditions.joined(separator: " && ")), first: "       ", next: "       ",
      last: " ->")
    var statements = move.before.map { Statement.plain(text($0)) }
    if let branch = move.branch { statements += body(branch) }
    if !table.asserted.isEmpty { statements.append(.plain("laws()")) }
    print(statements.isEmpty ? [.plain("skip")] : statements, indent: "       ")
    out.line("     }")
  }

  /// The parts of a condition, each with the operator behind it: spin ends a statement where a line ends without one.
  func pieces(_ condition: String) -> [String] {
    condition.split(separator: " ").reduce(into: [String]()) { pieces, word in
      if let last = pieces.last, !last.hasSuffix("&&"), !last.hasSuffix("||") {
        pieces[pieces.count - 1] = last + " " + word
      } else {
        pieces.append(String(word))
      }
    }
  }

  private enum Statement {
    case plain(String)
    case choice([(when: String, then: [Statement])])
  }

  private mutating func print(_ statements: [Statement], indent: String) {
    for (index, statement) in statements.enumerated() {
      let end = index == statements.count - 1 ? "" : ";"
      switch statement {
      case .plain(let text): out.line(indent + text + end)
      case .choice(let options):
        let short = options.compactMap { option in
          if option.then.count == 1, case .plain(let text) = option.then[0] {
            ":: \(option.when) -> \(text)"
          } else {
            nil
          }
        }
        if short.count == options.count {
          out.wrapped(short, first: indent + "if ", next: indent + "   ", last: " fi" + end)
        } else {
          out.line(indent + "if")
          for option in options {
            out.line("\(indent):: \(option.when) ->")
            print(option.then, indent: indent + "   ")
          }
          out.line(indent + "fi" + end)
        }
      }
    }
  }

  private func body(_ branch: TabulatedMove.Branch) -> [Statement] {
    var statements = moved(branch) + branch.actions.map { .plain(text($0)) }
    if let stage = branch.next {
      statements.append(
        .choice(
          stage.branches.map { branch in
            let then = body(branch)
            return (text(branch, among: passing) ?? "true", then.isEmpty ? [.plain("skip")] : then)
          }))
    }
    return statements
  }

  /// The machine's new local state, given that the old one is among the rows.
  private func moved(_ branch: TabulatedMove.Branch) -> [Statement] {
    let name = names.machines[branch.host]
    let moved = branch.rows.filter { $0.from != $0.to }
    guard let first = moved.first else { return [] }
    if moved.count == branch.rows.count, moved.allSatisfy({ $0.to == first.to }) {
      return [.plain("\(name) = \(first.to)")]
    }
    var options = moved.map { ("\(name) == \($0.from)", [Statement.plain("\(name) = \($0.to)")]) }
    if moved.count < branch.rows.count { options.append(("else", [.plain("skip")])) }
    return [.choice(options)]
  }
}

import Options
import Spec

struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a machine: phases, rules in the order tried, contracts, laws and worlds.")

  @Argument(help: "The machine, as interlock list names it.") var machine: String
  @Flag(help: "Print one JSON object.") var json = false

  mutating func run() throws {
    let entry = try Catalog.entry(machine)
    if json { return try Output.json(object(entry)) }
    let style = Style(for: .standardOutput)
    print("\(style.bold(entry.title))  (\(entry.name), specs/\(entry.chapter))")
    for (names, book) in alike(entry.hosts) { show(names.joined(separator: ", "), book, style) }
    if !entry.routes.isEmpty {
      print("\n\(style.bold("routes"))")
      for route in entry.routes { print("  \(route)") }
    }
    print("\n\(style.bold("laws"))")
    for property in entry.properties {
      print("  \(property.kind): \(property.name)\(cited(property.citations))")
    }
    print("\n\(style.bold("worlds"))")
    for world in entry.worlds { print("  \(world.name): \(entry.told(world))") }
    let findings = entry.staticFindings()
    if !findings.isEmpty {
      print("\n\(style.bold("findings"))")
      for finding in findings { print("  " + Output.line(finding, style)) }
    }
  }

  /// The hosts that share a book, each book once.
  private func alike(_ hosts: [(name: String, book: BookDescription)]) -> [(names: [String], book: BookDescription)] {
    var groups: [(names: [String], book: BookDescription)] = []
    for (name, book) in hosts {
      if let place = groups.firstIndex(where: { $0.book.title == book.title }) {
        groups[place].names.append(name)
      } else {
        groups.append(([name], book))
      }
    }
    return groups
  }

  private func show(_ name: String, _ book: BookDescription, _ style: Style) {
    print("\n\(style.bold(name))\(book.words.isEmpty ? "" : ": \(book.words)")")
    for (index, phase) in book.phases.enumerated() {
      print("\n  \(style.bold(phase.name))\(phase.isResting ? " (may rest here)" : "")  \(style.dim(phase.words))")
      for rule in book.rules where rule.phases.contains(index) {
        let to = rule.target.map { " → \(book.phases[$0].name)" } ?? ""
        print("    \(book.events[rule.event]): \(rule.name)\(style.bold(to))\(cited(rule.citations))")
        for guarded in rule.guards { print(style.dim("      when \(guarded.name)")) }
        for clause in rule.clauses { print(style.dim("      \(words(clause.kind, book))")) }
      }
      for silence in book.silences where silence.phases.contains(index) {
        let link = silence.word == "refused" ? "unless" : "because"
        print(style.dim("    \(silence.eventName): \(silence.word) \(link) \(silence.reason)"))
      }
    }
    if !book.contracts.isEmpty { print("\n  \(style.bold("contracts"))") }
    for contract in book.contracts { print("    \(words(contract, book))") }
  }

  private func cited(_ citations: [String]) -> String {
    citations.isEmpty ? "" : "  [\(citations.joined(separator: ", "))]"
  }

  private func words(_ clause: ClauseKind, _ book: BookDescription) -> String {
    switch clause {
    case .update(let words): words.isEmpty ? "update" : "update: \(words)"
    case .emit(let kind): "send \(book.effects[kind])"
    case .emitEach(let kind): "send \(book.effects[kind]) for each"
    case .cancel(let kind): "cancel \(book.effects[kind])"
    case .cancelAll(let kind): "cancel every \(book.effects[kind])"
    }
  }

  private func words(_ contract: BookDescription.ContractDescription, _ book: BookDescription) -> String {
    if contract.isNotice { return "\(contract.name): notice" }
    let stages = contract.stages.map { stage in
      "\(stage.isOwed ? "owed" : "maybe") \(stage.answers.map(\.name).joined(separator: " | "))"
    }
    let timer =
      contract.options.timer.map { timer in
        timer.duration.map { " after \($0.milliseconds) ms" } ?? " after the time it carries"
      } ?? ""
    let faults =
      contract.options.faults.isEmpty
      ? "" : "; may be \(contract.options.faults.map { "\($0)" }.sorted().joined(separator: ", "))"
    return "\(contract.name)\(timer): \(stages.joined(separator: ", then "))\(faults)"
  }

  private func object(_ entry: CatalogEntry) -> [String: Any] {
    [
      "name": entry.name, "title": entry.title, "chapter": entry.chapter,
      "machines": entry.hosts.map { name, book in
        [
          "name": name, "phases": book.phases.map(\.name), "events": book.events, "effects": book.effects,
          "rules": book.rules.map { rule in
            [
              "name": rule.name, "phases": rule.phases.map { book.phases[$0].name }, "event": book.events[rule.event],
              "guards": rule.guards.map(\.name), "clauses": rule.clauses.map { words($0.kind, book) },
              "to": rule.target.map { book.phases[$0].name } as Any? ?? "", "cites": rule.citations,
            ] as [String: Any]
          },
          "contracts": book.contracts.map { words($0, book) },
        ] as [String: Any]
      },
      "routes": entry.routes,
      "laws": entry.properties.map { ["kind": $0.kind, "name": $0.name, "cites": $0.citations] as [String: Any] },
      "worlds": entry.worlds.map(\.name), "findings": Output.json(entry.staticFindings()),
    ]
  }
}

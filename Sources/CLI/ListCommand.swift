import Options

struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the machines, their worlds and their chapters.")

  @Flag(help: "Print one JSON object.") var json = false

  mutating func run() throws {
    if json {
      return try Output.json([
        "machines": Catalog.entries.map { entry in
          [
            "name": entry.name, "title": entry.title, "chapter": entry.chapter, "hosts": entry.hosts.map(\.name),
            "worlds": entry.worlds.map {
              [
                "name": $0.name, "words": $0.words, "exhaustive": $0.isExhaustive, "default": entry.isDefault($0.name),
              ] as [String: Any]
            },
          ] as [String: Any]
        }
      ])
    }
    let style = Style(for: .standardOutput)
    for entry in Catalog.entries {
      print("\(style.bold(entry.name))  \(entry.title), specs/\(entry.chapter)")
      print("  machines: \(entry.hosts.map { "\($0.name) (\($0.book.rules.count) rules)" }.joined(separator: ", "))")
      var table = Table(["", "world", ""])
      for world in entry.worlds { table.add("", world.name, entry.told(world)) }
      print(table.text, terminator: "")
    }
  }
}

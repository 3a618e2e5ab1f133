import Engine
import Options

struct Compact: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compact", abstract: "Drop the records of a journal that its last snapshot stands for.",
    discussion: """
      The chain goes on from the snapshot, and an audit says that it starts there. What was dropped is gone for good: \
      keep a copy where the whole run may have to be shown.
      """,
    exitCodes: [
      0: "the journal is smaller, or was small already", 2: "usage",
      3: "there is no snapshot, the journal is being written, or it is damaged",
    ])

  @Argument(help: "The journal's file.") var journal: String
  @Flag(help: "Print one JSON object.") var json = false

  mutating func run() throws {
    let dropped = try Journal.compact(journal)
    if json {
      try Output.json(["journal": journal, "dropped": dropped])
    } else {
      print("\(Output.count(Int(dropped))) records dropped; the journal starts at a snapshot")
    }
  }
}

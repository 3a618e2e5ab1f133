import Engine
import Foundation
import Options
import Spec

struct Compat: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compat", abstract: "Tell which persisted states of one version lose their meaning under another.",
    discussion: """
      Each side is a journal, whose header describes the rules it was written under; a file that \
      `interlock describe MACHINE --json` wrote; or the name of a machine of this version. \
      A journal is continued by another version when nothing loses its meaning and its last records come to the same.
      """,
    exitCodes: [
      0: "everything persisted keeps its meaning", 1: "something loses its meaning", 2: "usage",
      3: "a file is missing, or is no description",
    ])

  @Argument(help: "What the state was persisted under.") var old: String
  @Argument(help: "What it is to be read under.") var new: String
  @Flag(help: "Print one JSON object.") var json = false

  mutating func run() throws {
    let (before, after) = (try Compat.shape(old), try Compat.shape(new))
    let changes = before.changes(to: after)
    let losses = changes.count { $0.kind == .loses }
    if json {
      try Output.json([
        "system": after.system, "old_book": before.book, "new_book": after.book,
        "changes": changes.map { ["kind": $0.kind.rawValue, "what": $0.what, "words": $0.words] },
        "verdict": losses == 0 ? "accepted" : "refused",
      ])
    } else {
      let style = Style(for: .standardOutput)
      print("\(style.bold(before.system))  book \(before.book) to \(after.book)")
      for change in changes { print("  \(change.kind == .loses ? "loses" : "keeps")  \(change.what) \(change.words)") }
      if changes.isEmpty { print("  the rules are the same") }
      print(
        losses == 0
          ? "accepted   everything persisted keeps its meaning"
          : "refused    \(losses) persisted \(losses == 1 ? "thing loses its" : "things lose their") meaning")
    }
    if losses > 0 { throw ExitCode.findings }
  }

  /// Reads a side: the name of a machine, a description, or a journal.
  private static func shape(_ name: String) throws -> DesignShape {
    if let entry = Catalog.entries.first(where: { $0.name == name }) { return entry.shape() }
    if let data = FileManager.default.contents(atPath: name),
      let shape = DesignShape(json: String(decoding: data, as: UTF8.self))
    {
      return shape
    }
    let reader: JournalReader
    do throws(JournalError) { reader = try JournalReader(reading: name) } catch {
      guard case .notAJournal = error else { throw error }
      throw WorldFailure(
        "\(name) is neither a machine, nor a description, nor a journal", try: "interlock describe <machine> --json",
        "interlock list, for the machines")
    }
    guard let shape = DesignShape(json: reader.header.shape) else {
      throw WorldFailure(
        "the journal \(name) does not describe the rules it was written under",
        try: "interlock describe <machine> --json, with the version that wrote it")
    }
    return shape
  }
}

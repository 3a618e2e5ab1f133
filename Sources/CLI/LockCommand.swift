import Foundation
import Options
import Verification

struct Lock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Pin the published rules of a machine: from then on only additions pass an audit.",
    discussion: """
      What is pinned, in specs/lock.json: phases, events, effects and fields of the state with their places and \
      ranges, contracts, what is said of events that no rule takes, each rule with its phases, guards, changes, \
      target and citations, and the laws. Guards and updates are pinned by their names: what they compute is for \
      worlds and scenarios to judge. New rules behind the old ones, new laws, and new names at the end are additions.

      A locked machine that has only been added to may be locked again, which pins the additions too. A digest of each \
      lock tells where the file was changed by hand.
      """,
    exitCodes: [
      0: "locked", 1: "the machine differs from its lock otherwise than by additions", 2: "usage",
      3: "specs/lock.json cannot be read or written, or was changed by hand",
    ])

  @Argument(help: "The machine, as interlock list names it.") var machine: String?
  @Flag(help: "Every machine.") var all = false
  @Option(help: ArgumentHelp("The package's folder.", valueName: "folder")) var root: String = "."
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    guard (machine == nil) == all else {
      throw ValidationError(all ? "give a machine or --all, not both" : "name a machine, or give --all")
    }
  }

  mutating func run() throws {
    let folder = URL(fileURLWithPath: root)
    let entries = try machine.map { [try Catalog.entry($0)] } ?? Catalog.entries
    guard FileManager.default.fileExists(atPath: folder.appendingPathComponent("specs").path) else {
      throw WorldFailure(
        "there is no folder \(folder.appendingPathComponent("specs").path)",
        try: "interlock lock --root <the package's folder>")
    }
    // What is pinned is what lies here.
    if let old = BuiltSources(in: folder).finding(Specs(root: folder).chapters) {
      throw WorldFailure(old.words, try: "swift build, then lock")
    }
    var file = try LockFile(root: folder)
    try file.mustBeAsWritten(entries)
    var told: [(machine: String, what: String, changes: [BookChange])] = []
    for entry in entries {
      let book = entry.published
      let changes = file.changes(of: entry.name, to: book)
      if (changes ?? []).allSatisfy(\.isAddition) {
        file.lock(entry.name, book, on: Lock.today)
        told.append(
          (entry.name, changes.map { $0.isEmpty ? "unchanged" : "additions" } ?? "locked", changes ?? []))
      } else {
        told.append((entry.name, "broken", changes ?? []))
      }
    }
    let isBroken = told.contains { $0.what == "broken" }
    if isBroken {
      // One that differs keeps the others from being locked, and only it is told of.
      told = told.filter { $0.what == "broken" }
    } else {
      try file.write(root: folder)
    }
    if json {
      let objects = told.map { machine, what, changes -> [String: Any] in
        [
          "machine": machine, "lock": what, "changes": changes.map(\.words),
          "breaches": changes.filter { !$0.isAddition }.map(\.words),
        ]
      }
      try Output.json(["machines": objects, "verdict": isBroken ? "refused" : "locked"])
    } else {
      for (machine, what, changes) in told { Lock.show(machine, what, changes) }
    }
    if isBroken { throw ExitCode.findings }
  }

  private static func show(_ machine: String, _ what: String, _ changes: [BookChange]) {
    let style = Style(for: .standardOutput)
    switch what {
    case "locked": print("\(machine) is locked: its rules may only be added to")
    case "unchanged": print("\(machine) is locked, and as it was")
    case "additions":
      print("\(machine) is locked with \(Output.count(changes.count, "addition", "additions"))")
      for change in changes { print("  \(change.words)") }
    default:
      print(style.red("\(machine) differs from its lock"))
      for change in changes where !change.isAddition { print("  \(change.words)") }
      print("  try: interlock unlock \(machine) --reason \"…\"")
    }
  }

  static var today: String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = "yyyy-MM-dd"
    return format.string(from: Date())
  }
}

extension LockFile {
  /// - Throws: `WorldFailure` where the lock of one of these machines is not as it was written, or is lost.
  func mustBeAsWritten(_ entries: [CatalogEntry]) throws {
    guard let edited = entries.first(where: { isEdited($0.name) }) else { return }
    throw WorldFailure(
      "the lock of \(edited.name) in \(LockFile.path) is not as it was written, or is lost",
      try: "restore the file; or: \(Catalog.program) unlock \(edited.name) --reason \"…\"")
  }
}

struct Unlock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Let the published rules of a machine change, with a reason that its page shows.",
    exitCodes: [0: "unlocked", 2: "usage: no such machine, no reason, or no lock", 3: "specs/lock.json cannot be used"])

  @Argument(help: "The machine, as interlock list or specs/lock.json names it.") var machine: String
  @Option(help: ArgumentHelp("Why its published rules have to change.", valueName: "words")) var reason: String
  @Option(help: ArgumentHelp("The package's folder.", valueName: "folder")) var root: String = "."
  @Flag(help: "Print one JSON object.") var json = false

  mutating func validate() throws {
    // It stands in a row of a table.
    reason = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
    if reason.allSatisfy(\.isWhitespace) {
      throw ValidationError("--reason is empty: say why the rules have to change")
    }
  }

  mutating func run() throws {
    let folder = URL(fileURLWithPath: root)
    var file = try LockFile(root: folder)
    guard file.unlock(machine, on: Lock.today, reason: reason) else {
      _ = try Catalog.entry(machine)
      throw ValidationError("\(machine) is not locked (see \(LockFile.path))")
    }
    try file.write(root: folder)
    if json { return try Output.json(["machine": machine, "reason": reason, "verdict": "unlocked"]) }
    print("\(machine) is unlocked; its page tells why")
    print("  try: interlock lock \(machine), once the rules are as they should be")
  }
}

import Engine
import Options
import Spec

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Step through a journal again, and show the state at any record.",
    exitCodes: [
      0: "the replay follows the journal", 1: "it diverges, or the journal was edited", 2: "usage", 3: "no journal",
    ])

  @Argument(help: "The journal's file.") var journal: String
  @Option(
    help: ArgumentHelp(
      "Step to this record, from the snapshot before it, and show the step, the state and what is open.",
      valueName: "record"))
  var to: UInt64?
  @Option(help: ArgumentHelp("The same as --to.", valueName: "record")) var record: UInt64?
  @Option(help: ArgumentHelp("Which of the journal's systems, counted from 0.", valueName: "number")) var place = 0
  @Option(
    help: ArgumentHelp("Tell so many records up to that one, or to where it diverges, as steps.", valueName: "count"))
  var last: UInt64 = 1
  @Option(help: "Draw these records as a sequence of messages too.") var diagram: DiagramForm?
  @Option(help: ArgumentHelp("Put the diagram into this file instead.", valueName: "file")) var diagramFile: String?
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    for (name, number) in [("--to", to), ("--record", record)] where number == 0 {
      throw ValidationError("\(name) is 0; records are counted from 1")
    }
    if to != nil, record != nil { throw ValidationError("--to and --record say the same: give one of them") }
    if place < 0 { throw ValidationError("--place is \(place); systems are counted from 0") }
    if last == 0 { throw ValidationError("--last is 0; give a number above 0") }
    try Telling.validate(diagram, file: diagramFile)
  }

  mutating func run() throws {
    let usage = Usage()
    let record = to ?? record
    let dropped = try JournalReader(reading: journal).droppedUpTo
    if let record, record <= dropped {
      throw ValidationError(
        "the journal starts after record \(dropped): the records before were dropped; "
          + "\(to == nil ? "--record" : "--to") is \(record)")
    }
    let audit = try Audit.walk(
      journal, AuditRequest(judges: false, until: record, told: last, place: place, hurries: true))
    if let record, audit.last < record, audit.verdict == .ready {
      throw ValidationError(
        "the journal has \(audit.last) records; \(to == nil ? "--record" : "--to") is \(record)")
    }
    if let diagram, let diagramFile { try Telling.write(audit.drawn(diagram), to: diagramFile) }
    if json {
      try Output.json([
        "journal": journal, "records": audit.report.records, "record": audit.last,
        "from_snapshot": audit.report.startedAfter, "steps": audit.told,
        "open": audit.open.map { ["ticket": $0.ticket, "effect": $0.effect, "awaited": $0.awaited] },
        "state": Dictionary(audit.state.map { ($0.path, $0.value) }, uniquingKeysWith: { a, _ in a }),
        "findings": Output.json(audit.findings), "verdict": audit.verdict.rawValue,
      ])
    } else {
      let style = Style(for: .standardOutput)
      let rate = Double(audit.report.records) / max(usage.wallSeconds, 1e-9)
      print(
        "\(Output.count(audit.report.records)) records replayed in \(Output.decimal(usage.wallSeconds)) s "
          + "(\(Output.count(Int(rate))) a second)"
          + (audit.report.startedAfter == 0
            ? "" : ", from the snapshot after record \(Output.count(Int(audit.report.startedAfter)))")
      )
      for finding in audit.findings { print(Output.line(finding, style)) }
      if !audit.told.isEmpty { print("\n\(audit.told)") }
      if diagramFile == nil, let diagram { print("\n\(audit.drawn(diagram))") }
      if let record, audit.last == record {
        print("\n\(style.bold("the state after record \(record)"))\n")
        for line in audit.state { print("  \(line.path) = \(line.value)") }
        print("\n\(style.bold("open obligations"))\n")
        if audit.open.isEmpty { print("  none") }
        for it in audit.open { print("  \(it.ticket)  \(it.effect)  (\(it.awaited))") }
      } else if audit.verdict == .ready {
        print("each step came to the recorded outcome, rules, effects and fingerprint")
      }
    }
    if audit.verdict != .ready { throw ExitCode.findings }
  }
}

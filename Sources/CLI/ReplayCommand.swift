import Options
import Spec

struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Step through a journal again, and show the state at any record.",
    exitCodes: [
      0: "the replay follows the journal", 1: "it diverges, or the journal was edited", 2: "usage", 3: "no journal",
    ])

  @Argument(help: "The journal's file.") var journal: String
  @Option(help: ArgumentHelp("Stop after this record and show the state.", valueName: "number")) var record: UInt64?
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if record == 0 { throw ValidationError("--record is 0; records are counted from 1") }
  }

  mutating func run() throws {
    let usage = Usage()
    let audit = try Audit.walk(journal, judges: false, until: record)
    if let record, UInt64(audit.report.records) < record, audit.verdict == .ready {
      throw ValidationError("the journal has \(audit.report.records) records; --record is \(record)")
    }
    if json {
      try Output.json([
        "journal": journal, "records": audit.report.records,
        "state": Dictionary(audit.state.map { ($0.path, $0.value) }, uniquingKeysWith: { a, _ in a }),
        "findings": Output.json(audit.findings), "verdict": audit.verdict.rawValue,
      ])
    } else {
      let style = Style(for: .standardOutput)
      let rate = Double(audit.report.records) / max(usage.wallSeconds, 1e-9)
      print(
        "\(Output.count(audit.report.records)) records replayed in \(Output.decimal(usage.wallSeconds)) s "
          + "(\(Output.count(Int(rate))) a second)"
      )
      for finding in audit.findings { print(Output.line(finding, style)) }
      if let record, UInt64(audit.report.records) == record {
        print("\n\(style.bold("record \(record)"))  \(audit.last)\n")
        for line in audit.state { print("  \(line.path) = \(line.value)") }
      } else if audit.verdict == .ready {
        print("each step came to the recorded outcome, rules, effects and fingerprint")
      }
    }
    if audit.verdict != .ready { throw ExitCode.findings }
  }
}

import Engine
import Foundation
import Spec
import Testing

/// A journal written anew by somebody who knows how to compute its chain.
@Suite struct `A forged journal` {
  private let scratch: Scratch
  private let journal: String

  init() throws {
    scratch = try Scratch()
    journal = scratch.path("run.sqlite")
    let run = try Program.run(
      "run", "examples/three-agents.jsonl", "--journal", journal, "--clock", "virtual", "--seed", "1")
    try #require(run.status == 0)
  }

  /// The same journal with its records changed, under a chain of its own.
  private func forged(_ change: (inout [Record]) -> Void) throws -> String {
    let reader = try JournalReader(reading: journal)
    var records = reader.records().records
    change(&records)
    let path = scratch.path("forged.sqlite")
    let copy = try Journal(creating: path, header: reader.header)
    for record in records {
      let fired = record.fired.flatMap { [Int16($0.host), Int16($0.rule)] }
      try record.event.withUnsafeBytes { event in
        try record.effects.withUnsafeBytes { effects in
          try fired.withUnsafeBytes { fired in
            _ = try copy.append(
              nanoseconds: record.nanoseconds, cause: record.cause, event: event, outcome: record.outcome,
              fired: fired, effects: effects, state: record.state)
          }
        }
      }
    }
    try copy.commit()
    try copy.close()
    return path
  }

  @Test func `is as good as the original while nothing is changed`() throws {
    #expect(try Program.run("audit", "--journal", try forged { _ in }).status == 0)
  }

  @Test func `is rejected at the first record that the rules do not admit, and told why`() throws {
    let path = try forged { records in
      let place = records.firstIndex { $0.outcome == .refused }!
      records[place].outcome = .fired(rule: 0)
      records[place].fired = [(1, 0)]
    }
    let audit = try Program.run("audit", "--journal", path)
    #expect(audit.status == 1)
    for words in [
      "is the first that the spec does not admit; records 1 to", "the journal says:", "the spec says: refused",
      "rules for it here, in the order tried", "says no: it is not so that", "admitted here instead",
      "the state before",
    ] { #expect(audit.output.contains(words), "\(words) in \(audit.output)") }
    let object = try Program.run("audit", "--journal", path, "--json").object()
    #expect((object["rejection"] as? String)?.contains("the spec says: refused") == true)
    #expect(object["rejected_at"] as? Int == object["diverged_at"] as? Int)
  }

  @Test func `without one of its records is rejected at the next that depends on it`() throws {
    let audit = try Program.run("audit", "--journal", try forged { $0.remove(at: 20) })
    #expect(audit.status == 1)
    #expect(audit.output.contains("is the first that the spec does not admit"), "\(audit.output)")
  }

  @Test(arguments: ["terminal", "mermaid", "svg"]) func `is drawn, as any journal is`(form: String) throws {
    let marks = ["terminal": "╭", "mermaid": "sequenceDiagram", "svg": "<svg xmlns"]
    let mark = try #require(marks[form])
    let replay = try Program.run("replay", journal, "--record", "40", "--last", "8", "--diagram", form)
    #expect(replay.status == 0)
    #expect(replay.output.contains(mark))
    #expect(replay.output.contains("router.epoch = "))
    let drawn = scratch.path("drawn")
    let audit = try Program.run(
      "audit", "--journal", try forged { $0[39].state ^= 1 }, "--diagram", form, "--diagram-file", drawn)
    #expect(audit.status == 1 && !audit.output.contains(mark))
    #expect(try String(contentsOfFile: drawn, encoding: .utf8).contains(mark))
  }

  @Test func `needs a form to be drawn in`() throws {
    let replay = try Program.run("replay", journal, "--diagram-file", "x")
    #expect(replay.status == 2)
    #expect(replay.errors.contains("--diagram-file is given without --diagram"))
    #expect(try Program.run("audit", "--diagram", "svg").errors.contains("name it with --journal"))
  }
}

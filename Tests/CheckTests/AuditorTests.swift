import Check
import Spec
import Testing

/// Lends things out under a number, and asks one question at a time, with a second to answer it.
private let book = RuleBook<Toy>("Desk", resting: .idle) {
  In(.idle) {
    On(.take, "lend").then { toy, _ in toy[0] += 1 }.emit(.send) { _, number in number }
    On(.give, "it is back").then { toy, _ in toy[0] -= 1 }
    On(.go, "ask").emit(.ask).emit(.timer).emit(.tell) { toy, _ in toy[0] }
    On(.yes, "answered").cancel(.timer)
    On(.tick, "nobody answered").cancel(.ask)
    On(.turn, "count wrongly").then { toy, number in toy[0] += number }
  }
  Refused(.stop, in: .idle, unless: "it is late")
  Answers(.send, of: { $0 }) { Owed { Answer(.give) { $0 } } }
  Answers(.ask) { Owed { Answer(.yes) } }
  Timer(.timer, after: .seconds(1), fires: .tick, afterCrash: .again)
  Notice(.tell)
  Always("at most five are out") { toy in toy[0] <= 5 }
  Sometimes("two are out") { toy in toy[0] == 2 }
}

private let design = Alone.design(book, [])

/// A record as a journal keeps it.
private struct Kept {
  var number: UInt64
  var nanoseconds: UInt64
  var cause: Record.Cause
  var event: [UInt8]
  var outcome: Outcome
  var fired: [UInt8]
  var effects: [UInt8]
  var state: UInt64 = 0

  func read<Result>(_ body: (RecordedStep) -> Result) -> Result {
    event.withUnsafeBytes { event in
      fired.withUnsafeBytes { fired in
        effects.withUnsafeBytes { effects in
          body(
            RecordedStep(
              number: number, nanoseconds: nanoseconds, cause: cause, event: event, outcome: outcome, fired: fired,
              effects: effects, state: state))
        }
      }
    }
  }
}

private func bytes(of value: some Coded) -> [UInt8] {
  var copy = value
  let buffer = ByteBuffer()
  var writer = ByteWriter(buffer)
  copy.fields(&writer)
  return Array(buffer.bytes)
}

private let start = bytes(of: Alone(toy: Toy([0])))

private func auditor() -> Auditor<Alone> { Auditor(design, start: start, shape: Alone(toy: Toy([0])))! }

/// A host that writes down what it does.
private struct Recorder {
  var toy = Alone(toy: Toy([0]))
  let stepper = Stepper(design)
  /// Tells the fingerprint that it misses in each record.
  let scribe = auditor()
  var kept: [Kept] = []
  var seconds: UInt64 = 0

  mutating func give(_ event: Toy.Event, answering ticket: Int? = nil, after seconds: UInt64 = 0) {
    self.seconds += seconds
    let outcome = stepper.step(&toy, Carried(it: event))
    let orders = ByteBuffer()
    stepper.encodeOrders(into: orders)
    var record = Kept(
      number: UInt64(kept.count + 1), nanoseconds: self.seconds * 1_000_000_000,
      cause: ticket.map { .answer(ticket: UInt64($0)) } ?? .input, event: bytes(of: Carried(it: event)),
      outcome: outcome, fired: stepper.fired.withUnsafeBytes { Array($0) }, effects: Array(orders.bytes))
    let before = scribe.report.count[.critical] ?? 0
    _ = record.read { scribe.take($0) }
    precondition(scribe.report.count[.critical] == before + 1 && scribe.report.findings.last!.code == "diverged")
    record.state = UInt64(scribe.report.findings.last!.words.split(separator: " ").last!, radix: 16)!
    kept.append(record)
  }
}

/// Ten records: two things lent, one question answered, one not.
private let run: [Kept] = {
  var host = Recorder()
  host.give(.init(kind: 6, number: 1))
  host.give(.init(kind: 6, number: 2))
  host.give(.init(kind: 7, number: 1), answering: 1 * 256)
  host.give(.init(kind: 0))
  host.give(.init(kind: 2), answering: 4 * 256)
  host.give(.init(kind: 1))
  host.give(.init(kind: 0))
  host.give(.init(kind: 4), answering: 7 * 256 + 1, after: 2)
  host.give(.init(kind: 6, number: 3))
  host.give(.init(kind: 7, number: 3), answering: 9 * 256)
  return host.kept
}()

private func audit(_ records: [Kept], isClosed: Bool = true) -> AuditReport {
  let auditor = auditor()
  for record in records where !record.read({ auditor.take($0) }) { break }
  auditor.finish(isClosed: isClosed)
  return auditor.report
}

private func audit(_ spoil: (inout [Kept]) -> Void) -> [String] {
  var records = run
  spoil(&records)
  return audit(records).findings.map { "\($0.code) at \($0.place)" }
}

@Suite struct `Audits` {
  @Test func `a faithful run is accepted, and what is still owed at its end is named`() {
    let report = audit(run)
    #expect(report.records == 10 && report.divergedAt == nil && report.isClosed)
    #expect(
      report.findings.map { "\($0.severity.word) \($0.code) at \($0.place): \($0.words)" } == [
        "MINOR answer-owed at record 2: the run ended, and an answer to toy send number=2 (toy.send) is still owed"
      ])
    #expect(report.count == [.minor: 1] && report.verdict == .ready)
    #expect(report.timerLatenessMax == 1_000_000_000)
    #expect(report.sometimesMet.map(\.isMet) == [true])
  }

  @Test func `what a run cut short leaves open is not held against it`() {
    let report = audit(run, isClosed: false)
    #expect(report.findings == [] && !report.isClosed)
  }

  @Test func `each spoiled record is found, with its number`() {
    let owed = "answer-owed at record 2"
    for index in run.indices {
      let number = index + 1
      #expect(audit { $0[index].outcome = .ignored }.first == "outcome-differs at record \(number)")
      #expect(audit { $0[index].state ^= 1 }.first == "diverged at record \(number)")
      #expect(audit { $0[index].effects.append(0) }.first == "effects-differ at record \(number)")
      #expect(audit { $0[index].fired += [0, 0, 0, 0] }.first == "rules-differ at record \(number)")
      #expect(audit { $0[index].event = [] }.first == "undecodable-event at record \(number)")
      #expect(audit { $0[index].event[1] = 99 }.first == "undecodable-event at record \(number)")
      #expect(audit { $0[index].event.append(0) }.first == "undecodable-event at record \(number)")
      // The last records leave what they found, but for what is then owed.
      if index != 5 { #expect(audit { $0.remove(at: index) } != [owed]) }
      guard case .answer = run[index].cause else { continue }
      #expect(audit { $0.insert($0[index], at: index + 1) }.first == "answer-unowed at record \(number)")
      #expect(audit { $0[index].cause = .input }.first == "answer-unasked at record \(number)")
      guard index + 1 < run.count else { continue }
      #expect(audit { $0.swapAt(index, index + 1) } != [owed])
    }
  }

  @Test func `a dropped answer shows in the first record after it`() {
    #expect(audit { $0.remove(at: 2) }.first == "effects-differ at record 4")
    #expect(audit { $0.remove(at: 4) }.first == "diverged at record 6")
  }

  @Test func `an answer for another ticket is outside its contract`() {
    #expect(audit { $0[2].cause = .answer(ticket: 2 * 256) }.first == "off-contract at record 3")
    #expect(audit { $0[2].cause = .answer(ticket: 77) }.first == "answer-unowed at record 3")
    #expect(audit { $0[2].cause = .delivery(channel: 0) }.first == "not-head at record 3")
    #expect(audit { $0[2].cause = .offContract(ticket: 256) }.first == "off-contract at record 3")
  }

  @Test func `a timer that fires early is named, with how early`() {
    var records = run
    records[7].nanoseconds = 999_999_999
    let report = audit(records)
    #expect(report.findings.first?.code == "timer-early" && report.findings.first?.place == "record 8")
    #expect(report.findings.first?.words == "toy.timer fired 1 ns before its time")
    #expect(report.divergedAt == nil && report.verdict == .fixRequired)
  }

  @Test func `laws are judged along the run, and each breach of one is counted`() {
    var host = Recorder()
    for number in UInt8(1)...15 { host.give(.init(kind: 6, number: number)) }
    let report = audit(host.kept, isClosed: false)
    #expect(report.findings.count == 10)
    #expect(report.findings.first?.place == "record 6")
    #expect(report.findings.first?.words == #""at most five are out" does not hold"#)
    #expect(report.count == [.critical: 10])
  }

  @Test func `a start that does not decode is no start`() {
    #expect(Auditor(design, start: [], shape: Alone(toy: Toy([0]))) == nil)
    #expect(Auditor(design, start: start + [0], shape: Alone(toy: Toy([0]))) == nil)
  }
}

/// Why the first record that the spec does not admit is none.
private func rejection(_ spoil: (inout [Kept]) -> Void) throws -> String {
  var records = run
  spoil(&records)
  let number = try #require(audit(records).rejectedAt)
  let auditor = auditor()
  for record in records {
    if record.number == number { return record.read { auditor.rejection(of: $0) }.text }
    _ = record.read { auditor.take($0) }
  }
  return ""
}

@Suite struct `A rejected journal` {
  @Test func `tells what the spec says instead`() throws {
    var text = try rejection { $0[5].outcome = .fired(rule: 0) }
    #expect(text == "")
    text = try rejection { $0[3].fired = $0[0].fired }
    #expect(text == "")
  }

  @Test func `tells the effects of the journal and of the spec`() throws {
    let text = try rejection { $0[8].effects = $0[6].effects }
    #expect(text == "")
    #expect(try rejection { $0[8].effects += [9] }.contains("bytes that are no effect"))
    #expect(try rejection { $0[8].effects.removeLast() }.contains("bytes that are no effect"))
  }

  @Test func `tells what is open, when an answer is none`() throws {
    let text = try rejection { $0[2].cause = .answer(ticket: 2 * 256) }
    #expect(text == "")
    #expect(try rejection { $0[4].cause = .answer(ticket: 77 * 256) }.contains("ticket 77.0 is not open"))
  }

  @Test func `tells when an answer came as an input`() throws {
    let text = try rejection { $0[2].cause = .input }
    #expect(text == "")
  }

  @Test func `tells what the spec changes, when the state after is another`() throws {
    var text = try rejection { $0[0].state ^= 1 }
    #expect(text == "")
    text = try rejection { $0[0].event = [] }
    #expect(text == "")
  }
}

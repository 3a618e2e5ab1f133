import CXXHash
import Spec

/// Walks along a journal and holds each record against the spec.
///
/// For each record it asks: was the answer owed to an open obligation, and within its contract? Does the same event,
/// in the same state, come to the same outcome, the same rules, effects and fingerprint? Does every property hold?
/// Did a timer fire before its time? Properties that walk the whole state are judged so often that their cost stays
/// proportional to the journal; the report says how often.
///
/// - Complexity: O(1) memory beyond the state; a few microseconds per record.
public final class Auditor<S: System> {
  /// The state after the last record.
  @exclusivity(unchecked) public var state: S
  @exclusivity(unchecked) public var ledger: Ledger<S>
  @exclusivity(unchecked) public var report = AuditReport()
  public let stepper: Stepper<S>
  /// The state before the first record, where volatile machines begin again.
  @usableFromInline let start: S
  @usableFromInline let design: Design<S>
  @usableFromInline let judge: RunJudge<S>?
  @usableFromInline let buffer = ByteBuffer()
  @exclusivity(unchecked) @usableFromInline var credit = 0
  @exclusivity(unchecked) @usableFromInline var lastNanoseconds: UInt64 = 0

  /// - Parameters:
  ///   - design: The system.
  ///   - start: The state before the first record, encoded, as the journal's header has it.
  ///   - shape: A state of the same configuration (team size, capacity), to decode into.
  ///   - judges: Whether properties are judged; a replay compares outcomes and fingerprints only.
  public init?(_ design: Design<S>, start: [UInt8], shape: S, judges: Bool = true) {
    var state = shape
    let isWhole = start.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      state.fields(&reader)
      return !reader.failed && reader.isAtEnd
    }
    guard isWhole else { return nil }
    self.design = design
    let (answered, routed) = (Self.answered(design), Self.routed(design))
    var (isFree, kindBases): (ContiguousArray<Bool>, ContiguousArray<Int>) = ([], [])
    for host in design.hosts {
      kindBases.append(isFree.count)
      for event in host.book.events.indices {
        let pair = Pair(host: host.index, event: event)
        isFree.append(answered[pair] == nil && routed[pair] == nil)
      }
    }
    (self.answered, self.routed) = (answered, routed)
    (self.isFree, self.kindBases) = (isFree, kindBases)
    self.state = state
    self.start = state
    ledger = Ledger(design)
    stepper = Stepper(design)
    stepper.isRecording = judges
    judge = judges ? RunJudge(design, stepper) : nil
  }

  /// Takes the next record.
  ///
  /// - Returns: Whether the state still follows the journal; after a divergence nothing later can be judged.
  @inlinable public func take(_ record: RecordedStep) -> Bool { take(record, DecodedEvents<S>.decode(record.event)) }

  /// The same, of a record whose event was decoded before; nil where it could not be.
  @inlinable public func take(_ record: RecordedStep, _ event: S.Event?) -> Bool {
    report.records += 1
    if record.nanoseconds < lastNanoseconds {
      find(
        record, .critical, "time-backwards",
        "it is stamped \(lastNanoseconds - record.nanoseconds) ns before the record before it")
    }
    let previous = lastNanoseconds
    lastNanoseconds = record.nanoseconds
    if case .crash(let last) = record.cause { return takeCrash(record, aliveUntil: last, previous: previous) }
    guard let event else {
      return diverge(record, "undecodable-event", "its event is none that \(design.name) knows")
    }
    if case .offContract(let ticket) = record.cause {
      reject(
        record, "off-contract",
        "\(Printer.line(of: event)) was given for ticket \(words(ticket)), whose contract does not admit it")
      return true
    }
    guard admits(record, event) else { return false }
    // A check of the whole state may cost as much as 16 elements for each record since the last one.
    credit += 16
    let isDear = judge != nil && credit >= state.weight
    if isDear {
      credit = 0
      report.wholeStateChecks += 1
    }
    judge?.begin(state, isCrash: false, includesDear: isDear)
    let outcome = stepper.step(&state, event)
    guard compare(record, outcome, event) else { return false }
    ledger.settle(stepper, record: record.number, at: record.nanoseconds) { deed in
      if case .breach(let breach) = deed { find(record, breach.severity, breach.code, breach.words) }
    }
    ledger.cover(&state, into: buffer)
    let fingerprint = XXH3_64bits(buffer.bytes.baseAddress, buffer.count)
    guard fingerprint == record.state else {
      return diverge(
        record, "diverged",
        "the state after it has fingerprint \(hex(record.state)), and the spec gives \(hex(fingerprint))")
    }
    judgeAfter(record, outcome, event, isCrash: false)
    return true
  }

  @inlinable func admits(_ record: RecordedStep, _ event: S.Event) -> Bool {
    switch record.cause {
    case .input:
      let kind = design.hosts[event.kind].eventKind(event)
      if !isFree[kindBases[event.kind] + kind] { rejectInput(record, event, Pair(host: event.kind, event: kind)) }
      return true
    case .answer(let ticket):
      switch ledger.admission(of: ticket, event) {
      case .admitted(let entry, let next):
        judgeTimer(record, entry)
        ledger.advance(entry, to: next)
        return true
      case .late:
        return diverge(
          record, "answer-unowed", "\(Printer.line(of: event)) answers ticket \(words(ticket)), which is not open")
      case .offContract(let entry):
        return diverge(
          record, "off-contract",
          "\(Printer.line(of: event)) is no answer that \(design.contracts[entry.contract].name) admits")
      }
    case .delivery(let channel):
      if channel < design.channels.count, ledger.take(event, from: channel, design.channels[channel].order!) {
        return true
      }
      return diverge(record, "not-head", "\(Printer.line(of: event)) is not the head of channel \(channel)")
    case .offContract, .crash: return true
    }
  }

  /// Rejects an input that another machine sends, or that answers something.
  @usableFromInline func rejectInput(_ record: RecordedStep, _ event: S.Event, _ pair: Pair) {
    let line = Printer.line(of: event)
    if let route = routed[pair] {
      reject(record, "routed-as-input", "\(line) came as an input, but only \(route) sends it")
    } else if let contract = answered[pair] {
      reject(
        record, "answer-unasked",
        "\(line) came as an input, but it is an answer to \(design.contracts[contract].name)")
    }
  }

  @inlinable func compare(_ record: RecordedStep, _ outcome: Outcome, _ event: S.Event) -> Bool {
    let what = Printer.self
    guard outcome == record.outcome else {
      return diverge(
        record, "outcome-differs",
        "\(what.line(of: event)) is recorded as \(word(record.outcome, event)), "
          + "and the spec says \(word(outcome, event))"
      )
    }
    let isSameRules = stepper.fired.withUnsafeBytes { $0.isEqual(to: record.fired) }
    guard isSameRules else {
      return diverge(record, "rules-differ", "other rules fired than the spec fires for \(what.line(of: event))")
    }
    stepper.encodeOrders(into: buffer)
    guard buffer.bytes.isEqual(to: record.effects) else {
      return diverge(
        record, "effects-differ", "other effects are recorded than the spec sends for \(what.line(of: event))")
    }
    return true
  }

  @inlinable func judgeAfter(_ record: RecordedStep, _ outcome: Outcome, _ event: S.Event, isCrash: Bool) {
    if outcome == .unexpected {
      find(record, .major, "unexpected-event", "\(Printer.line(of: event)) was not expected in this state")
    }
    if let trouble = stepper.trouble {
      find(
        record, .major, "routed-event-refused",
        "\(Printer.line(of: stepper.received[trouble.event])), routed within the step, was \(trouble.outcome.word)")
    }
    guard let judge else { return }
    for finding in judge.flaws(&state, isCrash: isCrash, holdings) {
      find(record, finding.severity, finding.code, finding.words)
    }
  }

  @inlinable func judgeTimer(_ record: RecordedStep, _ entry: Ledger<S>.Entry) {
    guard let duration = design.contracts[entry.contract].contract.duration(of: entry.effect) else { return }
    let (sum, isOver) = entry.openedAt.addingReportingOverflow(duration.nanoseconds)
    let due = isOver ? UInt64.max : sum
    if record.nanoseconds < due {
      find(
        record, .major, "timer-early",
        "\(design.contracts[entry.contract].name) fired \(due - record.nanoseconds) ns before its time")
    } else {
      report.timerLatenessMax = max(report.timerLatenessMax, record.nanoseconds - due)
    }
  }

  @inlinable var holdings: Holdings {
    guard holdsAnything else { return Holdings() }
    var counts: [String: Int] = [:]
    for entry in ledger.open {
      if let thing = design.contracts[entry.contract].contract.options.holds { counts[thing, default: 0] += 1 }
    }
    return Holdings(counts)
  }

  @usableFromInline lazy var holdsAnything = design.contracts.contains { $0.contract.options.holds != nil }

  /// Events that are answers, with the contract they answer.
  let answered: [Pair: Int]

  private static func answered(_ design: Design<S>) -> [Pair: Int] {
    var result: [Pair: Int] = [:]
    for (index, contract) in design.contracts.enumerated() {
      for answer in contract.contract.stages.flatMap(\.answers) where contract.contract.options.late == .fenced {
        result[Pair(host: contract.host, event: answer.kind)] = index
      }
    }
    return result
  }

  /// Events that only another machine sends, with its name.
  let routed: [Pair: String]

  private static func routed(_ design: Design<S>) -> [Pair: String] {
    Dictionary(
      design.routes.map { (Pair(host: $0.toHost, event: $0.event), design.hosts[$0.fromHost].name) },
      uniquingKeysWith: { first, _ in first })
  }

  /// Whether the world may send an event as it likes, which is asked of every input: host by host, event by event.
  @usableFromInline let isFree: ContiguousArray<Bool>
  /// Where each host's events begin there.
  @usableFromInline let kindBases: ContiguousArray<Int>

  @usableFromInline struct Pair: Hashable {
    @usableFromInline let host: Int
    @usableFromInline let event: Int
    @inlinable init(host: Int, event: Int) {
      self.host = host
      self.event = event
    }
  }

  /// Ends the walk: names the answers that are still owed.
  ///
  /// - Parameter isClosed: Whether the run said that it ended; else what is open was cut short with it.
  public func finish(isClosed: Bool) {
    for entry in ledger.open where isClosed && !entry.isUnwanted {
      let contract = design.contracts[entry.contract]
      guard contract.contract.stages[entry.stage].isOwed else { continue }
      find(
        .minor, "answer-owed",
        "the run ended, and an answer to \(Printer.line(of: entry.effect)) (\(contract.name)) is still owed",
        at: entry.ticket / 256)
    }
    report.isClosed = isClosed
    report.sometimesMet = judge?.sometimesMet(&state) ?? []
  }

  // MARK: - Findings

  @usableFromInline func find(_ record: RecordedStep, _ severity: Finding.Severity, _ code: String, _ words: String) {
    find(severity, code, words, at: record.number)
  }

  func find(_ severity: Finding.Severity, _ code: String, _ words: String, at record: UInt64) {
    report.count[severity, default: 0] += 1
    let finding = Finding(severity, code, words, at: "record \(record)")
    if report.findings.count < 20 { report.findings.append(finding) }
    if severity <= .major, report.brokenAt == nil { report.brokenAt = (record, finding) }
  }

  /// Notes that the spec does not admit a record.
  @usableFromInline func reject(_ record: RecordedStep, _ code: String, _ words: String) {
    find(record, .critical, code, words)
    if report.rejectedAt == nil { report.rejectedAt = record.number }
  }

  @usableFromInline func diverge(_ record: RecordedStep, _ code: String, _ words: String) -> Bool {
    reject(record, code, words)
    report.divergedAt = record.number
    return false
  }

  @usableFromInline func word(_ outcome: Outcome, _ event: S.Event) -> String {
    if case .fired(let rule) = outcome {
      let rules = design.hosts[event.kind].book.rules
      return rules.indices.contains(rule) ? "\"\(rules[rule].name)\"" : "rule \(rule), which does not exist"
    }
    return outcome.word
  }

  @usableFromInline func words(_ ticket: UInt64) -> String { "\(ticket / 256).\(ticket % 256)" }
  @usableFromInline func hex(_ word: UInt64) -> String { String(word, radix: 16) }
}

/// A record as it lies in a reader's memory, for the length of a call.
public struct RecordedStep {
  public let number: UInt64
  public let nanoseconds: UInt64
  public let cause: Record.Cause
  public let event: UnsafeRawBufferPointer
  public let outcome: Outcome
  /// `Stepper.Firing` values, one behind the other.
  public let fired: UnsafeRawBufferPointer
  public let effects: UnsafeRawBufferPointer
  public let state: UInt64

  @inlinable public init(
    number: UInt64, nanoseconds: UInt64, cause: Record.Cause, event: UnsafeRawBufferPointer, outcome: Outcome,
    fired: UnsafeRawBufferPointer, effects: UnsafeRawBufferPointer, state: UInt64
  ) {
    self.number = number
    self.nanoseconds = nanoseconds
    self.cause = cause
    self.event = event
    self.outcome = outcome
    self.fired = fired
    self.effects = effects
    self.state = state
  }
}

public struct AuditReport: Sendable {
  public var records = 0
  /// The first findings; ``count`` has all.
  public var findings: [Finding] = []
  public var count: [Finding.Severity: Int] = [:]
  /// How often properties that walk the whole state were judged.
  public var wholeStateChecks = 0
  /// Nanoseconds after its due instant that the latest timer fired.
  public var timerLatenessMax: UInt64 = 0
  /// The first record after which the state is no longer the journal's.
  public var divergedAt: UInt64?
  /// The first record that the spec does not admit, which ``Auditor/rejection(of:)`` explains.
  public var rejectedAt: UInt64?
  /// The first record with a critical or major finding, and the first of those.
  public var brokenAt: (record: UInt64, finding: Finding)?
  public var isClosed = true
  /// Crashes that the run came back from.
  public var crashes = 0
  /// Snapshots that were held against the state.
  public var snapshots = 0
  /// The record after which the walk began, at a snapshot; 0 where it began at the start.
  public var startedAfter: UInt64 = 0
  public var sometimesMet: [(name: String, isMet: Bool)] = []

  @usableFromInline init() {}

  /// Of all findings, not of the first ones only.
  public var verdict: Verdict { (count[.critical] ?? 0) + (count[.major] ?? 0) > 0 ? .fixRequired : .ready }
}

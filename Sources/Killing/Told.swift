import Adapters
import Check
import Engine
import Foundation
import Machines
import Spec

/// What a journal says, and whether the spec admits it: the audit judges the laws, which are those of I1 to I5.
struct Told {
  typealias Team = Machines.Team

  private(set) var chains: [UInt64: UInt64] = [:]
  /// The record that answered each ticket.
  private(set) var answers: [UInt64: UInt64] = [:]
  /// How often the journal was asked for each kind of thing that a workload asks for.
  private(set) var asked = Array(repeating: 0, count: Told.kinds)
  /// The same, as the workload has it.
  let owed: [Int]
  private(set) var exercised = Exercised()
  /// Copies that did not cost or fail as the workload says, and calls that were granted, made or settled otherwise than
  /// once: in words.
  private(set) var mispaid: [String] = []
  private(set) var fault: JournalFault?
  let verdict: Verdict
  let findings: [Finding]

  private static let kinds = 6
  /// The workload's messages, by the identities that the journal gave them.
  private var messages: [[UInt64]: WorkloadMessage] = [:]
  private var copies: [UInt64: Copy] = [:]
  /// How often each reservation was granted, called and settled, and the copy that its call is for.
  private var reservations: [UInt64: (granted: Int, called: Int, settled: Int, copy: UInt64)] = [:]

  init(_ path: String, _ workload: Workload) throws {
    owed = workload.actions.reduce(into: Array(repeating: 0, count: Told.kinds)) { owed, action in
      switch action.kind {
      case .send: owed[0] += 1
      case .switchTo: owed[1] += 1
      case .cancelSwitch: owed[2] += 1
      case .beginEpisode: owed[3] += 1
      case .decide:
        owed[4] += 1
        owed[5] += 1
      }
    }
    let sends = workload.actions.compactMap { if case .send(let message) = $0.kind { message } else { nil } }
    let reader = try JournalReader(reading: path)
    let shape = TeamRun.start(workload)
    guard let auditor = Auditor(Team.design, start: reader.header.start, shape: shape) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    var told = (chains: chains, answers: answers, pinned: 0)
    var steps: [(event: Team.Event, cause: Record.Cause, effects: [Team.Effect])] = []
    fault = reader.forEach { view in
      told.chains[view.number] = view.chain
      if case .answer(let ticket) = view.cause { told.answers[ticket] = view.number }
      _ = auditor.take(RecordedStep(view))
      var event = Team.Event()
      var fields = ByteReader(view.event)
      event.fields(&fields)
      steps.append((event, view.cause, Array(auditor.stepper.sent)))
      if view.cause == .input, case .health(.tick) = event, auditor.state.health.phase != .healthy { told.pinned += 1 }
    }
    auditor.finish(isClosed: fault == nil)
    verdict = auditor.report.verdict
    findings = auditor.report.findings
    (chains, answers) = (told.chains, told.answers)
    exercised.pinned = told.pinned
    for step in steps {
      if step.cause == .input { ask(step.event, sends) }
      take(step.event)
      step.effects.forEach { take($0) }
    }
    for (number, it) in reservations where it.called > it.granted || it.settled > it.called || it.granted > 1 {
      mispaid.append("reservation \(number): \(it.granted) grants, \(it.called) calls, \(it.settled) settlements")
    }
  }

  /// Counts what the workload asked for.
  private mutating func ask(_ event: Team.Event, _ sends: [WorkloadMessage]) {
    switch event {
    case .router(.route(let message)):
      // The lines come in their order, each once: asked[0] counts them, and is held against the workload.
      if asked[0] < sends.count { messages[[message.idHigh, message.idLow]] = sends[asked[0]] }
      asked[0] += 1
    case .health(.order): asked[1] += 1
    case .control(.cancel): asked[2] += 1
    case .budget(.beginEpisode): asked[3] += 1
    case .health(.decided): asked[4] += 1
    case .health(.tick(let decision)):
      exercised.ticks += 1
      if decision != .undecided { asked[5] += 1 }
    default: break
    }
  }

  private mutating func take(_ event: Team.Event) {
    switch event {
    case .handlers(.handled(let lease)): hold(lease.sequence, pays: false)
    case .handlers(.wants(let need)):
      if message(need.lease.sequence)?.cost?.estimate != need.estimate {
        mispaid.append("copy \(need.lease.sequence) asked for what its message does not cost")
      }
    case .handlers(.finished(let bill)) where bill.hasSucceeded:
      if let copy = reservations[bill.reservation]?.copy { hold(copy, pays: true) }
    default: break
    }
  }

  /// A copy that is done must cost what its message says, and have failed as often.
  private mutating func hold(_ sequence: UInt64, pays: Bool) {
    guard let copy = copies[sequence], let message = message(sequence) else { return }
    if (message.cost != nil) != pays { mispaid.append("copy \(sequence) was done \(pays ? "for" : "without") pay") }
    if message.handling.fault != nil, Int(copy.attempt) < message.handling.faultyDeliveries {
      mispaid.append("copy \(sequence) was to fail at attempt \(copy.attempt), and was done")
    }
  }

  private func message(_ sequence: UInt64) -> WorkloadMessage? {
    copies[sequence].flatMap { messages[[$0.idHigh, $0.idLow]] }
  }

  private mutating func take(_ effect: Team.Effect) {
    switch effect {
    case .handlers(.handle(let copy)):
      copies[copy.sequence] = copy
      exercised.deliveries += 1
      if copy.attempt > 0 { exercised.retries += 1 }
    case .router(.recorded): exercised.endings += 1
    case .budget(.granted(let grant)):
      exercised.grants += 1
      reservations[grant.reservation, default: (0, 0, 0, 0)].granted += 1
    case .handlers(.call(let call)):
      exercised.calls += 1
      reservations[call.reservation, default: (0, 0, 0, 0)].called += 1
      reservations[call.reservation]?.copy = call.lease.sequence
    case .handlers(.settle(let settlement)):
      exercised.settlements += 1
      reservations[settlement.reservation, default: (0, 0, 0, 0)].settled += 1
    default: break
    }
  }
}

/// How often the runs did what I1 to I5 are about.
struct Exercised {
  var endings = 0
  var deliveries = 0
  var retries = 0
  var grants = 0
  var calls = 0
  var settlements = 0
  var ticks = 0
  /// Ticks on which the team was pinned.
  var pinned = 0

  static func += (a: inout Exercised, b: Exercised) {
    a.endings += b.endings
    a.deliveries += b.deliveries
    a.retries += b.retries
    a.grants += b.grants
    a.calls += b.calls
    a.settlements += b.settlements
    a.ticks += b.ticks
    a.pinned += b.pinned
  }
}

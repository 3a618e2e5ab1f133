import Check
import Engine
import Foundation
import Spec

/// One run of ``checkHosted(_:world:settings:isDurable:mistake:)``.
final class HostedRun<S: System> {
  private let design: Design<S>
  private let walk: Walk<S>
  private let folder: URL
  private let mirror: HostedMirror<S>
  private let hand: HostedHand<S>
  private var loop = Loop(.virtual)
  private var journal: Journal
  private var host: Engine.Host<S>
  private var lives = 1
  /// The last record that a commit made safe.
  private var safe: UInt64 = 0
  private var lastAnswer: (ticket: UInt64, event: S.Event)?
  /// What the last recovery has to perform again.
  private var owedAgain: Set<UInt64> = []
  private let mistake: EngineMistake?
  /// The journal's log before the last commit, for a mistake that loses that.
  private var formerLog: Data?
  private(set) var report = HostedReport()
  private var moves: [Move<S.Event>] = []

  init(_ design: Design<S>, _ world: World<S>, isDurable: Bool, mistake: EngineMistake?) throws {
    self.design = design
    self.mistake = mistake
    var wide = world
    // A host's channels have no bound.
    wide.channelCapacity = .max
    walk = Walk(design, wide)
    mirror = HostedMirror(walk)
    hand = HostedHand(isDurable: isDurable, mistake: mistake)
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("interlock-hosted-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    journal = try Journal(
      creating: folder.appendingPathComponent("1.sqlite").path,
      header: JournalHeader(design, start: world.start(), world: world.name, clock: .virtual))
    host = Engine.Host(design, start: world.start(), loop: loop, journal: journal, snapshotInterval: 8)
    begin()
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  private func begin() {
    host.driver = hand
    host.observers = [mirror]
    loop.onTurn = { [unowned self] in try flush() }
  }

  // MARK: - Commands

  func take(_ command: HostedCommand) throws {
    switch command {
    case .send(let kind, let number):
      guard let move = choose(number, inputs(kind)), let event = move.event else { return }
      mirror.input = move
      try host.send(event)
    case .answer(let number):
      if answers.isEmpty { try take(.flush) }
      guard let (ticket, event) = choose(number, answers) else { return }
      lastAnswer = (ticket, event)
      report.answers += 1
      let receipt = mistake == .dropsAnswers ? nil : try host.answer(ticket, with: event)
      if receipt == nil, mirror.difference == nil {
        mirror.tell("answer", walk.describe(event))
        throw flaw("what record \(ticket / 256) sent is open, and the answer to it was dropped")
      }
    case .answerAgain: try answerAgain()
    case .flush:
      mirror.tell("host", "commits what was sent, and performs it")
      try flush()
    case .wait(let milliseconds):
      mirror.tell("clock", "\(milliseconds) ms go by")
      try wait(milliseconds)
    case .crash(let outage): try crash(tear: nil, outage)
    case .tear(let share, let outage): try crash(tear: share, outage)
    }
    try checkSteps()
  }

  private func checkSteps() throws {
    if let difference = mirror.difference { throw flaw(difference) }
    if let twice = hand.twice { throw flaw("what record \(twice / 256) sent was performed twice") }
  }

  /// Ends the run and holds its journal against the spec.
  func finish() throws {
    if journal.pendingRows > 0 { mirror.tell("host", "commits what was sent, and performs it") }
    try flush()
    try checkSteps()
    report.runs = 1
    report.records = Int(journal.lastNumber)
    try journal.close()
    let reader = try JournalReader(reading: journal.path)
    guard let auditor = Auditor(design, start: reader.header.start, shape: walk.world.start()) else {
      throw flaw("the journal's start is unreadable")
    }
    let fault = reader.forEach { view in
      _ = auditor.take(RecordedStep(view))
    }
    if let fault { throw flaw("the journal is faulty: \(fault)") }
    auditor.finish(isClosed: true)
    if let finding = auditor.report.findings.first(where: { $0.severity <= .major }) {
      throw flaw("an audit of the journal: \(finding.words)")
    }
  }

  private func flaw(_ words: String) -> HostedFlaw { HostedFlaw(words: words, trace: mirror.trace) }

  private func choose<Element>(_ number: Int, _ all: [Element]) -> Element? {
    all.isEmpty ? nil : all[number % all.count]
  }

  private func inputs(_ kind: Int) -> [Move<S.Event>] {
    let groups = walk.groups.filter { if case .input = $0 { true } else { false } }
    guard let group = choose(kind, groups) else { return [] }
    walk.moves(of: mirror.last, in: group, into: &moves)
    return moves
  }

  /// The answers that contracts admit, to what was performed; timers answer for themselves.
  private var answers: [(ticket: UInt64, event: S.Event)] {
    host.ledger.open.filter { hand.performed.contains($0.ticket) && !isTimer($0.contract) }.flatMap { entry in
      design.contracts[entry.contract].contract.stages[entry.stage].answers.flatMap { $0.draw(entry.effect) }
        .map { (entry.ticket, $0) }
    }
  }

  private func isTimer(_ contract: Int) -> Bool { design.contracts[contract].contract.options.timer != nil }

  /// What was answered and is closed is not asked about again.
  private func answerAgain() throws {
    guard let (ticket, event) = lastAnswer, !host.ledger.open.contains(where: { $0.ticket == ticket }) else { return }
    mirror.tell("fault", "\(walk.describe(event)) comes again")
    report.repeats += 1
    let late = host.counts.late
    if mistake == .takesAnswersTwice { try host.send(event) }
    guard try host.answer(ticket, with: event) == nil, host.counts.late == late + 1, mirror.difference == nil else {
      throw flaw("an answer that came twice was taken twice")
    }
  }

  private func flush() throws {
    if mistake == .losesCommits, journal.pendingRows > 0 { formerLog = contents("-wal") }
    try host.flush()
    if journal.pendingRows == 0 { safe = journal.lastNumber }
    report.again += owedAgain.count
    let missing = owedAgain.subtracting(hand.again)
    owedAgain = []
    if let ticket = missing.min() {
      throw flaw("what record \(ticket / 256) sent was open at the crash, and is not performed again")
    }
  }

  private func wait(_ milliseconds: Int) throws {
    try flush()
    let end = loop.now + UInt64(milliseconds) * 1_000_000
    if mistake == .forgetsTimers {
      loop.advance(to: end)
    } else {
      var isOver = false
      loop.schedule(at: end) { isOver = true }
      try loop.run { isOver }
    }
    if let overdue { throw flaw("\(overdue) was due, and its timer did not fire") }
  }

  /// A timer that should have fired by now, in words.
  private var overdue: String? {
    let late = host.ledger.open.first { entry in
      let contract = design.contracts[entry.contract].contract
      guard !entry.isUnwanted, let duration = contract.duration(of: entry.effect),
        let event = contract.stages[0].answers[0].draw(entry.effect).first
      else { return false }
      return entry.openedAt + duration.nanoseconds < loop.now && !mirror.isBlocked(entry.ticket, event)
    }
    return late.map { Printer.line(of: $0.effect) }
  }

  // MARK: - Crashes

  private func crash(tear share: Int?, _ outage: Int) throws {
    let recorded = journal.lastNumber
    let path = folder.appendingPathComponent("\(lives + 1).sqlite").path
    try leave(at: path, share)
    lives += 1
    loop = Loop(.virtual)
    journal = try Journal(continuing: path)
    host = Engine.Host(design, start: walk.world.start(), loop: loop, journal: journal, snapshotInterval: 8)
    begin()
    report.crashes += 1
    let recovery = try host.recover(outage: UInt64(outage) * 1_000_000)
    let fault = share.map { "the power fails, and \($0) of 256 parts of a commit are there" } ?? "the process dies"
    let words = "\(fault); back after \(outage) ms, at record \(recovery.last) of \(recorded)"
    report.lost += Int(recorded - min(recorded, recovery.last))
    func guarding(_ isRight: Bool, _ wrong: String) throws {
      if isRight { return }
      mirror.tell("fault", words)
      throw flaw(wrong)
    }
    try guarding(recovery.last >= safe, "record \(safe) was committed, and is lost")
    try guarding(recovery.last <= recorded, "the journal has more records than were written")
    let early = hand.performed.filter { $0 / 256 > recovery.last }.min() ?? 0
    try guarding(early == 0, "what record \(early / 256) sent was performed, and the record is lost")
    let before = mirror.tickets[Int(recovery.last)]
    mirror.crash(after: recovery.last, host, words)
    safe = recovery.last + 1
    hand.again = []
    owedAgain = Set(
      host.ledger.open.filter { entry in
        let options = design.contracts[entry.contract].contract.options
        return before[entry.ticket] != nil && !entry.isUnwanted && options.timer == nil
          && options.afterCrash == .reissued
      }.map(\.ticket))
  }

  /// Writes down what is on the disk when the process dies, or when the power fails during its next commit.
  private func leave(at path: String, _ share: Int?) throws {
    var log = contents("-wal")
    if mistake == .losesCommits, let formerLog, log.starts(with: formerLog) { log = formerLog }
    if let share {
      let before = log
      try journal.commit()
      log = contents("-wal")
      // A log that began anew overwrites what lies in the file already: nothing of it is torn here.
      if log.count > before.count, log.starts(with: before) {
        if share < 256 { report.torn += 1 }
        log = log.prefix(before.count + (log.count - before.count) * share / 256)
      }
    }
    try contents("").write(to: URL(fileURLWithPath: path))
    try log.write(to: URL(fileURLWithPath: path + "-wal"))
  }

  private func contents(_ suffix: String) -> Data {
    FileManager.default.contents(atPath: journal.path + suffix) ?? Data()
  }
}

/// A driver that performs nothing, and remembers what it was asked to.
final class HostedHand<S: System>: Driver {
  let reachesBeyondProcess: Bool
  /// The tickets of what was performed, by any life.
  private(set) var performed: Set<UInt64> = []
  /// Those of what was performed again since the last crash.
  var again: Set<UInt64> = []
  /// The ticket of what was performed twice by one life, or anew by another.
  private(set) var twice: UInt64?
  private let mistake: EngineMistake?

  init(isDurable: Bool, mistake: EngineMistake?) {
    reachesBeyondProcess = isDurable
    self.mistake = mistake
  }

  func perform(_ effect: S.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    note(ticket, in: &performed)
    if mistake == .performsTwice { note(ticket, in: &performed) }
  }

  func performAgain(_ effect: S.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    if mistake == .forgetsAfterCrash { return }
    performed.insert(ticket)
    note(ticket, in: &again)
  }

  private func note(_ ticket: UInt64, in tickets: inout Set<UInt64>) {
    if !tickets.insert(ticket).inserted { twice = twice ?? ticket }
  }

  func resume(_ effect: S.Effect, ticket: UInt64, stage: Int, at nanoseconds: UInt64) { performed.insert(ticket) }

  func notice(_ effect: S.Effect, at nanoseconds: UInt64) {}
}

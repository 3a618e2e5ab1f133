import Check
import Engine
import Foundation
import Spec

/// Tests a system as it runs: a real host with a real journal, at the mercy of crashes, torn writes and clock jumps.
///
///     try checkHosted(TopologySwitch.design, world: world)
///
/// Each case is a sequence of ``HostedCommand``s, drawn and shrunk like any other value. What is held against it:
///
/// - after each step, the host's state and what is open there are what the explorer's semantics say;
/// - nothing that was committed is lost, and what is left after a crash is a prefix of what was;
/// - an effect leaves only after its record is safe, and after a crash what is owed again is performed again, under its
///   ticket;
/// - an answer that comes twice is taken once;
/// - an audit of the journal, with all its lives, finds nothing.
///
/// - Parameter isDurable: Whether the driver says that its effects reach beyond the process, as a driver should.
/// - Returns: What befell the host altogether, in runs that broke nothing.
/// - Throws: ``Falsified`` with the shortest sequence that breaks one of these.
/// - Complexity: Some milliseconds for each case, most of them for files.
@discardableResult public func checkHosted<S: System>(
  _ design: Design<S>, world: World<S>, settings: PropertySettings = PropertySettings(), isDurable: Bool = true
) throws -> HostedReport {
  var report = HostedReport()
  try noneThrows("\(design.name), hosted in \(world.name)", HostedCommand.run, settings: settings) {
    commands in
    let run = try HostedRun(design, world, isDurable: isDurable)
    defer { run.remove() }
    for command in commands { try run.take(command) }
    try run.finish()
    report.add(run.report)
  }
  return report
}

/// What hosts went through.
public struct HostedReport: Hashable, Sendable {
  public internal(set) var runs = 0
  /// Records that were left in journals.
  public internal(set) var records = 0
  public internal(set) var answers = 0
  /// Answers that came twice.
  public internal(set) var repeats = 0
  /// Deaths of the process, and failures of the power.
  public internal(set) var crashes = 0
  /// Commits of which only a part reached the disk.
  public internal(set) var torn = 0
  /// Records that crashes took, none of them committed.
  public internal(set) var lost = 0
  /// Effects that were performed again after a crash.
  public internal(set) var again = 0

  mutating func add(_ other: Self) {
    for count in [\Self.runs, \.records, \.answers, \.repeats, \.crashes, \.torn, \.lost, \.again] {
      self[keyPath: count] += other[keyPath: count]
    }
  }
}

/// What went wrong in a hosted run, and the steps that led there.
public struct HostedFlaw: Error, CustomStringConvertible {
  public let words: String
  public let steps: [String]

  public var description: String {
    words + steps.enumerated().map { "\n    \($0 + 1). \($1)" }.joined()
  }
}

/// One run of ``checkHosted(_:world:settings:isDurable:)``.
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
  private var steps: [String] = []
  private(set) var report = HostedReport()
  private var moves: [Move<S.Event>] = []

  init(_ design: Design<S>, _ world: World<S>, isDurable: Bool) throws {
    self.design = design
    var wide = world
    // A host's channels have no bound.
    wide.channelCapacity = .max
    walk = Walk(design, wide)
    mirror = HostedMirror(walk)
    hand = HostedHand(isDurable: isDurable)
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
      steps.append("send \(walk.describe(event))")
      mirror.input = move
      note(try host.send(event))
    case .answer(let number):
      if answers.isEmpty { try take(.flush) }
      guard let (ticket, event) = choose(number, answers) else { return }
      steps.append("answer \(walk.describe(event))")
      lastAnswer = (ticket, event)
      report.answers += 1
      if let receipt = try host.answer(ticket, with: event) { note(receipt) }
    case .answerAgain: try answerAgain()
    case .flush:
      steps.append("flush")
      try flush()
    case .wait(let milliseconds):
      steps.append("wait \(milliseconds) ms")
      try wait(milliseconds)
    case .crash(let outage): try crash(tear: nil, outage)
    case .tear(let share, let outage): try crash(tear: share, outage)
    }
    if let difference = mirror.difference { throw flaw(difference) }
  }

  /// Ends the run and holds its journal against the spec.
  func finish() throws {
    try flush()
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

  private func flaw(_ words: String) -> HostedFlaw { HostedFlaw(words: words, steps: steps) }

  private func choose<Element>(_ number: Int, _ all: [Element]) -> Element? {
    all.isEmpty ? nil : all[number % all.count]
  }

  /// Adds to the last step what became of it, where it did not fire.
  private func note(_ receipt: Engine.Host<S>.Receipt) {
    switch receipt.outcome {
    case .fired: break
    case .refused:
      let guards = receipt.refusals.map { "\"\($0.name)\"" }.joined(separator: ", ")
      steps[steps.count - 1] += guards.isEmpty ? ": refused" : ": refused, for it needs \(guards)"
    case .ignored, .unexpected: steps[steps.count - 1] += ": \(receipt.outcome.word)"
    }
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
    steps.append("answer \(walk.describe(event)) again")
    report.repeats += 1
    let late = host.counts.late
    guard try host.answer(ticket, with: event) == nil, host.counts.late == late + 1 else {
      throw flaw("an answer that came twice was taken twice")
    }
  }

  private func flush() throws {
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
    var isOver = false
    loop.schedule(at: loop.now + UInt64(milliseconds) * 1_000_000) { isOver = true }
    try loop.run { isOver }
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
    steps.append("\(fault); back after \(outage) ms, at record \(recovery.last) of \(recorded)")
    report.lost += Int(recorded - min(recorded, recovery.last))
    guard recovery.last >= safe else { throw flaw("record \(safe) was committed, and is lost") }
    guard recovery.last <= recorded else { throw flaw("the journal has more records than were written") }
    if let ticket = hand.performed.first(where: { $0 / 256 > recovery.last }) {
      throw flaw("what record \(ticket / 256) sent was performed, and the record is lost")
    }
    let before = mirror.tickets[Int(recovery.last)]
    mirror.crash(after: recovery.last, host)
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

  init(isDurable: Bool) { reachesBeyondProcess = isDurable }

  func perform(_ effect: S.Effect, ticket: UInt64, at nanoseconds: UInt64) { performed.insert(ticket) }

  func performAgain(_ effect: S.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    performed.insert(ticket)
    again.insert(ticket)
  }

  func resume(_ effect: S.Effect, ticket: UInt64, stage: Int, at nanoseconds: UInt64) { performed.insert(ticket) }

  func notice(_ effect: S.Effect, at nanoseconds: UInt64) {}
}

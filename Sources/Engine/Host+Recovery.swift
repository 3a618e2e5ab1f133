import CXXHash
import Foundation
import Spec

/// What a recovery did.
public struct Recovery: Hashable, Sendable {
  /// The record after which the snapshot was taken that it began from; 0 for the start of the run.
  public var snapshot: UInt64 = 0
  /// The records after which there are later snapshots, which are not as they were written and were passed over.
  public var damaged: [UInt64] = []
  /// How many records after it were stepped again.
  public var stepped = 0
  /// The last record before the crash.
  public var last: UInt64 = 0
  /// Obligations that are performed again, under their tickets.
  public var reissued = 0
  /// Obligations whose driver is to find what it began.
  public var resumed = 0
  public var forgotten = 0
  /// Timers that run on.
  public var timers = 0
  /// Between the last record and the recovery, in nanoseconds.
  public var outageNanoseconds: UInt64 = 0
  /// Whether the clock that outlives the process stood before the last record: the outage then counts as no time.
  public var clockWentBack = false
  /// What an accepted journal of another book has otherwise.
  public var changes: [ShapeChange] = []
}

extension Host {
  /// Brings the host back to where its journal ends, and goes on.
  ///
  /// The state is that of the last snapshot and the records after it, each stepped again and held to its outcome and
  /// fingerprint. Then the crash is taken as the explorer takes it and recorded: volatile machines are reset, machines
  /// receive their recovery events, obligations and timers do as their contracts say. The next ``flush()`` lets the
  /// driver perform again what is reissued, and find again what is resumed, before anything else.
  ///
  ///     let host = Host(start: shape, loop: Loop(.real), journal: try Journal(continuing: path))
  ///     host.driver = driver
  ///     let recovery = try host.recover()
  ///
  /// - Parameter outage: How long the outage was, in nanoseconds; nil reads it from the clock that outlives the
  ///   process, and counts none on a virtual one.
  /// - Throws: ``RecoveryError``; the journal is then as it was.
  /// - Complexity: O(*records after the last snapshot*), some 600 nanoseconds each.
  /// - Precondition: The journal is a continued one, and the host has taken no step.
  @discardableResult public func recover(outage: UInt64? = nil) throws(RecoveryError) -> Recovery {
    guard let journal, let continued = journal.continued, counts.steps == 0 else {
      preconditionFailure("a host recovers once, before its first step, from a journal that is continued")
    }
    let members = journal.header.members
    guard members.indices.contains(place), members[place].system == design.name else {
      let found = members.indices.contains(place) ? members[place].system : "nothing"
      throw .otherSystem(path: journal.path, place: place, found: found, expected: design.name)
    }
    var recovery = Recovery()
    recovery.changes = try bookChanges(members[place], journal)
    var start = state
    guard Self.read(members[place].start, { start.fields(&$0) }) else {
      throw .unreadableState(path: journal.path, after: 0)
    }
    state = start
    if let snapshot = continued.snapshots[place] {
      try adopt(snapshot, journal)
      recovery.snapshot = snapshot.number
    }
    recovery.damaged = continued.damaged[place] ?? []
    recovery.stepped = try retake(after: recovery.snapshot, start: start, journal)
    recovery.last = continued.number
    let (now, outcome) = crash(start, continued, outage, &recovery)
    let cause = Record.Cause.crash(aliveUntil: continued.nanoseconds)
    driver?.retake(S.Event(), cause, outcome, at: now)
    do throws(JournalError) {
      try record(nil, cause, outcome, at: now)
      try keepSnapshot()
      try journal.commit()
    } catch { throw .journal(error) }
    return recovery
  }

  // MARK: - The book

  private func bookChanges(_ member: JournalHeader.Member, _ journal: Journal) throws(RecoveryError) -> [ShapeChange] {
    // A later snapshot may have been taken under this book already.
    let book = journal.continued?.snapshots[place]?.book ?? member.book
    guard book != design.bookDigest else { return [] }
    guard let old = try? JSONDecoder().decode(DesignShape.self, from: Data(member.shape.utf8)) else {
      throw .unknownBook(path: journal.path)
    }
    let changes = old.changes(to: DesignShape(design, state))
    guard !changes.contains(where: { $0.kind == .loses }) else {
      throw .otherBook(path: journal.path, changes: changes)
    }
    return changes
  }

  // MARK: - Where it was

  private func adopt(_ snapshot: Snapshot, _ journal: Journal) throws(RecoveryError) {
    guard Self.read(snapshot.state, { state.fields(&$0) }), Self.read(snapshot.ledger, { ledger.fields(&$0) }),
      fingerprint == snapshot.fingerprint
    else { throw .unreadableState(path: journal.path, after: snapshot.number) }
    driver?.recall(snapshot.memory)
  }

  /// Steps the records after a snapshot again; nothing is performed.
  private func retake(after number: UInt64, start: S, _ journal: Journal) throws(RecoveryError) -> Int {
    let reader: JournalReader
    do throws(JournalError) { reader = try JournalReader(reading: journal.path) } catch { throw .journal(error) }
    let isOtherBook = journal.header.members[place].book != design.bookDigest
    var count = 0
    let fault = try reader.forEach(from: number + 1) { (record) throws(RecoveryError) in
      guard record.place == place else { return }
      if let words = retake(record, start) {
        throw .diverged(path: journal.path, record: record.number, isOtherBook: isOtherBook, words: words)
      }
      count += 1
    }
    if case .tail? = fault { return count }
    throw .journal(fault.map { .faulty(path: journal.path, $0) } ?? .ended(path: journal.path))
  }

  /// Takes the step of a record; returns what is wrong with it, as a clause.
  private func retake(_ record: borrowing RecordView, _ start: S) -> String? {
    var event = S.Event()
    if case .crash = record.cause {
    } else {
      var reader = ByteReader(record.event)
      event.fields(&reader)
      guard !reader.failed, reader.isAtEnd else { return "has an event that is none of \(design.name)" }
    }
    let outcome: Outcome
    switch record.cause {
    case .offContract:
      counts.offContract += 1
      return nil
    case .crash(let last):
      ledger.recover(at: record.nanoseconds, aliveUntil: last)
      outcome = stepper.recover(&state, start: start)
    case .input: outcome = stepper.step(&state, event)
    case .answer(let ticket):
      guard case .admitted(let entry, let next) = ledger.admission(of: ticket, event) else {
        return "answers ticket \(ticket / 256).\(ticket % 256), which does not wait for it"
      }
      ledger.advance(entry, to: next)
      outcome = stepper.step(&state, event)
    case .delivery(let channel):
      guard channel < design.channels.count, ledger.take(event, from: channel, design.channels[channel].order!) else {
        return "is a delivery of something that is not under way"
      }
      outcome = stepper.step(&state, event)
    }
    ledger.settle(stepper, record: record.number, at: record.nanoseconds) { _ in }
    guard outcome == record.outcome else { return "comes to \(outcome.word), and \(record.outcome.word) is recorded" }
    guard fingerprint == record.state else { return "leads to another state than the one recorded" }
    driver?.retake(event, record.cause, outcome, at: record.nanoseconds)
    return nil
  }

  private var fingerprint: UInt64 {
    Ledger.cover(&state, ledger.digest, into: stateBytes)
    return XXH3_64bits(stateBytes.bytes.baseAddress, stateBytes.count)
  }

  private static func read(_ bytes: [UInt8], _ visit: (inout Fields) -> Void) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      visit(&reader)
      return !reader.failed && reader.isAtEnd
    }
  }

  // MARK: - The crash

  /// Returns the instant of the recovery and what the last recovery event came to.
  private func crash(
    _ start: S, _ continued: Journal.Continued, _ outage: UInt64?, _ recovery: inout Recovery
  ) -> (now: UInt64, Outcome) {
    let (now, wentBack) = instant(after: continued.nanoseconds, outage)
    recovery.clockWentBack = wentBack
    recovery.outageNanoseconds = now - continued.nanoseconds
    loop.advance(to: now)
    let before = ledger.count
    ledger.recover(at: now, aliveUntil: continued.nanoseconds)
    recovery.forgotten = before - ledger.count
    let kept = ledger.open
    let outcome = stepper.recover(&state, start: start)
    // What was open comes before what the recovery sends; but what that cancels is not performed again.
    var sent: [Ledger<S>.Deed] = []
    ledger.settle(stepper, record: nextNumber, at: now) { sent.append($0) }
    let open = Set(ledger.open.lazy.filter { !$0.isUnwanted }.map(\.ticket))
    for entry in kept where open.contains(entry.ticket) {
      let options = design.contracts[entry.contract].contract.options
      if options.timer != nil {
        recovery.timers += 1
      } else if options.afterCrash == .resumed {
        recovery.resumed += 1
      } else {
        recovery.reissued += 1
      }
      pending.append((.opened(entry), now, true))
    }
    for deed in sent { pending.append((deed, now, false)) }
    return (now, outcome)
  }

  /// The instant of the recovery: never before the last record, whatever the clock says.
  private func instant(after last: UInt64, _ outage: UInt64?) -> (nanoseconds: UInt64, clockWentBack: Bool) {
    let least = max(last, loop.now)
    if let outage { return (max(least, last + outage), false) }
    guard let journal, loop.time == .real, journal.header.origin > 0 else { return (least, false) }
    let present = Loop.sinceEpoch
    let now = present > journal.header.origin ? present - journal.header.origin : 0
    return (max(least, now), now < last)
  }
}

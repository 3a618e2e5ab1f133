import CXXHash
import Spec

/// Records of crashes, and walks that begin at a snapshot.
extension Auditor {
  /// Takes the record of a crash: the machines go through it as the explorer's do, and timers keep their meaning.
  ///
  /// - Parameter previous: The instant of the record before.
  @usableFromInline func takeCrash(_ record: RecordedStep, aliveUntil last: UInt64, previous: UInt64) -> Bool {
    guard record.event.isEmpty else {
      return diverge(record, "crash-event", "it is a crash, and has an event")
    }
    if last > record.nanoseconds || last < previous {
      find(
        record, .critical, "crash-instant",
        "the process is said to have lived until \(last) ns, which is not between the record before and this one")
    }
    judge?.begin(state, isCrash: true, includesDear: false)
    ledger.recover(at: record.nanoseconds, aliveUntil: last)
    let outcome = stepper.recover(&state, start: start)
    guard compare(record, outcome, S.Event()) else { return false }
    ledger.settle(stepper, record: record.number, at: record.nanoseconds) { deed in
      if case .breach(let breach) = deed { find(record, breach.severity, breach.code, breach.words) }
    }
    guard isFingerprint(record.state) else {
      return diverge(record, "diverged", "the state after the recovery is not the one recorded")
    }
    report.crashes += 1
    judgeAfter(record, outcome, S.Event(), isCrash: true)
    return true
  }

  /// Begins at a snapshot instead of at the start.
  ///
  /// - Parameters:
  ///   - number: The record after which it was taken.
  ///   - ledger: The open obligations, as ``Ledger/fields(_:)`` wrote them.
  ///   - fingerprint: What the record said of the state after it.
  /// - Returns: false when the bytes are no state of this design, or not the one recorded.
  public func begin(
    after number: UInt64, at nanoseconds: UInt64, state bytes: [UInt8], ledger ledgerBytes: [UInt8],
    fingerprint: UInt64
  ) -> Bool {
    var (state, ledger) = (state, ledger)
    let isWhole = bytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      state.fields(&reader)
      return !reader.failed && reader.isAtEnd
    }
    let isKnown = ledgerBytes.withUnsafeBytes { bytes in
      var reader = ByteReader(bytes)
      ledger.fields(&reader)
      return !reader.failed && reader.isAtEnd
    }
    guard isWhole, isKnown else { return false }
    (self.state, self.ledger) = (state, ledger)
    lastNanoseconds = nanoseconds
    report.startedAfter = number
    return isFingerprint(fingerprint)
  }

  /// Whether a snapshot is of where the walk stands now. What differs is a finding.
  public func compare(snapshot number: UInt64, state bytes: [UInt8], ledger ledgerBytes: [UInt8]) {
    buffer.count = 0
    var writer = ByteWriter(buffer)
    state.fields(&writer)
    var isSame = bytes.withUnsafeBytes { buffer.bytes.isEqual(to: $0) }
    buffer.count = 0
    writer = ByteWriter(buffer)
    ledger.fields(&writer)
    isSame = isSame && ledgerBytes.withUnsafeBytes { buffer.bytes.isEqual(to: $0) }
    report.snapshots += 1
    if !isSame {
      find(
        .critical, "snapshot-differs", "the snapshot after record \(number) is not the state that the records lead to",
        at: number)
      if report.rejectedAt == nil { report.rejectedAt = number }
    }
  }

  private func isFingerprint(_ fingerprint: UInt64) -> Bool {
    ledger.cover(&state, into: buffer)
    return XXH3_64bits(buffer.bytes.baseAddress, buffer.count) == fingerprint
  }
}

import Check
import Engine
import Spec

/// Where a walk along a journal begins: at the start of the run, or at a snapshot.
struct Beginning {
  private let snapshot: Snapshot?
  let code: String
  /// Why it does not begin at the start, for people; nil where it does, or where nobody needs to be told.
  let words: String?
  /// Where the chain is read from, which may be before the first record that is stepped.
  let readsFrom: UInt64

  /// The record after which stepping begins; 0 for the start.
  var number: UInt64 { snapshot?.number ?? 0 }

  /// - Parameter book: The digest of the book that the walk steps by.
  init(_ reader: JournalReader, _ book: UInt64, _ request: AuditRequest) throws {
    let dropped = reader.droppedUpTo
    let member = reader.header.members[request.place]
    if request.hurries {
      let last = request.until.map { $0 > request.told ? $0 - request.told : 0 } ?? 0
      let near = last == 0 ? nil : try reader.snapshot(of: request.place, upTo: last)
      if near != nil || dropped == 0 {
        (snapshot, code, words, readsFrom) = (near, "", nil, (near?.number ?? 0) + 1)
        return
      }
    }
    let whole = try reader.snapshotNumbers(of: request.place).lazy.compactMap {
      reader.snapshot(of: request.place, after: $0)
    }
    if dropped > 0 {
      guard let first = whole.first else {
        throw WorldFailure(
          "the journal \(reader.path) begins after record \(dropped), and has no whole snapshot of \(member.system)",
          try: "audit a copy from before it was compacted")
      }
      snapshot = first
      code = "starts-at-snapshot"
      words =
        "records 1 to \(dropped) were dropped: the walk starts at the snapshot after record \(first.number), and "
        + "takes the state there as it is"
      readsFrom = 0
      return
    }
    if member.book != book {
      // A run that went on under these rules took a snapshot when it did.
      if let own = whole.first(where: { $0.book == book }) {
        snapshot = own
        code = "other-book-before"
        words =
          "records 1 to \(own.number) were written under another version of the rules: of them the chain is checked, "
          + "and the walk starts at the snapshot after them"
        readsFrom = 0
        return
      }
    }
    (snapshot, code, words, readsFrom) = (nil, "", nil, 0)
  }

  /// A beginning near a record, to tell of the records before it.
  init(
    _ reader: JournalReader, _ book: UInt64, _ request: AuditRequest, before record: UInt64, behind first: Beginning
  ) throws {
    let last = record > request.told ? record - request.told : 0
    let near = last > first.number ? try reader.snapshot(of: request.place, upTo: last) : nil
    snapshot = near.map { $0.number > first.number && $0.book == book ? $0 : first.snapshot ?? $0 } ?? first.snapshot
    (code, words, readsFrom) = ("", nil, 0)
  }

  func apply<S: System>(to auditor: Auditor<S>, _ reader: JournalReader) throws {
    guard let snapshot else { return }
    guard
      auditor.begin(
        after: snapshot.number, at: snapshot.nanoseconds, state: snapshot.state, ledger: snapshot.ledger,
        fingerprint: snapshot.fingerprint)
    else {
      throw WorldFailure(
        "the snapshot after record \(snapshot.number) of \(reader.path) is no state of this version's rules",
        try: "interlock compat \(reader.path) <machine>")
    }
  }
}

/// The snapshots on the way of a walk, each held against the state that the records lead to.
struct Snapshots {
  private let reader: JournalReader
  private let place: Int
  private var numbers: ArraySlice<UInt64>
  private(set) var findings: [Finding] = []

  init(_ reader: JournalReader, _ place: Int, after first: UInt64) throws {
    self.reader = reader
    self.place = place
    numbers = try reader.snapshotNumbers(of: place).drop { $0 <= first }
  }

  /// Compares every snapshot that was taken before a record; the auditor stands just before it.
  mutating func compare<S: System>(before record: UInt64, _ auditor: Auditor<S>) {
    while let number = numbers.first, number < record {
      numbers.removeFirst()
      if let snapshot = reader.snapshot(of: place, after: number) {
        auditor.compare(snapshot: number, state: snapshot.state, ledger: snapshot.ledger)
      } else {
        findings.append(
          Finding(
            .critical, "snapshot-edited", "the snapshot after record \(number) was edited: its seal does not fit",
            at: "record \(number)"))
      }
    }
  }
}

import CSQLite
import Engine
import Foundation
import Spec
import Testing

/// A folder for the files of one test, removed with it.
final class JournalFolder {
  let path: String

  init() {
    path = FileManager.default.temporaryDirectory.appending(path: "interlock-\(UUID().uuidString)").path
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }

  func bytes(_ name: String) throws -> [UInt8] { try Array(Data(contentsOf: URL(filePath: file(name)))) }

  func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
    try Data(bytes).write(to: URL(filePath: file(name)))
  }

  /// Copies a journal and the log beside it as they are on the disk right now, as a killed writer would leave them.
  func snap(_ name: String, to other: String) throws {
    for ending in ["", "-wal"] where FileManager.default.fileExists(atPath: file(name + ending)) {
      try write(bytes(name + ending), to: other + ending)
    }
  }

  /// A journal of `count` records under this name, closed.
  @discardableResult
  func closedJournal(_ name: String = "run.sqlite", count: Int = 5) throws -> String {
    let journal = try Journal(creating: file(name), header: .example)
    try journal.append(examples(count))
    try journal.close()
    return file(name)
  }
}

extension JournalHeader {
  static let example = JournalHeader(
    system: "Topology switch", book: 0xfeed_f00d_dead_beef, start: [1, 2, 3], world: "calm", roster: #"["switch"]"#,
    created: "2026-01-31T12:00:00Z", clock: .virtual)
}

extension Journal {
  func append(_ records: some Sequence<Record>) throws { for record in records { try append(record) } }
}

/// Records that differ in everything; their chains are left to the journal.
func examples(_ count: Int, from first: Int = 1) -> [Record] {
  let causes: [Record.Cause] = [.input, .answer(ticket: 7), .delivery(channel: 2), .offContract(ticket: .max)]
  let outcomes: [Outcome] = [.fired(rule: 0), .refused, .ignored, .unexpected, .fired(rule: 300)]
  return (first..<first + count).map { index in
    Record(
      number: UInt64(index), nanoseconds: UInt64(index) * 1_000, cause: causes[index % causes.count],
      event: (0..<index % 24).map { UInt8(truncatingIfNeeded: $0 &* index) }, outcome: outcomes[index % outcomes.count],
      fired: (0..<index % 3).map { (host: $0, rule: index % 1_000) },
      effects: Array(repeating: UInt8(truncatingIfNeeded: index), count: index % 50),
      state: UInt64(index) &* 0x9e37_79b9_7f4a_7c15, chain: 0)
  }
}

extension Sequence<Record> {
  /// The same records with chain 0, to be compared with what was given to a journal.
  var unchained: [Record] {
    map { record in
      var record = record
      record.chain = 0
      return record
    }
  }
}

/// Runs SQL on a file as anybody with a shell could.
func sql(_ path: String, _ text: String, at location: SourceLocation = #_sourceLocation) {
  var handle: OpaquePointer?
  sqlite3_open(path, &handle)
  let code = sqlite3_exec(handle, text, nil, nil, nil)
  #expect(code == SQLITE_OK, "\(String(cString: sqlite3_errmsg(handle)))", sourceLocation: location)
  sqlite3_close(handle)
}

/// Reads a journal up to its first fault.
func read(_ path: String, from first: UInt64 = 1) throws(JournalError) -> (records: [Record], fault: JournalFault?) {
  try JournalReader(reading: path).records(from: first)
}

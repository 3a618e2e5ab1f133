import CXXHash
import Engine
import Testing

/// Journals of the format before this one: no seed, and no digest of what the run was asked for.
@Suite struct `A journal of format 2` {
  private let folder = JournalFolder()
  private let path: String

  /// A run that was killed before its first record, as the version before wrote it.
  init() throws {
    path = folder.file("old.sqlite")
    _ = try Journal(creating: path, header: .example)
    sql(
      path,
      """
      PRAGMA user_version = 2; DELETE FROM run WHERE key IN ('seed', 'world_digest');
      UPDATE run SET value = 2 WHERE key = 'format'; UPDATE run SET value = \(Self.chain) WHERE key = 'header_chain'
      """)
  }

  /// XXH3 of the header's values as that version laid them out: words, texts with their lengths, the start's bytes.
  private static var chain: Int64 {
    var bytes: [UInt8] = []
    func put(_ word: UInt64) { withUnsafeBytes(of: word.littleEndian) { bytes += $0 } }
    func put(_ text: String) {
      put(UInt64(text.utf8.count))
      bytes += Array(text.utf8)
    }
    put(2)
    put("Topology switch")
    put(0xfeed_f00d_dead_beef)
    put(3)
    bytes += [1, 2, 3]
    put("calm")
    put(#"["switch"]"#)
    put("2026-01-31T12:00:00Z")
    put("virtual")
    put(0)
    put("")
    put(1)
    return Int64(bitPattern: bytes.withUnsafeBytes { XXH3_64bits($0.baseAddress, $0.count) })
  }

  @Test func `is read`() throws {
    let reader = try JournalReader(reading: path)
    #expect(reader.format == 2)
    #expect(reader.header == .example)
    #expect(reader.forEach { _ in } == .tail(after: 0), "the header's chain fits")
  }

  @Test func `is not continued`() {
    #expect(throws: JournalError.olderFormat(path: path, found: 2, known: 3)) { try Journal(continuing: path) }
  }

  @Test func `shows an edit of its header`() throws {
    sql(path, "UPDATE run SET value = 'storm' WHERE key = 'world'")
    guard case .headerEdited? = try JournalReader(reading: path).forEach({ _ in }) else {
      Issue.record("the edit was not seen")
      return
    }
  }
}

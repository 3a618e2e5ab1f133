import Engine
import Spec
import Testing

@Suite struct `Edits of a journal` {
  let folder = JournalFolder()

  /// Edits a copy of a closed journal of five records and reads it.
  private func fault(after edits: String...) throws -> JournalFault? {
    let path = try folder.closedJournal("edited-\(Int.random(in: 0 ..< .max)).sqlite", count: 5)
    for edit in edits { sql(path, edit) }
    let (records, fault) = try read(path)
    #expect(records.unchained == Array(examples(5).prefix(records.count)))
    if let fault { #expect(fault.lastGood == UInt64(records.count), "\(fault)") }
    return fault
  }

  private func editedRecord(_ fault: JournalFault?) -> UInt64? {
    if case .edited(let record, let expected, let found) = fault, expected != found { record } else { nil }
  }

  @Test(arguments: ["at", "cause", "ticket", "outcome", "state", "chain", "place"])
  func `each bit of a number in a record counts`(column: String) throws {
    for bit in 0..<64 {
      let mask = Int64(bitPattern: 1 << UInt64(bit))
      // SQL has no exclusive or.
      let change = "\(column) = (\(column) | \(mask)) - (\(column) & \(mask)) WHERE number = 3"
      #expect(try editedRecord(fault(after: "UPDATE record SET \(change)")) == 3, "bit \(bit)")
    }
  }

  @Test(arguments: ["event", "fired", "effects"])
  func `each byte of a blob in a record counts`(column: String) throws {
    // Record 5 has 5 bytes of event, 2 firings and 5 bytes of effects.
    for offset in 0..<(column == "fired" ? 8 : 5) {
      let bytes =
        "substr(\(column), 1, \(offset)) || CAST(char(99) AS BLOB) || substr(\(column), \(offset + 2))"
      let change = "UPDATE record SET \(column) = CAST(\(bytes) AS BLOB) WHERE number = 5"
      #expect(try editedRecord(fault(after: change)) == 5, "byte \(offset)")
    }
    for length in 0..<(column == "fired" ? 8 : 5) {
      let change = "UPDATE record SET \(column) = substr(\(column), 1, \(length)) WHERE number = 5"
      #expect(try editedRecord(fault(after: change)) == 5, "length \(length)")
    }
    #expect(try editedRecord(fault(after: "UPDATE record SET \(column) = \(column) || x'00' WHERE number = 5")) == 5)
  }

  @Test(arguments: ["at", "cause", "ticket", "event", "outcome", "fired", "effects", "state", "chain", "place"])
  func `a value of another type counts, even if it reads the same`(column: String) throws {
    for number in 1...5 as ClosedRange<UInt64> {
      for value in ["NULL", "CAST(\(column) AS TEXT) || ''", "'x'"] {
        let fault = try fault(after: "UPDATE record SET \(column) = \(value) WHERE number = \(number)")
        // Text that is a number becomes one again in a column of numbers.
        if let fault { #expect(editedRecord(fault) == number, "\(value) in \(number): \(fault)") }
      }
      #expect(try editedRecord(fault(after: "UPDATE record SET \(column) = NULL WHERE number = \(number)")) == number)
    }
  }

  @Test func `bytes that move from one column to the next count`() throws {
    let change = "event = event || substr(effects, 1, 1), effects = substr(effects, 2)"
    #expect(
      try editedRecord(fault(after: "UPDATE record SET \(change), effects = CAST(effects AS BLOB) WHERE number = 4"))
        == 4 || editedRecord(fault(after: "UPDATE record SET \(change) WHERE number = 4")) == 4)
  }

  @Test func `a record that is gone is named`() throws {
    for number in 1...4 as ClosedRange<UInt64> {
      #expect(try fault(after: "DELETE FROM record WHERE number = \(number)") == .missing(record: number))
    }
    #expect(try fault(after: "DELETE FROM record WHERE number IN (2, 3)") == .missing(record: 2))
    #expect(try fault(after: "UPDATE record SET number = 70 WHERE number = 4") == .missing(record: 4))
  }

  @Test func `the last records cannot go unnoticed after a clean end`() throws {
    for number in 1...5 as ClosedRange<UInt64> {
      #expect(
        try fault(after: "DELETE FROM record WHERE number >= \(number)") == .truncated(after: number - 1, promised: 5))
    }
  }

  @Test func `records that the run did not write are named`() throws {
    let copy =
      "INSERT INTO record SELECT NUMBER, at, cause, ticket, event, outcome, fired, effects, state, chain, place"
    for number in [-3, 0, 6, 7] {
      let insert = copy.replacing("NUMBER", with: "\(number)") + " FROM record WHERE number = 5"
      let after: UInt64 = number < 1 ? 0 : 5
      #expect(
        try fault(after: insert) == .added(record: UInt64(bitPattern: Int64(number)), after: after), "\(number)")
    }
  }

  @Test func `two records that change places are found`() throws {
    let swap = "UPDATE record SET number = 99 WHERE number = 2; UPDATE record SET number = 2 WHERE number = 3;"
    #expect(try editedRecord(fault(after: swap + "UPDATE record SET number = 3 WHERE number = 99")) == 2)
  }

  @Test(arguments: ["system", "world", "roster", "created", "shape"])
  func `each text of the header counts`(key: String) throws {
    guard case .headerEdited = try fault(after: "UPDATE run SET value = value || ' ' WHERE key = '\(key)'") else {
      Issue.record("\(key) was edited unnoticed")
      return
    }
  }

  @Test(arguments: ["value + 1 WHERE key = 'book'", "x'010204' WHERE key = 'start'", "'real' WHERE key = 'clock'"])
  func `each other value of the header counts`(edit: String) throws {
    guard case .headerEdited = try fault(after: "UPDATE run SET value = \(edit)") else {
      Issue.record("\(edit) went unnoticed")
      return
    }
  }

  @Test func `a header whose chain was computed to fit still breaks the first record`() throws {
    let other = try folder.closedJournal("other.sqlite", count: 0)
    sql(other, "UPDATE run SET value = 'storm' WHERE key = 'world'")
    guard case .headerEdited(let fitting, _) = try read(other).fault else {
      Issue.record("the header was edited unnoticed")
      return
    }
    let chain = "UPDATE run SET value = \(Int64(bitPattern: fitting)) WHERE key = 'header_chain'"
    let world = "UPDATE run SET value = 'storm' WHERE key = 'world'"
    #expect(try editedRecord(fault(after: world, chain)) == 1)
  }

  @Test(arguments: ["closed_count", "closed_chain", "closed_seal"])
  func `the closing mark counts`(key: String) throws {
    for edit in [
      "UPDATE run SET value = value + 1 WHERE key = '\(key)'", "UPDATE run SET value = value - 1 WHERE key = '\(key)'",
      "UPDATE run SET value = 'x' WHERE key = '\(key)'", "DELETE FROM run WHERE key = '\(key)'",
    ] {
      guard case .closingEdited(after: 5, _, _) = try fault(after: edit) else {
        Issue.record("\(edit) went unnoticed")
        continue
      }
    }
  }

  @Test func `records whose chain was computed to fit do not fit the closing mark`() throws {
    // The last record of another run, with the chain that it needs here.
    let path = try folder.closedJournal()
    sql(path, "UPDATE record SET state = 1 WHERE number = 5")
    guard case .edited(record: 5, let fitting, _) = try read(path).fault else {
      Issue.record("the record was edited unnoticed")
      return
    }
    sql(path, "UPDATE record SET chain = \(Int64(bitPattern: fitting)) WHERE number = 5")
    let chain = try #require(try read(folder.closedJournal("right.sqlite")).records.last?.chain)
    #expect(try read(path).fault == .edited(record: 5, expected: chain, found: fitting))
  }

  @Test func `the last records are gone and the mark with them, but a closed run leaves another kind of file`() throws {
    let fault = try fault(
      after: "DELETE FROM run WHERE key LIKE 'closed%'", "DELETE FROM record WHERE number > 3")
    #expect(fault == .closingRemoved(after: 3))
    #expect(fault?.isEdit == true)
  }

  @Test func `a fault says in words what it found`() {
    let faults: [JournalFault] = [
      .headerEdited(expected: 0xab, found: 0xcd), .edited(record: 4127, expected: 0x11b0, found: 0x9f3c),
      .missing(record: 3), .added(record: 6, after: 5), .closingEdited(after: 5, expected: 1, found: 2),
      .truncated(after: 3, promised: 5), .unreadable(after: 3, reason: "database disk image is malformed"),
      .closingRemoved(after: 3), .tail(after: 3),
    ]
    #expect(
      faults.map(\.description).joined(separator: "\n") == """
        the header was edited: its content gives ab, but cd stands there
        journal record 4127 was edited: its content gives 11b0, but 9f3c stands there
        journal record 3 is missing, and later ones are there
        journal record 6 was added: the run did not write it
        the closing mark was edited: its content gives 1, but 2 stands there
        the journal ends after record 3, but its closing mark promises 5 records
        the journal cannot be read after record 3: database disk image is malformed
        the closing mark was removed: the run was closed, and the journal now ends after record 3
        the journal ends after record 3 without a closing mark: the run was killed or is still going on
        """)
  }
}

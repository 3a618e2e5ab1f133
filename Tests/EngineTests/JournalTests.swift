import Engine
import Foundation
import Spec
import Testing

@Suite struct `The journal` {
  let folder = JournalFolder()

  @Test func `every cause and outcome comes back as it went in`() throws {
    let causes: [Record.Cause] = [
      .input, .answer(ticket: 1), .answer(ticket: .max), .delivery(channel: 0), .delivery(channel: 9),
      .offContract(ticket: 0), .offContract(ticket: 5),
    ]
    let outcomes: [Outcome] = [.fired(rule: 0), .fired(rule: 32_767), .refused, .ignored, .unexpected]
    let firings: [[(host: Int, rule: Int)]] = [[], [(0, 0)], [(3, 300), (32_767, 32_767), (0, 1)]]
    let texts: [[UInt8]] = [[], [0], Array(0...255)]
    var records: [Record] = []
    for cause in causes {
      for outcome in outcomes {
        for fired in firings {
          for text in texts {
            records.append(
              Record(
                number: UInt64(records.count + 1), nanoseconds: .max, cause: cause, event: text, outcome: outcome,
                fired: fired, effects: text.reversed(), state: .max - UInt64(records.count), chain: 0))
          }
        }
      }
    }
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    try journal.append(records)
    try journal.close()
    let (found, fault) = try read(journal.path)
    #expect(fault == nil)
    #expect(found.unchained == records)
    #expect(found.last?.chain == journal.lastChain)
    #expect(Set(found.map(\.chain)).count == records.count)
  }

  @Test func `the header comes back as it went in`() throws {
    var header = JournalHeader.example
    for clock in JournalHeader.Clock.allCases {
      for text in ["", "naïve 'quotes' \"and\" \0 zeros", String(repeating: "long ", count: 2_000)] {
        header.clock = clock
        header.world = text
        header.start = Array(text.utf8)
        let path = folder.file(UUID().uuidString)
        try Journal(creating: path, header: header).close()
        let reader = try JournalReader(reading: path)
        #expect(reader.header == header)
        #expect(reader.forEach { _ in } == nil)
      }
    }
  }

  @Test(arguments: [1, 7, 1_000, 10_000], [Journal.Durability.normal, .full])
  func `ten thousand records in groups are all there`(group: Int, durability: Journal.Durability) throws {
    guard group > 1 || durability == .normal else { return }
    let records = examples(10_000)
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example, durability: durability)
    for record in records {
      #expect(try journal.append(record) == record.number)
      #expect(journal.lastNumber == record.number)
      if journal.pendingRows == group { try journal.commit() }
    }
    try journal.close()
    #expect(journal.pendingRows == 0)
    let (found, fault) = try read(journal.path)
    #expect(fault == nil)
    #expect(found.unchained == records)
  }

  @Test func `equal runs have equal chains, and each thing that differs shows in the chain`() throws {
    func chain(_ header: JournalHeader, _ record: Record) throws -> UInt64 {
      let journal = try Journal(creating: folder.file(UUID().uuidString), header: header)
      try journal.append(record)
      return journal.lastChain
    }
    let record = Record(
      number: 1, nanoseconds: 1, cause: .answer(ticket: 1), event: [1, 2], outcome: .fired(rule: 1),
      fired: [(0, 1)], effects: [3], state: 1, chain: 0)
    let edits: [(inout Record) -> Void] = [
      { $0.nanoseconds = 2 }, { $0.cause = .offContract(ticket: 1) }, { $0.cause = .answer(ticket: 2) },
      { $0.event = [1] }, { ($0.event, $0.effects) = ([1, 2, 3], []) }, { $0.outcome = .fired(rule: 2) },
      { $0.outcome = .refused }, { $0.fired = [] }, { $0.fired = [(1, 0)] }, { $0.effects = [4] }, { $0.state = 2 },
    ]
    var chains: Set<UInt64> = [try chain(.example, record)]
    #expect(try chains == [chain(.example, record)])
    for edit in edits {
      var edited = record
      edit(&edited)
      chains.insert(try chain(.example, edited))
    }
    var header = JournalHeader.example
    header.book += 1
    chains.insert(try chain(header, record))
    #expect(chains.count == edits.count + 2)
  }

  @Test func `reading can begin at any record`() throws {
    let path = try folder.closedJournal(count: 9)
    for first in 0...11 as ClosedRange<UInt64> {
      let (found, fault) = try read(path, from: first)
      #expect(found.map(\.number) == Array(max(1, first)..<max(10, first)))
      #expect(fault == nil)
    }
  }

  @Test func `a run that goes on can be read, and ends in a tail after the last commit`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    #expect(try read(journal.path).fault == .tail(after: 0))
    let reader = try JournalReader(reading: journal.path)
    for count in 1...20 as ClosedRange<UInt64> {
      try journal.append(examples(1, from: Int(count)))
      #expect(reader.records().fault == .tail(after: count - 1))
      try journal.commit()
      let (found, fault) = reader.records()
      #expect(found.map(\.number) == Array(1...count))
      #expect(fault == .tail(after: count))
    }
    try journal.close()
    #expect(reader.records().fault == nil)
  }

  @Test func `a reader sees the journal as it was when the call began`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    try journal.append(examples(3))
    try journal.commit()
    let reader = try JournalReader(reading: journal.path)
    let fault = try reader.forEach { record throws in
      try journal.append(examples(1, from: Int(journal.lastNumber) + 1))
      try journal.commit()
      if record.number == 3 { try journal.close() }
    }
    #expect(fault == .tail(after: 3))
    let (found, later) = reader.records()
    #expect(found.count == 6)
    #expect(later == nil)
  }

  @Test func `a body that throws ends the reading, and the reader can be used again`() throws {
    struct Enough: Error {}
    let reader = try JournalReader(reading: folder.closedJournal())
    var seen = 0
    #expect(throws: Enough.self) {
      try reader.forEach { record throws(Enough) in
        seen += 1
        if record.number == 2 { throw Enough() }
      }
    }
    #expect(seen == 2)
    #expect(reader.records().records.count == 5)
  }

  @Test func `a view gives the bytes and the firings without a copy`() throws {
    let reader = try JournalReader(reading: folder.closedJournal(count: 100))
    let records = examples(100)
    reader.forEach { view in
      let record = records[Int(view.number) - 1]
      #expect(Array(view.event) == record.event)
      #expect(Array(view.effects) == record.effects)
      #expect(view.cause == record.cause)
      #expect(view.outcome == record.outcome)
      #expect(view.firingCount == record.fired.count)
      for index in 0..<view.firingCount { #expect(view.firing(index) == record.fired[index]) }
    }
  }

  @Test func `a closed journal is one file`() throws {
    try folder.closedJournal()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.sqlite"])
    _ = try read(folder.file("run.sqlite"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["run.sqlite"])
  }

  @Test func `closing twice, and committing nothing, does nothing`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    try journal.commit()
    try journal.close()
    try journal.close()
    #expect(try read(journal.path).fault == nil)
  }

  @Test func `a journal let go without closing keeps what was committed`() throws {
    var journal: Journal? = try Journal(creating: folder.file("run.sqlite"), header: .example)
    try journal?.append(examples(4))
    try journal?.commit()
    try journal?.append(examples(3, from: 5))
    journal = nil
    let (found, fault) = try read(folder.file("run.sqlite"))
    #expect(found.unchained == examples(4))
    #expect(fault == .tail(after: 4))
  }
}

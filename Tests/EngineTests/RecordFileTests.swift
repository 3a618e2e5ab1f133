import Engine
import Foundation
import Testing

@Suite struct `A file of records` {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("interlock-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func write(_ count: Int) throws -> String {
    let path = folder.appendingPathComponent("\(UUID().uuidString).jsonl").path
    let file = try RecordFile(creating: path)
    var line = RecordLine()
    line.begin()
    line.put("__meta__") { $0.put("sealed", true) }
    line.end()
    file.write(&line)
    for number in 0..<count {
      line.begin()
      line.put("seq", number)
      line.put("ts", Double(number) / 3)
      line.put("from", "Planner \"é\"\n")
      line.end()
      file.write(&line)
    }
    try file.flush()
    return path
  }

  private func problem(in path: String) -> RecordProblem? {
    do throws(RecordProblem) {
      let reader = try RecordReader(path)
      while try reader.next() != nil {}
      return nil
    } catch { return error }
  }

  @Test func `is behind the journal, piece by piece`() throws {
    let folder = JournalFolder()
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    let file = try RecordFile(creating: folder.file("r.jsonl"), behind: journal)
    var line = RecordLine()
    func write(_ number: UInt64) {
      line.begin()
      line.put("number", number)
      line.put("text", String(repeating: "x", count: 200))
      line.end()
      file.write(&line)
    }
    for record in examples(3_000) {
      let number = try journal.append(record)
      write(number)
      if number % 100 == 0 {
        let told = String(decoding: try folder.bytes("r.jsonl"), as: UTF8.self).split(separator: "\n").count
        #expect(Int(number) - journal.pendingRows >= told - 1, "record \(number): \(told) lines are out")
      }
    }
    #expect(try folder.bytes("r.jsonl").count > 500_000 && journal.pendingRows > 0)
    try file.flush()
    #expect(journal.pendingRows == 0)
    try journal.close()
    write(3_001)
    try file.flush()
    #expect(file.lines == 3_001, "records about the end come after the journal's")
  }

  @Test func `reads as it was written, without the line about itself`() throws {
    let path = try write(3)
    let reader = try RecordReader(path)
    for number in 0..<3 {
      let record = try #require(try reader.next())
      #expect(record["seq"]?.integer == number)
      #expect(record["ts"]?.number == Double(number) / 3)
      #expect(record["from"]?.string == "Planner \"é\"\n")
    }
    #expect(try reader.next() == nil)
    #expect((reader.records, reader.line) == (3, 4))
    #expect(reader.meta?["sealed"] == .bool(true))
  }

  @Test func `names the line of any byte that was changed`() throws {
    let path = try write(3)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var line = 1
    for index in whole.indices {
      var edited = whole
      edited[index] = edited[index] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
      let copy = folder.appendingPathComponent("edited.jsonl")
      try edited.write(to: copy)
      let found = try #require(problem(in: copy.path), "byte \(index) was changed")
      // A line whose end was changed is one with the next.
      #expect(found.line == line, "byte \(index): \(found)")
      if whole[index] == UInt8(ascii: "\n") { line += 1 }
    }
  }

  @Test func `names the line behind which one is missing, and the one cut short`() throws {
    let path = try write(5)
    let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
    let copy = folder.appendingPathComponent("edited.jsonl")
    var without = lines
    without.remove(at: 2)
    try Data((without.joined(separator: "\n") + "\n").utf8).write(to: copy)
    #expect(problem(in: copy.path)?.line == 3)
    try Data(lines.joined(separator: "\n").utf8).write(to: copy)
    #expect(problem(in: copy.path)?.description.contains("edited.jsonl:6: the last line is cut short") == true)
    var exchanged = lines
    exchanged.swapAt(2, 3)
    try Data((exchanged.joined(separator: "\n") + "\n").utf8).write(to: copy)
    #expect(problem(in: copy.path)?.line == 3)
    try Data((lines.dropLast().joined(separator: "\n") + "\n").utf8).write(to: copy)
    #expect(problem(in: copy.path) == nil, "that the tail is missing shows in the report alone")
  }

  @Test func `of another tool needs no seals`() throws {
    let path = folder.appendingPathComponent("foreign.jsonl").path
    try Data("{\"task_id\":\"a\"}\n{\"task_id\":\"b\"}\n".utf8).write(to: URL(fileURLWithPath: path))
    let reader = try RecordReader(path)
    #expect(try reader.next()?["task_id"]?.string == "a")
    #expect(try reader.next()?["task_id"]?.string == "b")
    #expect(try reader.next() == nil)
  }

  @Test func `is not written over, and tells why it cannot be written`() throws {
    let path = try write(1)
    #expect(throws: RecordFileError.self) { try RecordFile(creating: path) }
    do throws(RecordFileError) { _ = try RecordFile(creating: "/nowhere/r.jsonl") } catch {
      #expect(error.description.hasPrefix("/nowhere/r.jsonl cannot be made: No such file"), "\(error)")
    }
  }

  @Test func `has no infinity, and nothing that is no number`() {
    var line = RecordLine()
    line.begin()
    line.put("a", Double.infinity)
    line.put("b", Double.nan)
    line.put("c", [1, .infinity])
    line.put("d", 1e300)
    line.put("e", 0.1)
    line.put("f", nil as String?)
    line.put("g", ["x": 1, "a": 2])
    line.end()
    #expect(
      String(decoding: line.bytes, as: UTF8.self)
        == #"{"a":null,"b":null,"c":[1,null],"d":1e+300,"e":0.1,"f":null,"g":{"a":2,"x":1}}"#)
  }
}

@Suite struct `JSON, read strictly` {
  private func read(_ text: String) -> JSONValue? { try? JSONValue(parsing: Array(text.utf8)) }

  @Test(arguments: [
    "{}", "[]", "null", " [1, 2.5e-3, -7, true, false, null] ", #"{"a":{"b":["\u00e9\ud83d\ude00\n"]}}"#, "\"é\"",
    "1e308", "-12.25",
  ]) func `agrees with Foundation on what is JSON`(text: String) throws {
    let own = try #require(read(text))
    let other = try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed)
    #expect(String(describing: comparable(own)) == String(describing: comparable(other)))
  }

  @Test(arguments: [
    "", "{", "}", "[1,]", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "NaN", "Infinity", "-", "1e", "'a'", "\"a",
    "\"\\x\"", "\"\\ud800\"", "\"\\u+123\"", "\"\t\"", "[1] 2", "{\"a\" 1}", "{\"a\":1,\"a\":2}", "tru", "1e999",
    "\u{FEFF}1",
  ]) func `refuses what is none`(text: String) { #expect(read(text) == nil) }

  @Test func `refuses bytes that are no text, and depths without end`() {
    #expect((try? JSONValue(parsing: [0x22, 0xFF, 0x22])) == nil)
    #expect(read(String(repeating: "[", count: 100_000)) == nil)
    #expect(read(String(repeating: "[", count: 60) + String(repeating: "]", count: 60)) != nil)
  }

  private func comparable(_ value: Any) -> String {
    switch value {
    case let value as JSONValue:
      switch value {
      case .null: "null"
      case .bool(let bool): "\(bool)"
      case .number(let number): "\(number)"
      case .string(let text): text
      case .array(let values): "[" + values.map { comparable($0) }.joined(separator: ",") + "]"
      case .object(let fields): "{" + fields.map { "\($0.name):\(comparable($0.value))" }.joined(separator: ",") + "}"
      }
    case let number as NSNumber where String(cString: number.objCType) == "c": number.boolValue ? "true" : "false"
    case let number as NSNumber: "\(number.doubleValue)"
    case let text as String: text
    case let values as [Any]: "[" + values.map { comparable($0) }.joined(separator: ",") + "]"
    case let fields as [String: Any]:
      "{" + fields.map { "\($0.key):\(comparable($0.value))" }.joined(separator: ",") + "}"
    default: "null"
    }
  }
}

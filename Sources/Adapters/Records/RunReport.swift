import Engine
import Foundation

/// What a run reported of itself: numbers by name, and where each file of records ends.
///
/// In `report.json`, beside the records; one number on a line, so that a difference has a place.
public struct RunReport: Equatable {
  public struct End: Equatable {
    public var file: String
    public var lines: Int
    public var seal: String
  }

  public var source: String
  /// Such as `copies.offered` and `switches.phase_ms.total.p95`.
  public var numbers: [String: Double]
  public var files: [End]

  static let fileName = "report.json"

  init(source: String, numbers: [String: Double], files: [End]) {
    self.source = source
    self.numbers = numbers
    self.files = files
  }

  var text: String {
    var parts: [String] = []
    var line = RecordLine()
    for (name, value) in numbers.sorted(by: { $0.key < $1.key }) {
      line.begin()
      line.put("name", name)
      line.put("value", value)
      line.end()
      parts.append(String(decoding: line.bytes, as: UTF8.self))
    }
    let ends = files.map { end in
      line.begin()
      line.put("file", end.file)
      line.put("lines", end.lines)
      line.put("seal", end.seal)
      line.end()
      return String(decoding: line.bytes, as: UTF8.self)
    }
    line.begin()
    line.put("source", source)
    line.end()
    let source = String(decoding: line.bytes.dropFirst().dropLast(), as: UTF8.self)
    return """
      {\(source),
      "numbers":[
      \(parts.joined(separator: ",\n"))
      ],
      "files":[
      \(ends.joined(separator: ",\n"))
      ]}

      """
  }

  /// Reads the report of a folder, and on which line each number stands.
  static func read(_ folder: String) throws(RecordProblem) -> (report: RunReport, lines: [String: Int]) {
    let path = "\(folder)/\(fileName)"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw RecordProblem(path, nil, "there is no such file: the run did not end, or the folder has no records of one")
    }
    let value: JSONValue
    do throws(JSONProblem) { value = try JSONValue(parsing: Array(data)) } catch {
      let line = data.prefix(error.offset).count { $0 == UInt8(ascii: "\n") } + 1
      throw RecordProblem(path, line, "this is not JSON: \(error)")
    }
    guard let source = value["source"]?.string, let numbers = value["numbers"]?.array,
      let files = value["files"]?.array
    else { throw RecordProblem(path, 1, "a report has source, numbers and files") }
    var report = RunReport(source: source, numbers: [:], files: [])
    var lines: [String: Int] = [:]
    for (index, entry) in numbers.enumerated() {
      guard let name = entry["name"]?.string, let number = entry["value"]?.number, report.numbers[name] == nil else {
        throw RecordProblem(path, index + 3, "a number has a name of its own and a value")
      }
      report.numbers[name] = number
      lines[name] = index + 3
    }
    for (index, entry) in files.enumerated() {
      guard let file = entry["file"]?.string, let count = entry["lines"]?.integer, let seal = entry["seal"]?.string
      else { throw RecordProblem(path, numbers.count + index + 5, "a file has a name, a count of lines and a seal") }
      report.files.append(End(file: file, lines: count, seal: seal))
    }
    return (report, lines)
  }
}

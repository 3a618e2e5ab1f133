import Engine
import Foundation

extension Workload {
  /// Reads a workload from a file: Interlock's own JSONL, or the transcript of a multi-agent chat.
  ///
  /// The content decides, not the file's ending: one JSON object with a `history` is a transcript
  /// (``WorkloadTranscript``), anything else has one JSON object per line (``WorkloadLines``).
  ///
  /// - Parameters:
  ///   - path: The file, as it should appear in errors.
  ///   - timing: How fast a transcript is replayed; a JSONL file says so itself.
  /// - Complexity: The whole file is held in memory while it is read.
  /// - Throws: ``WorkloadError``, with the line, or the index in the history, of the first thing wrong.
  public static func read(path: String, timing: TranscriptTiming = .init()) throws(WorkloadError) -> Workload {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw WorkloadError(file: path, problem: .missingFile)
    }
    guard !isDirectory.boolValue else { throw WorkloadError(file: path, problem: .isDirectory) }
    guard let content = FileManager.default.contents(atPath: path) else {
      throw WorkloadError(file: path, problem: .unreadable)
    }
    return try parse([UInt8](content), file: path, timing: timing)
  }

  /// Reads a workload from the content of a file; `file` is what errors call it.
  public static func parse(
    _ content: [UInt8], file: String, timing: TranscriptTiming = .init()
  ) throws(WorkloadError) -> Workload {
    var workload = try read(content, file, timing)
    workload.digest = Engine.digest(of: content)
    return workload
  }

  private static func read(
    _ content: [UInt8], _ file: String, _ timing: TranscriptTiming
  ) throws(WorkloadError) -> Workload {
    try checkUTF8(content, file: file)
    let lines = significantLines(of: content)
    guard let first = lines.first else { throw WorkloadError(file: file, problem: .empty) }
    let name = file.split(separator: "/").last.map(String.init) ?? file

    // A transcript written on one line looks like the first line of a JSONL file, so that line is read before deciding.
    // Where it is not JSON by itself, the file may be one object spread over many lines.
    let text = content[first.bytes]
    let isTranscript =
      switch parsedJSON(text) {
      case .success(let value): (value as? [String: Any])?["history"] != nil
      case .failure: text.last != UInt8(ascii: "}") && !String(decoding: text, as: UTF8.self).contains("\"team\"")
      }
    guard isTranscript else {
      var reader = WorkloadLines(file: file)
      return try reader.read(lines, of: content, name: name)
    }
    switch parsedJSON(content[first.bytes.lowerBound...]) {
    case .success(let document):
      return try WorkloadTranscript(file: file, timing: timing).read(document, name: name)
    case .failure(let failure):
      let problem = WorkloadError.Problem.malformed(parser: failure.words)
      guard let offset = failure.offset else { throw WorkloadError(file: file, problem: problem) }
      let line = lineNumber(ofByte: first.bytes.lowerBound + offset, in: content)
      throw WorkloadError(file: file, place: .line(line), problem: problem)
    }
  }

  private static func checkUTF8(_ content: [UInt8], file: String) throws(WorkloadError) {
    do {
      _ = try UTF8Span(validating: content.span)
    } catch {
      let offset = error.byteOffsets.lowerBound
      let line = lineNumber(ofByte: offset, in: content)
      throw WorkloadError(file: file, place: .line(line), problem: .notUTF8(byteOffset: offset, byte: content[offset]))
    }
  }
}

// MARK: - Lines

/// A line that says something: neither blank nor a comment.
struct SignificantLine {
  /// Counted from 1, over all lines of the file.
  var number: Int

  /// Where the line's text is, without white space around it.
  var bytes: Range<Int>
}

private let newline = UInt8(ascii: "\n")

private func lineNumber(ofByte offset: Int, in content: [UInt8]) -> Int {
  content.prefix(offset).count { $0 == newline } + 1
}

private func significantLines(of content: [UInt8]) -> [SignificantLine] {
  let isBlank = { (byte: UInt8) in
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }
  var lines: [SignificantLine] = []
  // Some editors begin a file with a byte order mark, which is not part of the text.
  var start = content.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  var number = 0
  while start < content.count {
    number += 1
    let end = content[start...].firstIndex(of: newline) ?? content.count
    if let first = content[start..<end].firstIndex(where: { !isBlank($0) }), content[first] != UInt8(ascii: "#") {
      let last = content[start..<end].lastIndex { !isBlank($0) } ?? first
      lines.append(SignificantLine(number: number, bytes: first..<(last + 1)))
    }
    start = end + 1
  }
  return lines
}

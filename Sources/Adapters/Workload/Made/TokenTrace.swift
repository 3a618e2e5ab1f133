import Foundation

/// Requests to a language model as a provider saw them: when each came, and how many tokens it had.
///
/// A file has the columns `TIMESTAMP,ContextTokens,GeneratedTokens`, one request per line, in order of time; the trace
/// that Azure published in 2023 is such a file. Neither prompts nor conversations are in it.
///
/// Source: Patel et al., *Splitwise: Efficient generative LLM inference using phase splitting*, ISCA 2024.
public struct TokenTrace: Sendable, Equatable {
  /// The file's name, without its folders.
  public var name: String

  public var requests: [Request]

  public struct Request: Sendable, Equatable {
    /// Nanoseconds since the first request of the file.
    public var nanoseconds: UInt64
    /// Tokens of the prompt.
    public var context: Int
    /// Tokens that the model wrote.
    public var generated: Int
  }

  static let columns = "TIMESTAMP,ContextTokens,GeneratedTokens"

  /// Reads a trace.
  ///
  /// - Parameter path: The file, as it should appear in errors.
  /// - Throws: ``TokenTraceError``, with the line of the first thing wrong.
  public static func read(path: String) throws(TokenTraceError) -> TokenTrace {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw TokenTraceError(path, "there is no such file", try: "ls \(folder(of: path))")
    }
    guard !isDirectory.boolValue else {
      throw TokenTraceError(path, "this is a directory, not a file", try: "name one file in it")
    }
    guard let content = FileManager.default.contents(atPath: path) else {
      throw TokenTraceError(path, "the file is there but cannot be read", try: "ls -l \(path)")
    }
    return try parse(String(decoding: content, as: UTF8.self), file: path)
  }

  /// Reads a trace from the content of a file; `file` is what errors call it.
  public static func parse(_ content: String, file: String) throws(TokenTraceError) -> TokenTrace {
    var trace = TokenTrace(name: file.split(separator: "/").last.map(String.init) ?? file, requests: [])
    var first: UInt64?
    var latest: (instant: UInt64, text: Substring)?
    var number = 0
    // A line may end in "\r\n", which Swift takes for one character.
    for line in content.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      number += 1
      if number == 1 {
        guard line == columns else {
          throw TokenTraceError(
            file, line: 1, "the first line is \(shown(line)), not the columns of a trace", try: "first line: \(columns)"
          )
        }
        continue
      }
      if line.isEmpty { continue }
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count == 3 else {
        throw TokenTraceError(
          file, line: number, "\(fields.count == 1 ? "1 field" : "\(fields.count) fields") where a request has 3",
          try: "2023-11-16 18:17:03.9799600,4808,10")
      }
      guard let instant = nanoseconds(of: fields[0]) else {
        throw TokenTraceError(
          file, line: number, "TIMESTAMP is \(shown(fields[0])), not a time", try: "2023-11-16 18:17:03.9799600")
      }
      if let latest, instant < latest.instant {
        throw TokenTraceError(
          file, line: number, "TIMESTAMP goes back from \(latest.text) to \(fields[0])",
          try: "sort the lines below the first by time")
      }
      latest = (instant, fields[0])
      first = first ?? instant
      trace.requests.append(
        Request(
          nanoseconds: instant - first!, context: try tokens(fields[1], "ContextTokens", file, number),
          generated: try tokens(fields[2], "GeneratedTokens", file, number)))
    }
    guard !trace.requests.isEmpty else {
      throw TokenTraceError(file, "the file has no request", try: "a line such as 2023-11-16 18:17:03.9799600,4808,10")
    }
    return trace
  }

  private static func tokens(
    _ text: Substring, _ column: String, _ file: String, _ line: Int
  ) throws(TokenTraceError) -> Int {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let count = Int(text),
      count <= 1_000_000_000
    else {
      throw TokenTraceError(
        file, line: line, "\(column) is \(shown(text)), not a whole number from 0 to 1000000000", try: "4808")
    }
    return count
  }

  /// `2023-11-16 18:17:03.9799600` in nanoseconds since 1970, of UTC; the fraction may be left out.
  static func nanoseconds(of text: Substring) -> UInt64? {
    let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let pattern = Array("dddd-dd-dd dd:dd:dd".utf8)
    let bytes = Array(halves[0].utf8)
    let isDigit = { (byte: UInt8) in (48...57).contains(byte) }
    guard bytes.count == pattern.count,
      zip(bytes, pattern).allSatisfy({ $1 == UInt8(ascii: "d") ? isDigit($0) : $0 == $1 })
    else { return nil }
    func number(_ range: Range<Int>) -> Int { bytes[range].reduce(0) { 10 * $0 + Int($1 - 48) } }
    let (year, month, day) = (number(0..<4), number(5..<7), number(8..<10))
    let (hour, minute, second) = (number(11..<13), number(14..<16), number(17..<19))
    guard year >= 1970, (1...12).contains(month), (1...daysIn(month, year)).contains(day), hour < 24, minute < 60,
      second < 60
    else { return nil }
    var fraction: UInt64 = 0
    if halves.count == 2 {
      guard (1...9).contains(halves[1].utf8.count), halves[1].utf8.allSatisfy(isDigit) else { return nil }
      fraction = halves[1].utf8.reduce(0) { 10 * $0 + UInt64($1 - 48) }
      for _ in halves[1].utf8.count..<9 { fraction *= 10 }
    }
    let seconds = (daysSince1970(year, month, day) * 24 + hour) * 3_600 + minute * 60 + second
    return UInt64(seconds) * 1_000_000_000 + fraction
  }

  private static func daysIn(_ month: Int, _ year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// Days of the proleptic Gregorian calendar. Source: Hinnant, *chrono-compatible low-level date algorithms*.
  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }

  private static func shown(_ text: Substring) -> String {
    text.count > 40 ? "\"\(text.prefix(40))…\"" : "\"\(text)\""
  }

  private static func folder(of path: String) -> String {
    path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
  }
}

/// Why a trace cannot be read or turned into a workload: what is wrong, and where it stands.
public struct TokenTraceError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ file: String, line: Int? = nil, _ what: String, try remedy: String) {
    description = "error: \(file)\(line.map { ":\($0)" } ?? ""): \(what)\n  try: \(remedy)"
  }
}

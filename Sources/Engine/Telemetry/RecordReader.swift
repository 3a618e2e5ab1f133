#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Reads a file of records, a line at a time, and holds each against its seal.
///
/// - Complexity: O(1) memory, whatever the file's length.
public final class RecordReader {
  public let path: String
  /// The line read last, counted from 1.
  public private(set) var line = 0
  /// What `__meta__` says; nil where the file has no such line.
  public private(set) var meta: JSONValue?
  /// The seal of the last line.
  public private(set) var seal: String?
  /// How many lines were records.
  public private(set) var records = 0
  private let file: UnsafeMutablePointer<FILE>
  /// Memory that `getline` takes, and makes larger as it needs.
  private var buffer: UnsafeMutablePointer<CChar>?
  private var capacity = 0
  private var chain = RecordSeal.start
  private var isSealed = false

  public init(_ path: String) throws(RecordProblem) {
    self.path = path
    guard let file = fopen(path, "r") else {
      throw RecordProblem(path, nil, "the file cannot be read: \(String(cString: strerror(errno)))")
    }
    self.file = file
  }

  deinit {
    fclose(file)
    free(buffer)
  }

  /// The next record; nil at the end.
  ///
  /// - Throws: ``RecordProblem`` naming the line: it is cut short, is no JSON object, or does not fit its seal.
  public func next() throws(RecordProblem) -> JSONValue? {
    while let bytes = try nextLine() {
      let value: JSONValue
      do throws(JSONProblem) { value = try JSONValue(parsing: bytes) } catch {
        throw problem("this is not JSON: \(error.description)")
      }
      guard case .object = value else { throw problem("this is no JSON object") }
      if line == 1, let meta = value["__meta__"] {
        self.meta = meta
      }
      try checkSeal(bytes)
      if line == 1, meta != nil { continue }
      records += 1
      return value
    }
    return nil
  }

  private func checkSeal(_ bytes: [UInt8]) throws(RecordProblem) {
    let end = RecordSeal.read(bytes)
    if line == 1 { isSealed = end != nil || meta?["sealed"] == .bool(true) }
    guard isSealed else {
      // Whoever takes the first line's seal away does not take away the others'.
      if end != nil { throw RecordProblem(path, 1, "the first line has lost its seal") }
      return
    }
    guard let (found, length) = end else { throw problem("the record has lost its seal") }
    chain = bytes.withUnsafeBytes { RecordSeal.after(chain, UnsafeRawBufferPointer(rebasing: $0[..<length])) }
    let expected = RecordSeal.text(chain)
    guard found == expected else {
      throw problem(
        "the seal does not fit: the record was edited, or one before it is missing "
          + "(found \(found), expected \(expected))"
      )
    }
    seal = found
  }

  /// A line without its end; nil at the end of the file.
  private func nextLine() throws(RecordProblem) -> [UInt8]? {
    let count = getline(&buffer, &capacity, file)
    guard count > 0, let buffer else { return nil }
    line += 1
    let bytes = UnsafeRawBufferPointer(start: buffer, count: count)
    guard bytes[count - 1] == UInt8(ascii: "\n") else {
      throw problem("the last line is cut short: it has no end of line")
    }
    return Array(bytes[..<(count - 1)])
  }

  /// A problem at the line read last.
  public func problem(_ words: String) -> RecordProblem { RecordProblem(path, line, words) }
}

/// What is wrong with a file of records, and where.
public struct RecordProblem: Error, Equatable, Sendable, CustomStringConvertible {
  public let path: String
  /// Counted from 1; nil where it is the file as a whole.
  public let line: Int?
  public let words: String

  public init(_ path: String, _ line: Int?, _ words: String) {
    self.path = path
    self.line = line
    self.words = words
  }

  public var description: String { "\(path)\(line.map { ":\($0)" } ?? ""): \(words)" }
}

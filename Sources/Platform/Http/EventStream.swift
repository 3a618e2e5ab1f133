#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Splits a stream of server-sent events into events, however the bytes come.
///
///     var stream = EventStream()
///     stream.read(bytes: ": keepalive\r\nda") { _ in }
///     stream.read(bytes: "ta: one\r\n\r\ndata:two\n\n") { print($0.text) }     // one, then two
///
/// Lines end in CR, LF or both; a byte-order mark at the beginning, comments and unknown fields are passed over. An
/// event without data is none.
///
/// - Complexity: O(*bytes*); a line is copied once if it comes in one piece, twice otherwise.
///
/// Source: WHATWG HTML, *Server-sent events*.
public struct EventStream: Sendable {
  /// A line that has begun and not ended.
  private var rest: [UInt8] = []
  private var name: [UInt8] = []
  private var data: [UInt8] = []
  private var hasData = false
  private var isAtBeginning = true
  /// The last byte was a CR: an LF that follows belongs to it.
  private var skipsLineFeed = false

  public init() {}

  /// Takes the next bytes of the stream, and hands over each event that they complete.
  public mutating func read(_ bytes: UnsafeRawBufferPointer, _ each: (ServerEvent) -> Void) {
    var bytes = bytes[...]
    if skipsLineFeed, let first = bytes.first {
      if first == lineFeed { bytes = bytes.dropFirst() }
      skipsLineFeed = false
    }
    while let start = bytes.first.map({ _ in bytes.startIndex }) {
      guard let end = EventStream.lineEnd(in: UnsafeRawBufferPointer(rebasing: bytes)) else {
        rest += bytes
        return
      }
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<start + end])
      if rest.isEmpty {
        take(line, each)
      } else {
        rest += line
        let whole = rest
        rest.removeAll(keepingCapacity: true)
        whole.withUnsafeBytes { take($0, each) }
      }
      let isReturn = bytes[start + end] == carriageReturn
      bytes = bytes[(start + end + 1)...]
      guard isReturn else { continue }
      if let next = bytes.first {
        if next == lineFeed { bytes = bytes.dropFirst() }
      } else {
        skipsLineFeed = true
      }
    }
  }

  /// Tells that the stream has ended. An event that lacks only its empty line is handed over: servers that end a
  /// stream by closing it are not all careful.
  public mutating func finish(_ each: (ServerEvent) -> Void) {
    if !rest.isEmpty {
      let line = rest
      rest = []
      line.withUnsafeBytes { take($0, each) }
    }
    dispatch(each)
  }

  /// Where the first line ends.
  private static func lineEnd(in bytes: UnsafeRawBufferPointer) -> Int? {
    let start = bytes.baseAddress!
    let feed = memchr(start, Int32(lineFeed), bytes.count).map { UnsafeRawPointer($0) - start }
    // Only up to the line feed, so that no byte is looked at more than twice.
    let returned = memchr(start, Int32(carriageReturn), feed ?? bytes.count).map { UnsafeRawPointer($0) - start }
    return returned ?? feed
  }

  private mutating func take(_ line: UnsafeRawBufferPointer, _ each: (ServerEvent) -> Void) {
    var line = line
    if isAtBeginning {
      isAtBeginning = false
      if line.starts(with: [0xEF, 0xBB, 0xBF]) { line = UnsafeRawBufferPointer(rebasing: line.dropFirst(3)) }
    }
    guard !line.isEmpty else { return dispatch(each) }
    let colon = line.firstIndex(of: colon) ?? line.count
    // A comment begins with its colon.
    guard colon > 0 else { return }
    var value = line.dropFirst(min(colon + 1, line.count))
    if value.first == blank { value = value.dropFirst() }
    let field = line[..<colon]
    if field.elementsEqual(dataField) {
      if hasData { data.append(lineFeed) }
      data += value
      hasData = true
    } else if field.elementsEqual(eventField) {
      name = Array(value)
    }
  }

  private mutating func dispatch(_ each: (ServerEvent) -> Void) {
    defer {
      if !name.isEmpty { name = [] }
      hasData = false
    }
    guard hasData else { return }
    each(ServerEvent(name: name, data: data))
    data.removeAll(keepingCapacity: true)
  }
}

private let lineFeed: UInt8 = 0x0A
private let carriageReturn: UInt8 = 0x0D
private let colon: UInt8 = 0x3A
private let blank: UInt8 = 0x20
private let dataField = Array("data".utf8)
private let eventField = Array("event".utf8)

/// One event of a stream.
public struct ServerEvent: Sendable, Equatable {
  /// Empty where the stream names none.
  public let name: [UInt8]
  public let data: [UInt8]

  public init(name: [UInt8] = [], data: [UInt8]) {
    self.name = name
    self.data = data
  }

  public var text: String { String(decoding: data, as: UTF8.self) }
}

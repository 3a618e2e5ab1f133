/// The lines of a text where libyaml sees them, so that its line numbers find their bytes.
struct TextLines {
  let bytes: [UInt8]
  /// The bytes of each line, its end included.
  private(set) var ranges: [Range<Int>] = []

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var at = start
    while at < bytes.count {
      let width = TextLines.breakWidth(bytes[at...])
      at += max(1, width)
      guard width > 0 else { continue }
      ranges.append(start..<at)
      start = at
    }
    if start < bytes.count { ranges.append(start..<bytes.count) }
  }

  /// What ends the first line that ends; a line feed where none does.
  var lineEnd: [UInt8] {
    guard let first = ranges.first, let last = bytes[first].last, TextLines.breakWidth([last]) > 0 else {
      return [0x0A]
    }
    return bytes[first].suffix(2) == [0x0D, 0x0A] ? [0x0D, 0x0A] : [last]
  }

  var endsWithLineEnd: Bool {
    guard let last = bytes.last else { return true }
    return last == 0x0A || last == 0x0D
  }

  /// Where the line begins; the end of the text for the line after the last.
  func start(ofLine line: Int) -> Int { line < ranges.count ? ranges[line].lowerBound : bytes.count }

  /// Where the character stands that a mark names.
  func offset(of mark: YAMLMark) -> Int {
    var at = start(ofLine: mark.line)
    for _ in 0..<mark.column {
      guard at < bytes.count else { break }
      at += 1
      while at < bytes.count, bytes[at] & 0xC0 == 0x80 { at += 1 }
    }
    return at
  }

  /// How many bytes of a line end the text begins with: LF, CR, CR LF, and U+0085, U+2028, U+2029 as YAML 1.1 has it.
  private static func breakWidth(_ bytes: ArraySlice<UInt8>) -> Int {
    switch bytes.first {
    case 0x0A: 1
    case 0x0D: bytes.dropFirst().first == 0x0A ? 2 : 1
    case 0xC2: bytes.dropFirst().first == 0x85 ? 2 : 0
    case 0xE2: bytes.dropFirst().prefix(2) == [0x80, 0xA8] || bytes.dropFirst().prefix(2) == [0x80, 0xA9] ? 3 : 0
    default: 0
    }
  }
}

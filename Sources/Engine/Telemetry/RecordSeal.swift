import CXXHash

/// The hash that a record ends with: of the seal before it, and of its own line without its seal.
///
/// Whoever edits, drops or exchanges a record breaks it there. It is no signature: who seals anew is not found out.
public enum RecordSeal {
  /// What the first line of a file goes on from.
  static let start: UInt64 = 0x1207_10C4_5EA1_ED00

  /// ``,"seal":"9f3c…"}`` at the end of a line.
  static let suffixLength = 9 + 16 + 2

  static func after(_ seal: UInt64, _ line: UnsafeRawBufferPointer) -> UInt64 {
    XXH3_64bits_withSeed(line.baseAddress, line.count, seal)
  }

  static func text(_ seal: UInt64) -> String {
    let digits = String(seal, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// The seal of a line, and how long the line is before it; nil where it has none.
  static func read(_ line: [UInt8]) -> (seal: String, length: Int)? {
    let length = line.count - suffixLength
    guard length >= 1, line.last == UInt8(ascii: "}"),
      line[length..<length + 9].elementsEqual(#","seal":""#.utf8), line[line.count - 2] == UInt8(ascii: "\"")
    else { return nil }
    return (String(decoding: line[(length + 9)..<(line.count - 2)], as: UTF8.self), length)
  }
}

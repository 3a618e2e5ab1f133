import Spec

/// Reads back what a search saved: words of eight bytes, and counted runs of bytes.
struct CheckpointReader {
  private let source: UnsafeRawBufferPointer
  private var offset = 0

  init(_ bytes: UnsafeRawBufferPointer) { source = bytes }

  mutating func word() throws(CheckpointError) -> UInt64 {
    guard offset + 8 <= source.count else { throw .truncated }
    defer { offset += 8 }
    return UInt64(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  mutating func count() throws(CheckpointError) -> Int {
    let word = try word()
    guard word <= UInt64(source.count) * 64 else { throw .damaged }
    return Int(word)
  }

  mutating func bytes() throws(CheckpointError) -> UnsafeRawBufferPointer {
    let count = Int(truncatingIfNeeded: try word())
    guard count >= 0, offset + count <= source.count else { throw .truncated }
    defer { offset += count }
    return UnsafeRawBufferPointer(rebasing: source[offset..<offset + count])
  }

  /// A number of seven bits to a byte, as ``Spec/ByteBuffer`` puts it.
  mutating func number<Number: FixedWidthInteger>() throws(CheckpointError) -> Number {
    var number: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard offset < source.count else { throw .truncated }
      let byte = source[offset]
      offset += 1
      number |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 {
        guard let exact = Number(exactly: number) else { throw .damaged }
        return exact
      }
    }
    throw .damaged
  }

  /// A number with its sign in the lowest bit.
  mutating func signed() throws(CheckpointError) -> Int {
    let number: UInt64 = try number()
    return Int(number >> 1) ^ -Int(number & 1)
  }

  mutating func text() throws(CheckpointError) -> String { String(decoding: try bytes(), as: UTF8.self) }

  var isAtEnd: Bool { offset == source.count }
}

extension ByteBuffer {
  /// Seven bits to a byte, the low ones first; the eighth says that there are more.
  @inline(__always) func put(number: UInt64) {
    var left = number
    while left >= 0x80 {
      put(left & 0x7F | 0x80, width: 1)
      left >>= 7
    }
    put(left, width: 1)
  }

  /// The sign in the lowest bit.
  @inline(__always) func put(signed number: Int) { put(number: UInt64(bitPattern: Int64(number << 1 ^ number >> 63))) }

  func put(_ text: String) {
    var text = text
    text.withUTF8 { put(UnsafeRawBufferPointer($0)) }
  }
}

/// Why a checkpoint cannot be resumed.
public enum CheckpointError: Error, Hashable, CustomStringConvertible {
  /// The file ends too early.
  case truncated
  /// The contents contradict each other, or their checksum.
  case damaged
  /// Not a checkpoint at all.
  case foreign
  /// Written by another version of Interlock.
  case version(found: UInt64, wanted: UInt64)
  /// Written by another exploration: what differs, what the file has, and what was asked for.
  case another(what: String, found: String, wanted: String)

  public var description: String {
    switch self {
    case .truncated: "the checkpoint ends too early: it was not written to its end; delete it and explore anew"
    case .damaged: "the checkpoint is damaged: its checksum does not match; delete it and explore anew"
    case .foreign: "this file is not a checkpoint of an exploration; give another path"
    case .version(let found, let wanted):
      "the checkpoint is of version \(found), and this is version \(wanted): delete it and explore anew"
    case .another(let what, let found, let wanted):
      "the checkpoint is of another exploration: its \(what) is \(found), and this one's is \(wanted); "
        + "explore that, or delete the file, or give another path"
    }
  }
}

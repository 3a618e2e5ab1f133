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

  mutating func text() throws(CheckpointError) -> String { String(decoding: try bytes(), as: UTF8.self) }

  var isAtEnd: Bool { offset == source.count }
}

extension ByteBuffer {
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

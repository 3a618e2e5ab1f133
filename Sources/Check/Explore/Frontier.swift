import Spec

/// States waiting to be expanded, packed: each part in one, two or four bytes, as many as its codes need by now.
///
/// Codes are given out in order of discovery, so early states are narrow. A chunk keeps the layout it was written in;
/// when a code no longer fits, the next chunk is wider.
// Written by one worker, and read by others only after it.
final class FrontierChunk: @unchecked Sendable {
  static var capacity: Int { 1 << 15 }

  let layout: RecordLayout
  let bytes = ByteBuffer(capacity: 1 << 10)
  private(set) var count = 0

  init(widths: [UInt8], isWide: Bool) { layout = RecordLayout(widths: widths, isWide: isWide) }

  deinit { layout.free() }

  /// Adds a state; false where the chunk is full, or a code does not fit.
  func append(number: UInt32, hash: (low: UInt64, high: UInt64), _ codes: UnsafePointer<UInt32>) -> Bool {
    if bytes.count >= Self.capacity || !layout.fits(codes) { return false }
    layout.write(number: number, hash: hash, codes, into: bytes)
    count += 1
    return true
  }

  /// An empty chunk in which codes fit, and all that fit in this one.
  func next(for codes: UnsafePointer<UInt32>) -> FrontierChunk {
    FrontierChunk(widths: layout.widened(for: codes), isWide: layout.isWide)
  }

  /// Reads the record at an index; returns its number and hash.
  @inline(__always) func read(
    _ index: Int, into codes: UnsafeMutablePointer<UInt32>
  ) -> (number: UInt32, hash: (low: UInt64, high: UInt64)) {
    layout.read(bytes.bytes.baseAddress! + index * layout.size, into: codes)
  }

  func save(into buffer: ByteBuffer) {
    for part in 0..<layout.parts { buffer.put(UInt64(layout.widths[part])) }
    buffer.put(UInt64(count))
    buffer.put(bytes.bytes)
  }

  init(parts: Int, isWide: Bool, from reader: inout CheckpointReader) throws(CheckpointError) {
    var widths: [UInt8] = []
    for _ in 0..<parts { widths.append(UInt8(truncatingIfNeeded: try reader.word())) }
    layout = RecordLayout(widths: widths, isWide: isWide)
    count = try reader.count()
    bytes.append(try reader.bytes())
  }
}

/// Where each part of a record stands.
// Its memory is written once, and goes with the chunk that has it.
struct RecordLayout: @unchecked Sendable {
  let widths: UnsafeMutablePointer<UInt8>
  let parts: Int
  let isWide: Bool
  let size: Int

  init(widths: [UInt8], isWide: Bool) {
    parts = widths.count
    self.widths = .allocate(capacity: parts)
    for part in 0..<parts { self.widths[part] = widths[part] }
    self.isWide = isWide
    size = 12 + (isWide ? 8 : 0) + widths.reduce(0) { $0 + Int($1) }
  }

  func free() { widths.deallocate() }

  @inline(__always) private static func width(of code: UInt32) -> UInt8 { code < 0x100 ? 1 : code < 0x1_0000 ? 2 : 4 }

  func fits(_ codes: UnsafePointer<UInt32>) -> Bool {
    for part in 0..<parts where Self.width(of: codes[part]) > widths[part] { return false }
    return true
  }

  /// The widths in which these codes fit, and all that fit in this layout.
  func widened(for codes: UnsafePointer<UInt32>) -> [UInt8] {
    (0..<parts).map { max(widths[$0], Self.width(of: codes[$0])) }
  }

  func write(
    number: UInt32, hash: (low: UInt64, high: UInt64), _ codes: UnsafePointer<UInt32>, into buffer: ByteBuffer
  ) {
    buffer.put(UInt64(number), width: 4)
    buffer.put(hash.low)
    if isWide { buffer.put(hash.high) }
    for part in 0..<parts { buffer.put(UInt64(codes[part]), width: Int(widths[part])) }
  }

  /// Whether a record has these codes.
  func isSame(_ record: UnsafeRawPointer, _ codes: UnsafePointer<UInt32>) -> Bool {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: parts) { other in
      _ = read(record, into: other.baseAddress!)
      return (0..<parts).allSatisfy { other[$0] == codes[$0] }
    }
  }

  @inline(__always) func read(
    _ record: UnsafeRawPointer, into codes: UnsafeMutablePointer<UInt32>
  ) -> (number: UInt32, hash: (low: UInt64, high: UInt64)) {
    let number = record.loadUnaligned(as: UInt32.self)
    let low = record.loadUnaligned(fromByteOffset: 4, as: UInt64.self)
    let high = isWide ? record.loadUnaligned(fromByteOffset: 12, as: UInt64.self) : 0
    var at = record + (isWide ? 20 : 12)
    for part in 0..<parts {
      switch widths[part] {
      case 1: codes[part] = UInt32(at.load(as: UInt8.self))
      case 2: codes[part] = UInt32(at.loadUnaligned(as: UInt16.self))
      default: codes[part] = at.loadUnaligned(as: UInt32.self)
      }
      at += Int(widths[part])
    }
    return (number, (low, high))
  }
}

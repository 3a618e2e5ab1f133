/// A visitor of the fields of a value: one listing serves encoding, decoding, digests, printing, drawing and parsing.
///
/// An author lists the fields of a type once, in ``Coded/fields(_:)``. Everything a visit does goes through
/// ``word(_:max:_:)``.
///
///     mutating func fields(_ f: inout Fields) {
///       f("phase", &phase)
///       f("epoch", &epoch, max: 3)
///       f.queue("active", &active)
///     }
///
/// One concrete type with a branch per word, rather than a protocol: a generic listing would be specialised only where
/// the machine's module sees every visitor, and cost five times as much elsewhere.
public struct Fields {
  @usableFromInline enum Mode: UInt8 { case write, read, digest, visit }
  @usableFromInline let mode: Mode
  /// Whether queues and sets are given as counts and digests (for fingerprints of large states).
  public let condenses: Bool
  /// The caller keeps the buffer alive; a reference here would be counted at every word.
  @usableFromInline let target: UnsafeMutablePointer<ByteBuffer.Run>?
  @usableFromInline let source: UnsafeRawBufferPointer
  @usableFromInline var offset = 0
  /// Of the words visited, when digesting.
  @usableFromInline var digest = Digest()
  @usableFromInline let visitor: (any FieldVisitor)?
  @usableFromInline var field: StaticString = ""
  /// When writing, the first field whose value was above its declared maximum: such an encoding is not injective.
  @inlinable public var overflow: (field: String, value: UInt64, max: UInt64)? {
    beyond.map { ("\($0.field)", $0.value, $0.max) }
  }
  @usableFromInline var beyond: (field: StaticString, value: UInt64, max: UInt64)?
  /// When reading, whether the bytes ended before the fields did, or a word was above its declared maximum.
  public internal(set) var failed = false

  @inlinable init(
    _ mode: Mode, condenses: Bool = false, target: UnsafeMutablePointer<ByteBuffer.Run>? = nil,
    source: UnsafeRawBufferPointer = UnsafeRawBufferPointer(start: nil, count: 0), visitor: (any FieldVisitor)? = nil
  ) {
    self.mode = mode
    self.condenses = condenses
    self.target = target
    self.source = source
    self.visitor = visitor
  }

  /// A visit by something that looks at names and words: a printer, a sampler, a parser.
  public init(_ visitor: any FieldVisitor) { self.init(.visit, visitor: visitor) }

  /// Whether the visit writes into the value (decoding, drawing, parsing) rather than reads from it.
  @inlinable @inline(__always) public var isReading: Bool {
    mode == .read || (mode == .visit && visitor!.isReading)
  }
  /// When reading, whether every byte was used.
  @inlinable public var isAtEnd: Bool { offset == source.count }
  /// When reading, how many bytes were used.
  @inlinable public var position: Int { offset }

  /// Enters the field called `name`; every `enter` is closed by ``leave()``.
  @inlinable @inline(__always) public mutating func enter(_ name: StaticString) {
    field = name
    if mode == .visit { visitor!.enter("\(name)", isDetail: false) }
  }
  /// Enters a field that a printer leaves out while it is 0.
  @inlinable @inline(__always) public mutating func enter(detail name: StaticString) {
    field = name
    if mode == .visit { visitor!.enter("\(name)", isDetail: true) }
  }
  /// Enters the element at `index` of a list.
  @inlinable @inline(__always) public mutating func enter(index: Int) {
    if mode == .visit { visitor!.enter(index: index) }
  }
  @inlinable @inline(__always) public mutating func leave() { if mode == .visit { visitor!.leave() } }

  /// Visits one word. A value above `max` is an error of the listing that encoders report by name.
  ///
  /// Inlined with everything that leads to it.
  ///
  /// - Parameters:
  ///   - word: The word to code.
  ///   - max: The largest value that it admits.
  ///   - words: The value in words, for fields that stand for names; `nil` prints the number.
  @inlinable @inline(__always) public mutating func word(
    _ word: inout UInt64, max: UInt64, _ words: (UInt64) -> String?
  ) {
    switch mode {
    case .write:
      target.unsafelyUnwrapped.pointee.append(word, width: byteWidth(max))
      if word > max { noteOverflow(word, max) }
    case .digest: digest.add(word)
    case .read, .visit: look(&word, max, words)
    }
  }

  @usableFromInline @inline(never) mutating func look(
    _ word: inout UInt64, _ max: UInt64, _ words: (UInt64) -> String?
  ) {
    if mode == .read { read(&word, max) } else { word = visitor!.word(word, max: max, words) }
  }

  /// Visits the number of elements of a list.
  @inlinable @inline(__always) public mutating func count(_ count: inout UInt64, max: UInt64) {
    if mode == .visit {
      enter("count")
      count = visitor!.count(count, max: max)
      leave()
    } else {
      word(&count, max: max) { _ in nil }
    }
  }

  @usableFromInline mutating func noteOverflow(_ value: UInt64, _ max: UInt64) {
    if beyond == nil { beyond = (field, value, max) }
  }

  @inline(__always) mutating func read(_ word: inout UInt64, _ max: UInt64) {
    let width = byteWidth(max)
    word = 0
    guard offset + width <= source.count else {
      failed = true
      return
    }
    let read: UInt64 =
      switch width {
      case 1: UInt64(source[offset])
      case 2: UInt64(UInt16(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt16.self)))
      case 4: UInt64(UInt32(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
      default: UInt64(littleEndian: source.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      }
    offset += width
    if read > max { failed = true } else { word = read }
  }
}

/// Something that looks at fields by name: a printer, a sampler, a parser.
public protocol FieldVisitor: AnyObject {
  /// Whether ``word(_:max:_:)`` gives the value rather than takes it.
  var isReading: Bool { get }
  func enter(_ name: String, isDetail: Bool)
  func enter(index: Int)
  func leave()
  /// Returns the value that the field has afterwards.
  func word(_ value: UInt64, max: UInt64, _ words: (UInt64) -> String?) -> UInt64
  func count(_ value: UInt64, max: UInt64) -> UInt64
}

extension FieldVisitor {
  public func count(_ value: UInt64, max: UInt64) -> UInt64 { word(value, max: max) { _ in nil } }
}

/// Encodes fields into bytes: each word in as many bytes as its maximum needs (1, 2, 4 or 8), little-endian.
///
/// - Parameters:
///   - buffer: Kept alive by the caller for as long as the fields are written.
///   - condenses: Give queues by count and digest (for fingerprints of large states).
@inlinable public func ByteWriter(_ buffer: ByteBuffer, condenses: Bool = false) -> Fields {
  Fields(.write, condenses: condenses, target: buffer.run)
}

/// Decodes fields from bytes that ``ByteWriter(_:condenses:)`` wrote, without condensing.
@inlinable public func ByteReader(_ bytes: UnsafeRawBufferPointer) -> Fields { Fields(.read, source: bytes) }

/// A value whose fields are listed once, in order.
public protocol Coded {
  mutating func fields(_ f: inout Fields)
  /// 64 bits that stand for this value's fields, without memory: what ``Fifo`` and ``KeyedSet`` sum up.
  ///
  /// Fingerprints of whole states are XXH3 over bytes; this is for elements, where it must cost a few nanoseconds. A
  /// type that is digested at every step gives it by hand, word by word in the order of its fields.
  var digest: UInt64 { get }
}

/// A coded value with a default, so that lists of it can be decoded.
public protocol Blank: Coded {
  init()
}

extension Coded {
  @inlinable public var digest: UInt64 { digestOfFields }

  /// The digest as a visit of the fields gives it.
  @inlinable public var digestOfFields: UInt64 {
    var copy = self
    var fields = Fields(.digest)
    copy.fields(&fields)
    return fields.digest.value
  }
}

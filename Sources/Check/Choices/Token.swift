/// One entry of a test case: a choice that was made, or the edge of a span of choices.
///
/// A test case *is* its tokens: a generator that is given the same choices builds the same value. Shrinking edits
/// tokens and never values, so it needs no code of the user and passes through `map`, `flatMap` and `filter`.
///
/// A choice is stored as its *rank*: how many choices in its place would have been simpler. Rank 0 is the simplest, so
/// that a smaller test case is one with fewer choices, or with lower ranks among as many (`Tokens.isSimpler(than:)`).
public struct Token: Hashable, Sendable {
  public enum Kind: UInt8, Sendable {
    /// The edges of a span.
    case open, close
    /// Yes or no.
    case flag
    /// Whether a list goes on; always the first choice of a step's span.
    case more
    /// An integer of a range.
    case number
    /// One of several alternatives.
    case pick
  }

  public let kind: Kind
  /// What the span holds; nothing for a choice.
  public let label: Label
  public var rank: UInt64
  /// The number of other values that the choice could have had.
  public let limit: UInt64
  /// How far the simplest value lies above the lowest; for an alternative its name, or 0 where it has none.
  public let origin: UInt64

  @inlinable init(_ kind: Kind, label: Label = Label(raw: 0), rank: UInt64 = 0, limit: UInt64 = 0, origin: UInt64 = 0) {
    self.kind = kind
    self.label = label
    self.rank = rank
    self.limit = limit
    self.origin = origin
  }

  @inlinable public var isChoice: Bool { kind != .open && kind != .close }

  /// The token with another rank, or with the highest it can have. Another alternative has another name.
  func ranked(_ rank: UInt64) -> Token {
    Token(kind, label: label, rank: min(rank, limit), limit: limit, origin: kind == .pick ? 0 : origin)
  }
}

/// What a span of choices stands for, so that like is replaced by like.
public struct Label: Hashable, Sendable, ExpressibleByStringLiteral {
  @usableFromInline let raw: UInt32

  @inlinable init(raw: UInt32) { self.raw = raw }

  /// A kind of value of your own: spans of one name may stand in for each other.
  public init(stringLiteral name: StaticString) {
    var hash: UInt32 = 0x811C_9DC5
    name.withUTF8Buffer { bytes in for byte in bytes { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 } }
    raw = hash | 0x8000_0000
  }

  /// Whether its spans may stand in for each other wherever they are.
  var isNested: Bool { raw >= 6 }

  /// A list as a whole.
  @inlinable public static var list: Label { Label(raw: 1) }
  /// One step of a list, with the choice that the list goes on.
  @inlinable public static var step: Label { Label(raw: 2) }
  /// One of a number of values that was chosen before.
  @inlinable public static var counted: Label { Label(raw: 3) }
  /// A component of a tuple.
  @inlinable public static var part: Label { Label(raw: 4) }
  /// An alternative, with the choice of it.
  @inlinable public static var alternative: Label { Label(raw: 5) }
  /// A value that may hold values of its own kind.
  @inlinable public static var nested: Label { Label(raw: 6) }
}

// MARK: - Numbers

/// An integer of a range, seen from its simplest value: 0, 1, -1, 2, -2 … until one side ends, then the other alone.
struct Distance: Equatable {
  var size: UInt64
  var isBelow: Bool
}

extension Token {
  /// The rank of the number that lies `offset` above the lowest of `limit` + 1 numbers.
  @inlinable static func rank(ofOffset offset: UInt64, limit: UInt64, origin: UInt64) -> UInt64 {
    if origin == 0 { return offset }
    let both = min(origin, limit - origin)
    if offset > origin {
      let size = offset - origin
      return size <= both ? 2 * size - 1 : size + both
    }
    let size = origin - offset
    return size <= both ? 2 * size : size + both
  }

  /// The inverse of ``rank(ofOffset:limit:origin:)``.
  @inlinable static func offset(ofRank rank: UInt64, limit: UInt64, origin: UInt64) -> UInt64 {
    if origin == 0 { return rank }
    let both = min(origin, limit - origin)
    if rank <= 2 * both { return rank & 1 == 1 ? origin + (rank / 2 + 1) : origin - rank / 2 }
    return limit - origin > both ? origin + (rank - both) : origin - (rank - both)
  }

  var offset: UInt64 { Token.offset(ofRank: rank, limit: limit, origin: origin) }

  var distance: Distance {
    let offset = offset
    return offset < origin
      ? Distance(size: origin - offset, isBelow: true) : Distance(size: offset - origin, isBelow: false)
  }

  /// The token at another distance from the simplest value; nil where its range ends before.
  func at(_ distance: Distance) -> Token? {
    if distance.isBelow {
      return distance.size <= origin ? moved(to: origin - distance.size) : nil
    }
    return distance.size <= limit - origin ? moved(to: origin + distance.size) : nil
  }

  /// The token with a distance added to it, around the ends of its range if need be.
  ///
  /// A sum that overflowed in the program under test overflows here as well, so that merging two numbers keeps it.
  func adding(_ distance: Distance) -> Token {
    let count = limit &+ 1
    let size = count == 0 ? distance.size : distance.size % count
    let start = offset
    if !distance.isBelow {
      let left = limit - start
      return moved(to: size <= left ? start + size : size - left - 1)
    }
    return moved(to: size <= start ? start - size : limit - (size - start - 1))
  }

  private func moved(to offset: UInt64) -> Token {
    ranked(Token.rank(ofOffset: offset, limit: limit, origin: origin))
  }
}

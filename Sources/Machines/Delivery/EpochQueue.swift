import Spec

/// The copies that wait for one receiver in one epoch, each sender's in a line of its own.
///
/// Only the head of a line may be delivered, so no class overtakes another on the way between two agents (DEC-1, I3).
/// As a sequence it yields the copies in the order in which a receiver that knew no classes would get them: of all
/// heads the one accepted first.
@frozen public struct EpochQueue: Hashable, Sendable, Coded {
  /// By the sender's place in the roster; the last line is that of whoever is not in it.
  public private(set) var lines: [Fifo<Copy>]
  /// The copies in all lines.
  public private(set) var count = 0

  public init(agents: Int) { lines = Array(repeating: Fifo(), count: agents + 1) }

  public var isEmpty: Bool { count == 0 }

  mutating func append(_ copy: Copy) {
    lines[Swift.min(Int(copy.sender.place), lines.count - 1)].append(copy)
    count += 1
  }

  @discardableResult mutating func popFirst(line: Int) -> Copy? {
    guard let copy = lines[line].popFirst() else { return nil }
    count -= 1
    return copy
  }

  /// Removes every copy, keeping the memory.
  mutating func removeAll() {
    for line in lines.indices { lines[line].removeAll() }
    count = 0
  }

  /// Drops the copies that `isKept` does not accept. O(*count*).
  mutating func keep(_ isKept: (Copy) -> Bool) {
    count = 0
    for line in lines.indices {
      lines[line].keep(isKept)
      count += lines[line].count
    }
  }

  public mutating func fields(_ f: inout Fields) {
    f.enter("from")
    for line in lines.indices {
      f.enter(index: line)
      f.queue("copies", &lines[line], max: 0xFFFF)
      f.leave()
    }
    f.leave()
    if f.isReading { count = lines.reduce(0) { $0 + $1.count } }
  }
}

extension EpochQueue: Sequence {
  public struct Iterator: IteratorProtocol {
    private let lines: [Fifo<Copy>]
    /// How many copies of each line were given.
    private var given: [Int]

    init(_ lines: [Fifo<Copy>]) {
      self.lines = lines
      given = Array(repeating: 0, count: lines.count)
    }

    public mutating func next() -> Copy? {
      var first: (line: Int, copy: Copy)?
      for line in lines.indices where given[line] < lines[line].count {
        let head = lines[line][given[line]]
        if first == nil || head.sequence < first!.copy.sequence { first = (line, head) }
      }
      guard let first else { return nil }
      given[first.line] += 1
      return first.copy
    }
  }

  public func makeIterator() -> Iterator { Iterator(lines) }

  /// The copy at a place of the whole order. O(*position* × lines).
  public subscript(position: Int) -> Copy {
    var iterator = makeIterator()
    for _ in 0..<position { _ = iterator.next() }
    return iterator.next()!
  }
}

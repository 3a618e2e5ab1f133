import Spec

/// Whose turn it is at one receiver: deficit round robin over the three classes, every copy at the cost of one (RTR-7).
///
/// Source: Shreedhar and Varghese, *Efficient Fair Queuing Using Deficit Round Robin*, 1996.
@frozen public struct Turn: Hashable, Sendable, Coded {
  public private(set) var priority = Priority.final
  /// How many copies the class may still have in this turn.
  public private(set) var left = Turn.quantum(of: .final)

  public init() {}

  /// What a class may have in each of its turns.
  public static func quantum(of priority: Priority) -> UInt8 {
    switch priority {
    case .final: UInt8(Parameters.turnFinal)
    case .draft: UInt8(Parameters.turnDraft)
    case .critic: UInt8(Parameters.turnCritic)
    }
  }

  /// Passes the turn on to the first class that has something waiting; nil when none has.
  func first(_ waiting: Classes) -> Turn? {
    if waiting.isEmpty { return nil }
    var turn = self
    while !waiting.contains(turn.priority) { turn.pass() }
    return turn
  }

  /// Pays for one copy; a turn that is used up, or whose class has nothing left to send, is over.
  ///
  /// - Parameter waiting: The classes that have something waiting after the copy has left.
  mutating func pay(_ waiting: Classes) {
    if left > 1, waiting.contains(priority) { left -= 1 } else { pass() }
    self = first(waiting) ?? Turn()
  }

  private mutating func pass() {
    priority =
      switch priority {
      case .final: .draft
      case .draft: .critic
      case .critic: .final
      }
    left = Turn.quantum(of: priority)
  }

  public mutating func fields(_ f: inout Fields) {
    f("priority", &priority)
    f("left", &left, max: 15)
  }
}

/// Some of the three classes.
struct Classes: OptionSet {
  var rawValue: UInt8

  init(rawValue: UInt8) { self.rawValue = rawValue }
  init(_ priority: Priority) { rawValue = 1 << priority.rawValue }

  func contains(_ priority: Priority) -> Bool { rawValue >> priority.rawValue & 1 != 0 }
  mutating func insert(_ priority: Priority) { rawValue |= 1 << priority.rawValue }
}

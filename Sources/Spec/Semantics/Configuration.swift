/// Everything a run can depend on: the state, the open obligations, the channels, and what the world may still spend.
public struct Configuration<S: System>: Sendable {
  public var state: S
  /// In canonical order: by contract, then key.
  public var obligations: [Obligation<S.Effect>] = []
  /// Answers that a world may still repeat.
  public var echoes: [Echo<S.Event>] = []
  public var channels: [Channel<S.Event>]
  /// What is left of each purse: limited inputs, then faults, then crashes.
  public var purses: [Purse]

  @inlinable public init(_ world: World<S>, channels: Int) {
    state = world.start()
    self.channels = Array(repeating: Channel(), count: channels)
    purses =
      world.inputs.map { Purse(left: UInt32($0.limit ?? 0)) } + world.faults.map { Purse(left: UInt32($0.limit)) }
      + [Purse(left: UInt32(world.crashes))]
  }
}

/// An effect waiting for its answer.
public struct Obligation<Effect: Signals>: Blank, Hashable, Sendable {
  public var contract: UInt16
  public var stage: UInt8
  public var condition: Condition
  public var key: Key
  public var effect: Effect

  public enum Condition: UInt8, CaseIterable, Sendable {
    case open
    /// No answer will come.
    case lost
    /// No longer wanted, but admitted late: it may be answered at any time, and is never owed.
    case unwanted
  }

  @inlinable public init() {
    self.init(contract: 0, key: Key(), effect: Effect())
  }

  @inlinable public init(contract: Int, key: Key, effect: Effect) {
    self.contract = UInt16(contract)
    stage = 0
    condition = .open
    self.key = key
    self.effect = effect
  }

  @inlinable public mutating func fields(_ f: inout Fields) {
    f("contract", &contract)
    f("stage", &stage)
    f("condition", &condition)
    f("key", &key)
    f("effect", &effect)
  }
}

public struct Echo<Event: Signals>: Blank, Hashable, Sendable {
  public var contract: UInt16 = 0
  public var event: Event

  @inlinable public init() { event = Event() }

  @inlinable public init(contract: UInt16, event: Event) {
    self.contract = contract
    self.event = event
  }

  @inlinable public mutating func fields(_ f: inout Fields) {
    f("contract", &contract)
    f("event", &event)
  }
}

/// Events under way, the head first.
public struct Channel<Event: Signals>: Coded, Hashable, Sendable {
  public var events: [Event] = []
  @inlinable public init() {}
  @inlinable public mutating func fields(_ f: inout Fields) { f.list("events", &events, max: 255) }
}

public struct Purse: Coded, Hashable, Sendable {
  public var left: UInt32
  @inlinable public init(left: UInt32) { self.left = left }
  @inlinable public mutating func fields(_ f: inout Fields) { f("left", &left) }
}

extension Configuration: Coded {
  @inlinable public mutating func fields(_ f: inout Fields) {
    state.fields(&f)
    f.list("obligations", &obligations, max: 0xFFFF)
    f.list("echoes", &echoes, max: 255)
    f.each("channels", &channels)
    f.each("purses", &purses)
  }
}

/// One thing that can happen next in a configuration.
public struct Move<Event: Sendable>: Sendable {
  public enum Kind: Hashable, Sendable {
    case delivery(channel: Int, position: Int)
    case answer(obligation: Int, answer: Int)
    case input(Int)
    case lose(obligation: Int, purse: Int)
    case loseDelivery(channel: Int, purse: Int)
    case repeatAnswer(echo: Int, purse: Int)
    case repeatDelivery(channel: Int, purse: Int)
    case crash
  }
  public let kind: Kind
  public let event: Event?

  @inlinable public init(_ kind: Kind, _ event: Event?) {
    self.kind = kind
    self.event = event
  }
}

/// What a move came to.
public enum Consequence: Sendable {
  /// The configuration is another.
  case next(Outcome)
  /// Nothing changed: an input that was refused or ignored.
  case unchanged(Outcome)
  /// A channel is full, or a machine that must take part refuses: the move waits, and the configuration is half
  /// changed and must be discarded.
  case blocked
}

/// A breach of a contract or of the book, met while stepping.
public struct Breach: Hashable, Sendable {
  /// An identity was emitted while it was open.
  public static func identityOpen(_ contract: String, _ key: Key) -> Breach {
    Breach(.major, "identity-open", "\(contract) \(key) was sent while an answer to it is still open")
  }

  /// What holds something was cancelled.
  public static func cancelledHolding(_ contract: String) -> Breach {
    Breach(.major, "cancelled-holding", "\(contract) holds something and cannot be cancelled, only asked to stop")
  }

  public static func unexpected(_ event: String) -> Breach {
    Breach(.major, "unexpected-event", "\(event) was not expected here")
  }

  /// An event that a direct route brought was not handled.
  public static func routed(_ event: String, was outcome: Outcome) -> Breach {
    Breach(.major, "routed-event-refused", "\(event), routed to it, was \(outcome.word)")
  }

  /// An answer that was current found no rule whose guards hold.
  public static func refusedAnswer(_ event: String) -> Breach {
    Breach(.minor, "refused-answer", "the answer \(event) was current, and the guards refused it")
  }

  public static func stray(_ effect: String) -> Breach {
    Breach(.major, "stray-effect", "\(effect) has neither contract, route nor notice")
  }

  public let severity: Finding.Severity
  public let code: String
  public let words: String

  public init(_ severity: Finding.Severity, _ code: String, _ words: String) {
    self.severity = severity
    self.code = code
    self.words = words
  }
}

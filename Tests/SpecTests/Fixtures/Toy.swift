import Spec

/// A machine with nothing to say of its own: each test writes the book it needs.
struct Toy: Machine {
  enum Requirement: String, Citation {
    case none
    var text: String { "" }
    var source: String { "" }
  }
  enum Phase: UInt8, CaseIterable { case idle, busy, done }
  var phase = Phase.idle
  /// Bits that guards read.
  var flags: UInt8 = 0
  /// Digits that clauses append.
  var log: UInt32 = 0

  enum Event: Signals { case go, stop, yes, no, tick, number(UInt8), recovered }
  enum Effect: Signals { case ask, hold, timer, tell(UInt32), send(UInt8) }

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("flags", &flags)
    f("log", &log)
  }

  mutating func note(_ digit: Int) { log = log * 10 + UInt32(digit) }

  static let book = RuleBook<Self>("Toy") { Ignored(.go, in: .idle, because: "it is a toy") }

  /// What a book that is not about these events says of them.
  static func ignoring<each Payload>(_ events: repeat Signal<Event, each Payload>) -> Section<Self> {
    Ignored(repeat each events, in: .idle, .busy, .done, because: "this test is not about it")
  }
}

extension Signal<Toy.Event, Void> {
  static var go: Self { Signal("go", kind: 0, .go) }
  static var stop: Self { Signal("stop", kind: 1, .stop) }
  static var yes: Self { Signal("yes", kind: 2, .yes) }
  static var no: Self { Signal("no", kind: 3, .no) }
  static var tick: Self { Signal("tick", kind: 4, .tick) }
  static var recovered: Self { Signal("recovered", kind: 6, .recovered) }
}
extension Signal<Toy.Event, UInt8> {
  static var number: Self {
    Signal("number", kind: 5, Carrier.number) { if case .number(let it) = $0 { it } else { nil } }
  }
}

extension Toy.Event {
  static let names = ["go", "stop", "yes", "no", "tick", "number", "recovered"]
  static let samples: [Self] = [.go, .stop, .yes, .no, .tick, .number(0), .recovered]
  var kind: Int {
    switch self {
    case .go: 0
    case .stop: 1
    case .yes: 2
    case .no: 3
    case .tick: 4
    case .number: 5
    case .recovered: 6
    }
  }
  init() { self = .go }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.samples)
    if case .number(var number) = self {
      f("number", &number)
      self = .number(number)
    }
  }
}

extension Signal<Toy.Effect, Void> {
  static var ask: Self { Signal("ask", kind: 0, .ask) }
  static var hold: Self { Signal("hold", kind: 1, .hold) }
  static var timer: Self { Signal("timer", kind: 2, .timer) }
}
extension Signal<Toy.Effect, UInt32> {
  static var tell: Self {
    Signal("tell", kind: 3, Carrier.tell) { if case .tell(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Toy.Effect, UInt8> {
  static var send: Self {
    Signal("send", kind: 4, Carrier.send) { if case .send(let it) = $0 { it } else { nil } }
  }
}

extension Toy.Effect {
  static let names = ["ask", "hold", "timer", "tell", "send"]
  static let samples: [Self] = [.ask, .hold, .timer, .tell(0), .send(0)]
  var kind: Int {
    switch self {
    case .ask: 0
    case .hold: 1
    case .timer: 2
    case .tell: 3
    case .send: 4
    }
  }
  init() { self = .ask }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.samples)
    switch self {
    case .tell(var digits):
      f("digits", &digits)
      self = .tell(digits)
    case .send(var number):
      f("number", &number)
      self = .send(number)
    default: break
    }
  }
}

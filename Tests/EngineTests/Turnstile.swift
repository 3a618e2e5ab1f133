import Spec

/// A machine for the host's tests: a coin is owed an answer, a person passes, and a timer shuts the gate.
struct Turnstile: Machine {
  enum Phase: UInt8, CaseIterable, Sendable { case shut, checking, open }
  enum Requirement: String, Citation {
    case none
    var text: String { "" }
    var source: String { "" }
  }

  var phase = Phase.shut
  var passed: UInt32 = 0

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("passed", &passed)
  }

  static let book = RuleBook<Self>("Turnstile", resting: .shut, .open) {
    In(.shut) {
      On(.coin, "check the coin")
        .when("the coin is not a button", code: "button") { _, value in value > 0 }
        .emit(.check) { machine, value in Check(number: machine.passed, value: value) }
        .go(.checking)
    }
    In(.checking) {
      On(.good, "open").emit(.timer).go(.open)
      On(.bad, "stay shut").go(.shut)
      On(.reset, "never mind").cancelAll(.check).go(.shut)
    }
    In(.open) {
      On(.push, "somebody passes")
        .then { machine, _ in machine.passed += 1 }
        .cancel(.timer)
        .emit(.counted) { machine, _ in machine.passed }
        .go(.shut)
      On(.timeout, "nobody came").go(.shut)
      On(.reset, "shut at once").cancel(.timer).go(.shut)
    }
    Refused(.coin, in: .checking, .open, unless: "the gate is shut", code: "busy")
    Refused(.push, in: .shut, .checking, unless: "the gate is open")
    Ignored(.reset, in: .shut, because: "it is shut")
    Impossible(.good, .bad, in: .shut, .open, because: "a check is answered once")
    Impossible(.timeout, in: .shut, .checking, because: "leaving cancels the timer")
    Answers(.check, of: { $0.number }) {
      Owed {
        Answer(.good)
        Answer(.bad)
      }
    }
    Timer(.timer, after: .milliseconds(20), fires: .timeout, afterCrash: .fromStart)
    Notice(.counted)
  }

  struct Check: Blank, Hashable, Sendable {
    var number: UInt32 = 0
    var value: UInt32 = 0
    init() {}
    init(number: UInt32, value: UInt32) {
      self.number = number
      self.value = value
    }
    mutating func fields(_ f: inout Fields) {
      f("number", &number)
      f("value", &value)
    }
  }

  enum Event: Signals {
    case coin(UInt32)
    case good, bad, push, timeout, reset
    static let names = ["coin", "good", "bad", "push", "timeout", "reset"]
    var kind: Int {
      switch self {
      case .coin: 0
      case .good: 1
      case .bad: 2
      case .push: 3
      case .timeout: 4
      case .reset: 5
      }
    }
    init() { self = .push }
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.coin(0), .good, .bad, .push, .timeout, .reset])
      if case .coin(var value) = self {
        f("value", &value)
        self = .coin(value)
      }
    }
  }

  enum Effect: Signals {
    case check(Check)
    case timer
    case counted(UInt32)
    static let names = ["check", "timer", "counted"]
    var kind: Int {
      switch self {
      case .check: 0
      case .timer: 1
      case .counted: 2
      }
    }
    init() { self = .timer }
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.check(Check()), .timer, .counted(0)])
      switch self {
      case .check(var check):
        check.fields(&f)
        self = .check(check)
      case .counted(var count):
        f("count", &count)
        self = .counted(count)
      case .timer: break
      }
    }
  }
}

extension Signal<Turnstile.Event, UInt32> {
  static var coin: Self { Signal("coin", kind: 0, Carrier.coin) { if case .coin(let it) = $0 { it } else { nil } } }
}
extension Signal<Turnstile.Event, Void> {
  static var good: Self { Signal("good", kind: 1, .good) }
  static var bad: Self { Signal("bad", kind: 2, .bad) }
  static var push: Self { Signal("push", kind: 3, .push) }
  static var timeout: Self { Signal("timeout", kind: 4, .timeout) }
  static var reset: Self { Signal("reset", kind: 5, .reset) }
}
extension Signal<Turnstile.Effect, Turnstile.Check> {
  static var check: Self { Signal("check", kind: 0, Carrier.check) { if case .check(let it) = $0 { it } else { nil } } }
}
extension Signal<Turnstile.Effect, UInt32> {
  static var counted: Self {
    Signal("counted", kind: 2, Carrier.counted) { if case .counted(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Turnstile.Effect, Void> {
  static var timer: Self { Signal("timer", kind: 1, .timer) }
}

import Spec

/// A door that opens for whoever knocks, through a latch that may jam.
///
/// The latch is the world: `unlatch` is owed an answer, `unlatched` or `jammed`. The door must not stay locked with
/// somebody waiting, and must not open to nobody.
struct Door: Machine {
  enum Phase: UInt8, CaseIterable, Sendable { case shut, unlocking, open }

  var phase = Phase.shut
  /// Visitors who knocked and have not come in.
  var waiting: UInt8 = 0

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("waiting", &waiting, max: 3)
  }

  static let book = RuleBook<Self>("Door", "Opens for whoever knocks.", resting: .shut, .open) {
    In(.shut, "Nobody is expected.") {
      On(.knock, "somebody knocks: unlatch", cites: .`D-1`)
        .then { door, _ in door.waiting += 1 }
        .emit(.unlatch)
        .go(.unlocking)
    }
    In(.unlocking, "The latch has been asked.") {
      On(.knock, "another one waits", cites: .`D-1`)
        .when("the porch has room for one more") { door, _ in door.waiting < 3 }
        .then { door, _ in door.waiting += 1 }
      On(.unlatched, "let everybody in", cites: .`D-1`)
        .emit(.welcome) { door, _ in door.waiting }
        .then { door, _ in door.waiting = 0 }
        .go(.open)
      On(.jammed, "try again", cites: .`D-2`)
        .emit(.unlatch)
    }
    In(.open, "Somebody is in.") {
      On(.close, "shut the door").go(.shut)
      On(.knock, "come in", cites: .`D-1`).emit(.welcome) { _, _ in 1 }
    }
    Refused(.close, in: .shut, .unlocking, unless: "the door is open")
    Impossible(.unlatched, .jammed, in: .shut, .open, because: "the latch answers once, while the door unlocks")

    Answers(.unlatch) {
      Owed {
        Answer(.unlatched)
        Answer(.jammed)
      }
    }
    Notice(.welcome)

    Always("nobody waits at an open or an idle door", cites: .`D-1`) { door in
      door.phase == .unlocking || door.waiting == 0
    }
    AlwaysStep("nobody is welcomed who did not knock", cites: .`D-2`, before: \.waiting) { waiting, step in
      step.sent(.welcome).allSatisfy { $0 > 0 && $0 <= waiting + UInt8(step.received(.knock).count) }
    }
    Sometimes("three wait at once") { $0.waiting == 3 }
  }
}

extension Door {
  enum Requirement: String, Citation {
    case `D-1` = "D-1"
    case `D-2` = "D-2"
    var text: String {
      switch self {
      case .`D-1`: "Whoever knocks is let in."
      case .`D-2`: "The door opens to those who knocked, and only to them."
      }
    }
    var source: String { "Door.swift" }
  }
}

// MARK: - Events and effects: cases, tokens and fields

extension Door {
  enum Event: Signals {
    case knock, unlatched, jammed, close
    static let names = ["knock", "unlatched", "jammed", "close"]
    var kind: Int {
      switch self {
      case .knock: 0
      case .unlatched: 1
      case .jammed: 2
      case .close: 3
      }
    }
    init() { self = .knock }
    mutating func fields(_ f: inout Fields) { f.kind(&self, [.knock, .unlatched, .jammed, .close]) }
  }

  enum Effect: Signals {
    case unlatch
    case welcome(UInt8)
    static let names = ["unlatch", "welcome"]
    var kind: Int { if case .unlatch = self { 0 } else { 1 } }
    init() { self = .unlatch }
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.unlatch, .welcome(0)])
      if case .welcome(var visitors) = self {
        f("visitors", &visitors)
        self = .welcome(visitors)
      }
    }
  }
}

extension Signal<Door.Event, Void> {
  static var knock: Self { Signal("knock", kind: 0, .knock) }
  static var unlatched: Self { Signal("unlatched", kind: 1, .unlatched) }
  static var jammed: Self { Signal("jammed", kind: 2, .jammed) }
  static var close: Self { Signal("close", kind: 3, .close) }
}
extension Signal<Door.Effect, Void> {
  static var unlatch: Self { Signal("unlatch", kind: 0, .unlatch) }
}
extension Signal<Door.Effect, UInt8> {
  static var welcome: Self {
    Signal("welcome", kind: 1, Carrier.welcome) { if case .welcome(let visitors) = $0 { visitors } else { nil } }
  }
}

import Spec

/// A level crossing, small enough for its whole page to be read in a test: a gate, and the bell it rings.
///
/// Some of its words hold characters that Markdown and HTML give a meaning to.
struct Crossing: System {
  var gate = Gate()
  var bell = Bell()

  enum Event: Signals {
    case gate(Gate.Event)
    case bell(Bell.Event)
  }
  enum Effect: Signals {
    case gate(Gate.Effect)
    case bell(Bell.Effect)
  }

  mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    switch event {
    case .gate(let event): stepper.step(&gate, event, host: 0, Effect.gate)
    case .bell(let event): stepper.step(&bell, event, host: 1, Effect.bell)
    }
  }

  mutating func fields(_ f: inout Fields) {
    f("gate", &gate)
    f("bell", &bell)
  }

  static let design = Design<Self>(
    "crossing", title: "Level crossing", chapter: "07-crossing.md",
    worlds: [
      World("one-train", "one train", start: { Crossing() }) { Input(.gate, .approach, atMost: 1) { _ in [1] } },
      World("rush", "trains without end", isExhaustive: false, start: { Crossing() }) {
        Input(.gate, .approach) { _ in [1, 2] }
      },
    ]
  ) {
    Host("gate", Gate.book, at: \.gate, events: .gate, effects: .gate)
    Host("bell", Bell.book, at: \.bell, events: .bell, effects: .bell)
    Route(.ring, of: .gate, to: .bell, as: .strike)
    Always("a lowered gate has rung", cites: Stated.`LC-2`) { $0.gate.phase == .raised || $0.bell.count > 0 }
  }
}

/// The requirements that the chapter of these tests states.
enum Stated: String, Citation {
  case `LC-1` = "LC-1"
  case `LC-2` = "LC-2"
  var text: String { "" }
  var source: String { "07-crossing.md:1" }
}

struct Gate: Machine {
  typealias Requirement = Stated
  enum Phase: UInt8, CaseIterable { case raised, lowering, lowered }
  enum Event: Signals {
    case approach(UInt8)
    case closed, stuck, deadline, passed
  }
  enum Effect: Signals { case ring, lower, timer, note }

  var phase = Phase.raised
  mutating func fields(_ f: inout Fields) { f("phase", &phase) }

  static let book = RuleBook<Self>("Gate", "Keeps cars & trains apart.", resting: .raised) {
    In(.raised, "Cars | carts pass.") {
      On(.approach, "lower the gate", cites: .`LC-1`, .`LC-2`)
        .when(.isOurs)
        .when("the train is <known>") { _, track in
          ["}", "\(track)"].contains { $0 != "{" }
        }
        .then("remember the *track*") { _, _ in }
        .emit(.ring)
        .emit(.lower)
        .emit(.timer)
        .go(.lowering)
      Otherwise(.approach, "another track | none of ours")
        .emit(.note)
    }
    In(.lowering) {
      On(.closed, "let the train pass", cites: .`LC-1`)
        .cancel(.timer)
        .go(.lowered)
      On(.stuck, "stop the train")
        .cancel(.timer)
        .then { _, _ in }
        .go(.raised)
      On(.deadline, "stop the train")
        .cancelAll(.lower)
        .go(.raised)
    }
    In(.lowered) { On(.passed, "raise the gate").go(.raised) }
    Refused(.approach, in: .lowering, .lowered, unless: "the gate is raised", code: "busy")
    Impossible(.closed, .stuck, .deadline, in: .raised, .lowered, because: "nobody lowers the gate")
    Ignored(.passed, in: .raised, .lowering, because: "a late report")
    Answers(.lower, holds: "motor", faults: .lost, .repeated, again: .replaces, afterCrash: .resumed) {
      Owed { Answer(.closed) }
      After(.closed) { Maybe { Answer(.stuck) } }
    }
    Timer(.timer, after: .milliseconds(1_500), fires: .deadline, afterCrash: .remaining)
    Notice(.note)
    LeadsTo("every lowering ends", cites: .`LC-1`, from: .lowering, to: .raised, .lowered)
    Sometimes("the gate is lowered", cites: .`LC-1`) { $0.phase == .lowered }
    Always("the gate is somewhere") { _ in true }
  }
}

extension Guard<Gate, UInt8> {
  static var isOurs: Self { Guard("the track is ours", code: "other_track") { $1 == 1 } }
}

struct Bell: Machine {
  typealias Requirement = Stated
  enum Phase: UInt8, CaseIterable { case waiting }
  enum Event: Signals { case strike }
  enum Effect: Signals { case echo }

  var phase = Phase.waiting
  var count: UInt8 = 0
  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("count", &count)
  }

  static let book = RuleBook<Self>("Bell", "Rings.") {
    In(.waiting) { On(.strike, "ring once", cites: .`LC-2`).then { bell, _ in bell.count |= 1 } }
    Answers(.echo, of: { $0 }, late: .admitted, again: .joins, afterCrash: .forgotten) { Maybe { Answer(.strike) } }
  }
}

// MARK: - Signals

extension Signal<Gate.Event, UInt8> {
  static var approach: Self {
    Signal("approach", kind: 0, Carrier.approach) { if case .approach(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Gate.Event, Void> {
  static var closed: Self { Signal("closed", kind: 1, .closed) }
  static var stuck: Self { Signal("stuck", kind: 2, .stuck) }
  static var deadline: Self { Signal("deadline", kind: 3, .deadline) }
  static var passed: Self { Signal("passed", kind: 4, .passed) }
}
extension Signal<Gate.Effect, Void> {
  static var ring: Self { Signal("ring", kind: 0, .ring) }
  static var lower: Self { Signal("lower", kind: 1, .lower) }
  static var timer: Self { Signal("timer", kind: 2, .timer) }
  static var note: Self { Signal("note", kind: 3, .note) }
}
extension Signal<Bell.Event, Void> { static var strike: Self { Signal("strike", kind: 0, .strike) } }
extension Signal<Bell.Effect, UInt8> {
  static var echo: Self { Signal("echo", kind: 0, { _ in .echo }) { _ in 0 } }
}
extension Signal<Crossing.Event, Gate.Event> {
  static var gate: Self { Signal("gate", kind: 0, Carrier.gate) { if case .gate(let it) = $0 { it } else { nil } } }
}
extension Signal<Crossing.Event, Bell.Event> {
  static var bell: Self { Signal("bell", kind: 1, Carrier.bell) { if case .bell(let it) = $0 { it } else { nil } } }
}
extension Signal<Crossing.Effect, Gate.Effect> {
  static var gate: Self { Signal("gate", kind: 0, Carrier.gate) { if case .gate(let it) = $0 { it } else { nil } } }
}
extension Signal<Crossing.Effect, Bell.Effect> {
  static var bell: Self { Signal("bell", kind: 1, Carrier.bell) { if case .bell(let it) = $0 { it } else { nil } } }
}

// Nothing here is ever stored, so no field is listed.
extension Gate.Event {
  static let names = ["approach", "closed", "stuck", "deadline", "passed"]
  var kind: Int {
    switch self {
    case .approach: 0
    case .closed: 1
    case .stuck: 2
    case .deadline: 3
    case .passed: 4
    }
  }
  init() { self = .passed }
  mutating func fields(_ f: inout Fields) {}
}
extension Gate.Effect {
  static let names = ["ring", "lower", "timer", "note"]
  var kind: Int {
    switch self {
    case .ring: 0
    case .lower: 1
    case .timer: 2
    case .note: 3
    }
  }
  init() { self = .note }
  mutating func fields(_ f: inout Fields) {}
}
extension Bell.Event {
  static let names = ["strike"]
  var kind: Int { 0 }
  init() { self = .strike }
  mutating func fields(_ f: inout Fields) {}
}
extension Bell.Effect {
  static let names = ["echo"]
  var kind: Int { 0 }
  init() { self = .echo }
  mutating func fields(_ f: inout Fields) {}
}
extension Crossing.Event {
  static let names = ["gate", "bell"]
  var kind: Int { if case .gate = self { 0 } else { 1 } }
  init() { self = .bell(.strike) }
  mutating func fields(_ f: inout Fields) {}
}
extension Crossing.Effect {
  static let names = ["gate", "bell"]
  var kind: Int { if case .gate = self { 0 } else { 1 } }
  init() { self = .bell(.echo) }
  mutating func fields(_ f: inout Fields) {}
}

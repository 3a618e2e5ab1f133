import Spec

/// A machine with nothing to say of its own: a row of cells, and signals that each test gives a meaning.
struct Toy: Machine {
  enum Requirement: String, Citation {
    case `TOY-1`
    var text: String { "" }
    var source: String { "" }
  }
  enum Phase: UInt8, CaseIterable { case idle, busy, done }
  var phase = Phase.idle
  /// As many as the test gives it.
  var cells: [Cell] = []
  /// Declared to stay below 4.
  var small: UInt8 = 0

  init(_ cells: [Cell] = []) { self.cells = cells }

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f.each("cells", &cells)
    f("small", &small, max: 3)
  }

  subscript(cell: some BinaryInteger) -> UInt8 {
    get { cells[Int(cell)].value }
    set { cells[Int(cell)].value = newValue }
  }

  static let book = RuleBook<Self>("Toy") { Ignored(.go, in: .idle, because: "it is a toy") }

  /// Names from `take` on carry a number.
  struct Event: Signals {
    static let names = ["go", "stop", "yes", "no", "tick", "recovered", "take", "give", "turn", "leave", "pass"]
    let kind: Int
    var number: UInt8 = 0
  }
  struct Effect: Signals {
    static let names = ["ask", "timer", "hold", "tell", "send"]
    let kind: Int
    var number: UInt8 = 0
  }
}

/// One cell of a toy.
struct Cell: Coded, Hashable, Sendable, ExpressibleByIntegerLiteral {
  var value: UInt8
  init(integerLiteral value: UInt8) { self.value = value }
  mutating func fields(_ f: inout Fields) { f("value", &value) }
}

extension Signal where Carrier == Toy.Event {
  fileprivate static func plain(_ kind: Int) -> Self where Payload == Void {
    Signal(Carrier.names[kind], kind: kind, Carrier(kind: kind))
  }
  fileprivate static func numbered(_ kind: Int) -> Self where Payload == UInt8 {
    Signal(Carrier.names[kind], kind: kind, { Carrier(kind: kind, number: $0) }) { $0.kind == kind ? $0.number : nil }
  }
}
extension Signal<Toy.Event, Void> {
  static var go: Self { plain(0) }
  static var stop: Self { plain(1) }
  static var yes: Self { plain(2) }
  static var no: Self { plain(3) }
  static var tick: Self { plain(4) }
  static var recovered: Self { plain(5) }
}
extension Signal<Toy.Event, UInt8> {
  static var take: Self { numbered(6) }
  static var give: Self { numbered(7) }
  static var turn: Self { numbered(8) }
  static var leave: Self { numbered(9) }
  static var pass: Self { numbered(10) }
}
extension Toy.Event {
  init() { self.init(kind: 0) }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.names.indices.map { Self(kind: $0) })
    if kind >= 6 { f("number", &number) }
  }
}

extension Signal where Carrier == Toy.Effect {
  fileprivate static func plain(_ kind: Int) -> Self where Payload == Void {
    Signal(Carrier.names[kind], kind: kind, Carrier(kind: kind))
  }
  fileprivate static func numbered(_ kind: Int) -> Self where Payload == UInt8 {
    Signal(Carrier.names[kind], kind: kind, { Carrier(kind: kind, number: $0) }) { $0.kind == kind ? $0.number : nil }
  }
}
extension Signal<Toy.Effect, Void> {
  static var ask: Self { plain(0) }
  static var timer: Self { plain(1) }
  static var hold: Self { plain(2) }
}
extension Signal<Toy.Effect, UInt8> {
  static var tell: Self { numbered(3) }
  static var send: Self { numbered(4) }
}
extension Toy.Effect {
  init() { self.init(kind: 0) }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.names.indices.map { Self(kind: $0) })
    if kind >= 3 { f("number", &number) }
  }
}

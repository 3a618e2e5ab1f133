import Spec

/// Two registers that are read and written: the object of most histories in the literature.
struct Registers: Machine {
  enum Phase: UInt8, CaseIterable, Sendable { case ready }
  enum Name: UInt8, CaseIterable, Sendable { case x, y }
  enum Requirement: String, Citation {
    case none
    var text: String { "" }
    var source: String { "" }
  }

  var phase = Phase.ready
  var x: UInt8 = 0
  var y: UInt8 = 0

  mutating func fields(_ f: inout Fields) {
    f("x", &x)
    f("y", &y)
  }

  static let book = RuleBook<Self>("Registers") {
    In(.ready) {
      On(.write, "write")
        .then { machine, put in if put.name == .x { machine.x = put.value } else { machine.y = put.value } }
      On(.read, "read").emit(.value) { machine, name in name == .x ? machine.x : machine.y }
    }
    Notice(.value)
  }

  struct Put: Blank, Hashable, Sendable {
    var name = Name.x
    var value: UInt8 = 0
    init() {}
    init(_ name: Name, _ value: UInt8) {
      self.name = name
      self.value = value
    }
    mutating func fields(_ f: inout Fields) {
      f("name", &name)
      f("value", &value)
    }
  }

  enum Event: Signals {
    case write(Put)
    case read(Name)
    static let names = ["write", "read"]
    var kind: Int { if case .write = self { 0 } else { 1 } }
    var name: Name {
      switch self {
      case .write(let put): put.name
      case .read(let name): name
      }
    }
    init() { self = .read(.x) }
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.write(Put()), .read(.x)])
      switch self {
      case .write(var put):
        put.fields(&f)
        self = .write(put)
      case .read(var name):
        f("name", &name)
        self = .read(name)
      }
    }
  }

  enum Effect: Signals {
    case value(UInt8)
    static let names = ["value"]
    var kind: Int { 0 }
    init() { self = .value(0) }
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.value(0)])
      if case .value(var value) = self {
        f("is", &value)
        self = .value(value)
      }
    }
  }
}

extension Signal<Registers.Event, Registers.Put> {
  static var write: Self { Signal("write", kind: 0, Carrier.write) { if case .write(let it) = $0 { it } else { nil } } }
}
extension Signal<Registers.Event, Registers.Name> {
  static var read: Self { Signal("read", kind: 1, Carrier.read) { if case .read(let it) = $0 { it } else { nil } } }
}
extension Signal<Registers.Effect, UInt8> {
  static var value: Self { Signal("value", kind: 0, Carrier.value) { if case .value(let it) = $0 { it } else { nil } } }
}

typealias RegisterHistory = History<Solo<Registers>>

extension RegisterHistory.Operation {
  /// A write, from one instant to another; without an end it is still under way.
  static func write(
    _ lane: Int, _ value: UInt8, _ from: UInt64, _ to: UInt64?, in name: Registers.Name = .x
  ) -> Self {
    Self(
      lane: lane, Sole(.write(.init(name, value))), invoked: from,
      response: to.map { .init(at: $0, .fired(rule: 0), refusals: [], sent: []) })
  }

  /// A read that was told a value.
  static func read(
    _ lane: Int, _ value: UInt8, _ from: UInt64, _ to: UInt64, in name: Registers.Name = .x
  ) -> Self {
    Self(
      lane: lane, Sole(.read(name)), invoked: from,
      response: .init(at: to, .fired(rule: 1), refusals: [], sent: [Sole(.value(value))]))
  }
}

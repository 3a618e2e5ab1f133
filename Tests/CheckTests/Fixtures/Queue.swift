import Spec

/// A first-in first-out queue: the object of Herlihy and Wing's examples.
struct Queue: Machine {
  enum Phase: UInt8, CaseIterable, Sendable { case ready }
  enum Requirement: String, Citation {
    case none
    var text: String { "" }
    var source: String { "" }
  }

  var phase = Phase.ready
  var items: [Item] = []

  mutating func fields(_ f: inout Fields) { f.list("items", &items, max: 8) }

  static let book = RuleBook<Self>("Queue") {
    In(.ready) {
      On(.enqueue, "enqueue").then { machine, item in machine.items.append(item) }
      On(.dequeue, "dequeue")
        .when("something is in the queue") { machine, _ in !machine.items.isEmpty }
        .emit(.taken) { machine, _ in machine.items[0] }
        .then { machine, _ in machine.items.removeFirst() }
    }
    Notice(.taken)
  }

  struct Item: Blank, Hashable, Sendable {
    enum Name: UInt8, CaseIterable, Sendable { case x, y, z }
    var name = Name.x
    init() {}
    init(_ name: Name) { self.name = name }
    mutating func fields(_ f: inout Fields) { f("item", &name) }
  }

  enum Event: Signals {
    case enqueue(Item)
    case dequeue
    static let names = ["enqueue", "dequeue"]
    var kind: Int { if case .enqueue = self { 0 } else { 1 } }
    init() { self = .dequeue }
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.enqueue(Item()), .dequeue])
      if case .enqueue(var item) = self {
        item.fields(&f)
        self = .enqueue(item)
      }
    }
  }

  enum Effect: Signals {
    case taken(Item)
    static let names = ["taken"]
    var kind: Int { 0 }
    init() { self = .taken(Item()) }
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.taken(Item())])
      if case .taken(var item) = self {
        item.fields(&f)
        self = .taken(item)
      }
    }
  }
}

extension Signal<Queue.Event, Queue.Item> {
  static var enqueue: Self {
    Signal("enqueue", kind: 0, Carrier.enqueue) { if case .enqueue(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Queue.Event, Void> {
  static var dequeue: Self { Signal("dequeue", kind: 1, .dequeue) }
}
extension Signal<Queue.Effect, Queue.Item> {
  static var taken: Self { Signal("taken", kind: 0, Carrier.taken) { if case .taken(let it) = $0 { it } else { nil } } }
}

typealias QueueHistory = History<Solo<Queue>>

extension QueueHistory.Operation {
  static func enqueue(_ lane: Int, _ item: Queue.Item.Name, _ from: UInt64, _ to: UInt64?) -> Self {
    Self(
      lane: lane, Sole(.enqueue(.init(item))), invoked: from, response: to.map { .init(at: $0, .fired(rule: 0)) })
  }

  /// A dequeue that was told an item, or that the queue is empty.
  static func dequeue(_ lane: Int, _ item: Queue.Item.Name?, _ from: UInt64, _ to: UInt64) -> Self {
    Self(
      lane: lane, Sole(.dequeue), invoked: from,
      response: item.map { .init(at: to, .fired(rule: 1), sent: [Sole(.taken(.init($0)))]) } ?? .init(at: to, .refused))
  }
}

import Machines
import Spec

/// A router's fields as a mutant may change them: the router itself lets nobody else write its mailboxes (RTR-18).
///
/// It lists the same fields in the same order, so that one is decoded from the encoding of the other.
struct Draft: Coded {
  var phase = Router.Phase.open
  var topology = Topology.star
  var epoch: UInt32 = 0
  var now: UInt64 = 0
  var accepted: UInt64 = 0
  var pressure = Pressure.none
  var limits = RouterLimits()
  var mailboxes: [Box]

  struct Box: Coded {
    var active: Queue
    var next: Queue
    var leased = KeyedSet<Held>()
    var backoff = KeyedSet<Held>()
    var turn = Turn()
    var seen = Seen()

    init(agents: Int) {
      active = Queue(lines: Array(repeating: Fifo(), count: agents + 1))
      next = active
    }

    mutating func fields(_ f: inout Fields) {
      f("active", &active)
      f("next", &next)
      f.members("leased", &leased, max: 0xFFFF)
      f.members("backoff", &backoff, max: 0xFFFF)
      f("turn", &turn)
      f("seen", &seen)
    }
  }

  /// A queue of one epoch: each sender's copies in a line of its own.
  struct Queue: Coded {
    var lines: [Fifo<Copy>]

    mutating func fields(_ f: inout Fields) {
      for line in lines.indices { f.queue("copies", &lines[line], max: 0xFFFF) }
    }

    /// The copies of all lines, by acceptance.
    var copies: [Copy] {
      get { lines.flatMap(Array.init).sorted { $0.sequence < $1.sequence } }
      set {
        lines = Array(repeating: Fifo(), count: lines.count)
        for copy in newValue { lines[min(Int(copy.sender.place), lines.count - 1)].append(copy) }
      }
    }
  }

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("topology", &topology)
    f("epoch", &epoch)
    f("now", &now)
    f("accepted", &accepted)
    f("pressure", &pressure)
    f("limits", &limits)
    f.each("mailboxes", &mailboxes)
  }
}

extension Router {
  /// Changes what the router keeps to itself.
  mutating func rewrite(_ change: (inout Draft) -> Void) {
    var draft = Draft(mailboxes: Array(repeating: Draft.Box(agents: mailboxes.count), count: mailboxes.count))
    draft.become(self)
    change(&draft)
    become(draft)
  }
}

extension Coded {
  /// Takes over the fields of a value that lists the same ones.
  mutating func become(_ other: some Coded) {
    let bytes = encoded(other)
    bytes.withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      fields(&reader)
      precondition(reader.isAtEnd && !reader.failed, "\(Self.self) lists other fields")
    }
  }
}

/// A value as bytes.
func encoded(_ value: some Coded, condenses: Bool = false) -> [UInt8] {
  var copy = value
  let buffer = ByteBuffer()
  var writer = ByteWriter(buffer, condenses: condenses)
  copy.fields(&writer)
  precondition(writer.overflow == nil, "\(writer.overflow!)")
  return Array(buffer.bytes)
}

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
  var mailboxes: [Box]

  struct Box: Coded {
    var active = Fifo<Copy>()
    var next = Fifo<Copy>()
    var leased = KeyedSet<Copy>()

    mutating func fields(_ f: inout Fields) {
      f.queue("active", &active, max: 0xFFFF)
      f.queue("next", &next, max: 0xFFFF)
      f.members("leased", &leased, max: 0xFFFF)
    }
  }

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("topology", &topology)
    f("epoch", &epoch)
    f("now", &now)
    f("accepted", &accepted)
    f.each("mailboxes", &mailboxes)
  }
}

extension Router {
  /// Changes what the router keeps to itself.
  mutating func rewrite(_ change: (inout Draft) -> Void) {
    var draft = Draft(mailboxes: Array(repeating: Draft.Box(), count: mailboxes.count))
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

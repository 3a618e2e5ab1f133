import Machines
import Spec
import Testing

@Suite struct `Encoding of the topology switch` {
  @Test func `what is decoded is what was encoded, and unequal values encode unequally`() {
    check(Switch(topology: .star))
    check(Router(agents: 3, topology: .star))
    check(TopologySwitch(agents: 3, topology: .star))
    check(Message())
    check(Copy())
    check(Lease())
    check(Ending())
    check(TopologySwitch.Event())
    check(TopologySwitch.Effect())
  }

  private func check<C: Coded & Equatable>(_ blank: C, at location: SourceLocation = #_sourceLocation) {
    let sampler = Sampler(SplitMix64(seed: 7))
    var seen: [(value: C, bytes: [UInt8])] = []
    for _ in 0..<300 {
      var value = blank
      sampler.draw(&value)
      // Traps where a field is above its declared maximum.
      let bytes = encoded(value)
      var decoded = blank
      decoded.become(value)
      #expect(decoded == value, sourceLocation: location)
      for other in seen.suffix(20) {
        #expect((other.bytes == bytes) == (other.value == value), sourceLocation: location)
      }
      seen.append((value, bytes))
    }
  }

  @Test func `a digest that is given by hand stands for all fields`() {
    isThatOfFields(Copy())
    isThatOfFields(Held())
    isThatOfFields(Sighting())
    isThatOfFields(MessageIdentity())
    let sampler = Sampler(SplitMix64(seed: 23))
    var mailboxes: Set<Mailbox> = []
    for _ in 0..<2_000 {
      var mailbox = Mailbox(agents: 2)
      sampler.draw(&mailbox)
      mailboxes.insert(mailbox)
    }
    #expect(mailboxes.count > 1_900 && Set(mailboxes.map(\.digest)).count == mailboxes.count)
    for mailbox in mailboxes {
      var decoded = Mailbox(agents: 2)
      decoded.become(mailbox)
      #expect(decoded.digest == mailbox.digest)
    }
  }

  private func isThatOfFields<C: Coded>(_ blank: C) {
    let sampler = Sampler(SplitMix64(seed: 21))
    for _ in 0..<300 {
      var value = blank
      sampler.draw(&value)
      #expect(value.digest == value.digestOfFields)
    }
  }

  @Test func `a fingerprint covers the order and the content of every queue`() {
    let sampler = Sampler(SplitMix64(seed: 11))
    var first = Copy()
    var second = Copy()
    sampler.draw(&first)
    sampler.draw(&second)
    #expect(first != second)
    func router(_ change: (inout Draft.Box) -> Void) -> [UInt8] {
      var router = Router(agents: 2, topology: .flat)
      router.rewrite { change(&$0.mailboxes[1]) }
      return encoded(router, condenses: true)
    }
    func queue(_ copies: [Copy]) -> Fifo<Copy> {
      var queue = Fifo<Copy>()
      for copy in copies { queue.append(copy) }
      return queue
    }
    var older = first
    older.attempt += 1
    let orders = [[], [first], [second], [first, second], [second, first], [first, first], [older, second]]
    let all =
      orders.map { copies in router { $0.active.lines[2] = queue(copies) } }
      + orders.dropFirst().map { copies in router { $0.next.lines[2] = queue(copies) } }
      + [first, older, second].map { copy in router { $0.leased.insert(Held(copy, until: 9)) } }
      + [first, older, second].map { copy in router { $0.backoff.insert(Held(copy, until: 9)) } }
    #expect(Set(all).count == all.count)
    #expect(Set(all.map(\.count)).count == 1)
  }
}

@Suite struct `Tokens of the topology switch` {
  @Test func `each token agrees with its case`() {
    let events = Set([
      check(Signal<Switch.Event, Topology>.request, .chain), check(Signal<Switch.Event, Void>.prepared, ()),
      check(Signal<Switch.Event, Void>.prepareFailed, ()), check(Signal<Switch.Event, Void>.prepareDeadline, ()),
      check(Signal<Switch.Event, Void>.drained, ()), check(Signal<Switch.Event, Void>.quiesceDeadline, ()),
      check(Signal<Switch.Event, UInt32>.moved, 7), check(Signal<Switch.Event, Void>.cancel, ()),
      check(Signal<Switch.Event, Void>.shutdown, ()),
    ])
    #expect(events == Set(Switch.Event.names.indices))
    let effects = Set([
      check(Signal<Switch.Effect, Topology>.prepare, .flat), check(Signal<Switch.Effect, Void>.prepareTimer, ()),
      check(Signal<Switch.Effect, Void>.quiesceTimer, ()), check(Signal<Switch.Effect, Void>.divert, ()),
      check(Signal<Switch.Effect, Topology>.swap, .flat), check(Signal<Switch.Effect, Void>.putBack, ()),
      check(Signal<Switch.Effect, Void>.close, ()),
      check(Signal<Switch.Effect, Switch.Change>.topologyChanged, .init()),
      check(Signal<Switch.Effect, Switch.Report>.finished, .init()),
    ])
    #expect(effects == Set(Switch.Effect.names.indices))
  }

  @Test func `each token of the router agrees with its case`() {
    let events = Set([
      check(Signal<Router.Event, Message>.route, Message()), check(Signal<Router.Event, Agent>.dequeue, Agent(3)),
      check(Signal<Router.Event, Lease>.acknowledged, Lease(agent: Agent(1), sequence: 2)),
      check(Signal<Router.Event, UInt64>.clock, 5), check(Signal<Router.Event, Void>.divert, ()),
      check(Signal<Router.Event, Topology>.swap, .flat), check(Signal<Router.Event, Void>.putBack, ()),
      check(Signal<Router.Event, Void>.close, ()), check(Signal<Router.Event, Lease>.failed, Lease()),
    ])
    #expect(events == Set(Router.Event.names.indices))
    let effects = Set([
      check(Signal<Router.Effect, Copy>.deliver, Copy()), check(Signal<Router.Effect, Ending>.recorded, Ending()),
      check(Signal<Router.Effect, Void>.drained, ()), check(Signal<Router.Effect, UInt32>.moved, 3),
      check(Signal<Router.Effect, Pressure>.pressed, .shed), check(Signal<Router.Effect, Lease>.revoked, Lease()),
    ])
    #expect(effects == Set(Router.Effect.names.indices))
  }

  @Test func `each token of the system agrees with its case`() {
    #expect(check(Signal<TopologySwitch.Event, Switch.Event>.control, .cancel, "control") == 0)
    #expect(check(Signal<TopologySwitch.Event, Router.Event>.router, .close) == 1)
    #expect(check(Signal<TopologySwitch.Effect, Switch.Effect>.control, .close, "control") == 0)
    #expect(check(Signal<TopologySwitch.Effect, Router.Effect>.router, .drained) == 1)
  }

  /// Holds a token against the case it makes, and against each case it does not. Returns its kind.
  private func check<Carrier: Signals, Payload>(
    _ token: Signal<Carrier, Payload>, _ payload: Payload, _ called: String? = nil,
    at location: SourceLocation = #_sourceLocation
  ) -> Int {
    let value = token.make(payload)
    #expect(value.kind == token.kind && Carrier.names[token.kind] == token.name, sourceLocation: location)
    #expect("\(value)".hasPrefix(called ?? token.name), sourceLocation: location)
    #expect(token.read(value).map(token.make) == value, sourceLocation: location)
    let sampler = Sampler(SplitMix64(seed: 3))
    for _ in 0..<200 {
      var other = Carrier()
      sampler.draw(&other)
      #expect((token.read(other) != nil) == (other.kind == token.kind), sourceLocation: location)
      if other.kind == token.kind { #expect(token.read(other).map(token.make) == other, sourceLocation: location) }
    }
    return token.kind
  }
}

import Machines
import Spec
import Testing

@Suite struct `Routing messages` {
  @Test func `MSG-2: changing one receiver's copy leaves its siblings as they were`() throws {
    var team = Team(3, .star)
    team.route(0, .broadcast)
    let sibling = team[2].active[0]
    let delivered = team.dequeue(1)
    var copy = try #require(delivered)
    (copy.attempt, copy.redelivered, copy.expires, copy.epoch) = (3, true, 1, 9)
    #expect(team[2].active[0] == sibling)
    #expect(team[1].leased[0].copy.attempt == 0)
    #expect(sibling.attempt == 0 && !sibling.redelivered && sibling.epoch == 0)
    #expect(sibling.sequence != copy.sequence)
    #expect((sibling.idLow, sibling.idHigh) == (copy.idLow, copy.idHigh))
  }

  @Test func `MSG-3: 524,288 bytes are accepted, and one more is not`() {
    var team = Team(2, .flat)
    #expect(team.route(0, .one(Agent(1)), bytes: 524_288) == "fired")
    #expect(team.route(0, .one(Agent(1)), bytes: 524_289) == "payload_too_large")
  }

  @Test func `MSG-4: a message without an expiry gets its creation time plus sixty seconds, and no clock goes back`() {
    var team = Team(2, .flat)
    team.route(0, .one(Agent(1)), created: 250)
    team.route(0, .one(Agent(1)), created: 250, expires: 300)
    #expect(team[1].active.map(\.expires) == [60_250, 300])
    #expect(team.give(.clock(300)) == "fired")
    #expect(team.give(.clock(300)) == "refused" && team.give(.clock(299)) == "refused")
    #expect(team.system.router.now == 300)
    // At the very millisecond it still counts.
    #expect(team.route(0, .one(Agent(1)), expires: 300) == "fired")
    team.give(.clock(301))
    #expect(team.route(0, .one(Agent(1)), expires: 300) == "expired")
  }

  @Test func `MSG-7: system is exempt from topology and fan-out, and from nothing else`() {
    for topology in Topology.allCases {
      var team = Team(5, topology, limits: RouterLimits(capacity: 2))
      #expect(team.route(0xFF, .broadcast) == "fired")
      #expect((0..<5).allSatisfy { team[$0].active.count == 1 })
      #expect(team.route(0xFF, 4) == "fired")
      #expect(team.route(0xFF, 4) == "queue_full" && team.route(0xFF, 7) == "invalid_recipient")
      #expect(team.route(0xFF, .one(Agent(1)), bytes: 524_289) == "payload_too_large")
    }
  }

  @Test(arguments: [false, true]) func `RTR-2: the first of the checks that fails names the reason`(isQuiescing: Bool) {
    let reasons = ["payload_too_large", "invalid_recipient", "topology", "fanout", "expired", "queue_full"]
    var team = Team(5, .flat, limits: RouterLimits(capacity: 1))
    team.route(0, 4)
    if isQuiescing {
      team.quiesce(.star)
      #expect(team.system.router.phase == .diverting)
    }
    team.give(.clock(100))
    // Every combination, of two failing conditions and of more.
    for failing in 0..<64 {
      func fails(_ check: Int) -> Bool { failing >> check & 1 == 1 }
      var receivers = [1]
      if fails(1) { receivers.append(7) }
      if fails(2) { receivers.append(0) }
      if fails(3) { receivers += [2, 3] }
      if fails(5) { receivers.append(4) }
      var copy = team
      let result = copy.route(
        0, .several(receivers.map { Agent($0) }), bytes: fails(0) ? 524_289 : 2, created: 100,
        expires: fails(4) ? 99 : 0)
      #expect(result == ((0..<6).first(where: fails).map { reasons[$0] } ?? "fired"), "\(failing)")
      if failing != 0 { #expect(copy.system == team.system) }
    }
  }

  @Test func `RTR-3: the router alone stamps the epoch`() {
    var team = Team(2, .flat)
    team.route(0, 1)
    team.quiesce(.chain)
    team.route(0, 1)
    #expect(team[1].active.map(\.epoch) == [0] && team[1].next.map(\.epoch) == [1])
  }

  @Test func `RTR-5: copy 10,001 is refused, wherever the others are held`() throws {
    var team = Team(2, .flat)
    for number in 1...10_000 { #expect(team.route(0, 1) == "fired", "\(number)") }
    #expect(team.route(0, 1) == "queue_full")
    let delivered = team.dequeue(1)
    let lease = try #require(delivered).lease
    #expect(team[1].live == 10_000 && team.route(0, 1) == "queue_full")
    #expect(team.give(.acknowledged(lease)) == "fired")
    team.quiesce(.chain)
    #expect(team.route(0, 1) == "fired")
    #expect(team[1].next.count == 1 && team[1].active.count == 9_999)
    #expect(team.route(0, 1) == "queue_full")
  }

  @Test func `RTR-6: what has expired is not delivered, and a stranger is refused`() {
    var team = Team(2, .flat)
    for expires in [UInt64(10), 20, 900, 15] { team.route(0, .one(Agent(1)), expires: expires) }
    team.give(.clock(21))
    #expect(team.sent(.recorded).map(\.sequence) == [1, 2, 4])
    #expect(team.dequeue(1)?.expires == 900)
    #expect(team.dequeue(1) == nil && team[1].active.isEmpty)
    #expect(team.give(.dequeue(Agent(2))) == "unknown_agent")
  }

  @Test func `RTR-15: a full queue is free again where its copies have expired, and sheds no more`() {
    var team = Team(3, .flat, limits: RouterLimits(capacity: 4))
    // One that lives stands in front of one that has expired, in two lines.
    for (sender, expires) in [(0, UInt64(900)), (0, 10), (2, 900), (2, 10)] {
      team.route(sender, .one(Agent(1)), expires: expires)
    }
    #expect(team.route(0, 1) == "queue_full" && team.system.router.pressure == .reconfigure)
    team.give(.clock(11))
    #expect(team.sent(.recorded) == [2, 4].map { ending($0) } && team.sent(.pressed) == [.shed])
    #expect(team[1].live == 2)
    #expect(team.route(0, 1) == "fired" && team.route(2, 1) == "fired" && team.route(0, 1) == "queue_full")
    #expect(team[1].active.lines.map { $0.map(\.sequence) } == [[1, 5], [], [3, 6], []])
  }

  private func ending(_ sequence: UInt64) -> Ending {
    var copy = Copy()
    (copy.sequence, copy.receiver) = (sequence, Agent(1))
    return Ending(copy, .expired)
  }

  @Test func `RTR-15: copies behind the gate expire as well, and are not put back`() {
    var team = Team(2, .flat)
    team.route(0, 1)
    team.quiesce(.chain)
    team.route(0, .one(Agent(1)), expires: 10)
    team.give(.clock(11))
    #expect(team.sent(.recorded).map(\.sequence) == [2] && team[1].next.isEmpty)
    team.give(.quiesceDeadline)
    #expect(team[1].active.map(\.sequence) == [1])
  }

  /// What a queue remembers to find expired copies quickly is nothing that two queues could differ in.
  @Test func `RTR-15: what expires is found whatever the queue went through before`() {
    for seed in UInt64(1)...200 {
      var random = SplitMix64(seed: seed)
      var team = Team(3, .flat, limits: RouterLimits(capacity: 8))
      var now: UInt64 = 0
      for _ in 0..<120 {
        switch random.below(6) {
        case 0..<3:
          team.route(
            2 * random.below(2), .one(Agent(1)), created: now, expires: now + 1 + UInt64(random.below(40)))
        case 3: if let copy = team.dequeue(1) { team.give(.acknowledged(copy.lease)) }
        default:
          now += 1 + UInt64(random.below(9))
          let expired = team[1].active.filter { $0.expires < now }.map(\.sequence).sorted()
          team.give(.clock(now))
          #expect(team.sent(.recorded).map(\.sequence).sorted() == expired)
          #expect(team[1].active.allSatisfy { $0.expires >= now })
        }
      }
    }
  }

  @Test func `RTR-16: one full mailbox of seven refuses the whole broadcast`() {
    var team = Team(7, .star)
    for _ in 0..<10_000 { team.route(0, 6) }
    let before = team.system
    #expect(team.route(0, .broadcast) == "queue_full")
    #expect(team.system == before && team[1].live == 0)
    _ = team.dequeue(6)
    #expect(team.route(0, .broadcast) == "queue_full")
    team.give(.acknowledged(Lease(agent: Agent(6), sequence: 1)))
    #expect(team.route(0, .broadcast) == "fired")
    #expect((1..<7).allSatisfy { Array(team[$0].active).last?.sender == Agent(0) })
    #expect(team.system.router.accepted == 10_006 && team[0].live == 0)
  }

  @Test(arguments: 2...7) func `RTR-17: who may write to whom, all of it`(agents: Int) {
    for topology in Topology.allCases {
      let team = Team(agents, topology)
      func isAllowed(_ sender: Int, _ receiver: Int) -> Bool {
        switch topology {
        case .star: sender != receiver && (sender == 0 || receiver == 0)
        case .chain: receiver == (sender + 1) % agents
        case .flat: sender != receiver
        }
      }
      func check(_ sender: Int, _ recipient: Recipient, _ receivers: [Int], isBroadcast: Bool = false) {
        let mayBroadcast = topology == .flat || (topology == .star && sender == 0)
        let expected =
          if receivers.isEmpty || receivers.contains(where: { $0 >= agents }) {
            "invalid_recipient"
          } else if sender == 0xFF {
            "fired"
          } else if sender >= agents || (isBroadcast && !mayBroadcast)
            || !receivers.allSatisfy({ isAllowed(sender, $0) })
          {
            "topology"
          } else if topology == .flat, receivers.count > 2 {
            "fanout"
          } else {
            "fired"
          }
        var copy = team
        let found = copy.route(sender, recipient)
        #expect(found == expected, "\(agents) \(topology): \(sender) to \(receivers)")
        let holding = (0..<agents).filter { copy[$0].live == 1 }
        #expect(holding == (expected == "fired" ? receivers.sorted() : []))
      }
      for sender in Array(0...agents) + [0xFF] {
        let others = (0..<agents).filter { $0 != sender }
        check(sender, .broadcast, others, isBroadcast: true)
        for one in 0...7 {
          check(sender, .one(Agent(one)), [one])
          for two in one..<8 {
            check(sender, .several([Agent(one), Agent(two)]), one == two ? [one] : [one, two])
            for three in two..<8 where one < two && two < three {
              check(sender, .several([Agent(one), Agent(two), Agent(three)]), [one, two, three])
            }
          }
        }
      }
      check(0, .several([Agent]()), [])
    }
  }

  // RTR-18: outside its module nothing writes a mailbox. These lines do not compile, because the setters are internal:
  //
  //   team.system.router.mailboxes[1].active.append(copy)
  //   team.system.router.accepted += 1
  //   var mailbox = Mailbox(); mailbox.active = queue
  //
  // What is left is to give the router an event.
  @Test func `RTR-18: of all events, only a routed message puts a copy anywhere`() {
    let sampler = Sampler(SplitMix64(seed: 18))
    let program = Program(Router.book)
    var outbox = Outbox<Router.Effect>()
    var fired = 0
    for _ in 0..<4_000 {
      var router = Router(agents: 3, topology: .flat)
      sampler.draw(&router)
      var event = Router.Event()
      sampler.draw(&event)
      // Few of the agents that are drawn are in the roster.
      if case .dequeue(let agent) = event { event = .dequeue(Agent(Int(agent.place) % 4)) }
      let before = sequences(router)
      let accepted = router.accepted
      outbox.removeAll()
      let outcome = program.step(&router, event, &outbox)
      if case .fired = outcome { fired += 1 }
      guard event.kind != Signal<Router.Event, Message>.route.kind else { continue }
      let after = sequences(router)
      #expect(after.isSubset(of: before) && router.accepted == accepted, "\(Printer.line(of: event))")
    }
    #expect(fired > 500)
  }

  /// The acceptance numbers of all copies that live.
  private func sequences(_ router: Router) -> Set<UInt64> {
    var all: Set<UInt64> = []
    for mailbox in router.mailboxes {
      all.formUnion(mailbox.active.map(\.sequence))
      all.formUnion(mailbox.next.map(\.sequence))
      all.formUnion(mailbox.leased.map(\.key))
      all.formUnion(mailbox.backoff.map(\.key))
    }
    return all
  }
}

@Suite struct `Switching topologies` {
  @Test func `SW-2: a second request is refused without a side effect, whatever the phase and the target`() {
    for isQuiescing in [false, true] {
      var team = Team(3, .star)
      team.route(0, 1)
      team.give(.request(.flat))
      if isQuiescing { team.give(.prepared) }
      let before = team.system
      for topology in Topology.allCases {
        #expect(team.give(.request(topology)) == "switch_in_progress")
        #expect(team.system == before && team.sent(.prepare).isEmpty && team.sent(.finished).isEmpty)
      }
    }
  }

  @Test(arguments: Topology.allCases) func `SW-3: a request for the topology in force runs no phase`(topology: Topology)
  {
    var team = Team(3, topology)
    let before = team.system
    #expect(team.give(.request(topology)) == "fired")
    #expect(team.system == before && team.sent(.prepare).isEmpty)
    #expect(team.sent(.finished).map(\.isCommitted) == [true])
  }

  /// Seven agents in a flat team, with messages between every pair, in a random order.
  private func busy(_ seed: UInt64) -> (team: Team, random: SplitMix64) {
    var team = Team(7, .flat)
    var random = SplitMix64(seed: seed)
    chatter(&team, &random)
    return (team, random)
  }

  private func chatter(_ team: inout Team, _ random: inout SplitMix64) {
    for _ in 0..<6_000 {
      let sender = random.below(7)
      team.route(sender, (sender + 1 + random.below(6)) % 7)
    }
  }

  /// Acceptance numbers of each pair, in the order in which they wait.
  private func pairs(_ copies: some Sequence<Copy>) -> [[UInt8]: [UInt64]] {
    copies.reduce(into: [:]) { $0[[$1.sender.place, $1.receiver.place], default: []].append($1.sequence) }
  }

  @Test(arguments: UInt64(1)...3) func `SW-7: an abort lines thousands of copies up behind the others, stamped anew`(
    seed: UInt64
  ) {
    var (team, random) = busy(seed)
    for agent in 0..<7 { for _ in 0..<50 { _ = team.dequeue(agent) } }
    team.quiesce(.star)
    chatter(&team, &random)
    let before = (0..<7).map { (active: Array(team[$0].active), next: Array(team[$0].next)) }
    #expect(before.allSatisfy { $0.active.count > 500 && $0.next.count > 500 })
    #expect(before.allSatisfy { $0.next.allSatisfy { $0.epoch == 1 } })
    team.give(.quiesceDeadline)
    for agent in 0..<7 {
      let after = Array(team[agent].active)
      let restamped = before[agent].next.map { copy in
        var copy = copy
        copy.epoch = 0
        return copy
      }
      #expect(after == before[agent].active + restamped)
      #expect(pairs(after).values.allSatisfy { $0 == $0.sorted() })
      #expect(team[agent].next.isEmpty)
    }
    #expect(team.system.control.epoch == 0 && team.system.control.topology == .flat)
    #expect(team.sent(.finished).map(\.migrated) == [6_000] && team.sent(.finished).map(\.reason) == [.quiesceTimeout])
    #expect(team.sent(.topologyChanged).isEmpty)
  }

  @Test(arguments: UInt64(1)...3) func `SW-6: a commit makes thousands of waiting copies the active ones`(seed: UInt64)
  {
    var (team, random) = busy(seed)
    team.quiesce(.star)
    for agent in 0..<6 { while team.dequeue(agent) != nil {} }
    while team[6].active.count > 1 { _ = team.dequeue(6) }
    chatter(&team, &random)
    let waiting = (0..<7).map { Array(team[$0].next) }
    #expect(team.system.router.phase == .diverting && team.queued == 6_001)
    #expect(team.dequeue(6)?.epoch == 0)
    for agent in 0..<7 {
      #expect(Array(team[agent].active) == waiting[agent])
      #expect(team[agent].active.allSatisfy { $0.epoch == 1 } && team[agent].next.isEmpty)
      #expect(pairs(team[agent].active).values.allSatisfy { $0 == $0.sorted() })
    }
    #expect(team.system.control.epoch == 1 && team.system.router.epoch == 1)
    #expect(team.system.control.topology == .star && team.system.router.topology == .star)
    #expect(team.sent(.topologyChanged) == [Switch.Change(from: .flat, to: .star, epoch: 1)])
    #expect(team.sent(.finished).map(\.migrated) == [6_000])
  }
}

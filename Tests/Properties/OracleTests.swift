import Machines
import Oracle
import Spec
import Testing

private let runs = 1_000
private let events = 300

/// The machines of chapters 1 and 2 and the same chapters written by hand, in step with each other.
@Suite struct `The machines agree with the chapter written by hand` {
  @Test func `in runs of a team`() throws {
    let design = TopologySwitch.design
    let team = try #require(design.worlds.first { $0.name == "team" })
    let walk = Walk(design, team)
    var random = SplitMix64(seed: 1)
    var replies: [String: Int] = [:]
    var moves: [Move<TopologySwitch.Event>] = []
    for run in 0..<runs {
      var configuration = walk.start
      var pair = Pair(configuration.state)
      var taken = 0
      var isClosing = run % 2 == 0
      while taken < events, pair.differences.isEmpty {
        if isClosing, taken > events * 9 / 10 {
          _ = walk.step(.control(.shutdown), in: &configuration)
          isClosing = false
        } else {
          walk.moves(of: configuration, into: &moves)
          _ = walk.take(draw(from: moves, &random), in: &configuration)
        }
        for event in walk.stepper.received {
          replies[pair.step(event), default: 0] += 1
          taken += 1
          // The same state meets an event that nobody would give it here, and is then as it was.
          var probe = pair
          replies[probe.step(arbitrary(&random)), default: 0] += 1
          pair.differences = probe.differences
        }
      }
      #expect(pair.differences == [], "run \(run)")
      #expect(pair.control == configuration.state.control && pair.router == configuration.state.router)
      if !pair.differences.isEmpty { return }
    }
    // Beside "they never differ" stands "something happened": every rule of both books fired.
    for (host, book) in ["switch": Switch.book.rules.map(\.name), "router": Router.book.rules.map(\.name)] {
      #expect(book.filter { replies["\(host): \($0)"] == nil } == [])
    }
    for word in ["refused", "ignored", "unexpected"] { #expect(replies["router: \(word)"] ?? 0 > 0) }
  }

  @Test func `in runs of arbitrary events`() {
    for run in 0..<runs {
      var random = SplitMix64(seed: UInt64(1_000_000 + run))
      let topology = Topology.allCases[run % 3]
      let limits = RouterLimits(capacity: run % 4 + 1, retries: run % 3, seen: run % 5)
      var pair = Pair(TopologySwitch(agents: run % 7 + 1, topology: topology, limits: limits))
      for _ in 0..<events { _ = pair.step(arbitrary(&random)) }
      #expect(pair.differences == [], "run \(run)")
      if !pair.differences.isEmpty { return }
    }
  }

  /// A kind of move at random, then a move of it; a loss is drawn seldom.
  private func draw(
    from moves: [Move<TopologySwitch.Event>], _ random: inout SplitMix64
  ) -> Move<TopologySwitch.Event> {
    var kinds: [Int: Range<Int>] = [:]
    for (index, move) in moves.enumerated() {
      let kind =
        switch move.kind {
        case .input(let input): input
        case .answer: -1
        default: -2
        }
      kinds[kind] = (kinds[kind]?.lowerBound ?? index)..<index + 1
    }
    if random.below(50) != 0 { kinds[-2] = nil }
    let ranges = kinds.values.sorted { $0.lowerBound < $1.lowerBound }
    return moves[ranges[random.below(ranges.count)].randomElement(using: &random)!]
  }

  private func arbitrary(_ random: inout SplitMix64) -> TopologySwitch.Event {
    var event = TopologySwitch.Event()
    Sampler(SplitMix64(seed: random.next()), most: 4).draw(&event)
    return event
  }
}

/// Both machines with their oracles. ``differences`` has the first steps in which they were not alike.
private struct Pair {
  private static let switchProgram = Program(Switch.book)
  private static let routerProgram = Program(Router.book)
  private static let switchRules = Switch.book.rules.map(\.name)
  private static let routerRules = Router.book.rules.map(\.name)

  var control: Switch
  var router: Router
  private var controlByHand: SwitchByHand
  private var routerByHand: RouterByHand
  var differences: [String] = []

  init(_ start: TopologySwitch) {
    control = start.control
    router = start.router
    controlByHand = SwitchByHand(topology: start.control.topology)
    routerByHand = RouterByHand(
      agents: start.router.mailboxes.count, topology: start.router.topology, limits: start.router.limits)
  }

  /// Gives the event to its machine and to its oracle. Returns who took it and what it came to: `switch: <rule>`.
  mutating func step(_ event: TopologySwitch.Event) -> String {
    switch event {
    case .control(let given):
      var outbox = Outbox<Switch.Effect>()
      var outboxByHand = Outbox<Switch.Effect>()
      let outcome = Self.switchProgram.step(&control, given, &outbox)
      let reply = controlByHand.step(given, &outboxByHand)
      let isSame =
        control.phase == controlByHand.phase && control.topology == controlByHand.topology
        && control.epoch == controlByHand.epoch && control.target == controlByHand.target
        && control.reason == controlByHand.reason
      compare(given, outcome, reply, outbox, outboxByHand, isSame)
      return "switch: " + words(outcome, Self.switchRules)
    case .router(let given):
      var outbox = Outbox<Router.Effect>()
      var outboxByHand = Outbox<Router.Effect>()
      let outcome = Self.routerProgram.step(&router, given, &outbox)
      let reply = routerByHand.step(given, &outboxByHand)
      let isSame =
        router.phase == routerByHand.phase && router.topology == routerByHand.topology
        && router.epoch == routerByHand.epoch && router.now == routerByHand.now
        && router.accepted == routerByHand.accepted && router.pressure == routerByHand.pressure
        && zip(router.mailboxes, routerByHand.boxes).allSatisfy(isSame)
      compare(given, outcome, reply, outbox, outboxByHand, isSame)
      return "router: " + words(outcome, Self.routerRules)
    }
  }

  private func isSame(_ mailbox: Mailbox, _ box: RouterByHand.Box) -> Bool {
    mailbox.active.lines == box.active && mailbox.next.lines == box.next && mailbox.leased == box.leased
      && mailbox.backoff == box.backoff && mailbox.seen.entries == box.seen
      && mailbox.turn.priority == box.turn && mailbox.turn.left == box.left
  }

  private mutating func compare<Effect: Signals>(
    _ event: some Signals, _ outcome: Outcome, _ reply: Reply, _ outbox: Outbox<Effect>,
    _ outboxByHand: Outbox<Effect>, _ isSameState: Bool
  ) {
    let isSameReply = outcome.word == reply.rawValue
    let isSameOrders = outbox.orders.elementsEqual(outboxByHand.orders) { isAlike($0, $1) }
    if isSameReply, isSameOrders, isSameState { return }
    differences.append(
      """
      \(Printer.line(of: event)): \(outcome.word), by hand \(reply.rawValue); \(outbox.orders), by hand \
      \(outboxByHand.orders); the state after it is \(isSameState ? "the same" : "another")
      """)
  }

  private func isAlike<Effect: Signals>(_ a: Outbox<Effect>.Order, _ b: Outbox<Effect>.Order) -> Bool {
    switch (a, b) {
    case (.emit(let a), .emit(let b)): a == b
    case (.cancel(let kind, let key), .cancel(let otherKind, let otherKey)): kind == otherKind && key == otherKey
    case (.cancelAll(let a), .cancelAll(let b)): a == b
    default: false
    }
  }

  private func words(_ outcome: Outcome, _ rules: [String]) -> String {
    if case .fired(let rule) = outcome { rules[rule] } else { outcome.word }
  }
}

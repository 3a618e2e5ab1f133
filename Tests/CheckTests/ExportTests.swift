import Check
import Machines
import Spec
import Testing

/// A world to export, by name; its type stays behind it.
struct Exported: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let table: @Sendable () throws -> Tabulation

  init<S: System>(_ design: Design<S>, _ world: World<S>? = nil) {
    let world = world ?? design.worlds[0]
    testDescription = "\(design.name), world \(world.name)"
    table = { try Tabulation(design, world: world) }
  }

  /// Every example model, small; philosophers who come to rest with a fork in each hand; a real protocol.
  static let examples = [
    Exported(TwoPhaseCommit.design(managers: 3)), Exported(DiningPhilosophers.design(count: 5)),
    Exported(DiningPhilosophers.design(count: 3, isLastLeftHanded: false)), Exported(EpochSwitch.design),
    Exported(EpochSwitch.design("3,2,1,1", receivers: 3, messages: 1, room: 2, attempts: 1, work: 1)),
    Exported(Peterson.design), Exported(RingElection.sizes[0]), Exported(TopologySwitch.design, message),
    Exported(TwoPhaseCommit.crashing[0]), Exported(TwoPhaseCommit.crashing[1]),
  ]

  /// One message and one request, with every admitted fault.
  private static let message = World<TopologySwitch>(
    "one-message", "2 agents and 1 message",
    start: { TopologySwitch(agents: 2, topology: .flat, limits: RouterLimits(capacity: 1)) }
  ) {
    Input(.router, .route, atMost: 1) { system in
      [Message(idLow: system.router.accepted + 1, from: Agent(0), to: .one(Agent(1)), created: system.router.now)]
    }
    Input(.router, .dequeue) { _ in [Agent(1)] }
    Input(.control, .request, atMost: 1) { _ in [.star, .chain] }
    Input(.control, .cancel, atMost: 1)
    Input(.control, .shutdown, atMost: 1)
    Lost(.control, .prepare, atMost: 1)
    Lost(.router, .deliver, atMost: 1)
  }
}

@Suite(.enabled(if: Spin.isInstalled, Spin.comment)) struct `Exports, counted by spin` {
  @Test(arguments: Exported.examples) func `agree to the last state and the last step`(world: Exported) throws {
    let table = try world.table()
    let spin = try Spin(table)
    #expect(spin.states == table.distinct)
    // spin counts the start as a transition.
    #expect(spin.transitions == table.generated + 1 + (table.hasDeadlock ? spin.errors : 0))
    #expect((spin.errors > 0) == table.hasDeadlock)
  }

  @Test(arguments: Exported.corners) func `agree on every corner of the semantics`(world: Exported) throws {
    let table = try world.table()
    let spin = try Spin(table)
    #expect(table.distinct > 20)
    #expect(spin.states == table.distinct)
    #expect(spin.transitions == table.generated + 1)
    #expect(spin.errors == 0)
  }

  @Test(arguments: [
    // A manager that aborts when told to commit, a fork that stays on the table, a process that does not give way.
    (Exported.examples[0], "manager_1 = 3", "manager_1 = 2"),
    (Exported.examples[1], "fork_1 == 0 -> fork_1 = 1", "fork_1 == 0 -> skip"),
    (Exported.examples[5], "memory == 4 -> memory = 6", "memory == 4 -> skip"),
  ])
  func `one altered row, and a law that is asserted fails`(world: Exported, row: String, altered: String) throws {
    let table = try world.table()
    #expect(table.promela.contains("laws()"))
    let text = table.promela.replacing(row, with: altered)
    #expect(text != table.promela)
    #expect(try Spin(text, table).errors > 0)
  }

  @Test(arguments: [
    // A manager that prepares without saying so, one that forgets, and a coordinator that hears of two at once.
    ("network_coordinator_prepared_number_0 = true", "skip"), ("manager_1 = 2", "manager_1 = 0"),
    (":: coordinator == 0 -> coordinator = 2", ":: coordinator == 0 -> coordinator = 8"),
  ])
  func `one altered row, and the counts differ`(row: String, altered: String) throws {
    let table = try Tabulation(TwoPhaseCommit.design, world: TwoPhaseCommit.design.worlds[0])
    let place = try #require(table.promela.range(of: row))
    let spin = try Spin(table.promela.replacingCharacters(in: place, with: altered), table)
    #expect(spin.states != table.distinct)
  }
}

// MARK: - Corners of the semantics

extension Exported {
  static let corners = [
    // A sender of two kinds of messages, and a receiver that works on one of them: over each kind of channel.
    pair(.fifo), pair(.held), pair(.board), pair(.channel(.unordered)),
    pair(.channel(.fifo, isLossy: true, isRepeating: true)),
    pair(.channel(.unordered, isLossy: true, isRepeating: true)), there(.direct), there(.together), answers, watched,
  ]

  private static func pair(_ over: Routing<Duo>.Over) -> Exported {
    let sender = RuleBook<Toy>("Sender", resting: .idle) {
      In(.idle) {
        On(.take, "send one").emit(.send) { _, number in number }
        On(.turn, "send two at once").emit(.send) { _, number in number }.emit(.send) { _, number in 1 - number }
      }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle, .busy) {
      In(.idle) { On(.take, "begin").then { toy, number in toy[0] = number }.go(.busy) }
      In(.busy) {
        On(.take, "count on").when("it is the same") { toy, number in toy[0] == number }
          .then { toy, _ in toy[1] = (toy[1] + 1) % 3 }
        On(.go, "end").go(.idle)
      }
      Ignored(.go, in: .idle, because: "there is nothing to end")
    }
    let world = World<Duo>("\(over)", "", start: { Duo(one: Toy([]), two: Toy([0, 0])) }) {
      Input(.one, .take, atMost: 3) { _ in [0, 1] }
      Input(.one, .turn, atMost: 1) { _ in [0] }
      Input(.two, .go)
      Lost(.one, .send, atMost: 1)
      Repeated(.one, .send, atMost: 1)
      Channels(of: 3)
    }
    return Exported(Duo.design(sender, receiver, over: over, [world]))
  }

  /// There and back within a step: the first machine steps twice, and what it sends at last may have no room.
  private static func there(_ over: Routing<Duo>.Over) -> Exported {
    let first = RuleBook<Toy>("First", resting: .idle, .busy) {
      In(.idle) { On(.take, "send it over").then { toy, number in toy[0] = number }.emit(.send) { $1 }.go(.busy) }
      In(.busy) {
        On(.give, "send on what came back")
          .when("it is another") { toy, number in toy[0] != number }
          .emit(.tell) { _, number in number }
          .go(.idle)
        On(.give, "keep what came back").then { toy, _ in toy[1] = 1 - toy[1] }.go(.idle)
      }
    }
    let second = RuleBook<Toy>("Second", resting: .idle, .busy, .done) {
      In(.idle) {
        On(.take, "send it back").then { toy, number in toy[0] = (toy[0] + number) % 3 }.emit(.send) { toy, _ in toy[0]
        }
        On(.pass, "take the last").go(.busy)
        On(.go, "close").go(.done)
      }
      In(.busy) { On(.go, "open").go(.idle) }
      Refused(.take, in: .busy, .done, unless: "it is idle")
      Refused(.pass, in: .busy, .done, unless: "it is idle")
      Refused(.go, in: .done, unless: "it is open")
    }
    let world = World<Duo>("\(over)", "", start: { Duo(one: Toy([0, 0]), two: Toy([0])) }) {
      // Where a refusal would be a finding, the world asks only when there is none.
      Input(.one, .take) { system in over == .together || system.two.phase == .idle ? [0, 1, 2] : [] }
      Input(.two, .go)
      Channels(of: 2)
    }
    return Exported(
      Design("there and back", title: "", chapter: "", worlds: [world]) {
        Host("one", first, at: \.one, events: .one, effects: .one)
        Host("two", second, at: \.two, events: .two, effects: .two)
        Route(.send, of: .one, to: .two, as: .take, over: over)
        Route(.send, of: .two, to: .one, as: .give, over: over)
        Route(.tell, of: .one, to: .two, as: .pass, over: .held)
      })
  }

  /// Obligations that are cancelled, replaced, answered late, answered in stages and never.
  private static var answers: Exported {
    let book = RuleBook<Toy>("Asking", resting: .idle, .busy) {
      In(.idle, .busy) {
        On(.go, "ask").emit(.ask).go(.busy)
        On(.stop, "leave off").cancel(.ask).cancelAll(.send).go(.idle)
        On(.take, "send").emit(.send) { _, number in number }
        On(.yes, "be told").then { toy, _ in toy[0] = (toy[0] + 1) % 3 }
        On(.no, "hear that it goes on")
        On(.give, "be given").then { toy, number in toy[1] = number }
      }
      Answers(.ask, late: .admitted, faults: .lost, again: .joins) {
        Owed {
          Answer(.yes)
          Answer(.no)
        }
        After(.no) { Maybe { Answer(.yes) } }
      }
      Answers(.send, of: { $0 }, again: .replaces) { Owed { Answer(.give) { $0 } } }
    }
    let world = Alone.world(Toy([0, 0]), "answers") {
      Input(.toy, .go, atMost: 2)
      Input(.toy, .stop, atMost: 2)
      Input(.toy, .take, atMost: 3) { _ in [0, 1] }
      Lost(.toy, .ask, atMost: 1)
    }
    return Exported(Alone.design(book, [world]))
  }

  /// Inputs that look at both machines at once, and draw one event twice.
  private static var watched: Exported {
    let counter = RuleBook<Toy>("Counter", resting: .idle) {
      In(.idle) { On(.take, "count").then { toy, step in toy[0] = (toy[0] + step) % 5 } }
    }
    let world = World<Duo>("watched", "", start: { Duo(one: Toy([0]), two: Toy([0])) }) {
      Input(.one, .take) { system in system.one[0] <= system.two[0] ? [1, 1] : [] }
      Input(.two, .take) { system in system.one[0] > system.two[0] ? [2] : [1] }
    }
    return Exported(Duo.design(counter, counter, over: .direct, [world]))
  }
}

import Check
import Machines
import Spec
import Testing

/// A switch or router with one mistake in it, and what is expected to notice.
///
/// A mistake that `interlock mutate` makes by itself is named by the words it uses; the others are rules written anew.
struct Mistake: Sendable, CustomTestStringConvertible {
  let name: String
  let design: Design<TopologySwitch>
  let world: World<TopologySwitch>
  /// What the first finding says: a law's name, or a code.
  let killer: String
  /// Steps of the shortest counterexample.
  let steps: Int
  /// Whether random runs of the team find it too, and if not, why.
  let unmetAtRandom: String?

  /// - Parameter words: Those of a mutant of the design.
  init(
    _ name: String, _ words: String, in world: World<TopologySwitch>, killer: String, steps: Int,
    unmetAtRandom: String? = nil
  ) {
    guard
      let mutant = mutants.first(where: { $0.words == words }), case .edit(let host, let edit) = mutant.change,
      let design = TopologySwitch.design.edited(host: host, edit)
    else { preconditionFailure("no mutant is \(words)") }
    self.init(name, design, in: world, killer: killer, steps: steps, unmetAtRandom: unmetAtRandom)
  }

  /// - Parameter router: A router with a rule written anew.
  init(
    _ name: String, router: RuleBook<Router>?, in world: World<TopologySwitch>, killer: String, steps: Int,
    unmetAtRandom: String? = nil
  ) {
    self.init(
      name, TopologySwitch.with(Switch.book, router!), in: world, killer: killer, steps: steps,
      unmetAtRandom: unmetAtRandom)
  }

  private init(
    _ name: String, _ design: Design<TopologySwitch>, in world: World<TopologySwitch>, killer: String, steps: Int,
    unmetAtRandom: String?
  ) {
    self.name = name
    self.design = design
    self.world = world
    self.killer = killer
    self.steps = steps
    self.unmetAtRandom = unmetAtRandom
  }

  var testDescription: String { name }
}

private let mutants = TopologySwitch.design.mutants()

/// The worlds of the design, by name.
func world(_ name: String) -> World<TopologySwitch> { TopologySwitch.design.worlds.first { $0.name == name }! }

extension World<TopologySwitch> {
  static var twoAgents: Self { world("two-agents") }
  static var threeAgents: Self { world("three-agents") }
  static var team: Self { world("team") }

  /// Room for one copy each: the smallest world in which a mailbox is full.
  static let tight = World(
    "tight", "3 agents and 2 messages, room for one copy each",
    start: { TopologySwitch(agents: 3, topology: .star, limits: RouterLimits(capacity: 1)) }
  ) {
    Input(.router, .route, atMost: 2) { system in
      [.one(Agent(1)), .broadcast].map { Message(idLow: system.router.accepted + 1, from: Agent(0), to: $0) }
    }
  }
}

extension Mistake {
  static let all: [Mistake] = admission + order + copies + gate

  static let admission = [
    Mistake(
      "capacity is not asked",
      "guard \"every recipient has a free slot\" dropped in rule \"queue for the active epoch\"", in: .tight,
      killer: "no receiver holds more than its capacity", steps: 2),
    Mistake(
      "a broadcast is queued for whoever has room",
      router: Router.book.replacing(
        "queue for the active epoch",
        with: On(.route, "queue where there is room")
          .emitEach(.pressed) { router, _ in Pressure.allCases.filter { router.pressure < $0 } }
          .then { router, message in
            let capacity = Int(router.limits.capacity)
            router.rewrite { draft in
              // One copy fills a mailbox of the world, and calls for every stage.
              draft.pressure = .reconfigure
              for place in 1..<draft.mailboxes.count where draft.mailboxes[place].active.copies.count < capacity {
                guard message.recipient == .broadcast || message.recipient == .one(Agent(place)) else { continue }
                draft.accepted += 1
                draft.mailboxes[place].active.copies.append(copy(message, to: place, draft))
              }
            }
          }), in: .tight, killer: "a message is queued for each of its receivers, or for none", steps: 2),
    Mistake(
      "the topology is not asked",
      "guard \"the topology lets the sender reach every recipient\" dropped in rule \"queue for the active epoch\"",
      in: .threeAgents, killer: "only what passes the checks of its content is queued", steps: 1),
    Mistake(
      "the size is not asked behind the gate",
      "guard \"the payload has at most 524,288 bytes\" dropped in rule \"queue for the next epoch\"",
      in: .twoAgents, killer: "only what passes the checks of its content is queued", steps: 4),
  ]

  static let order = [
    Mistake(
      "the youngest copy is delivered first",
      router: Router.book.replacing(
        "deliver the copy whose turn it is",
        with: On(.dequeue, "deliver the youngest copy")
          .when("a copy waits") { router, agent in !(box(router, agent)?.active.isEmpty ?? true) }
          .emit(.deliver) { router, agent in Array(box(router, agent)!.active).last! }
          .then { router, agent in
            router.rewrite { draft in
              let copy = draft.mailboxes[Int(agent.place)].active.copies.removeLast()
              draft.mailboxes[Int(agent.place)].leased.insert(Held(copy, until: draft.now + 200_000))
            }
          }), in: .twoAgents, killer: "the next copy in line was accepted later", steps: 3),
    Mistake(
      "an abort puts the waiting copies in front",
      router: Router.book.replacing(
        "the next epoch's copies line up behind the active ones",
        with: putBack { box, epoch in restamped(box.next.copies, epoch) + box.active.copies }), in: .twoAgents,
      killer: "copies put back keep everything but their epoch", steps: 5),
    Mistake(
      "an abort forgets to stamp the copies anew",
      router: Router.book.replacing(
        "the next epoch's copies line up behind the active ones",
        with: putBack { box, _ in box.active.copies + box.next.copies }), in: .twoAgents,
      killer: "copies put back keep everything but their epoch", steps: 5),
  ]

  static let copies = [
    Mistake(
      "an abort loses the waiting copies",
      router: Router.book.replacing(
        "the next epoch's copies line up behind the active ones", with: putBack { box, _ in box.active.copies }),
      in: .twoAgents, killer: "copies neither vanish nor appear", steps: 5),
    Mistake(
      "an acknowledgement is recorded twice", "effect recorded done twice in rule \"free the slot\"",
      in: .twoAgents, killer: "copies neither vanish nor appear", steps: 3),
    Mistake(
      "an expiry is not recorded",
      "effect recorded dropped in rule \"time passes, and what has expired is dropped\"",
      in: .twoAgents, killer: "copies neither vanish nor appear", steps: 2),
    Mistake(
      "closing records nothing", "effect recorded dropped in rule \"drop what is left, with its reason\"",
      in: .twoAgents, killer: "copies neither vanish nor appear", steps: 2,
      unmetAtRandom: "the team never shuts down"),
    Mistake(
      "closing forgets what handlers hold",
      "cancellation of deliver dropped in rule \"drop what is left, with its reason\"", in: .twoAgents,
      killer: "unexpected-event", steps: 4, unmetAtRandom: "the team never shuts down"),
  ]

  static let gate = [
    Mistake(
      "the next epoch is served before the commit",
      router: Router.book.replacing(
        "deliver the copy of the epoch whose turn it is",
        with: On(.dequeue, "deliver from behind the gate")
          .when("a copy waits behind the gate") { router, agent in !(box(router, agent)?.next.isEmpty ?? true) }
          .emit(.deliver) { router, agent in box(router, agent)!.next[0] }
          .then { router, agent in
            router.rewrite { draft in
              let copy = draft.mailboxes[Int(agent.place)].next.copies.removeFirst()
              draft.mailboxes[Int(agent.place)].leased.insert(Held(copy, until: draft.now + 200_000))
            }
          }), in: .twoAgents, killer: "what is delivered is of the active epoch", steps: 5),
    Mistake(
      "a commit does not advance the epoch",
      router: Router.book.replacing(
        "the next epoch becomes the active one",
        with: On(.swap, "swap, and stay in the epoch")
          .emit(.moved) { _, _ in 0 }
          .then { router, topology in
            router.rewrite { draft in
              draft.topology = topology
              for place in draft.mailboxes.indices {
                let box = draft.mailboxes[place]
                (draft.mailboxes[place].active, draft.mailboxes[place].next) = (box.next, box.active)
              }
            }
          }
          .go(.open)), in: .twoAgents, killer: "switch and router agree on topology and epoch", steps: 2),
    Mistake(
      "a commit is announced twice",
      "effect topologyChanged done twice in rule \"the epoch advances: announce the topology\"", in: .twoAgents,
      killer: "a topology change is announced once, on commit, after the swap", steps: 2),
    Mistake(
      "a commit leaves the quiesce timer running",
      "cancellation of quiesceTimer dropped in rule \"commit: swap the queues\"", in: .twoAgents,
      killer: "unexpected-event", steps: 3),
    Mistake(
      "an abort of the preparation leaves its timer running",
      "cancellation of prepareTimer dropped in rule \"abort: an agent could not be warmed\"", in: .twoAgents,
      killer: "unexpected-event", steps: 3),
    Mistake(
      "the last delivery does not say that it drained",
      "effect drained dropped in rule \"deliver the last copy of the epoch: drained\"", in: .twoAgents,
      killer: "the gate is shut only while copies of the epoch wait", steps: 4),
    Mistake(
      "an idle router does not say that it drained",
      "effect drained dropped in rule \"nothing waits: drained at once\"", in: .twoAgents,
      killer: "the gate is shut only while copies of the epoch wait", steps: 2),
    Mistake(
      "a switch to the topology in force runs its phases",
      "guard \"the target is another topology\" dropped in rule \"begin a switch\"", in: .threeAgents,
      killer: "a topology change is announced once, on commit, after the swap", steps: 2),
  ]

  // MARK: - What mutants are made of

  private static func copy(_ message: Message, to place: Int, _ draft: Draft) -> Copy {
    Copy(message, receiver: Agent(place), sequence: draft.accepted, epoch: draft.epoch, expires: 60_000)
  }

  private static func box(_ router: Router, _ agent: Agent) -> Mailbox? {
    router.mailboxes.indices.contains(Int(agent.place)) ? router.mailboxes[Int(agent.place)] : nil
  }

  private static func restamped(_ copies: [Copy], _ epoch: UInt32) -> [Copy] {
    copies.map { copy in
      var copy = copy
      copy.epoch = epoch
      return copy
    }
  }

  /// An abort that leaves each active queue as `rest` makes it.
  private static func putBack(_ rest: @escaping @Sendable (Draft.Box, UInt32) -> [Copy]) -> On<Router, Void> {
    On(.putBack, "put back")
      .emit(.moved) { router, _ in UInt32(router.mailboxes.reduce(0) { $0 + $1.next.count }) }
      .then { router, _ in
        router.rewrite { draft in
          for place in draft.mailboxes.indices {
            let box = draft.mailboxes[place]
            draft.mailboxes[place].active.copies = rest(box, draft.epoch)
            draft.mailboxes[place].next.copies = []
          }
        }
      }
      .go(.open)
  }
}

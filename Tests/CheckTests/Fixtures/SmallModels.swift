import Check
import Machines
import Spec

// The corpus on which every way to search must say the same.
extension Model {
  /// The examples in small sizes.
  static let examples: [Model] = [
    Model("two-phase commit, 3", TwoPhaseCommit.design(managers: 3)),
    Model("philosophers, 4", DiningPhilosophers.design(count: 4)),
    Model("epoch switch, 2,2,1", EpochSwitch.sizes[0]),
    Model("epoch switch with buffers, 3,2,1,2", EpochSwitch.buffered[0]),
    Model("peterson", Peterson.design),
    Model("ring, 4", RingElection.design(count: 4)),
  ]

  /// The same with a mistake in each.
  static let brokenExamples: [Model] = [
    Model(
      "two-phase commit that does not wait",
      TwoPhaseCommit.design(managers: 3, coordinator: Coordinator.book.edited("commit", .dropGuard(0))!)),
    Model("philosophers, all right-handed", DiningPhilosophers.design(count: 4, isLastLeftHanded: false)),
    Model(
      "epoch switch with buffers that does not wait",
      EpochSwitch.design(
        "3,2,1,2", receivers: 3, messages: 2, room: 2, attempts: 1, work: 2,
        sender: Sender.book.edited("commit when all hold", .dropGuard(1))!)),
    Model(
      "epoch switch with buffers that counts late answers",
      EpochSwitch.design(
        "2,1,2,1", receivers: 2, messages: 1, room: 2, attempts: 2, work: 1,
        sender: Sender.book.edited("commit when all hold", .dropGuard(0))!.edited("note who holds", .dropGuard(0))!)),
    Model("peterson without a lock", Peterson.design(memory: Memory.book.edited("let it enter", .dropGuard(0))!)),
    Model(
      "ring that takes lower for higher",
      RingElection.design(count: 3, book: Node.book.edited("swallow a lower number", .negateGuard(0))!)),
  ]

  /// Toys over each kind of channel, correct and broken.
  static let toys: [Model] =
    [true, false].flatMap { isCorrect in
      [
        counters(isCorrect), pipeline(isCorrect), handshake(isCorrect), wall(isCorrect), post(isCorrect),
        questions(isCorrect), pair(isCorrect),
      ]
    }

  private static func name(_ words: String, _ isCorrect: Bool) -> String {
    "\(words), \(isCorrect ? "right" : "wrong")"
  }

  /// Three counters that have nothing to do with each other; a wrong one goes too far.
  private static func counters(_ isCorrect: Bool) -> Model {
    func book(_ limit: UInt8) -> RuleBook<Toy> {
      RuleBook<Toy>("Counter to \(limit)", resting: .idle) {
        In(.idle) {
          On(.go, "count").when("it is below \(limit)") { toy, _ in toy.small < limit }
            .then { toy, _ in toy.small += 1 }
          On(.stop, "start again").when("it is \(limit)") { toy, _ in toy.small == limit }
            .then { toy, _ in toy.small = 0 }
        }
        Always("it stays below 3") { $0.small < 3 }
      }
    }
    let world = Row.world([Toy(), Toy(), Toy()]) {
      for number in 0..<3 {
        Input(.member(number), .go)
        Input(.member(number), .stop)
      }
    }
    return Model(
      name("counters", isCorrect), Row.design([book(2), book(isCorrect ? 1 : 3), book(2)], [world]) {})
  }

  /// Numbers that pass from toy to toy, first in, first out; a wrong one in the middle forgets to pass them on.
  private static func pipeline(_ isCorrect: Bool) -> Model {
    let first = RuleBook<Toy>("First", resting: .idle) {
      In(.idle) {
        On(.go, "send").when("three are not sent yet") { toy, _ in toy.small < 3 }
          .emit(.send) { toy, _ in toy.small }
          .then { toy, _ in toy.small += 1 }
      }
    }
    let middle = RuleBook<Toy>("Middle", resting: .idle) {
      In(.idle) { On(.take, "keep").then { toy, number in toy[0] = number }.go(.busy) }
      In(.busy) {
        On(.go, "pass on")
          .when("it is not the second") { toy, _ in isCorrect || toy[0] != 1 }
          .emit(.send) { toy, _ in toy[0] }.go(.idle)
        Otherwise(.go, "drop it").go(.idle)
      }
      Refused(.take, in: .busy, unless: "its hands are free")
      Refused(.go, in: .idle, unless: "it has something")
    }
    let last = RuleBook<Toy>("Last", resting: .idle) {
      In(.idle) { On(.take, "count").then { toy, number in (toy[0], toy[1]) = (toy[0] + 1, number) } }
      Always("numbers come in order") { toy in toy[0] == 0 || toy[1] + 1 == toy[0] }
    }
    let world = Row.world([Toy(), Toy([0]), Toy([0, 0])]) {
      for number in 0..<2 { Input(.member(number), .go) }
      Channels(of: 3)
    }
    return Model(
      name("pipeline", isCorrect),
      Row.design([first, middle, last], [world]) {
        Route(.send, of: .member(0), to: .member(1), as: .take, over: .held)
        Route(.send, of: .member(1), to: .member(2), as: .take, over: .fifo)
      })
  }

  /// Two that greet each other and wait for an answer, and a third that counts by itself; in the wrong one both wait.
  private static func handshake(_ isCorrect: Bool) -> Model {
    func book(_ title: String, answersWhileBusy: Bool) -> RuleBook<Toy> {
      RuleBook<Toy>(title, resting: .idle) {
        In(.idle) {
          On(.go, "greet").emit(.send) { _, _ in 0 }.go(.busy)
          On(.take, "answer").emit(.tell) { _, _ in 1 }
        }
        In(.busy) { On(.give, "be answered").go(.idle) }
        answersWhileBusy
          ? In(.busy) { On(.take, "answer while it waits").emit(.tell) { _, _ in 1 } }
          : Refused(.take, in: .busy, unless: "it does not wait itself")
        Refused(.go, in: .busy, unless: "it is not waiting")
        Impossible(.give, in: .idle, because: "it asked nothing")
      }
    }
    let counter = RuleBook<Toy>("Counter", resting: .idle) {
      In(.idle) { On(.go, "count").when("it is below 3") { toy, _ in toy.small < 3 }.then { toy, _ in toy.small += 1 } }
    }
    let world = Row.world([Toy(), Toy(), Toy()]) {
      for number in 0..<3 { Input(.member(number), .go) }
      Channels(of: 2)
    }
    return Model(
      name("handshake", isCorrect),
      Row.design(
        [book("Left", answersWhileBusy: isCorrect), book("Right", answersWhileBusy: isCorrect), counter], [world]
      ) {
        Route(.send, of: .member(0), to: .member(1), as: .take, over: .held)
        Route(.send, of: .member(1), to: .member(0), as: .take, over: .held)
        Route(.tell, of: .member(0), to: .member(1), as: .give, over: .held)
        Route(.tell, of: .member(1), to: .member(0), as: .give, over: .held)
      })
  }

  /// Two readers of a wall on which two numbers are written; a wrong one does not bear the larger one first.
  private static func wall(_ isCorrect: Bool) -> Model {
    let writer = RuleBook<Toy>("Writer", resting: .idle) {
      In(.idle) {
        On(.go, "write").when("two are not written yet") { toy, _ in toy.small < 2 }
          .then { toy, _ in toy.small += 1 }
          .emit(.send) { toy, _ in toy.small }
      }
    }
    let reader = RuleBook<Toy>("Reader", resting: .idle) {
      In(.idle) {
        On(.take, "read what is new")
          .when("it is new") { toy, number in number > toy.small && (isCorrect || number < 2 || toy.small == 1) }
          .then { toy, number in toy.small = number }
        Otherwise(.take, "read what is large")
          .when("it comes first") { toy, number in !isCorrect && number == 2 && toy.small == 0 }
          .then { toy, _ in toy.small = 3 }
      }
      Always("it reads no three") { toy in toy.small < 3 }
    }
    let world = Row.world([Toy(), Toy(), Toy()]) { Input(.member(0), .go) }
    return Model(
      name("wall", isCorrect),
      Row.design([writer, reader, reader], [world]) {
        for number in 1...2 {
          Route(.send, of: .member(0), to: .member(number), as: .take, over: .board, on: "wall")
        }
      })
  }

  /// Letters that overtake each other, and a clerk who sorts by himself; the wrong receiver expects them in order.
  private static func post(_ isCorrect: Bool) -> Model {
    let sender = RuleBook<Toy>("Sender", resting: .idle) {
      In(.idle) {
        On(.go, "send").when("two are not sent yet") { toy, _ in toy.small < 2 }
          .emit(.send) { toy, _ in toy.small }
          .then { toy, _ in toy.small += 1 }
      }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle) {
      In(.idle) {
        On(.take, "take the next").when("it is the next") { toy, number in isCorrect || number == toy.small }
          .then { toy, _ in toy.small += 1 }
        Otherwise(.take, "be out of step").then { toy, _ in toy.small = 3 }
      }
      Always("it is never out of step") { toy in toy.small < 3 }
    }
    let clerk = RuleBook<Toy>("Clerk", resting: .idle, .busy) {
      In(.idle) { On(.go, "sort").go(.busy) }
      In(.busy) { On(.go, "stop sorting").go(.idle) }
    }
    let world = Row.world([Toy(), Toy(), Toy()]) {
      Input(.member(0), .go)
      Input(.member(2), .go)
    }
    return Model(
      name("post", isCorrect),
      Row.design([sender, receiver, clerk], [world]) {
        Route(.send, of: .member(0), to: .member(1), as: .take, over: .channel(.unordered))
      })
  }

  /// Two that ask the world; the wrong one does not expect its answer to be no.
  private static func questions(_ isCorrect: Bool) -> Model {
    func book(_ title: String, expectsNo: Bool) -> RuleBook<Toy> {
      RuleBook<Toy>(title, resting: .idle, .done) {
        In(.idle) { On(.go, "ask").emit(.ask).emit(.timer).go(.busy) }
        In(.busy) {
          On(.yes, "be told yes").cancel(.timer).go(.done)
          On(.tick, "wait no longer").cancel(.ask).go(.idle)
        }
        expectsNo ? In(.busy) { On(.no, "be told no").cancel(.timer).go(.idle) } : Section<Toy> { return [] }
        Refused(.go, in: .busy, .done, unless: "it is idle")
        Answers(.ask, faults: .lost) {
          Owed {
            Answer(.yes)
            Answer(.no)
          }
        }
        Timer(.timer, after: .seconds(1), fires: .tick, afterCrash: .again)
      }
    }
    let world = Row.world([Toy(), Toy()]) {
      for number in 0..<2 {
        Input(.member(number), .go)
        Lost(.member(number), .ask, atMost: 1)
      }
    }
    return Model(
      name("questions", isCorrect),
      Row.design([book("One", expectsNo: true), book("Other", expectsNo: isCorrect)], [world]) {})
  }

  /// A pair that steps together and is looked at by one law, beside a counter; the wrong pair drifts apart.
  private static func pair(_ isCorrect: Bool) -> Model {
    let leader = RuleBook<Toy>("Leader", resting: .idle) {
      In(.idle) {
        On(.go, "step").then { toy, _ in toy.small = (toy.small + 1) % 4 }.emit(.send) { toy, _ in toy.small }
      }
    }
    let follower = RuleBook<Toy>("Follower", resting: .idle) {
      In(.idle) {
        On(.take, "step along").then { toy, number in toy.small = isCorrect || number < 3 ? number : 0 }
      }
    }
    let counter = RuleBook<Toy>("Counter", resting: .idle) {
      In(.idle) { On(.go, "count").when("it is below 3") { toy, _ in toy.small < 3 }.then { toy, _ in toy.small += 1 } }
    }
    let world = Row.world([Toy(), Toy(), Toy()]) {
      Input(.member(0), .go)
      Input(.member(2), .go)
    }
    return Model(
      name("pair", isCorrect),
      Row.design([leader, follower, counter], [world]) {
        Route(.send, of: .member(0), to: .member(1), as: .take, over: .together)
        Always("the two keep step", reads: ["a", "b"]) { row in row.toys[0].small == row.toys[1].small }
      })
  }
}

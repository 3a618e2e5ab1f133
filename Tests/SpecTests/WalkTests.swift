import Spec
import Testing

@Suite struct `Obligations` {
  private static func asking(
    late: ContractOptions.Late = .fenced, again: ContractOptions.Again = .finding
  ) -> Section<Toy> {
    Answers(.ask, late: late, faults: .lost, again: again) { Owed { Answer(.yes) } }
  }

  @Test func `an answer closes its obligation before the rule fires, so a rule may ask again`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "ask").emit(.ask)
        On(.yes, "ask again").emit(.ask)
      }
      Self.asking()
    }
    var course = Course(book) { Input(.machine, .go, atMost: 1) }
    course.take("input go")
    #expect(course.open == ["ask"])
    #expect(course.options == ["answer yes"])
    course.take("answer yes")
    #expect(course.breaches == [])
    #expect(course.open == ["ask"])
  }

  @Test func `an answer with more to follow advances, and a last one closes`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "ask").emit(.ask)
        On(.yes, "a first answer")
        On(.no, "a last answer")
        On(.tick, "one of many")
      }
      Answers(.ask, afterCrash: .resumed) {
        Owed { Answer(.yes) }
        After(.yes) {
          Maybe {
            Answer(.no)
            Answer(.tick)
          }
          Repeats(.tick)
        }
      }
    }
    var course = Course(book) { Input(.machine, .go, atMost: 1) }
    course.take("input go")
    #expect(course.walk.isOwed(course.at.obligations[0]))
    course.take("answer yes")
    #expect(course.open == ["ask stage 1"])
    #expect(!course.walk.isOwed(course.at.obligations[0]))
    #expect(course.options == ["answer no", "answer tick"])
    course.take(["answer tick", "answer tick"])
    #expect(course.open == ["ask stage 1"])
    course.take("answer no")
    #expect(course.open == [])
  }

  @Test func `a cancellation fences the answer`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "ask").emit(.ask)
        On(.stop, "never mind").cancel(.ask)
      }
      Self.asking()
    }
    var course = Course(book) {
      Input(.machine, .go, atMost: 1)
      Input(.machine, .stop, atMost: 1)
    }
    course.take(["input go", "input stop"])
    #expect(course.open == [])
    #expect(course.options == [])
  }

  @Test func `an answer admitted late may come any time after a cancellation, and is never owed`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "ask").emit(.ask)
        On(.stop, "never mind").cancel(.ask)
        On(.yes, "thank you").then { toy, _ in toy.note(1) }
      }
      Self.asking(late: .admitted)
    }
    var course = Course(book) {
      Input(.machine, .go, atMost: 2)
      Input(.machine, .stop, atMost: 1)
    }
    course.take(["input go", "input stop"])
    #expect(course.open == ["ask (unwanted)"])
    #expect(!course.walk.isOwed(course.at.obligations[0]))
    course.take("input go")
    #expect(course.breaches == [])
    #expect(course.open == ["ask (unwanted)", "ask"])
    course.take(["answer yes", "answer yes"])
    #expect(course.open == [])
    #expect(course.toy.log == 11)
  }

  @Test func `a lost answer leaves the obligation open, and nobody owes it`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "ask").emit(.ask)
        On(.stop, "never mind").cancel(.ask)
        On(.yes, "thank you")
      }
      Self.asking()
    }
    var course = Course(book) {
      Input(.machine, .go, atMost: 1)
      Input(.machine, .stop, atMost: 1)
      Lost(.machine, .ask, atMost: 1)
    }
    #expect(course.options == ["input go", "input stop"])
    course.take(["input go", "fault the answer to ask is lost"])
    #expect(course.open == ["ask (lost)"])
    #expect(!course.walk.isOwed(course.at.obligations[0]))
    #expect(course.options == ["input stop"])
    #expect(course.left == [0, 1, 0, 0])
    course.take("input stop")
    #expect(course.open == [])
  }

  @Test func `a repeated answer is the same answer, whatever else the world could have said`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "ask for a number").emit(.send) { _, _ in 1 }
        On(.number, "take it").then { toy, number in toy.note(Int(number)) }
      }
      Answers(.send, of: { $0 }, late: .admitted, faults: .repeated) {
        Owed { Answer(.number, where: { _, number in number < 9 }, try: { [$0 + 2, $0 + 4] }) }
      }
    }
    var course = Course(book) {
      Input(.machine, .go, atMost: 1)
      Repeated(.machine, .send, atMost: 2)
    }
    course.take("input go")
    #expect(course.options == ["answer number number=3", "answer number number=5"])
    course.take("answer number number=3")
    #expect(course.options == ["fault number number=3 comes again"])
    course.take(["fault number number=3 comes again", "fault number number=3 comes again"])
    #expect(course.toy.log == 333)
    #expect(course.options == [])
  }

  @Test(arguments: [
    (ContractOptions.Again.finding, ["identity-open"], 0), (.joins, [], 0), (.replaces, [], 1),
  ])
  func `an identity sent while open is a breach, joins or replaces`(
    again: ContractOptions.Again, breaches: [String], effect: Int
  ) {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) { On(.go, "tell").emit(.tell) { toy, _ in toy.log }.then { toy, _ in toy.log += 1 } }
      Answers(.tell, again: again) { Owed { Answer(.yes) } }
    }
    var course = Course(book) { Input(.machine, .go) }
    course.take("input go")
    #expect(course.breaches == [])
    course.take("input go")
    #expect(course.breaches == breaches)
    #expect(course.open == ["tell digits=\(effect)"])
  }

  @Test func `keys tell obligations apart, and keep them in order`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.number, "send").emit(.send) { _, number in number }
        On(.go, "forget the second").cancel(.send) { _, _ in UInt8(2) }
        On(.stop, "forget all").cancelAll(.send)
      }
      Answers(.send, of: { $0 }) { Owed { Answer(.yes) } }
    }
    var course = Course(book) {
      Input(.machine, .number) { _ in [3, 1, 2] }
      Input(.machine, .go)
      Input(.machine, .stop)
    }
    course.take(["input number number=3", "input number number=1", "input number number=2"])
    #expect(course.open == ["send number=1", "send number=2", "send number=3"])
    course.take("input go")
    #expect(course.open == ["send number=1", "send number=3"])
    course.take("input stop")
    #expect(course.open == [])
  }

  @Test func `what holds something is counted, and cannot be cancelled`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "take").emit(.hold)
        On(.stop, "forget").cancel(.hold)
      }
      Answers(.hold, holds: "process", afterCrash: .resumed) { Maybe { Answer(.no) } }
    }
    var course = Course(book) {
      Input(.machine, .go, atMost: 1)
      Input(.machine, .stop)
    }
    #expect(course.walk.holdings(of: course.at)["process"] == 0)
    course.take("input go")
    #expect(course.walk.holdings(of: course.at)["process"] == 1)
    course.take("input stop")
    #expect(course.breaches == ["cancelled-holding"])
  }

  @Test func `an effect that leads nowhere, an event nobody expects and a refused answer are breaches`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "send into the blue").emit(.hold).emit(.ask)
        On(.yes, "never").when("bit 0") { toy, _ in toy.flags != 0 }
      }
      Self.asking()
    }
    var course = Course(book) {
      Input(.machine, .go, atMost: 1)
      Input(.machine, .stop)
    }
    #expect(course.take("input go") == "fired")
    #expect(course.breaches == ["stray-effect"])
    #expect(course.take("answer yes") == "refused")
    #expect(course.breaches == ["refused-answer"])
    #expect(course.walk.breaches.map(\.severity) == [.minor])
    #expect(course.open == [])
    #expect(course.take("input stop") == "unexpected")
    #expect(course.breaches == ["unexpected-event"])
  }

  @Test func `an input that is refused or ignored costs nothing and changes nothing`() {
    let book = RuleBook<Toy>("Toy") {
      Refused(.go, in: .idle, unless: "somebody cares")
      Ignored(.stop, in: .idle, because: "nothing runs")
    }
    var course = Course(book) {
      Input(.machine, .go, atMost: 1)
      Input(.machine, .stop, atMost: 1)
    }
    #expect(course.take("input go") == "unchanged: refused")
    #expect(course.take("input stop") == "unchanged: ignored")
    #expect(course.left == [1, 1, 0])
  }
}

@Suite struct `Crash and recovery` {
  private static let rules = Section<Toy> {
    In(.idle) { On(.go, "begin").then { toy, _ in toy.note(1) }.emit(.ask).emit(.hold).emit(.timer).go(.busy) }
    In(.idle, .busy) { On(.recovered, "note it").then { toy, _ in toy.note(9) } }
    Answers(.ask, afterCrash: .forgotten) { Owed { Answer(.yes) } }
    Answers(.hold) { Owed { Answer(.no) } }
    Timer(.timer, after: .seconds(1), fires: .tick, afterCrash: .fromStart)
  }

  @Test func `a durable machine goes on where it was, and what is forgotten is gone`() {
    var course = Course(RuleBook<Toy>("Toy", recovery: .recovered) { Self.rules }) {
      Input(.machine, .go, atMost: 1)
      Crashes(atMost: 1)
    }
    course.take("input go")
    #expect(course.open == ["ask", "hold", "timer"])
    #expect(course.take("fault crash and recovery") == "fired")
    #expect(course.open == ["hold", "timer"])
    #expect(course.toy == Toy(phase: .busy, log: 19))
    #expect(course.options == ["answer no", "answer tick"])
  }

  @Test func `a volatile machine starts again, and its obligations stay`() {
    var course = Course(
      RuleBook<Toy>("Toy", recovery: .recovered, isVolatile: true) { Self.rules }, from: Toy(flags: 5)
    ) {
      Input(.machine, .go, atMost: 1)
      Crashes(atMost: 1)
    }
    course.take(["input go", "fault crash and recovery"])
    #expect(course.toy == Toy(phase: .idle, flags: 5, log: 9))
    #expect(course.open == ["hold", "timer"])
  }

  @Test func `a crash that nobody wants to hear of changes no durable machine`() {
    var course = Course(RuleBook<Toy>("Toy") { Self.rules }) {
      Input(.machine, .go, atMost: 1)
      Crashes(atMost: 1)
    }
    course.take(["input go", "fault crash and recovery"])
    #expect(course.toy == Toy(phase: .busy, log: 1))
  }
}

@Suite struct `Routes` {
  private static let sender = RuleBook<Toy>("Sender") {
    In(.idle) { On(.number, "pass it on").then { toy, _ in toy.note(1) }.emit(.send) { _, number in number } }
  }
  private static let receiver = RuleBook<Toy>("Receiver") {
    In(.idle) {
      On(.number, "take it").when("it is below 5") { _, number in number < 5 }
        .then { toy, number in toy.note(Int(number)) }
    }
  }

  private func course(over: Routing<Duo>.Over, @WorldBuilder<Duo> _ parts: () -> [WorldPart<Duo>]) -> Course<Duo> {
    let world = World("world", "", start: { Duo() }, parts)
    let route = Route(.send, of: Signal<Duo.Effect, Toy.Effect>.one, to: .two, as: .number, over: over)
    return Course(Duo.design(Self.sender, Self.receiver, [route], [world]), world)
  }

  @Test func `a direct route is part of the sender's step`() {
    var course = course(over: .direct) { Input(.one, .number) { _ in [3, 7] } }
    #expect(course.take("input one number number=3") == "fired")
    #expect(course.at.state == Duo(one: Toy(log: 1), two: Toy(log: 3)))
    #expect(course.walk.stepper.fired.map { [$0.host, $0.rule] } == [[0, 0], [1, 0]])
    course.take("input one number number=7")
    #expect(course.breaches == ["routed-event-refused"])
  }

  @Test func `a channel is first in, first out, and waits when it is full`() {
    var course = course(over: .fifo) {
      Input(.one, .number) { _ in [1, 2, 3] }
      Channels(of: 2)
    }
    course.take(["input one number number=1", "input one number number=2"])
    #expect(course.at.state.two == Toy())
    var full = course
    #expect(full.take("input one number number=3") == "blocked")
    #expect(course.options.first == "channel send two number number=1")
    #expect(course.options.count == 4)
    course.take(["channel send two number number=1", "channel send two number number=2"])
    #expect(course.at.state.two.log == 12)
  }

  @Test func `an unordered channel delivers any of what it holds, a lossy one may lose`() {
    var course = course(over: .channel(isLossy: true, isRepeating: false, isUnordered: true)) {
      Input(.one, .number) { _ in [1, 2] }
      Lost(.one, .send, atMost: 1)
    }
    course.take(["input one number number=1", "input one number number=2"])
    course.take("channel send two number number=2")
    #expect(course.at.state.two.log == 2)
    course.take("fault a delivery of send is lost")
    #expect(course.at.channels[0].events.isEmpty)
    #expect(course.left.last == 0)
  }
}

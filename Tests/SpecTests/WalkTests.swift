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
    #expect(course.open == ["ask", "ask (unwanted)"])
    course.take(["answer yes", "answer yes"])
    #expect(course.open == [])
    #expect(course.toy.log == 11)
  }

  @Test func `a cancellation gives up the answer that is wanted, not the one given up before`() {
    for cancelsAll in [false, true] {
      let stop = On<Toy, Void>(.stop, "never mind")
      let book = RuleBook<Toy>("Toy") {
        In(.idle) {
          On(.go, "ask").emit(.ask)
          cancelsAll ? stop.cancelAll(.ask) : stop.cancel(.ask)
        }
        Self.asking(late: .admitted)
      }
      var course = Course(book) {
        Input(.machine, .go, atMost: 2)
        Input(.machine, .stop, atMost: 2)
      }
      course.take(["input go", "input stop", "input go", "input stop"])
      #expect(course.open == ["ask (unwanted)", "ask (unwanted)"])
    }
  }

  @Test func `an answer that is lost cannot come late either`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "ask").emit(.ask)
        On(.stop, "never mind").cancel(.ask)
      }
      Self.asking(late: .admitted)
    }
    var course = Course(book) {
      Input(.machine, .go, atMost: 1)
      Input(.machine, .stop, atMost: 1)
      Lost(.machine, .ask, atMost: 1)
    }
    course.take(["input go", "fault the answer to ask is lost"])
    #expect(course.walk.stepper.orders.isEmpty && course.walk.stepper.fired.isEmpty)
    #expect(course.walk.stepper.received.isEmpty && course.walk.stepper.sent.isEmpty)
    course.take("input stop")
    #expect(course.open == [])
  }

  @Test func `obligations stand in one order, whichever came first`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.number, "send").emit(.send) { _, number in number }
        On(.stop, "forget the second").cancel(.send) { _, _ in UInt8(2) }
        On(.yes, "a first answer")
      }
      Answers(.send, of: { $0 }, late: .admitted, faults: .lost, afterCrash: .resumed) {
        Owed { Answer(.yes) }
        After(.yes) { Maybe { Answer(.no) } }
      }
    }
    func after(_ moves: [String]) -> Course<Alone<Toy>> {
      var course = Course(book) {
        Input(.machine, .number) { _ in [1, 2] }
        Input(.machine, .stop)
        Lost(.machine, .send, atMost: 1)
      }
      course.take(moves)
      return course
    }
    let (one, two, stop) = ("input number number=1", "input number number=2", "input stop")
    let expected = ["send number=1", "send number=2", "send number=2 (unwanted)"]
    for moves in [[two, stop, one, two], [two, stop, two, one], [one, two, stop, two]] {
      #expect(after(moves).open == expected)
      #expect(bytes(of: after(moves).at) == bytes(of: after([two, stop, one, two]).at))
    }
    #expect(
      after([two, stop, two, "fault the answer to send number=2 is lost"]).open
        == ["send number=2 (lost)", "send number=2 (unwanted)"])
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
    #expect(course.at.echoes == [])
  }

  /// Asks for the numbers 1 and 2, each answered with itself, and taken whatever came before.
  private func echoing(_ late: ContractOptions.Late, repeats: Int) -> Course<Alone<Toy>> {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "ask for two numbers").emitEach(.send) { _, _ in [1, 2] }
        On(.number, "take it")
      }
      Answers(.send, of: { $0 }, late: late, faults: .repeated) { Owed { Answer(.number) { $0 } } }
    }
    return Course(book) {
      Input(.machine, .go, atMost: 1)
      Repeated(.machine, .send, atMost: repeats)
    }
  }

  @Test func `a fence hides repeats`() {
    var fenced = echoing(.fenced, repeats: 1)
    fenced.take(["input go", "answer number number=1"])
    #expect(fenced.options == ["answer number number=2"])
    #expect(fenced.at.echoes == [])
  }

  @Test func `what may be repeated is kept in one order, and only while somebody can pay`() {
    let (one, two) = ("answer number number=1", "answer number number=2")
    var forth = echoing(.admitted, repeats: 1)
    var back = forth
    forth.take(["input go", one, two])
    back.take(["input go", two, one])
    #expect(forth.at.echoes.count == 2)
    #expect(bytes(of: forth.at) == bytes(of: back.at))
    forth.take("fault number number=2 comes again")
    #expect(forth.at.echoes == [])
    #expect(forth.options == [])
    var poor = echoing(.admitted, repeats: 0)
    poor.take(["input go", one, two])
    #expect(poor.at.echoes == [])
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

  @Test(arguments: [
    (ContractOptions.AfterCrash.reissued, ["ask"]), (.resumed, ["ask (lost)"]), (.forgotten, []),
  ])
  func `what was lost is owed again when it is performed again`(
    afterCrash: ContractOptions.AfterCrash, open: [String]
  ) {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) { On(.go, "ask").emit(.ask) }
      Answers(.ask, faults: .lost, afterCrash: afterCrash) { Owed { Answer(.yes) } }
    }
    var course = Course(book) {
      Input(.machine, .go, atMost: 1)
      Lost(.machine, .ask, atMost: 1)
      Crashes(atMost: 1)
    }
    course.take(["input go", "fault the answer to ask is lost", "fault crash and recovery"])
    #expect(course.open == open)
  }

  @Test func `a crash is one step of every machine that it tells`() {
    func book(_ title: String, _ digit: Int) -> RuleBook<Toy> {
      RuleBook<Toy>(title, recovery: .recovered) {
        In(.idle) {
          On(.recovered, "note it").then { toy, _ in toy.note(digit) }.emit(.tell) { toy, _ in toy.log }
        }
        Notice(.tell)
      }
    }
    let world = World<Duo>("world", "", start: { Duo() }) { Crashes(atMost: 1) }
    var course = Course(Duo.design(book("One", 1), book("Two", 2), [], [world]), world)
    course.take("fault crash and recovery")
    #expect(course.at.state == Duo(one: Toy(log: 1), two: Toy(log: 2)))
    #expect(course.walk.stepper.received.map { Printer.line(of: $0) } == ["one recovered", "two recovered"])
    #expect(course.walk.stepper.sent.map { Printer.line(of: $0) } == ["one tell digits=1", "two tell digits=2"])
    #expect(course.walk.stepper.fired.map(\.host) == [0, 1])
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

  @Test func `a contract whose effect is routed is kept by the other machine, and the world is asked nothing`() {
    let asking = RuleBook<Toy>("Asking") {
      In(.idle) { On(.number, "ask").emit(.send) { _, number in number } }
      Answers(.send) { Owed { Answer(.yes) } }
    }
    let world = World<Duo>("world", "", start: { Duo() }) { Input(.one, .number) { _ in [3] } }
    let route: DesignPart<Duo> = Route(.send, of: .one, to: .two, as: .number)
    var course = Course(Duo.design(asking, Self.receiver, [route], [world]), world)
    course.take("input one number number=3")
    #expect(course.at.state.two == Toy(log: 3))
    #expect(course.open == [])
  }

  @Test func `an effect is no event of the other machine where the route makes none of it`() {
    let world = World<Duo>("world", "", start: { Duo() }) { Input(.one, .number) { _ in [3, 4] } }
    let route: DesignPart<Duo> = Route(.send, of: .one, to: .two, as: .number) { $0 == 4 ? 1 : nil }
    var course = Course(Duo.design(Self.sender, Self.receiver, [route], [world]), world)
    course.take("input one number number=3")
    #expect(course.at.state.two == Toy() && course.breaches == [])
    course.take("input one number number=4")
    #expect(course.at.state.two == Toy(log: 1))
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
    var course = course(over: .channel(.unordered, isLossy: true)) {
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

  @Test(arguments: [false, true], [false, true])
  func `a channel loses and repeats only what it says it may`(isLossy: Bool, isRepeating: Bool) {
    var course = course(over: .channel(.fifo, isLossy: isLossy, isRepeating: isRepeating)) {
      Input(.one, .number, atMost: 1) { _ in [2] }
      Lost(.one, .send, atMost: 1)
      Repeated(.one, .send, atMost: 1)
    }
    course.take("input one number number=2")
    let (lost, again) = ("fault a delivery of send is lost", "fault two number number=2 comes again")
    #expect(
      course.options == ["channel send two number number=2"] + (isLossy ? [lost] : []) + (isRepeating ? [again] : []))
    guard isRepeating else { return }
    course.take([again, "channel send two number number=2"])
    #expect(course.at.state.two.log == 22)
  }
}

import Spec
import Testing

/// A row of three toys, called `a`, `b` and `c`.
private struct Row: System {
  var toys = [Toy(), Toy(), Toy()]

  typealias Event = Member<Toy.Event>
  typealias Effect = Member<Toy.Effect>

  mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    let number = Int(event.number)
    return stepper.step(&toys[number], event.inner, host: number) { Effect(number, $0) }
  }

  mutating func fields(_ f: inout Fields) { f.each("toys", &toys) }

  static var design: Design<Self> { design([Toy.book], []) {} }

  static func design(
    _ books: [RuleBook<Toy>], _ worlds: [World<Self>], @DesignBuilder<Self> _ parts: () -> [DesignPart<Self>]
  ) -> Design<Self> {
    let others = parts()
    return Design("row", title: "Row", chapter: "", worlds: worlds) {
      for (number, book) in books.enumerated() {
        Host(
          ["a", "b", "c"][number], book, at: { $0.toys[number] }, events: .member(number), effects: .member(number))
      }
      for part in others { part }
    }
  }

  var logs: [UInt32] { toys.map(\.log) }
}

/// Notes each number it is given, sends it on, and tells it too.
private let sender = RuleBook<Toy>("Sender") {
  In(.idle) {
    On(.number, "send it on")
      .then { toy, number in toy.note(Int(number)) }
      .emit(.send) { _, number in number }
  }
}

/// Takes numbers while it is idle, and rests on `go` until the next one.
private let receiver = RuleBook<Toy>("Receiver") {
  In(.idle) {
    On(.number, "take it").when("it is below 5", code: "large") { _, number in number < 5 }
      .then { toy, number in toy.note(Int(number)) }
    On(.go, "rest").go(.busy)
  }
  In(.busy) { On(.go, "wake up").go(.idle) }
  Refused(.number, in: .busy, unless: "it is awake", code: "asleep")
}

private func row(
  _ books: [RuleBook<Toy>] = [sender, receiver, receiver], @DesignBuilder<Row> _ parts: () -> [DesignPart<Row>],
  @WorldBuilder<Row> in world: () -> [WorldPart<Row>]
) -> Course<Row> {
  let world = World("world", "", start: { Row() }, world)
  return Course(Row.design(books, [world], parts), world)
}

@Suite struct `A held channel` {
  private func course(room: Int) -> Course<Row> {
    row {
      Route(.send, of: .member(0), to: .member(1), as: .number, over: .held)
    } in: {
      Input(.member(0), .number) { _ in [1, 2, 9] }
      Input(.member(1), .go)
      Channels(of: room)
    }
  }

  @Test func `the head waits while its receiver refuses it, and so does what is behind it`() {
    var course = course(room: 2)
    course.take(["input 1 go", "input 0 number number=1", "input 0 number number=2"])
    let waiting = course.at
    #expect(course.options.first == "channel send 1 number number=1")
    #expect(course.take("channel send 1 number number=1") == "unchanged: refused")
    #expect(course.breaches.isEmpty)
    course.at = waiting
    course.take(["input 1 go", "channel send 1 number number=1", "channel send 1 number number=2"])
    #expect(course.at.state.logs == [12, 12, 0])
    #expect(course.at.channels[0].events.isEmpty)
  }

  @Test func `a guard that refuses the head keeps it as well`() {
    var course = course(room: 2)
    course.take(["input 0 number number=9", "input 0 number number=1"])
    #expect(course.options.filter { $0.hasPrefix("channel") } == ["channel send 1 number number=9"])
    #expect(course.take("channel send 1 number number=9") == "unchanged: refused")
  }

  @Test func `who sends into a full one waits, and nothing of the step happens`() {
    var course = course(room: 1)
    course.take("input 0 number number=1")
    var full = course
    #expect(full.take("input 0 number number=2") == "blocked")
    course.take("channel send 1 number number=1")
    #expect(course.take("input 0 number number=2") == "fired")
  }
}

@Suite struct `A board` {
  private func course() -> Course<Row> {
    row {
      for reader in 1...2 {
        Route(.send, of: .member(0), to: .member(reader), as: .number, over: .board, on: "board \(reader)")
      }
    } in: {
      Input(.member(0), .number) { _ in [1, 2, 9] }
      Input(.member(1), .go)
    }
  }

  @Test func `what is posted stays, is read any number of times, and by each reader for himself`() {
    var course = course()
    course.take("input 0 number number=2")
    course.take([
      "channel board 1 1 number number=2", "channel board 1 1 number number=2", "channel board 2 2 number number=2",
    ])
    #expect(course.at.state.logs == [2, 22, 2])
    #expect(course.at.channels.map(\.events.count) == [1, 1])
  }

  @Test func `the same message twice is one message, and the order of posting is forgotten`() {
    func after(_ numbers: [Int]) -> Configuration<Row> {
      var course = course()
      for number in numbers { course.take("input 0 number number=\(number)") }
      var at = course.at
      at.state = Row()
      return at
    }
    let posted = after([1, 2])
    #expect(bytes(of: after([2, 1])) == bytes(of: posted))
    #expect(bytes(of: after([1, 2, 1, 2, 2])) == bytes(of: posted))
    #expect(bytes(of: after([1])) != bytes(of: posted))
    #expect(posted.channels.map(\.events.count) == [2, 2])
  }

  @Test func `a reader that refuses a message leaves it as it is`() {
    var course = course()
    course.take(["input 0 number number=9", "input 1 go"])
    #expect(course.take("channel board 1 1 number number=9") == "unchanged: refused")
    #expect(course.take("channel board 2 2 number number=9") == "unchanged: refused")
    #expect(course.breaches.isEmpty && course.at.channels.map(\.events.count) == [1, 1])
  }

  @Test func `it has room for everything, and nobody owes a reading`() {
    var course = row {
      Route(.send, of: .member(0), to: .member(1), as: .number, over: .board)
    } in: {
      Input(.member(0), .number) { _ in Array(1..<9) }
      Channels(of: 1)
    }
    for number in 1..<9 { #expect(course.take("input 0 number number=\(number)") == "fired") }
    #expect(course.at.channels[0].events.count == 8)
    var moves: [Move<Row.Event>] = []
    course.walk.moves(of: course.at, into: &moves)
    #expect(moves.allSatisfy { !course.walk.isOwed($0, in: course.at) })
  }
}

@Suite struct `A step together` {
  private func course() -> Course<Row> {
    row {
      Route(.send, of: .member(0), to: .member(1), as: .number, over: .together)
      Route(.send, of: .member(0), to: .member(2), as: .number, over: .together)
    } in: {
      Input(.member(0), .number) { _ in [1, 9] }
      for reader in 1...2 { Input(.member(reader), .go) }
    }
  }

  @Test func `happens for all of them`() {
    var course = course()
    #expect(course.take("input 0 number number=1") == "fired")
    #expect(course.at.state.logs == [1, 1, 1])
    #expect(course.walk.stepper.fired.map(\.host) == [0, 1, 2])
    #expect(course.breaches.isEmpty)
  }

  @Test(arguments: [1, 2]) func `or for none, whoever refuses it`(sleeper: Int) {
    var course = course()
    course.take("input \(sleeper) go")
    let before = course.at.state
    #expect(course.take("input 0 number number=1") == "blocked")
    #expect(course.at.state == before)
    #expect(course.breaches.isEmpty)
    #expect(course.walk.stepper.refusedTogether == Member(sleeper, .number(1)))
    #expect(course.walk.stepper.fired.isEmpty && course.walk.stepper.orders.isEmpty)
    course.take("input \(sleeper) go")
    #expect(course.take("input 0 number number=1") == "fired")
    #expect(course.walk.stepper.refusedTogether == nil)
  }

  @Test func `an event that nobody expects is a finding, as over a direct route`() {
    let deaf = RuleBook<Toy>("Deaf") { In(.idle) { On(.go, "go") } }
    var course = row([sender, deaf]) {
      Route(.send, of: .member(0), to: .member(1), as: .number, over: .together)
    } in: {
      Input(.member(0), .number) { _ in [1] }
    }
    #expect(course.take("input 0 number number=1") == "fired")
    #expect(course.breaches == ["routed-event-refused"])
  }

  @Test func `a direct route beside it is taken back with it`() {
    var course = row {
      Route(.send, of: .member(0), to: .member(1), as: .number)
      Route(.send, of: .member(0), to: .member(2), as: .number, over: .together)
    } in: {
      Input(.member(0), .number) { _ in [1] }
      Input(.member(2), .go)
    }
    course.take("input 2 go")
    #expect(course.take("input 0 number number=1") == "blocked")
    #expect(course.at.state.logs == [0, 0, 0])
  }
}

@Suite struct `Routes of one effect` {
  @Test func `each takes it, in the order they are written, with a payload of its own`() {
    var course = row {
      Route(.send, of: .member(0), to: .member(2), as: .number) { $0 + 1 }
      Route(.send, of: .member(0), to: .member(1), as: .number)
      Route(.send, of: .member(0), to: .member(1), as: .number, over: .fifo) { $0 + 2 }
    } in: {
      Input(.member(0), .number) { _ in [1] }
    }
    course.take("input 0 number number=1")
    #expect(course.walk.stepper.received == [Member(0, .number(1)), Member(2, .number(2)), Member(1, .number(1))])
    #expect(course.at.state.logs == [1, 1, 2])
    course.take("channel send 1 number number=3")
    #expect(course.at.state.logs == [1, 13, 2])
  }

  @Test func `routes that name the same channel share it, and its order`() {
    var course = row([sender, sender, receiver]) {
      for number in 0...1 {
        Route(.send, of: .member(number), to: .member(2), as: .number, over: .fifo, on: "in")
      }
    } in: {
      for number in 0...1 { Input(.member(number), .number) { _ in [UInt8(number) + 1] } }
      Channels(of: 2)
    }
    #expect(course.walk.design.channelCount == 1)
    #expect(course.walk.design.routes.map { course.walk.design.channel(of: $0) } == [0, 0])
    course.take(["input 1 number number=2", "input 0 number number=1"])
    var full = course
    #expect(full.take("input 0 number number=1") == "blocked")
    course.take(["channel in 2 number number=2", "channel in 2 number number=1"])
    #expect(course.at.state.logs == [1, 2, 21])
  }

  @Test func `routes without a name have channels of their own`() {
    let design = Row.design([sender, sender, receiver], []) {
      for number in 0...1 { Route(.send, of: .member(number), to: .member(2), as: .number, over: .fifo) }
      Route(.send, of: .member(0), to: .member(1), as: .number)
    }
    #expect(design.channelCount == 2)
    #expect(design.routes.map { design.channel(of: $0) } == [0, 1, nil])
  }
}

@Suite struct `A member` {
  @Test func `is read and written with its number`() {
    for number in 0..<Member<Toy.Event>.most {
      for event in Toy.Event.samples + [.number(200)] {
        let member = Member(number, event)
        let written = bytes(of: member)
        var read = Member<Toy.Event>()
        written.withUnsafeBytes { raw in
          var reader = ByteReader(raw)
          read.fields(&reader)
          #expect(reader.isAtEnd && !reader.failed)
        }
        #expect(read == member)
        #expect(member.kind == number)
      }
    }
    #expect(Member<Toy.Event>.names == (0..<16).map(String.init))
  }

  @Test func `a token makes events of its own machine, and reads no others`() {
    let second = Signal<Member<Toy.Event>, Toy.Event>.member(2)
    #expect(second.make(.go) == Member(2, .go))
    #expect(second.read(Member(2, .go)) == .go)
    #expect(second.read(Member(1, .go)) == nil)
    #expect(Printer.line(of: Member(2, Toy.Event.number(7))) == "2 number number=7")
  }
}

import Spec
import Testing

@Suite struct `Stepping` {
  private func step(_ book: RuleBook<Toy>, _ toy: inout Toy, _ event: Toy.Event) -> (Outcome, [String]) {
    var outbox = Outbox<Toy.Effect>()
    let outcome = Program(book).step(&toy, event, &outbox)
    return (
      outcome,
      outbox.orders.map { order in
        switch order {
        case .emit(let effect): Printer.line(of: effect)
        case .cancel(let kind, let key): "cancel \(Toy.Effect.names[kind]) \(key)"
        case .cancelAll(let kind): "cancel every \(Toy.Effect.names[kind])"
        }
      }
    )
  }

  @Test func `clauses take effect as written: an emission before an update reads the old state`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.number, "tell before and after")
          .emit(.tell) { toy, _ in toy.log }
          .then { toy, number in toy.log = UInt32(number) }
          .emit(.tell) { toy, _ in toy.log }
          .cancel(.ask)
          .cancel(.send) { _, number in number }
          .cancelAll(.send)
          .emitEach(.send) { _, number in [number, number + 1] }
          .go(.busy)
      }
    }
    var toy = Toy(log: 7)
    let (outcome, orders) = step(book, &toy, .number(9))
    #expect(outcome == .fired(rule: 0))
    #expect(
      orders == [
        "tell digits=7", "tell digits=9", "cancel ask 0", "cancel send 9", "cancel every send", "send number=9",
        "send number=10",
      ])
    #expect(toy == Toy(phase: .busy, log: 9))
  }

  @Test func `the first rule that holds fires, and no other`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle, .busy) {
        On(.go, "first").when("bit 0") { toy, _ in toy.flags & 1 != 0 }.then { toy, _ in toy.note(1) }
        Otherwise(.go, "second").when("bit 1") { toy, _ in toy.flags & 2 != 0 }.then { toy, _ in toy.note(2) }
        Otherwise(.go, "third").when("bit 2") { toy, _ in toy.flags & 4 != 0 }.then { toy, _ in toy.note(3) }
      }
    }
    for flags in UInt8(0)..<8 {
      var toy = Toy(flags: flags)
      let first = (0..<3).first { flags >> $0 & 1 == 1 }
      #expect(step(book, &toy, .go).0 == first.map { .fired(rule: $0) } ?? .refused)
      #expect(toy == Toy(flags: flags, log: first.map { UInt32($0) + 1 } ?? 0))
    }
  }

  @Test func `an event without a rule is ignored, refused or unexpected, as the book says`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) { On(.go, "go").when("bit 0") { toy, _ in toy.flags & 1 != 0 } }
      Ignored(.stop, in: .idle, because: "nothing runs")
      Refused(.yes, in: .idle, unless: "somebody asked", code: "not_asked")
      Impossible(.no, in: .idle, because: "nobody asked")
    }
    for (event, outcome) in [
      (Toy.Event.go, Outcome.refused), (.stop, .ignored), (.yes, .refused), (.no, .unexpected), (.tick, .unexpected),
    ] {
      var toy = Toy()
      #expect(step(book, &toy, event) == (outcome, []))
      #expect(toy == Toy())
    }
    var busy = Toy(phase: .busy)
    #expect(step(book, &busy, .stop).0 == .unexpected)
  }

  @Test func `a refusal names the first guard that says no, for each rule, with its code`() {
    let even = Guard<Toy, UInt8>("the number is even", code: "odd") { _, number in number % 2 == 0 }
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.number, "small").when(even).when("the number is below 10", code: "large") { _, number in number < 10 }
        Otherwise(.number, "large and odd").when(!even).when("the machine is flagged") { toy, _ in toy.flags != 0 }
      }
      Refused(.yes, in: .idle, unless: "somebody asked", code: "not_asked")
    }
    #expect(
      book.refusals(Toy(), .number(3)) == [
        Refusal(rule: "small", guardName: "the number is even", code: "odd"),
        Refusal(rule: "large and odd", guardName: "the machine is flagged", code: nil),
      ])
    #expect(
      book.refusals(Toy(), .number(12)) == [
        Refusal(rule: "small", guardName: "the number is below 10", code: "large"),
        Refusal(rule: "large and odd", guardName: "not: the number is even", code: "odd"),
      ])
    #expect(book.refusals(Toy(), .yes) == [Refusal(rule: "", guardName: "somebody asked", code: "not_asked")])
    #expect(book.refusals(Toy(phase: .busy), .number(3)) == [])
  }

  @Test(arguments: 0...6, 0...6) func `a fused rule does what its list says`(guards: Int, clauses: Int) {
    for leaves in [false, true] {
      var rule = On<Toy, UInt8>(.number, "fused")
      for bit in 0..<guards { rule = rule.when("bit \(bit)") { toy, number in (toy.flags ^ number) >> bit & 1 == 0 } }
      for digit in 0..<clauses {
        rule = digit % 3 == 2 ? rule.emit(.tell) { toy, _ in toy.log } : rule.then { toy, _ in toy.note(digit + 1) }
      }
      if leaves { rule = rule.go(.done) }
      let book = RuleBook<Toy>("Toy") { In(.idle) { rule } }
      for number in UInt8(0)..<64 {
        var toy = Toy(flags: 0b101010)
        let holds = (0..<guards).allSatisfy { (toy.flags ^ number) >> $0 & 1 == 0 }
        var expected = toy
        var told: [String] = []
        if holds {
          for digit in 0..<clauses {
            if digit % 3 == 2 { told.append("tell digits=\(expected.log)") } else { expected.note(digit + 1) }
          }
          if leaves { expected.phase = .done }
        }
        #expect(step(book, &toy, .number(number)) == (holds ? .fired(rule: 0) : .refused, told))
        #expect(toy == expected)
      }
    }
  }

  @Test func `a mutant changes one piece of one rule`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "go")
          .when("bit 0") { toy, _ in toy.flags & 1 != 0 }
          .then { toy, _ in toy.note(1) }
          .then { toy, _ in toy.note(2) }
          .go(.busy)
      }
    }
    func after(_ edit: RuleEdit, flags: UInt8 = 1) -> Toy? {
      guard let mutant = book.edited("go", edit) else { return nil }
      var toy = Toy(flags: flags)
      _ = step(mutant, &toy, .go)
      return toy
    }
    #expect(after(.dropGuard(0), flags: 0) == Toy(phase: .busy, log: 12))
    #expect(after(.negateGuard(0), flags: 0) == Toy(phase: .busy, log: 12))
    #expect(after(.negateGuard(0)) == Toy(flags: 1))
    #expect(after(.dropClause(0)) == Toy(phase: .busy, flags: 1, log: 2))
    #expect(after(.repeatClause(1)) == Toy(phase: .busy, flags: 1, log: 122))
    #expect(after(.swapClauses(0, 1)) == Toy(phase: .busy, flags: 1, log: 21))
    #expect(after(.retarget(nil)) == Toy(flags: 1, log: 12))
    #expect(after(.dropGuard(1)) == nil)
    #expect(book.edited("nobody", .retarget(nil)) == nil)
    #expect(book.edited(.drop(rule: 0))?.rules.count == 0)
  }
}

import Spec
import Testing

@Suite struct `Late answers` {
  fileprivate static let book = RuleBook<Toy>("Toy") {
    In(.idle) {
      On(.go, "ask").emit(.ask)
      On(.stop, "never mind").cancel(.ask)
      On(.tick, "forget all").cancelAll(.ask)
      On(.yes, "thank you")
    }
    Answers(.ask, late: .admitted) { Owed { Answer(.yes) } }
  }

  /// A toy that is stepped by hand, with the ledger that its host keeps.
  private struct Desk {
    var toy = Alone(machine: Toy())
    var ledger: Ledger<Alone<Toy>>
    let stepper: Stepper<Alone<Toy>>
    var number: UInt64 = 0
    var breaches: [String] = []

    init(_ book: RuleBook<Toy> = `Late answers`.book) {
      let design = Alone.design(book, [])
      ledger = Ledger(design)
      stepper = Stepper(design)
    }

    mutating func give(_ event: Toy.Event, answering ticket: UInt64? = nil) {
      number += 1
      let carried = Sole(event)
      if let ticket, case .admitted(let entry, let next) = ledger.admission(of: ticket, carried) {
        ledger.advance(entry, to: next)
      }
      _ = stepper.step(&toy, carried)
      ledger.settle(stepper, record: number, at: 0) { if case .breach(let it) = $0 { breaches.append(it.code) } }
    }

    var open: [String] { ledger.open.map { "\($0.ticket / 256)" + ($0.isUnwanted ? " unwanted" : "") } }
  }

  @Test func `a late answer closes its own ticket, and leaves the newer one its identity`() {
    var desk = Desk()
    for event in [Toy.Event.go, .stop, .go] { desk.give(event) }
    #expect(desk.open == ["1 unwanted", "3"])
    desk.give(.yes, answering: 1 * 256)
    #expect(desk.open == ["3"])
    desk.give(.go)
    #expect(desk.breaches == ["identity-open"])
    desk.give(.stop)
    #expect(desk.open == ["3 unwanted"])
    desk.give(.yes, answering: 3 * 256)
    #expect(desk.open == [] && desk.ledger.digest == Desk().ledger.digest)
  }

  @Test func `what is given up is not given up twice`() {
    for forget in [Toy.Event.stop, .tick] {
      var desk = Desk()
      for event in [Toy.Event.go, forget, .go, forget, forget] { desk.give(event) }
      #expect(desk.open == ["1 unwanted", "3 unwanted"])
    }
  }

  @Test func `a step that sends more than its tickets reach breaks the contract, and says so`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) {
        On(.go, "ask for as many as there can be").emitEach(.send) { _, _ in Array(0...255) }
        On(.stop, "ask for two more").emitEach(.send) { _, _ in Array(0...255) }.emitEach(.send) { _, _ in [0, 1] }
        On(.yes, "thank you")
      }
      Answers(.send, of: { $0 }) { Owed { Answer(.yes) } }
    }
    var desk = Desk(book)
    desk.give(.go)
    #expect(desk.breaches == [] && desk.ledger.count == 256)
    desk = Desk(book)
    desk.give(.stop)
    #expect(desk.breaches == ["too-many-effects", "too-many-effects"] && desk.ledger.count == 256)
  }
}

import Spec
import Testing

/// A small system with one mistake in it, and how few steps show it.
struct Flawed: Sendable, CustomTestStringConvertible {
  let name: String
  let design: Design<Alone>
  let world: World<Alone>
  let shortest: Int
  var testDescription: String { name }

  init(
    _ name: String, _ book: RuleBook<Toy>, from start: Toy, shortest: Int,
    @WorldBuilder<Alone> _ parts: () -> [WorldPart<Alone>]
  ) {
    self.name = name
    world = Alone.world(start, name, parts)
    design = Alone.design(book, [world])
    self.shortest = shortest
  }

  static let all = [jugs, door, bank, lease, stock, commit]

  /// Jugs of five and three: four is measured in six steps, and in no fewer.
  static let jugs = Flawed(
    "jugs",
    RuleBook<Toy>("Jugs") {
      In(.idle) {
        On(.turn, "fill").then { toy, jug in toy[jug] = jug == 0 ? 5 : 3 }
        On(.leave, "empty").then { toy, jug in toy[jug] = 0 }
        On(.pass, "pour").then { toy, jug in
          let room = jug == 0 ? 3 - toy[1] : 5 - toy[0]
          let poured = min(room, toy[jug])
          toy[jug] -= poured
          toy[1 - jug] += poured
        }
      }
      Always("four is never measured") { toy in toy[0] != 4 }
    }, from: Toy([0, 0]), shortest: 6
  ) {
    for input in [Signal<Toy.Event, UInt8>.turn, .leave, .pass] { Input(.toy, input) { _ in [0, 1] } }
  }

  /// A door with a code of four digits; a wrong one, and the lock begins anew.
  static let door = Flawed(
    "door",
    RuleBook<Toy>("Door") {
      In(.idle) {
        On(.take, "a right digit").when("it is the next") { toy, digit in digit == code[Int(toy[0])] }
          .then { toy, _ in toy[0] += 1 }
        On(.take, "a wrong digit").when("it is not the next") { toy, digit in digit != code[Int(toy[0])] }
          .then { toy, _ in toy[0] = 0 }
      }
      Always("the door stays shut") { toy in toy[0] < 4 }
    }, from: Toy([0]), shortest: 4
  ) { Input(.toy, .take) { _ in Array(0...9) } }

  private static let code: [UInt8] = [7, 2, 9, 4, 0]

  /// Two tellers read a balance, then write it: one overwrites what the other did.
  static let bank = Flawed(
    "bank",
    RuleBook<Toy>("Bank") {
      In(.idle) {
        On(.take, "read the balance").when("the teller is free") { toy, teller in toy[1 + teller] == 0 }
          .then { toy, teller in toy[1 + teller] = 1 + toy[0] }
        On(.give, "write one more").when("the teller has read") { toy, teller in toy[1 + teller] > 0 }
          .when("there is room") { toy, _ in toy[3] < 20 }
          .then { toy, teller in
            toy[0] = toy[1 + teller]
            toy[1 + teller] = 0
            toy[3] += 1
          }
        On(.turn, "count").then { toy, kind in toy[4] = kind }
      }
      Always("no deposit is lost") { toy in toy[0] == toy[3] }
    }, from: Toy([0, 0, 0, 0, 0]), shortest: 4
  ) {
    Input(.toy, .take) { _ in [0, 1] }
    Input(.toy, .give) { _ in [0, 1] }
    Input(.toy, .turn) { _ in [0, 1, 2] }
  }

  /// A lease that times out is given to the next; whoever had it gives it back all the same.
  static let lease = Flawed(
    "lease",
    RuleBook<Toy>("Lease") {
      In(.idle) {
        On(.take, "lend").when("nobody has it") { toy, _ in toy[0] == 0 }
          .then { toy, who in
            toy[0] = who
            toy[who] = 1
          }.emit(.timer)
        On(.give, "take back").when("they think they have it") { toy, who in toy[who] == 1 }
          .then { toy, who in (toy[0], toy[who]) = (0, 0) }
        On(.tick, "time out").then { toy, _ in toy[0] = 0 }
        On(.pass, "ask for the time").then { toy, hour in toy[4] = hour }
      }
      Answers(.timer, again: .replaces) { Owed { Answer(.tick) } }
      Always("two at most believe") { toy in toy[1] + toy[2] + toy[3] < 3 }
    }, from: Toy([0, 0, 0, 0, 0]), shortest: 5
  ) {
    Input(.toy, .take) { _ in [1, 2, 3] }
    Input(.toy, .give) { _ in [1, 2, 3] }
    Input(.toy, .pass) { _ in [0, 1, 2, 3] }
  }

  /// A stock is recounted from what it was before the crash.
  static let stock = Flawed(
    "stock",
    RuleBook<Toy>("Stock", recovery: Signal.recovered.make(())) {
      In(.idle) {
        On(.take, "put in").when("there is room") { toy, _ in toy[0] < 6 }.then { toy, _ in toy[0] += 1 }.emit(.ask)
        On(.yes, "it was counted").then { toy, _ in toy[1] += 1 }
        On(.recovered, "count twice").then { toy, _ in toy[1] *= 2 }
      }
      Answers(.ask, late: .admitted, faults: .lost, .repeated, again: .joins) { Owed { Answer(.yes) } }
      Always("no more was counted than came") { toy in toy[1] <= toy[0] }
    }, from: Toy([0, 0]), shortest: 3
  ) {
    Input(.toy, .take) { _ in [1, 2] }
    Repeated(.toy, .ask, atMost: 2)
    Lost(.toy, .ask, atMost: 1)
    Crashes(atMost: 1)
  }

  /// A coordinator that may abort after it has committed.
  static let commit = Flawed(
    "commit",
    TwoPhase.book.replacing(
      "abort", with: On(.stop, "abort, whatever was said").then { toy, _ in (toy[0], toy[3]) = (1, 2) })!,
    from: TwoPhase.start(3), shortest: 10
  ) { for part in TwoPhase.explored(3) { part } }
}

import Check
import Foundation
import Spec
import Testing

/// Opens, lets people pass, and says how often a bell rang.
private let door = RuleBook<Toy>("Door", resting: .idle) {
  In(.idle) { On(.go, "open").emit(.timer).go(.busy) }
  In(.busy) {
    On(.stop, "close by hand").cancel(.timer).go(.idle)
    On(.tick, "close by itself").go(.idle)
    On(.take, "let some pass").then { toy, number in toy[0] = (toy[0] + number) % 3 }
  }
  Refused(.take, in: .idle, unless: "it is open")
  Refused(.stop, in: .idle, unless: "it is open")
  Refused(.go, in: .busy, unless: "it is shut")
  Timer(.timer, after: .seconds(1), fires: .tick, afterCrash: .again)
  Always("a door that is shut is at rest") { toy in toy.phase != .done }
}

private let visitors = Alone.world(Toy([0]), "visitors") {
  Input(.toy, .go, atMost: 2)
  Input(.toy, .stop, atMost: 1)
  Input(.toy, .take) { _ in [1] }
}

private func tabulated() throws -> Tabulation { try Tabulation(Alone.design(door, [visitors]), world: visitors) }

@Suite struct `Exports as text` {
  @Test func `Promela reads as the system it was: states in words, rules by name, purses and obligations`() throws {
    #expect(try tabulated().promela == promela + "\n")
  }

  @Test func `laws that were not found to hold are told apart`() throws {
    let world = Alone.world(Toy([0]), "visitors") { Input(.toy, .go, atMost: 2) }
    let design = Design<Alone>("alone", title: "", chapter: "", worlds: [world]) {
      Host("toy", door, at: \.toy, events: .toy, effects: .toy)
      Sometimes("two have passed") { $0.toy[0] == 2 }
      Sometimes("it is open") { $0.toy.phase == .busy }
      LeadsTo("who opens lets two pass", from: { $0.toy.phase == .busy }, to: { $0.toy[0] == 2 })
      LeadsTo("what is done is done", from: { $0.toy.phase == .done }, to: { $0.toy[0] == 2 })
    }
    let table = try Tabulation(design, world: world)
    for text in [table.promela, table.tla] {
      let lines = text.split(separator: "\n").map { $0.drop { !$0.isLetter } }
      let held = try #require(lines.firstIndex { $0.contains("and they hold; they are not exported:") })
      let unheld = try #require(lines.firstIndex { $0.contains("did not find that these laws hold") })
      #expect(
        lines[held + 1..<unheld].filter { $0.contains(":") } == [
          "always: a door that is shut is at rest", "sometimes: it is open",
        ])
      #expect(
        Array(lines[unheld + 1...unheld + 3]) == [
          "sometimes: two have passed (it never happened)", "leads to: who opens lets two pass (broken)",
          "leads to: what is done is done (nothing began it)",
        ])
    }
  }

  @Test func `and so does TLA+`() throws { #expect(try tabulated().tla == tla + "\n") }

  @Test(arguments: Exported.examples + Exported.corners)
  func `in TLA+, each way of each action says once what becomes of each variable`(world: Exported) throws {
    let text = try world.table().tla(module: "Model")
    let lines = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("\\*") }
    #expect(lines.first?.contains(" MODULE Model ") == true)
    let module = lines.joined(separator: " ")
    let variables = names(in: module, between: "VARIABLES ", and: " vars ==")
    #expect(names(in: module, between: "vars == <<", and: ">>") == variables)
    let next = Set(names(in: module, between: " Next ==", and: "Spec ==", separator: "\\/"))
    var defined: Set<String> = []
    for (name, body) in definitions(lines) where next.contains(name) {
      #expect(defined.insert(name).inserted, "\(name) is defined once")
      for way in body.components(separatedBy: "  \\/ \\* ").dropFirst() {
        let primed = way.matches(of: #/(\w+)' = /#).map { String($0.1) }
        let same = names(in: way, between: "UNCHANGED <<", and: ">>")
        #expect((primed + same).sorted() == variables.sorted(), "\(name): \(way)")
      }
    }
    #expect(defined == next && !next.isEmpty)
  }

  private func names(
    in text: String, between first: String, and last: String, separator: String = ","
  ) -> [String] {
    guard let start = text.range(of: first), let end = text[start.upperBound...].range(of: last) else { return [] }
    return text[start.upperBound..<end.lowerBound].components(separatedBy: separator)
      .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
  }

  /// Each `name ==` that begins a line, and what follows it.
  private func definitions(_ lines: [String]) -> [(name: String, body: String)] {
    var result: [(name: String, body: String)] = []
    for line in lines {
      if line.hasSuffix(" =="), !line.hasPrefix(" ") {
        result.append((String(line.dropLast(3)), ""))
      } else if !result.isEmpty {
        result[result.count - 1].body += line + "\n"
      }
    }
    return result
  }
}

@Suite struct `What cannot be exported` {
  private func refusal(
    _ book: RuleBook<Toy>, states: Int = 1000, @WorldBuilder<Alone> _ parts: () -> [WorldPart<Alone>]
  ) -> String? {
    let world = Alone.world(Toy([0]), "world", parts)
    do {
      _ = try Tabulation(Alone.design(book, [world]), world: world, states: states)
      return nil
    } catch {
      return error.description
    }
  }

  private func counter(_ law: @escaping @Sendable (Toy) -> Bool = { _ in true }) -> RuleBook<Toy> {
    RuleBook<Toy>("Counter", resting: .idle) {
      In(.idle) { On(.go, "count").then { toy, _ in toy[0] = (toy[0] + 1) % 8 } }
      Always("it stays small", law)
    }
  }

  @Test func `a world whose crashes change more than the machines, each by its own state`() {
    func crashing(_ book: RuleBook<Toy>) -> String? {
      refusal(book) {
        Input(.toy, .go, atMost: 2)
        Crashes(atMost: 1)
      }
    }
    #expect(crashing(counter()) == nil)
    let asking = RuleBook<Toy>("Asking", resting: .idle, .busy) {
      In(.idle) { On(.go, "ask").emit(.ask).go(.busy) }
      In(.busy) { On(.yes, "be told").go(.idle) }
      Refused(.go, in: .busy, unless: "it has been told")
      Answers(.ask, afterCrash: .forgotten) { Owed { Answer(.yes) } }
    }
    #expect(
      crashing(asking)
        == "a crash that changes what is open or under way: take a world without crashes; this one cannot be exported")
    // What becomes of the second depends on what the first tells it in the crash.
    let teller = RuleBook<Toy>("Teller", resting: .idle, .busy, recovery: Signal<Toy.Event, Void>.recovered.make(())) {
      In(.idle) {
        On(.go, "wait").go(.busy)
        On(.recovered, "tell nobody")
      }
      In(.busy) { On(.recovered, "tell the other").emit(.send) { _, _ in 0 }.go(.idle) }
      Refused(.go, in: .busy, unless: "it is idle")
    }
    let told = RuleBook<Toy>("Told", resting: .idle, .done) {
      In(.idle) { On(.take, "be told").go(.done) }
      Ignored(.take, in: .done, because: "it knows")
    }
    let world = World<Duo>("world", "", start: { Duo() }) {
      Input(.one, .go)
      Crashes(atMost: 2)
    }
    #expect(
      throws: ExportError.unsupported(
        "a crash after which two depends on other machines: take a world without crashes; this one")
    ) {
      try Tabulation(Duo.design(teller, told, over: .direct, [world]), world: world)
    }
  }

  @Test func `a world in which a law is broken, or which is cut short`() {
    #expect(refusal(counter()) { Input(.toy, .go) } == nil)
    #expect(
      refusal(counter { $0[0] < 5 }) { Input(.toy, .go) }
        == "what breaks a law cannot be exported, because exploration "
        + "stops there and another checker goes on: \"it stays small\" does not hold")
    #expect(
      refusal(counter(), states: 4) { Input(.toy, .go) } == "only a world that is explored to its end can be exported; "
        + "this one met a bound: 4 states")
  }

  @Test func `a field above its maximum`() {
    let growing = RuleBook<Toy>("Growing", resting: .idle) {
      In(.idle) { On(.go, "grow").then { toy, _ in toy.small += 1 } }
    }
    #expect(
      refusal(growing) { Input(.toy, .go) }
        == "only a world that is explored to its end can be exported; this one met a "
        + "bound: the field small was 4, above its maximum 3: what follows was not explored")
  }

  @Test func `an answer that may come twice`() {
    let book = RuleBook<Toy>("Asking", resting: .idle) {
      In(.idle) {
        On(.go, "ask").emit(.ask)
        On(.yes, "count").then { toy, _ in toy[0] = (toy[0] + 1) % 3 }
      }
      Answers(.ask, late: .admitted, faults: .repeated, again: .joins) { Owed { Answer(.yes) } }
    }
    let words = refusal(book) {
      Input(.toy, .go, atMost: 1)
      Repeated(.toy, .ask, atMost: 1)
    }
    #expect(words == "an answer that the world may give twice cannot be exported")
  }
}

private let promela = #"""
  /*
   * alone, world visitors.
   *
   * Printed by Interlock. Each machine is tabulated: a complete exploration numbered the local states it can reach, and
   * asked its rules about every event in each of them. The system is as it was written: one variable for each machine,
   * ledger of open obligations, channel and purse of the world, and one d_step for each move. States correspond to
   * Interlock's one to one.
   *
   * Interlock found 22 distinct states and 31 steps. With
   *
   *   spin -a model.pml && gcc -O2 -DSAFETY -DNOREDUCE -DMEMLIM=4096 -o pan pan.c && ./pan -E -n -m32
   *
   * spin should say "22 states, stored" and "32 transitions" (it counts the start as one).
   *
   * Interlock judged these laws, and they hold; they are not exported:
   *   always: a door that is shut is at rest
   */

  /*
   * 0: phase=idle, cells[0].value=0, small=0
   * 1: phase=busy, cells[0].value=0, small=0
   * 2: phase=busy, cells[0].value=1, small=0
   * 3: phase=idle, cells[0].value=1, small=0
   * 4: phase=busy, cells[0].value=2, small=0
   * 5: phase=idle, cells[0].value=2, small=0
   */
  byte toy = 0;
  /*
   * 0: nothing is open
   * 1: toy timer
   */
  byte toy_owed = 0;
  byte go_left = 2;
  byte stop_left = 1;

  /* send toy timer */
  inline operation_0(owed) {
    if :: owed == 0 -> owed = 1 fi
  }

  /* answer number 1 */
  inline operation_1(owed) {
    if :: owed == 1 -> owed = 0 fi
  }

  /* cancel toy.timer 0 */
  inline operation_2(owed) {
    if :: owed == 1 -> owed = 0 fi
  }

  active proctype interlock() {
    do

    /* toy: open */
    :: d_step { /* input toy go */
         (toy == 0 || toy == 3 || toy == 5) && go_left > 0 ->
         go_left--;
         if :: toy == 0 -> toy = 1 :: toy == 3 -> toy = 2 :: toy == 5 -> toy = 4 fi;
         operation_0(toy_owed)
       }

    /* toy: close by hand */
    :: d_step { /* input toy stop */
         ((toy >= 1 && toy <= 2) || toy == 4) && stop_left > 0 ->
         stop_left--;
         if :: toy == 1 -> toy = 0 :: toy == 2 -> toy = 3 :: toy == 4 -> toy = 5 fi;
         operation_2(toy_owed)
       }

    /* toy: close by itself */
    :: d_step { /* answer toy tick */
         ((toy >= 1 && toy <= 2) || toy == 4) && toy_owed == 1 ->
         operation_1(toy_owed);
         if :: toy == 1 -> toy = 0 :: toy == 2 -> toy = 3 :: toy == 4 -> toy = 5 fi
       }

    /* toy: let some pass */
    :: d_step { /* input toy take number=1 */
         ((toy >= 1 && toy <= 2) || toy == 4) ->
         if :: toy == 1 -> toy = 2 :: toy == 2 -> toy = 4 :: toy == 4 -> toy = 1 fi
       }

    /* where nothing can happen, every machine must be at rest */
    :: atomic { timeout && !((toy == 0 || toy == 3 || toy == 5)) -> assert(false) }
    od
  }
  """#

private let tla = #"""
  --------------------------- MODULE alone_visitors ---------------------------
  \* alone, world visitors.
  \*
  \* Printed by Interlock. Each machine is tabulated: a complete exploration numbered the local states it can reach, and
  \* asked its rules about every event in each of them. The system is as it was written: one variable for each machine,
  \* ledger of open obligations, channel and purse of the world, and one disjunct for each move. States correspond to
  \* Interlock's one to one.
  \*
  \* Interlock found 22 distinct states and 31 steps. With
  \*
  \*   printf 'SPECIFICATION Spec\nINVARIANTS TypeOK NoDeadlock\n' > alone_visitors.cfg
  \*   java -cp tla2tools.jar tlc2.TLC -deadlock alone_visitors.tla
  \*
  \* TLC should say "32 states generated, 22 distinct states found" (it counts the start as generated).
  \*
  \* Interlock judged these laws, and they hold; they are not exported:
  \*   always: a door that is shut is at rest
  EXTENDS Naturals, Sequences

  \* toy:
  \*   0: phase=idle, cells[0].value=0, small=0
  \*   1: phase=busy, cells[0].value=0, small=0
  \*   2: phase=busy, cells[0].value=1, small=0
  \*   3: phase=idle, cells[0].value=1, small=0
  \*   4: phase=busy, cells[0].value=2, small=0
  \*   5: phase=idle, cells[0].value=2, small=0
  \* toy_owed:
  \*   0: nothing is open
  \*   1: toy timer
  VARIABLES toy, toy_owed, go_left, stop_left

  vars == <<toy, toy_owed, go_left, stop_left>>

  Init ==
    /\ toy = 0
    /\ toy_owed = 0
    /\ go_left = 2
    /\ stop_left = 1

  Table1(number) == CASE number = 0 -> 1 [] number = 3 -> 2 [] number = 5 -> 4

  Table2(number) == CASE number = 1 -> 0 [] number = 2 -> 3 [] number = 4 -> 5

  Table3(number) == CASE number = 1 -> 2 [] number = 2 -> 4 [] number = 4 -> 1

  \* toy: open
  Toy_open ==
    \/ \* input toy go
       /\ go_left > 0
       /\ toy \in {0, 3, 5}
       /\ toy' = Table1(toy)
       /\ toy_owed' = 1
       /\ go_left' = go_left - 1
       /\ UNCHANGED <<stop_left>>

  \* toy: close by hand
  Toy_close_by_hand ==
    \/ \* input toy stop
       /\ stop_left > 0
       /\ toy \in {4} \cup (1..2)
       /\ toy' = Table2(toy)
       /\ toy_owed' = 0
       /\ stop_left' = stop_left - 1
       /\ UNCHANGED <<go_left>>

  \* toy: close by itself
  Toy_close_by_itself ==
    \/ \* answer toy tick
       /\ toy_owed = 1
       /\ toy \in {4} \cup (1..2)
       /\ toy' = Table2(toy)
       /\ toy_owed' = 0
       /\ UNCHANGED <<go_left, stop_left>>

  \* toy: let some pass
  Toy_let_some_pass ==
    \/ \* input toy take number=1
       /\ toy \in {4} \cup (1..2)
       /\ toy' = Table3(toy)
       /\ UNCHANGED <<toy_owed, go_left, stop_left>>

  Next ==
    \/ Toy_open
    \/ Toy_close_by_hand
    \/ Toy_close_by_itself
    \/ Toy_let_some_pass

  Spec == Init /\ [][Next]_vars

  \* Every local state is one that Interlock reached.
  TypeOK ==
    /\ toy \in 0..5
    /\ toy_owed \in 0..1
    /\ go_left \in 0..2
    /\ stop_left \in 0..1

  \* Where nothing can happen, every machine is at rest.
  NoDeadlock ==
    \/ ENABLED Next
    \/ /\ toy \in {0, 3, 5}

  ==============================================================================
  """#

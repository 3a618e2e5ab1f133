import Check
import Spec
import Testing

// A customer and a clerk, where every way of telling a step occurs.
private let customer = RuleBook<Toy>("Customer", resting: .idle) {
  In(.idle) { On(.go, "ask the clerk").emit(.send) { toy, _ in 1 }.emit(.ask).emit(.timer).go(.busy) }
  In(.busy) {
    On(.yes, "be served, and go home").cancel(.timer).then { toy, _ in toy[0] += 1 }.go(.idle)
    On(.tick, "give up").cancel(.ask).go(.done)
  }
  In(.done) { On(.stop, "grumble").emit(.tell) { toy, _ in toy[0] } }
  Answers(.ask) { Owed { Answer(.yes) } }
  Timer(.timer, after: .seconds(1), fires: .tick, afterCrash: .again)
  Notice(.tell)
  Always("nobody is served twice", cites: .`TOY-1`) { toy in toy[0] < 2 }
  Always("nobody gives up") { toy in toy.phase != .done }
}

private let clerk = RuleBook<Toy>("Clerk", resting: .idle, .busy) {
  In(.idle) {
    On(.take, "open the counter")
      .when("it is a weekday") { _, number in number > 0 }
      .when("nobody was served yet") { toy, _ in toy[0] == 0 }
      .then { toy, _ in toy[0] = 1 }
  }
}

private func design(over: Routing<Duo>.Over) -> Design<Duo> {
  let world = World<Duo>("counter", "", start: { Duo(one: Toy([0]), two: Toy([0])) }) {
    Input(.one, .go)
    Lost(.one, .ask, atMost: 1)
    Crashes(atMost: 1)
  }
  return Duo.design(customer, clerk, over: over, [world])
}

private func counterexample(_ code: String, over: Routing<Duo>.Over) throws -> CheckFinding {
  let design = design(over: over)
  return try #require(explore(design, world: design.worlds[0]).findings.first { $0.finding.code == code })
}

@Suite struct `Counterexamples` {
  @Test func `tell who sent what to whom, which guard said no, and what broke`() throws {
    let found = try counterexample("routed-event-refused", over: .direct)
    #expect(
      found.trace.text(ending: found.finding) == """
          1  input  one go
               one: ask the clerk
               sends one ask
               sends one timer
               → two take number=1
               two: open the counter
               one.phase: idle → busy
               two.cells[0].value: 0 → 1
          2  answer  one yes
               one: be served, and go home
               cancels one.timer
               one.phase: busy → idle
               one.cells[0].value: 0 → 1
          3  input  one go
               one: ask the clerk
               sends one ask
               sends one timer
               → two take number=1
               two: refused by "open the counter": it is not so that nobody was served yet
               one.phase: idle → busy
          ✗  routed-event-refused: two take number=1, routed to it, was refused
        """)
  }

  @Test func `are drawn for a terminal`() throws {
    let found = try counterexample("routed-event-refused", over: .direct)
    #expect(
      found.trace.sequence(ending: found.finding).terminal() == """
        ╭───────╮                 ╭─────╮               ╭─────╮
        │ world │                 │ one │               │ two │
        ╰───┬───╯                 ╰──┬──╯               ╰──┬──╯
            │                        │                     │
            │  1 go                  │                     │
            ├───────────────────────▶│                     │
            │                        ◆ busy                │
            │  ask                   │                     │
            │◀───────────────────────┤                     │
            │  timer                 │                     │
            │◀───────────────────────┤                     │
            │                        │  take number=1      │
            │                        ├────────────────────▶│
            │                        │                     │
            │  2 yes                 │                     │
            ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▶│                     │
            │                        ◆ idle                │
            │  forget one.timer      │                     │
            │◀───────────────────────┤                     │
            │                        │                     │
            │  3 go                  │                     │
            ├───────────────────────▶│                     │
            │                        ◆ busy                │
            │  ask                   │                     │
            │◀───────────────────────┤                     │
            │  timer                 │                     │
            │◀───────────────────────┤                     │
            │                        │  take number=1      │
            │                        ├────────────────────▶│
            │                        │                     ◆ refused by "open the counter": it is not so
            │                        │                     │ that nobody was served yet
        ── ✗ two take number=1, routed to it, was refused ──
            │                        │                     │
        """)
    let over = try counterexample("property-broken", over: .fifo)
    #expect(
      over.trace.sequence(ending: over.finding).terminal() == """
        ╭───────╮               ╭─────╮
        │ world │               │ one │
        ╰───┬───╯               ╰──┬──╯
            │                      │
            │  1 go                │
            ├─────────────────────▶│
            │                      ◆ busy
            │  ask                 │
            │◀─────────────────────┤
            │  timer               │
            │◀─────────────────────┤
            │                      │
            │  2 tick              │
            ├┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄▶│
            │                      ◆ done
            │  forget one.ask      │
            │◀─────────────────────┤
        ── ✗ "nobody gives up" does not hold ──
            │                      │
        """)
  }

  @Test func `are drawn as Mermaid`() throws {
    let over = try counterexample("property-broken", over: .fifo)
    #expect(
      over.trace.sequence(ending: over.finding).mermaid == """
        sequenceDiagram
          participant p0 as world
          participant p1 as one
          p0->>p1: 1 go
          Note over p1: busy
          p1->>p0: ask
          p1->>p0: timer
          p0-->>p1: 2 tick
          Note over p1: done
          p1->>p0: forget one.ask
          Note over p0,p1: ✗ "nobody gives up" does not hold
        """)
  }

  @Test func `share a lifeline where there are too many, and stay within the columns`() {
    let names = (0..<12).map { "machine \($0)" }
    let busy = (0..<12).map { number in
      MessageSequence.Row.message(
        .init(step: number, from: 0, to: number, words: "a message of quite a number of words", manner: .atOnce))
    }
    let text = MessageSequence(lifelines: names, rows: busy + [.note(at: 11, "at rest")]).terminal(columns: 72)
    #expect(text.contains("others") && text.contains("machine 11:"))
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 72 }, "\(text)")
    #expect(text.contains("(to itself)"))
    #expect(MessageSequence(lifelines: [], rows: []).terminal() == "")
  }

  @Test func `give names the room that there is, and keep what tells them apart`() {
    func heads(_ names: [String]) -> Substring {
      MessageSequence(lifelines: names, rows: []).terminal(columns: 42).split(separator: "\n")[1]
    }
    let whole = heads(["world", "process 0", "process 1"])
    #expect(whole.contains("│ process 0 │") && whole.contains("│ process 1 │"), "\(whole)")
    let cut = heads(["world", "philosopher 0", "philosopher 1"])
    #expect(cut.contains("… 0 │") && cut.contains("… 1 │"), "\(cut)")
  }

  @Test func `say nothing in Mermaid that ends a line there`() {
    let rows = [MessageSequence.Row.note(at: 0, "one; two #3\nfour")]
    #expect(
      MessageSequence(lifelines: ["a;b"], rows: rows).mermaid == """
        sequenceDiagram
          participant p0 as a#59;b
          Note over p0: one#59; two #35;3 four
        """)
  }

  @Test func `break long lines between words`() {
    let words = Array(repeating: "word", count: 60).joined(separator: " ")
    var found = Finding(.major, "long", words)
    #expect(Trace().text(ending: found).split(separator: "\n").map(\.count).max()! <= 100)
    found = Finding(.major, "short", "words", at: "File.swift:3")
    #expect(Trace().text(ending: found) == "  ✗  short: words\n     File.swift:3")
  }
}

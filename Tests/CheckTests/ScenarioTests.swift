import Check
import Spec
import Testing

private let book = RuleBook<Toy>("Desk", resting: .idle) {
  In(.idle) {
    On(.take, "lend")
      .when("somebody may have it", code: "too_many") { toy, _ in toy[0] < 2 }
      .when("it has a number", code: "nameless") { _, number in number > 0 }
      .then { toy, _ in toy[0] += 1 }.emit(.send) { _, number in number }
    On(.give, "it is back").then { toy, _ in toy[0] -= 1 }
    On(.go, "leave").emit(.tell) { toy, _ in toy[0] }.go(.busy)
    On(.pass, "break the law").then { toy, _ in toy[0] = 9 }
  }
  Ignored(.stop, in: .idle, .busy, because: "nobody minds")
  Answers(.send, of: { $0 }) { Owed { Answer(.give) { $0 } } }
  Notice(.tell)
  Always("nine are too many") { toy in toy[0] < 9 }
}

private let design = Alone.design(
  book, [Alone.world(Toy([0]), "empty") { Input(.toy, .go) }, Alone.world(Toy([1]), "one out") { Input(.toy, .go) }])

/// What goes wrong, as `line: words`.
private func run(_ text: String) -> [String] {
  let lines = text.split(separator: "\n").enumerated().map { ScenarioLine(number: 10 + $0, text: String($1)) }
  let scenario = Scenario(title: "Lending", chapter: 1, file: "01-desk.md", line: 9, lines: lines)
  return ScenarioRunner.run(scenario, design).map { failure in
    #expect(failure.description.hasPrefix("01-desk.md:") && failure.description.contains("Lending"))
    return failure.place.dropFirst("01-desk.md:".count) + " " + failure.words
  }
}

@Suite struct `Scenarios` {
  private let good = """
    world empty
    toy.take number=1
    expect sent toy.send number=1
    expect not sent toy.tell
    expect open toy.send
    expect toy.cells[0].value 1
    expect not toy.cells[0].value 2
    toy.take number=2
    toy.take number=3 -> refused too_many
    toy.take number=3 -> refused somebody may have it
    toy.take number=3 -> refused
    toy.stop -> ignored
    answer toy.give number=2
    expect toy.cells[0].value 1
    lose toy.send
    expect not sent toy.send
    expect open toy.send
    toy.take number=0 -> refused nameless
    toy.go
    expect sent toy.tell number=1
    expect toy.phase busy
    toy.turn -> unexpected
    world one out
    expect toy.cells[0].value 1
    expect not open toy.send
    """

  @Test func `each verb does what it says`() {
    #expect(run(good) == ["31 toy.turn -> unexpected: toy turn number=0 was not expected here"])
  }

  @Test(arguments: [
    ("world full", "10 world full: no world has that name; there are empty, one out"),
    ("toy.take number=1 -> refused", "10 toy.take number=1 -> refused: was fired, not refused"),
    ("toy.take number=0", "10 toy.take number=0: was refused: nameless (it has a number)"),
    (
      "toy.take number=0 -> refused too_many",
      "10 toy.take number=0 -> refused too_many: was refused: nameless (it has a number)"
    ),
    ("toy.stop", "10 toy.stop: was ignored"),
    ("toy.stop -> refused", "10 toy.stop -> refused: was ignored, not refused"),
    ("toy.go -> ignored", "10 toy.go -> ignored: was fired, not ignored"),
    ("toy.take what=1", "10 toy.take what=1: there is no field \"what\" here; the fields are number"),
    ("toy.take number=x", "10 toy.take number=x: number is \"x\", not a number"),
    ("toy.take number=256", "10 toy.take number=256: number is 256, above its maximum 255"),
    ("toy.take number", "10 toy.take number: \"number\" is not of the form field=value"),
    ("toy", "10 toy: \"toy\" names no event; an event is named as host.event"),
    ("toy.go.now", "10 toy.go.now: \"now\" names nothing here"),
    ("toy number=1", "10 toy number=1: \"toy\" names no event; an event is named as host.event"),
    ("toy.go what=1", "10 toy.go what=1: there is no field \"what\" here; there are none"),
    ("toy take number=1", "10 toy take number=1: \"toy take\" names no event; an event is named as host.event"),
    (
      "toy sneeze number=1",
      "10 toy sneeze number=1: the event is \"sneeze\", not one of go, stop, yes, no, tick, recovered, take, give, "
        + "turn, leave, pass"
    ),
    ("sneeze loudly=3", "10 sneeze loudly=3: the event is \"sneeze\", not one of toy"),
    ("expect toy.cell 1", "10 expect toy.cell 1: ? the state has no field toy.cell"),
    ("expect not toy.cell 1", "10 expect not toy.cell 1: ? the state has no field toy.cell"),
    ("expect toy.cells[0].value 2", "10 expect toy.cells[0].value 2: it is 0"),
    ("expect not toy.cells[0].value 0", "10 expect not toy.cells[0].value 0: it was so"),
    ("expect toy.phase", "10 expect toy.phase: ? an expectation names a field and its value"),
    ("expect open toy.send", "10 expect open toy.send: open are none"),
    ("expect open toy.sent", "10 expect open toy.sent: ? no contract has that name"),
    ("expect not open toy.sent", "10 expect not open toy.sent: ? no contract has that name"),
    ("expect sent toy.tell", "10 expect sent toy.tell: sent were none"),
    ("lose toy.send", "10 lose toy.send: no such obligation is open; open are none"),
    ("answer toy.give number=1", "10 answer toy.give number=1: no open obligation admits this answer; open are none"),
    ("answer toy.give digit=1", "10 answer toy.give digit=1: there is no field \"digit\" here; the fields are number"),
    ("toy.pass", "10 toy.pass: \"nine are too many\" does not hold"),
  ])
  func `what goes wrong is told in words, with its line`(text: String, failure: String) {
    #expect(run(text) == [failure])
  }

  @Test(arguments: ["expect not sent toy.tel", "expect not sent toy.tell digit=1", "expect not sent toy"])
  func `not sending what does not exist is no merit`(text: String) {
    #expect(run(text).count == 1)
    #expect(run(text).first?.contains(": ? ") == true)
  }

  @Test func `an answer is given only to who asked for it`() {
    #expect(
      run("toy.take number=1\nanswer toy.give number=2\nlose toy.send\nanswer toy.give number=1") == [
        "11 answer toy.give number=2: no open obligation admits this answer; open are toy.send",
        "13 answer toy.give number=1: no open obligation admits this answer; open are toy.send",
      ])
  }

  @Test func `a step may be taken many times in one line, and is told once`() {
    let text = "toy.take number=1\n3 times toy.stop -> ignored\n2 times toy.take number=0 -> refused nameless"
    #expect(run(text) == [])
    #expect(run("4 times toy.go") == ["10 4 times toy.go: time 2: was unexpected"])
    for line in ["1 times toy.go", "0 times toy.go", "many times toy.go", "2 times", "100001 times toy.stop"] {
      #expect(run(line) == ["10 \(line): write a number from 2 to 100000, the word times, and a step"])
    }
    let lines = text.split(separator: "\n").enumerated().map { ScenarioLine(number: $0, text: String($1)) }
    let parts = ScenarioRunner.tell(Scenario(title: "", chapter: 1, file: "", line: 0, lines: lines), design)
    #expect(
      parts.map { $0.trace.steps.map(\.what) } == [
        [
          "toy take number=1", "toy stop", "and so 3 times in all", "toy take number=0",
          "and so 2 times in all",
        ]
      ])
  }

  @Test func `a scenario fails as soon as one value in it is another`() {
    let honest = run(good)
    for (old, new) in [
      ("expect sent toy.send number=1", "expect sent toy.send number=2"), ("value 1\nlose", "value 2\nlose"),
      ("phase busy", "phase idle"), ("too_many", "nameless"), ("expect not sent toy.tell", "expect sent toy.tell"),
      ("-> ignored", "-> refused"), ("one out", "empty"),
    ] {
      #expect(good.contains(old))
      #expect(run(replacing(good, old, new)).count > honest.count)
    }
  }
}

/// The text with the first occurrence of some words replaced.
private func replacing(_ text: String, _ old: String, _ new: String) -> String {
  guard let range = text.firstRange(of: old) else { return text }
  return text[..<range.lowerBound] + new + text[range.upperBound...]
}

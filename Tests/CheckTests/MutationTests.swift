import Check
import Spec
import Testing

private let unused = Section<Toy> {
  Ignored(.no, .tick, .recovered, .give, .turn, .pass, in: .idle, .busy, .done, because: "it is a toy")
}

/// A counter of one cell, from 0 to 3, that says how far it is; the other cells only go round.
private let counter = RuleBook<Toy>("Counter") {
  In(.idle) {
    On(.go, "count")
      .when("it is below 3") { toy, _ in toy[0] < 3 }
      .emit(.tell) { toy, _ in toy[0] }
      .then { toy, _ in toy[0] += 1 }
    On(.stop, "begin anew")
      .cancel(.ask)
      .then { toy, _ in toy[0] = 0 }
    On(.take, "go round")
      .when("it is below 2") { toy, _ in toy[1] < 2 }
      .then { toy, _ in toy[1] &+= 1 }
    On(.leave, "leave a cell that is there")
      .when("it is there") { toy, cell in Int(cell) < toy.cells.count }
      .then { toy, cell in toy[cell] = toy[cell] }
  }
  Answers(.ask) { Maybe { Answer(.yes) } }
  Notice(.tell)
  Ignored(.go, .stop, .yes, in: .busy, .done, because: "it is a toy")
  Ignored(.take, .leave, in: .busy, .done, because: "it is a toy")
  Ignored(.yes, in: .idle, because: "it is a toy")
  unused
  Always("it counts to 3") { toy in toy[0] <= 3 }
  Sometimes("it has counted") { toy in toy[0] == 3 }
}

private let world = Alone.world(Toy([0, 0])) {
  Input(.toy, .go)
  Input(.toy, .stop)
  Input(.toy, .take) { _ in [0] }
  Input(.toy, .leave) { _ in [0, 1, 2] }
}

private let design = Alone.design(counter, [world])

/// What becomes of the mutant with these words.
private func trial(_ words: String, scenarios: [Scenario] = []) throws -> Trial {
  let mutation = Mutation(design, scenarios: scenarios, parameters: [])
  let original = mutation.original(["world"], nil)
  try #require(original.complaints == [])
  let mutant = try #require(mutation.mutants().first { $0.words == words }, "\(words)")
  return mutation.trial(mutant, original)
}

@Suite struct `A mutation run` {
  @Test func `a broken law kills, by its name and the shortest run`() throws {
    let trial = try trial("guard \"it is below 3\" dropped in rule \"count\"")
    #expect(trial.verdict == .killed)
    #expect(trial.killer == "it counts to 3")
    #expect(trial.steps == 4)
    #expect(trial.words == "world world: \"it counts to 3\" does not hold")
  }

  @Test func `what is no longer met is noticed, which is no kill, and has no run`() throws {
    let trial = try trial("guard \"it is below 3\" negated in rule \"count\"")
    #expect(trial.verdict == .noticed && !trial.verdict.isKilled)
    #expect(trial.killer == "it has counted")
    #expect(trial.steps == nil)
  }

  @Test func `a static finding kills before anything is run`() throws {
    let trial = try trial("rule \"count\" dropped")
    #expect(trial.verdict == .killed)
    #expect(trial.killer == "unhandled-event")
    #expect(trial.steps == 0)
  }

  @Test func `a scenario kills, by the steps to the line that fails`() throws {
    let lines = ["world world", "toy.go", "expect sent toy.tell number=0", "toy.go", "expect sent toy.tell number=1"]
    let scenario = Scenario(
      title: "It says how far it is", chapter: 0, file: "", line: 1,
      lines: lines.enumerated().map { ScenarioLine(number: $0 + 2, text: $1) })
    let trial = try trial("effect tell done after the update in rule \"count\"", scenarios: [scenario])
    #expect(trial.verdict == .killed)
    #expect(trial.killer == "scenario: It says how far it is")
    #expect(trial.steps == 1)
  }

  @Test func `a changed effect that nothing looks at survives`() throws {
    #expect(try trial("effect tell done after the update in rule \"count\"").verdict == .survived)
    #expect(try trial("effect tell dropped in rule \"count\"").verdict == .survived)
  }

  @Test func `a change that no step shows is equivalent`() throws {
    #expect(try trial("cancellation of ask done twice in rule \"begin anew\"").verdict == .equivalent)
    #expect(try trial("the update dropped in rule \"leave a cell that is there\"").verdict == .equivalent)
  }

  @Test func `a world that grows beyond its bound is not held to be a kill`() throws {
    let trial = try trial("guard \"it is below 2\" dropped in rule \"go round\"")
    #expect(trial.verdict == .outOfBounds)
    #expect(trial.words == "world world: 48 states")
  }

  @Test func `a trap ends the process that tries the mutant`() async {
    await #expect(processExitsWith: .failure) {
      _ = try trial("guard \"it is there\" dropped in rule \"leave a cell that is there\"")
    }
  }

  @Test func `a design that is not right itself is not mutated`() {
    let broken = RuleBook<Toy>("Broken") {
      In(.idle) { On(.go, "count").then { toy, _ in toy[0] = 1 } }
      Ignored(.go, in: .busy, .done, because: "it is a toy")
      Ignored(.stop, .yes, .take, .leave, in: .idle, .busy, .done, because: "it is a toy")
      unused
      Always("it stays 0") { toy in toy[0] == 0 }
    }
    let world = Alone.world(Toy([0])) { Input(.toy, .go) }
    let original = Mutation(Alone.design(broken, [world]), scenarios: [], parameters: []).original(["world"], nil)
    #expect(original.complaints == ["world world: \"it stays 0\" does not hold"])
  }

  @Test func `a mutant is exhibited with the run that shows it, which can be taken again`() throws {
    let mutation = Mutation(design, scenarios: [], parameters: [])
    let words = "guard \"it is below 3\" dropped in rule \"count\""
    let mutant = try #require(mutation.mutants().first { $0.words == words })
    let exhibit = mutation.exhibit(mutant, ["world"], nil)
    let found = try #require(exhibit.found)
    #expect(exhibit.early.isEmpty && exhibit.world == "world")
    #expect(found.trace.events == ["toy go", "toy go", "toy go", "toy go"])
    let again = try mutation.rerun(mutant, "world", found.trace.lines.joined(separator: "\n"), nil)
    #expect(again.finds(found.finding.code, found.finding.words))
  }

  @Test func `a figure on which nothing turns is not exercised, which is neither a kill nor the same`() throws {
    let figure = ParameterFigure(name: "patience", value: "3", unit: "s", meaning: "", source: "01-toy.md:1")
    let mutation = Mutation(design, scenarios: [], parameters: [OffByOne(figure, value: "4") {}])
    let original = mutation.original(["world"], nil)
    let mutant = try #require(mutation.mutants().last)
    #expect(mutant.name == "patience=4")
    let trial = mutation.trial(mutant, original)
    #expect(trial.verdict == .unexercised && trial.verdict.rawValue == "not exercised")
    let report = MutationReport(machine: "toy", laws: [], trials: [(mutant, trial)])
    #expect(report.survivors.isEmpty && report.total.judged == 0 && !report.isGood)
  }

  @Test func `the score leaves out what is equivalent or not exercised, and counts a bound that was met as no kill`() {
    let mutants = design.mutants()
    let verdicts: [Trial.Verdict] = [
      .killed, .trapped, .noticed, .survived, .timedOut, .outOfBounds, .equivalent, .unexercised,
    ]
    let report = MutationReport(
      machine: "toy", laws: ["law", "idle law", "law"],
      trials: zip(mutants, verdicts).map { ($0, Trial($1, killer: $1.isKilled ? "law" : "")) })
    #expect(report.total.killed == 2)
    #expect(report.total.noticed == 1)
    #expect(report.total.score == 2.0 / 6)
    #expect(!report.isGood)
    #expect(report.survivors.map(\.trial.verdict) == [.noticed, .survived, .timedOut, .outOfBounds])
    #expect(report.killers.map { "\($0.killer) \($0.count)" } == ["law 2", "idle law 0"])
    for trials in [[], [(mutants[0], Trial(.equivalent))], [(mutants[0], Trial(.unexercised))]] {
      #expect(!MutationReport(machine: "toy", laws: [], trials: trials).isGood, "a score of nothing is no pass")
    }
  }
}

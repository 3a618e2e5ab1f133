import Check
import Spec
import Testing

@Suite struct `The list of mutants` {
  @Test func `there is one for each place at which an operator applies`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle, .busy) {
        On(.take, "begin")
          .when("a") { _, _ in true }
          .when("b") { _, _ in true }
          .then("count") { toy, _ in toy.small = 1 }
          .emit(.ask)
          .cancel(.timer)
          .go(.busy)
      }
      In(.idle) { Otherwise(.take, "wait").then { toy, _ in toy.small = 0 } }
      Answers(.ask) {
        Owed { Answer(.yes) }
        After(.yes) { Maybe { Answer(.no) } }
      }
      Answers(.hold, late: .admitted, faults: .lost) { Owed { Answer(.tick) } }
      Notice(.timer)
    }
    let mutants = Alone.design(book, []).mutants(parameters: [])
    #expect(
      mutants.map { "\($0.operation.rawValue): \($0.words)" } == [
        "drop-guard: guard \"a\" dropped in rule \"begin\"",
        "negate-guard: guard \"a\" negated in rule \"begin\"",
        "weaken-guard: guard \"a\" not asked in idle in rule \"begin\"",
        "weaken-guard: guard \"a\" not asked in busy in rule \"begin\"",
        "weaken-guard: guard \"a\" or \"b\" is enough in rule \"begin\"",
        "drop-guard: guard \"b\" dropped in rule \"begin\"",
        "negate-guard: guard \"b\" negated in rule \"begin\"",
        "weaken-guard: guard \"b\" not asked in idle in rule \"begin\"",
        "weaken-guard: guard \"b\" not asked in busy in rule \"begin\"",
        "drop-update: update \"count\" dropped in rule \"begin\"",
        "swap-clauses: update \"count\" done after effect ask in rule \"begin\"",
        "drop-effect: effect ask dropped in rule \"begin\"",
        "repeat-effect: effect ask done twice in rule \"begin\"",
        "reorder-effects: effect ask done after cancellation of timer in rule \"begin\"",
        "drop-effect: cancellation of timer dropped in rule \"begin\"",
        "repeat-effect: cancellation of timer done twice in rule \"begin\"",
        "retarget: phase kept in rule \"begin\"",
        "retarget: phase idle entered in rule \"begin\"",
        "retarget: phase done entered in rule \"begin\"",
        "drop-rule: rule \"begin\" dropped",
        "drop-update: the update dropped in rule \"wait\"",
        "retarget: phase busy entered in rule \"wait\"",
        "retarget: phase done entered in rule \"wait\"",
        "drop-rule: rule \"wait\" dropped",
        "swap-rules: rule \"wait\" tried before rule \"begin\"",
        "widen-contract: contract ask: the answer of stage 1 is no longer owed",
        "widen-contract: contract ask: stage 1 admits the answers of the others",
        "widen-contract: contract ask: stage 2 admits the answers of the others",
        "widen-contract: contract ask: what was cancelled may be answered late",
        "widen-contract: contract ask: an answer may be lost",
        "widen-contract: contract hold: an answer may come twice",
      ])
    #expect(mutants.map(\.name) == (1...mutants.count).map(String.init))
    #expect(mutants.allSatisfy { $0.place.hasPrefix("CheckTests/MutantTests.swift:") && $0.host == "toy" })
  }

  @Test func `each of them can be made, and none is the design itself`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle, .busy) {
        On(.go, "go").when("a") { _, _ in true }.then { toy, _ in toy.small = 1 }.emit(.ask).go(.done)
      }
      Answers(.ask) { Owed { Answer(.yes) } }
    }
    let design = Alone.design(book, [])
    for mutant in design.mutants() {
      guard case .edit(let host, let edit) = mutant.change else { continue }
      #expect(design.edited(host: host, edit) != nil, "\(mutant.words)")
    }
    #expect(design.edited(host: 0, .rule(0, .dropGuard(1))) == nil)
    #expect(design.edited(host: 0, .rule(1, .dropGuard(0))) == nil)
    #expect(design.edited(host: 0, .rule(0, .retarget(2))) == nil)
    #expect(design.edited(host: 0, .rule(0, .retarget(3))) == nil)
    #expect(design.edited(host: 0, .contract(0, .admitOthers(stage: 0))) == nil)
    #expect(design.edited(host: 1, .drop(rule: 0)) == nil)
  }

  @Test func `a fault that a contract newly admits is in every world's purse, once`() throws {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) { On(.go, "go").emit(.ask) }
      Answers(.ask) { Owed { Answer(.yes) } }
    }
    let design = Alone.design(book, [Alone.world { Input(.toy, .go) }])
    let mutant = try #require(design.edited(host: 0, .contract(0, .admit(.lost))))
    #expect(mutant.worlds[0].faults.map(\.limit) == [1])
    #expect(mutant.worlds[0].faults.map(\.name) == ["toy.ask"])
    #expect(mutant.contracts[0].contract.options.faults == [.lost])
    #expect(design.worlds[0].faults.isEmpty)
  }
}

import Spec
import Testing

// Two protocols written as their chapters would have them, to see whether the language carries them. The third, the
// topology switch, is a machine of its own: see Sources/Machines and Tests/Properties.

@Suite struct `Provider sketch` {
  private let design = Alone<Provider>.design(Provider.book, [Provider.world(crashes: 1)])

  @Test func `the book has nothing wrong and nothing to ask`() {
    #expect(design.findings == [])
  }

  @Test func `at most one provider lives, and every stop can end`() {
    let found = Exploration(design, Provider.world())
    #expect(found.breaches == [:])
    #expect(found.states.count == 65)
    #expect(found.transitions == 129)
    #expect(found.rules == Set(Provider.book.rules.map(\.name)))
    #expect(
      found.canAlwaysReach(
        from: { [.abandoning, .stopping].contains($0.machine.phase) },
        to: { [.stopped, .stuck].contains($0.machine.phase) }))
  }

  @Test func `the same with a crash at any point`() {
    let found = Exploration(design, Provider.world(crashes: 1))
    #expect(found.breaches == [:])
    #expect(found.states.count == 133)
  }

  @Test func `the naive one is asked about the spawn that it forgets`() {
    let findings = Alone<Provider>.design(Provider.naive, [Provider.world()]).findings
    #expect(
      findings.filter { $0.words.contains("spawned") }.map { "\($0.severity.word) \($0.code): \($0.words)" } == [
        "MAJOR unhandled-event: machine: spawned has neither a rule nor a word in stopping: write a rule, or say that "
          + "it is ignored, impossible or refused there",
        "QUESTION answer-unhandled: machine: spawned is not handled in stopping and stuck, where spawn may be open, "
          + "for example after start and stop: wait for the answer before leaving",
      ])
    #expect(Verdict(findings) == .fixRequired)
  }

  @Test func `a walk of the naive one meets the process that nobody will stop`() {
    let found = Exploration(Alone<Provider>.design(Provider.naive, [Provider.world()]), Provider.world())
    #expect(found.breaches["unexpected-event"] == ["input start", "input stop", "answer spawned"])
  }
}

@Suite struct `Budget sketch` {
  private let design = Alone<Budget>.design(Budget.book, [Budget.world(calls: 2)])

  @Test func `the book has nothing wrong and nothing to ask`() {
    #expect(design.findings == [])
  }

  @Test(arguments: [(2, 0, 0, 351), (1, 1, 1, 266)])
  func `every scope conserves, whatever comes when`(calls: Int, repeats: Int, crashes: Int, states: Int) {
    let found = Exploration(design, Budget.world(calls: calls, repeats: repeats, crashes: crashes))
    #expect(found.breaches == [:])
    #expect(found.states.count == states)
    #expect(found.rules.subtracting(Budget.book.rules.map(\.name)) == [])
  }

  @Test func `a settlement that comes again changes nothing`() {
    let found = Exploration(design, Budget.world(calls: 1, repeats: 1))
    #expect(found.rules.contains("it was settled before: nothing changes"))
  }

  @Test func `BUD-5: an estimate of 1,141 is held as 1,370, and denied at 9,500 of 10,000`() {
    var budget = Budget(scopes: [Budget.Scope(budget: 10_000, used: 9_500)])
    let request = Budget.Request(reservation: 1, estimate: 1_141, scopes: 1)
    #expect(request.hold == 1_370)
    var outbox = Outbox<Budget.Effect>()
    #expect(Program(Budget.book).step(&budget, .check(request), &outbox) == .fired(rule: 1))
    #expect(budget.scopes[0].used == 9_500)
  }
}

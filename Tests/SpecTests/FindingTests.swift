import Spec
import Testing

/// The findings of one code, as `MAJOR: words`.
private func findings(_ code: String, _ findings: [Finding]) -> [String] {
  findings.filter { $0.code == code }.map { "\($0.severity.word): \($0.words)" }
}

private func findings(_ code: String, _ book: RuleBook<Toy>) -> [String] {
  findings(code, BookDescription(book).findings)
}

@Suite struct `Findings in rules` {
  @Test func `a book in which everything is decided is clean`() {
    let book = RuleBook<Toy>("Toy", resting: .idle, .done) {
      In(.idle) { On(.go, "ask").emit(.ask).go(.busy) }
      In(.busy) {
        On(.yes, "done").go(.done)
        On(.no, "not done").go(.idle)
      }
      Refused(.go, in: .busy, .done, unless: "nothing runs")
      Impossible(.yes, .no, in: .idle, .done, because: "nobody asked")
      Toy.ignoring(.stop, .tick, .number, .recovered)
      Answers(.ask) {
        Owed {
          Answer(.yes)
          Answer(.no)
        }
      }
    }
    let unused = BookDescription(book).findings
    #expect(unused.allSatisfy { $0.code == "never-emitted" })
    #expect(unused.map(\.words).first == "no rule sends hold: emit it, or drop the effect")
    #expect(Verdict(unused) == .ready)
  }

  @Test func `unhandled-event: a pair of phase and event that nobody decided about`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) { On(.go, "begin").go(.busy) }
      In(.busy) { On(.stop, "end").go(.idle) }
      Ignored(.go, in: .busy, because: "it runs")
      Ignored(.stop, in: .idle, .done, because: "nothing runs")
      Toy.ignoring(.yes, .no, .tick, .number, .recovered)
    }
    let found = BookDescription(book).findings.filter { $0.code == "unhandled-event" }
    #expect(found.map(\.severity) == [.major])
    #expect(
      found.map(\.words) == [
        "go has neither a rule nor a word in done: write a rule, or say that it is ignored, impossible or refused there"
      ])
    #expect(found[0].place.hasPrefix("SpecTests/FindingTests.swift:"))
  }

  @Test func `unreachable-rule: what stands above fires first`() {
    let flag = Guard<Toy, Void>("bit 0") { toy, _ in toy.flags & 1 != 0 }
    let other = Guard<Toy, Void>("bit 1") { toy, _ in toy.flags & 2 != 0 }
    #expect(
      findings(
        "unreachable-rule",
        RuleBook<Toy>("Toy") {
          In(.idle, .busy) {
            On(.go, "always")
            Otherwise(.go, "never").when(flag)
            On(.stop, "flagged").when(flag)
            Otherwise(.stop, "flagged twice").when(flag).when(other)
            On(.yes, "one").when(flag)
            Otherwise(.yes, "two").when(!flag)
            Otherwise(.yes, "three").when(other)
          }
        }) == [
          "MAJOR: the rule \"never\" for go never fires in idle and busy, because \"always\" stands above it without a "
            + "guard: write the special case first, or drop it",
          "MAJOR: the rule \"flagged twice\" for stop never fires in idle and busy, because whenever its guards "
            + "hold, so do those of \"flagged\" above it: write the special case first, or drop it",
          "MAJOR: the rule \"three\" for yes never fires in idle and busy, because whenever its guards hold, so "
            + "do those of \"one\" and \"two\" above it: write the special case first, or drop it",
        ])
    #expect(
      findings(
        "unreachable-rule",
        RuleBook<Toy>("Toy") {
          In(.idle) {
            On(.go, "flagged twice").when(flag).when(other)
            Otherwise(.go, "flagged").when(flag)
            Otherwise(.go, "never flagged")
          }
          In(.busy) { On(.go, "elsewhere") }
        }) == [])
  }

  @Test func `unreachable-rule: a word that contradicts a rule, or another word`() {
    #expect(
      findings(
        "unreachable-rule",
        RuleBook<Toy>("Toy") {
          In(.idle, .busy) { On(.go, "go") }
          Impossible(.go, in: .busy, .done, because: "it runs")
          Ignored(.go, in: .done, because: "it ran")
        }) == [
          "MAJOR: go is declared impossible in busy, where a rule handles it: drop one",
          "MAJOR: go is declared ignored in done, where an earlier line already says what becomes of it: drop one",
        ])
  }

  @Test func `unordered-rules: two rules that may both hold`() {
    let flag = Guard<Toy, Void>("bit 0") { toy, _ in toy.flags & 1 != 0 }
    let other = Guard<Toy, Void>("bit 1") { toy, _ in toy.flags & 2 != 0 }
    #expect(
      findings(
        "unordered-rules",
        RuleBook<Toy>("Toy") {
          In(.idle) {
            On(.go, "one").when(flag)
            On(.go, "two").when(other)
          }
        }) == [
          "MAJOR: \"one\" and \"two\" for go may both hold in idle, and no order is said: make the second an "
            + "Otherwise, or guard it by the negation of a guard of the first"
        ])
    #expect(
      findings(
        "unordered-rules",
        RuleBook<Toy>("Toy") {
          In(.idle) {
            On(.go, "one").when(flag).when(other)
            On(.go, "two").when(!flag)
            Otherwise(.go, "three")
            On(.stop, "four").when(flag)
          }
          In(.busy) { On(.stop, "five").when(other) }
        }) == [])
  }

  @Test func `first-otherwise: nothing stands above it`() {
    #expect(
      findings(
        "first-otherwise",
        RuleBook<Toy>("Toy") {
          In(.idle) { On(.go, "one").when("bit 0") { toy, _ in toy.flags & 1 != 0 } }
          In(.idle, .busy) { Otherwise(.go, "two") }
        }) == ["MINOR: the Otherwise \"two\" has no rule for go above it in busy: write it as On"])
  }

  @Test func `duplicate-name: a name that stands for two things`() {
    let flag = Guard<Toy, Void>("bit 0") { toy, _ in toy.flags & 1 != 0 }
    let found = findings(
      "duplicate-name",
      RuleBook<Toy>("Toy") {
        In(.idle) { On(.go, "step").when(flag).when(flag).emit(.ask) }
        In(.busy) { On(.stop, "step").when(flag) }
        Answers(.ask) { Owed { Answer(.yes) } }
        Notice(.ask)
        Always("true") { _ in true }
        Sometimes("true") { _ in true }
      })
    #expect(
      found.map { $0.prefix(35) }
        == [
          "MAJOR: two rules are called \"step\" (", "MAJOR: two properties are called \"tr",
          "MAJOR: two contracts are called \"as", "MAJOR: the rule \"step\" has the guard",
        ].map { $0.prefix(35) })
    #expect(
      findings(
        "duplicate-name",
        RuleBook<Toy>("Toy") {
          In(.idle) { On(.go, "one").when(flag) }
          In(.busy) { On(.go, "two").when(flag) }
        }) == [])
  }

  @Test func `token-mismatch: a token and its enum disagree`() {
    let wrong = Signal<Toy.Event, Void>("halt", kind: 1, .stop)
    let beyond = Signal<Toy.Event, Void>("gone", kind: 7, .go)
    let mentions = Section<Toy> { Toy.ignoring(.go, .stop, .yes, .no, .tick, .recovered) }
    #expect(
      findings(
        "token-mismatch",
        RuleBook<Toy>("Toy") {
          In(.idle) { On(wrong, "halt") }
          Toy.ignoring(.number)
          mentions
        }) == [
          "CRITICAL: the token of the event halt has kind 1, which the enum calls stop: make the two agree"
        ])
    #expect(
      findings(
        "token-mismatch",
        RuleBook<Toy>("Toy") {
          Toy.ignoring(beyond)
          mentions
        }) == [
          "CRITICAL: the token of the event gone has kind 7, and there are 7 names: give it the kind of its case",
          "CRITICAL: no rule, silence or contract mentions the event number: say what each phase does with it, or "
            + "drop the case",
        ])
    let effect = Signal<Toy.Effect, Void>("wonder", kind: 0, .ask)
    #expect(
      findings(
        "token-mismatch",
        RuleBook<Toy>("Toy") {
          Toy.ignoring(.number)
          mentions
          Notice(effect)
        }) == [
          "CRITICAL: the token of the effect wonder has kind 0, which the enum calls ask: make the two agree"
        ])
    let nowhere = Signal<Toy.Effect, Void>("nowhere", kind: 9, .ask)
    let book = RuleBook<Toy>("Toy") {
      Toy.ignoring(.number)
      mentions
      Notice(nowhere)
    }
    #expect(
      findings("token-mismatch", Alone.design(book, []).findings) == [
        "CRITICAL: machine: the token of the effect nowhere has kind 9, and there are 5 names: give it the kind of "
          + "its case"
      ])
  }
}

@Suite struct `Findings in contracts` {
  @Test func `stray-effect: nobody answers it, and nobody says that nobody does`() {
    let book = RuleBook<Toy>("Toy") { In(.idle) { On(.go, "go").emit(.ask).emit(.hold) } }
    let told = RuleBook<Toy>("Toy") {
      In(.idle) { On(.go, "go").emit(.ask).emit(.hold) }
      Notice(.ask)
      Answers(.hold) { Maybe { Answer(.yes) } }
    }
    #expect(
      findings("stray-effect", book).first
        == "QUESTION: does a system route ask, sent by \"go\"? It has neither contract nor notice: declare what "
        + "answers it, or that it is a notice")
    #expect(
      findings("stray-effect", Alone.design(book, []).findings).first
        == "MAJOR: machine: ask, sent by \"go\", has neither contract, route nor notice: declare what answers it, or "
        + "that it is a notice, or route it")
    #expect(findings("stray-effect", told) == [])
  }

  @Test func `never-emitted: a contract that no rule needs`() {
    let book = RuleBook<Toy>("Toy") {
      In(.idle) { On(.go, "go").emit(.tell) { toy, _ in toy.log } }
      Answers(.ask) { Owed { Answer(.yes) } }
      Notice(.hold)
      Notice(.tell)
    }
    #expect(
      findings("never-emitted", book).prefix(2) == [
        "MINOR: no rule sends ask: emit it, or drop the contract",
        "MINOR: no rule sends hold: emit it, or drop the notice",
      ])
    #expect(!findings("never-emitted", book).contains { $0.contains("tell") })
  }

  @Test func `reissued-staged: a crash would make a second one, or begin again`() {
    func book(_ afterCrash: ContractOptions.AfterCrash, holds: String?) -> RuleBook<Toy> {
      RuleBook<Toy>("Toy") {
        Answers(.ask, afterCrash: afterCrash) {
          Owed { Answer(.yes) }
          After(.yes) { Maybe { Answer(.no) } }
        }
        Answers(.hold, holds: holds, afterCrash: afterCrash) { Owed { Answer(.yes) } }
      }
    }
    #expect(
      findings("reissued-staged", book(.reissued, holds: "process")) == [
        "MAJOR: ask is reissued after a crash, but it has 2 stages, and would begin again at the first: say that it is "
          + "resumed, or forgotten",
        "MAJOR: hold is reissued after a crash, but it holds a process, and a second hold would make a second "
          + "one: say that it is resumed, or forgotten",
      ])
    #expect(findings("reissued-staged", book(.reissued, holds: nil)).count == 1)
    #expect(findings("reissued-staged", book(.resumed, holds: "process")) == [])
    #expect(findings("reissued-staged", book(.forgotten, holds: "process")) == [])
  }

  @Test func `cancelled-holding: forgetting it does not end it`() {
    func book(holds: String?) -> RuleBook<Toy> {
      RuleBook<Toy>("Toy") {
        In(.idle) {
          On(.go, "go").emit(.hold)
          On(.stop, "stop").cancel(.hold)
        }
        Answers(.hold, holds: holds, afterCrash: .resumed) { Owed { Answer(.yes) } }
      }
    }
    #expect(
      findings("cancelled-holding", book(holds: "process")) == [
        "MAJOR: \"stop\" cancels hold, which holds a process: forgetting it does not end it; ask it to stop and "
          + "wait for the answer"
      ])
    #expect(findings("cancelled-holding", book(holds: nil)) == [])
    let notice = RuleBook<Toy>("Toy") {
      In(.idle) { On(.stop, "stop").cancel(.hold) }
      Notice(.hold)
    }
    #expect(
      findings("cancelled-unanswered", notice) == [
        "MAJOR: \"stop\" cancels hold, which nothing answers: drop the cancellation, or write the contract"
      ])
  }

  @Test func `answer-unheard: no phase does anything with it`() {
    func book(_ more: Section<Toy>) -> RuleBook<Toy> {
      RuleBook<Toy>("Toy") {
        In(.idle) { On(.go, "go").emit(.ask) }
        Answers(.ask) { Owed { Answer(.yes) } }
        more
      }
    }
    #expect(
      findings("answer-unheard", book(Impossible(.yes, in: .idle, because: "we hope so"))) == [
        "MAJOR: ask may be answered yes, and no phase handles it: write a rule where ask may be open"
      ])
    #expect(findings("answer-unheard", book(Ignored(.yes, in: .idle, because: "we know"))) == [])
  }

  @Test func `volatile-unrecovered: a reset machine must be told`() {
    func book(_ recovery: Toy.Event?, isVolatile: Bool = true, _ rules: Section<Toy>) -> RuleBook<Toy> {
      RuleBook<Toy>("Toy", recovery: recovery, isVolatile: isVolatile) { rules }
    }
    let handled: Section<Toy> = In(.idle) { On(.recovered, "begin closed").go(.busy) }
    #expect(
      findings("volatile-unrecovered", book(nil, handled)) == [
        "MAJOR: a crash resets Toy, and it has no event that tells it of a restart: name the event with "
          + "recovery: and say what it does"
      ])
    #expect(
      findings("volatile-unrecovered", book(.recovered, Ignored(.recovered, in: .busy, because: "it runs"))) == [
        "MAJOR: a crash resets Toy, and it has no rule for recovered in idle, where it starts again: name the "
          + "event with recovery: and say what it does"
      ])
    #expect(findings("volatile-unrecovered", book(.recovered, handled)) == [])
    #expect(findings("volatile-unrecovered", book(nil, isVolatile: false, handled)) == [])
  }
}

@Suite struct `Findings in the skeleton` {
  /// Asks on go; what happens on stop is the test's.
  private func book(
    late: ContractOptions.Late = .fenced, again: ContractOptions.Again = .finding,
    _ stop: On<Toy, Void>, _ more: Section<Toy> = Toy.ignoring(.tick)
  ) -> RuleBook<Toy> {
    RuleBook<Toy>("Toy", resting: .idle, .done) {
      In(.idle) { On(.go, "ask").emit(.ask).go(.busy) }
      In(.busy) {
        On(.yes, "done").go(.done)
        stop
      }
      Impossible(.yes, in: .idle, because: "nobody asked")
      Answers(.ask, late: late, again: again) { Owed { Answer(.yes) } }
      more
    }
  }

  @Test func `answer-unhandled: an obligation may be open where nobody expects its answer`() {
    #expect(
      findings("answer-unhandled", book(On(.stop, "stop").go(.idle))) == [
        "QUESTION: yes is declared impossible in idle, where ask may be open, for example after go and stop: "
          + "write a rule there, or cancel ask on the way"
      ])
    #expect(findings("answer-unhandled", book(On(.stop, "stop").cancel(.ask).go(.idle))) == [])
    #expect(findings("answer-unhandled", book(late: .admitted, On(.stop, "stop").cancel(.ask).go(.idle))).count == 1)
    // Its data tells whether it asked; the names of the guards tell nothing.
    #expect(
      findings(
        "answer-unhandled",
        book(On(.stop, "stop").when("nothing is open") { toy, _ in toy.flags != 0 }.go(.idle))
      ).count == 1)
  }

  @Test func `answer-unhandled: several may be open under different keys`() {
    func book(_ leave: On<Toy, Void>) -> RuleBook<Toy> {
      RuleBook<Toy>("Toy", resting: .done) {
        In(.idle) {
          On(.number, "send").emit(.send) { _, number in number }
          leave
        }
        Answers(.send, of: { $0 }) { Owed { Answer(.yes) } }
      }
    }
    #expect(
      findings("answer-unhandled", book(On(.yes, "done with all").go(.done))) == [
        "QUESTION: yes is not handled in done, where send may be open, for example after number, number and "
          + "yes: write a rule there, or cancel send on the way"
      ])
    #expect(findings("answer-unhandled", book(On(.yes, "done with all").cancelAll(.send).go(.done))) == [])
  }

  @Test func `waits-in-vain: a rule for an answer that nothing there can give`() {
    let more: Section<Toy> = In(.done) { On(.yes, "thanks again") }
    #expect(
      findings("waits-in-vain", book(On(.stop, "stop").cancel(.ask).go(.idle), more)) == [
        "QUESTION: \"thanks again\" waits for yes in done, where ask is never open: drop the rule, or emit it before"
      ])
    #expect(findings("waits-in-vain", book(On(.stop, "stop").go(.done), more)) == [])
  }

  @Test func `owed-at-rest: something is owed where the machine may stay and wants nothing`() {
    let more: Section<Toy> = Ignored(.yes, in: .done, because: "too late")
    #expect(
      findings("owed-at-rest", book(On(.stop, "stop").go(.done), more)) == [
        "QUESTION: the answer to ask may be owed at rest in done, where no rule wants it, for example after go "
          + "and stop: cancel it on the way"
      ])
    #expect(findings("owed-at-rest", book(On(.stop, "stop").cancel(.ask).go(.done), more)) == [])
  }

  @Test func `nothing-owed: only inputs lead out`() {
    #expect(
      findings("nothing-owed", book(On(.stop, "forget").cancel(.ask))) == [
        "QUESTION: no answer is owed in busy, for example after go and stop: only inputs lead out; set a timer, "
          + "or declare the phase resting"
      ])
    #expect(findings("nothing-owed", book(On(.stop, "forget").cancel(.ask).go(.idle))) == [])
    let lossy = RuleBook<Toy>("Toy", resting: .done) {
      In(.idle) { On(.go, "ask").emit(.ask).go(.busy) }
      In(.busy) { On(.yes, "done").go(.done) }
      Answers(.ask, faults: .lost) { Owed { Answer(.yes) } }
    }
    #expect(
      findings("nothing-owed", lossy).last
        == "QUESTION: no answer is owed in busy, for example after go (the answer to ask may be lost): only inputs "
        + "lead out; set a timer, or declare the phase resting")
  }

  @Test func `emitted-while-open: an identity may be sent twice`() {
    #expect(
      findings("emitted-while-open", book(On(.stop, "ask again").emit(.ask))) == [
        "QUESTION: \"ask again\" may send ask in busy while an answer to it is open, for example after go: "
          + "cancel the old one, give it a key, or say what again: means"
      ])
    #expect(findings("emitted-while-open", book(On(.stop, "ask again").cancel(.ask).emit(.ask))) == [])
    #expect(findings("emitted-while-open", book(again: .joins, On(.stop, "ask again").emit(.ask))) == [])
    #expect(findings("emitted-while-open", book(again: .replaces, On(.stop, "ask again").emit(.ask))) == [])
  }

  @Test func `lost-without-timer: nobody would notice`() {
    func book(_ ask: On<Toy, Void>) -> RuleBook<Toy> {
      RuleBook<Toy>("Toy") {
        In(.idle) { ask.go(.busy) }
        In(.busy) {
          On(.yes, "done").cancel(.timer).go(.done)
          On(.tick, "give up").cancel(.ask).go(.done)
        }
        Answers(.ask, faults: .lost) { Owed { Answer(.yes) } }
        Timer(.timer, after: .seconds(1), fires: .tick, afterCrash: .again)
      }
    }
    #expect(
      findings("lost-without-timer", book(On(.go, "ask").emit(.ask))) == [
        "MINOR: the answer to ask may be lost, and no timer runs beside it in busy: set one"
      ])
    #expect(findings("lost-without-timer", book(On(.go, "ask").emit(.ask).emit(.timer))) == [])
  }

  @Test func `late-unguarded: a rule that takes any answer, where a stale one may come`() {
    let stop = On<Toy, Void>(.stop, "ask anew").cancel(.ask).emit(.ask)
    #expect(
      findings("late-unguarded", book(late: .admitted, stop)) == [
        "QUESTION: \"done\" takes any yes, and in busy it may be a late or repeated one: guard it by what tells "
          + "one try from the next"
      ])
    #expect(findings("late-unguarded", book(late: .fenced, stop)) == [])
    #expect(findings("late-unguarded", book(late: .admitted, On(.stop, "leave").go(.done))) == [])
  }

  @Test func `unreached-phase: no rule leads there`() {
    let book = RuleBook<Toy>("Toy") { In(.idle) { On(.go, "go").go(.done) } }
    #expect(
      findings("unreached-phase", book) == [
        "MINOR: no rules lead to busy: write the rule that does, or drop the phase"
      ])
    let world = Alone.world(Toy(phase: .busy)) { Input(.machine, .go) }
    #expect(
      findings("unreached-phase", Alone.design(book, [world]).findings) == [
        "MINOR: machine: no rules lead to idle and done: write the rule that does, or drop the phase"
      ])
  }
}

@Suite struct `Findings in systems` {
  private let passing = RuleBook<Toy>("Passing", resting: .idle) {
    In(.idle) { On(.number, "pass it on").emit(.send) { _, number in number } }
  }

  @Test func `a routed effect has a destination, and a routed event somebody who owes it`() {
    let waiting = RuleBook<Toy>("Waiting", resting: .done) {
      In(.idle) { On(.number, "take it").go(.done) }
    }
    let route: DesignPart<Duo> = Route(.send, of: .one, to: .two, as: .number, over: .direct)
    let design = Duo.design(passing, waiting, [route], [])
    #expect(findings("stray-effect", design.findings) == [])
    #expect(findings("nothing-owed", design.findings) == [])
    let apart = Duo.design(passing, waiting, [], [])
    #expect(findings("stray-effect", apart.findings).count == 1)
    #expect(
      findings("nothing-owed", apart.findings) == [
        "QUESTION: two: no answer is owed in idle: only inputs lead out; set a timer, or declare the phase resting"
      ])
  }

  @Test func `route-cycle: a step might never end`() {
    let there: DesignPart<Duo> = Route(.send, of: .one, to: .two, as: .number, over: .direct)
    let back: DesignPart<Duo> = Route(.send, of: .two, to: .one, as: .number, over: .direct)
    let slowly: DesignPart<Duo> = Route(.send, of: .two, to: .one, as: .number, over: .fifo)
    #expect(
      findings("route-cycle", Duo.design(passing, passing, [there, back], []).findings) == [
        "CRITICAL: direct routes lead in a circle, one.number → two.number → one.number: a step might never end; "
          + "put a channel in it"
      ])
    #expect(findings("route-cycle", Duo.design(passing, passing, [there, slowly], []).findings) == [])
  }

  @Test func `two-destinations: an effect goes to a place once`() {
    let told = RuleBook<Toy>("Told") {
      In(.idle) { On(.number, "pass it on").emit(.send) { _, number in number } }
      Notice(.send)
    }
    let route: DesignPart<Duo> = Route(.send, of: .one, to: .two, as: .number, over: .direct)
    #expect(
      findings("two-destinations", Duo.design(told, passing, [route, route], []).findings) == [
        "MAJOR: one: send is routed to two twice: drop one route"
      ])
    #expect(findings("two-destinations", Duo.design(told, passing, [route], []).findings) == [])
  }

  @Test func `route-unanswered: a machine that keeps a contract answers over a route`() {
    let asking = RuleBook<Toy>("Asking") {
      In(.idle) {
        On(.number, "ask").emit(.send) { _, number in number }
        On(.yes, "done")
      }
      Answers(.send) { Owed { Answer(.yes) } }
    }
    let there: DesignPart<Duo> = Route(.send, of: .one, to: .two, as: .number, over: .fifo)
    let back: DesignPart<Duo> = Route(.send, of: .two, to: .one, as: .yes, over: .fifo) { _ in () }
    #expect(
      findings("route-unanswered", Duo.design(asking, passing, [there], []).findings) == [
        "MAJOR: one: send is routed to two, which keeps its contract, and no route brings yes back: route it"
      ])
    #expect(findings("route-unanswered", Duo.design(asking, passing, [there, back], []).findings) == [])
  }

  @Test func `token-mismatch: a route by the wrong name`() {
    let misnamed = Signal<Toy.Event, UInt8>("digit", kind: 5, Toy.Event.number) { _ in nil }
    let route: DesignPart<Duo> = Route(.send, of: .one, to: .two, as: misnamed, over: .direct)
    #expect(
      findings("token-mismatch", Duo.design(passing, passing, [route], []).findings).contains(
        "CRITICAL: the route of send uses the token digit of two with kind 5, which the enum calls number: make "
          + "the two agree"))
  }

  @Test func `duplicate-name: worlds are told apart by name`() {
    let world = World<Duo>("small", "", start: { Duo() }) { Input(.one, .number) { _ in [1] } }
    #expect(
      findings("duplicate-name", Duo.design(passing, passing, [], [world, world]).findings).contains(
        "MAJOR: two worlds are called \"small\": give one of them another name"))
  }
}

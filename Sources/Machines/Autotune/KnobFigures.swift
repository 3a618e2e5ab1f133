import Spec

/// Stage 2 by itself, over figures that are chosen for their edges: ties, zeros, and what cannot be measured.
public enum KnobFigures {
  public typealias System = Solo<KnobSearch>

  /// The search where somebody else measures its cells, and tells what they came to.
  static let book = RuleBook<KnobSearch>(KnobSearch.book.title, KnobSearch.book.words, resting: .idle) {
    KnobSearch.all
    Answers(.probe) {
      Owed { Answer(.judged, where: { _, _ in true }, try: { _ in judgements }) }
    }
    Notice(.dropProbe)
    Notice(.searched)
  }

  public static let design = System.design("knob-search", chapter: "11-autotune.md", book: book, worlds: [edges])

  static let edges = World<System>(
    "edges", "3 cells with figures at the edges of the rule: zero, equal, a tie to the last digit, nothing measured",
    start: {
      var plan = TunePlan()
      plan.axes.maxBatch = [1]
      return Solo(plan.search)
    }
  ) {
    Input(.machine, .search, atMost: 1) { _ in [1] }
    Input(.machine, .cut, atMost: 1) { system in
      [.measuring, .recording, .marking].contains(system.machine.phase) ? [()] : []
    }
  }

  /// 10 tokens per second at 4 s, and what lies around it.
  private static let judgements: [Judgement] = [
    feasible(10_000_000, 4_000_000), feasible(10_200_000, 3_000_000), feasible(10_200_001, 5_000_000),
    feasible(9_800_000, nil), feasible(0, 1), Judgement(.feasible), Judgement(.failed, errors: 1),
    Judgement(.tooSlow, rate: Rate(microtokens: 20_000_000), firstToken: Microseconds(60_000_001)),
    Judgement(.portHeld, errors: 3), Judgement(.stuck), Judgement(.dropped),
  ]

  private static func feasible(_ microtokens: UInt64, _ microseconds: UInt64?) -> Judgement {
    Judgement(.feasible, rate: Rate(microtokens: microtokens), firstToken: microseconds.map { Microseconds($0) })
  }
}

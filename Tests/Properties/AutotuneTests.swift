import Check
import Machines
import Spec
import Testing

/// What an exploration of a world counts.
private struct Size: Equatable, CustomStringConvertible {
  let distinct: Int
  let generated: Int
  let depth: Int

  init(_ distinct: Int, _ generated: Int, _ depth: Int) {
    self.distinct = distinct
    self.generated = generated
    self.depth = depth
  }

  init(_ report: ExplorationReport) { self.init(report.distinct, report.generated, report.depth) }

  var description: String { "Size(\(distinct), \(generated), \(depth))" }
}

@Suite struct `Autotune and its parts` {
  /// Explores every world of a design; expects what it counts and that every law holds. Returns what never happened.
  private func expect<S: System>(
    _ sizes: [Size], of design: Design<S>, leadsTo: [String], at location: SourceLocation = #_sourceLocation
  ) -> (rules: [String], sometimes: [String]) {
    let worlds = design.worlds.filter(\.isExhaustive)
    let reports = worlds.map { explore(design, world: $0) }
    #expect(reports.map(Size.init) == sizes, sourceLocation: location)
    for report in reports {
      #expect(report.verdict == .ready && report.isComplete, sourceLocation: location)
      #expect(
        report.findings.filter { $0.finding.severity <= .major }.map(\.finding.words) == [], sourceLocation: location)
      #expect(report.leadsTo == leadsTo && report.judgesLeadsTo, sourceLocation: location)
    }
    func inNone(_ names: (Coverage) -> [String]) -> [String] {
      reports.dropFirst().reduce(names(reports[0].coverage)) { missing, report in
        missing.filter(names(report.coverage).contains)
      }
    }
    return (inNone(\.neverFired), inNone(\.neverMet))
  }

  private static let serverLeadsTo = [
    "every start leads to a server that is ready, or to an end", "every stop ends", "every request is answered",
  ]
  private static let serviceLeadsTo = [
    "every service that is to stop does, or is given up", "every survey ends",
    "every service that is to start does, or is lost",
  ]

  @Test func `a whole run: stopped at any moment, crashed at any moment, and from end to end`() {
    let never = expect(
      [
        Size(4236, 16_394, 34), Size(7188, 31_658, 38), Size(7551, 31_416, 39), Size(15_448, 66_856, 43),
        Size(346, 1167, 29),
      ],
      of: Autotune.design,
      leadsTo: ["every run ends"] + Self.serviceLeadsTo
        + ["every selection ends", "every pre-warm ends", "every search ends", "every probe ends"]
        + Self.serverLeadsTo + ["every apply ends"])
    // A run orders each of these once; the parts, which are explored alone as well, stand more than that.
    #expect(
      never.rules == [
        #"service: "one attempt is made""#, #"provider: "there is nothing to stop""#,
      ])
    #expect(never.sometimes == [])
  }

  @Test func `one server, from its start to its end`() {
    let never = expect([Size(94, 421, 9), Size(97, 435, 9)], of: ProviderLife.design, leadsTo: Self.serverLeadsTo)
    #expect(never == ([], []))
  }

  @Test func `the search of the knobs, over figures at the edges of its rule`() {
    let never = expect([Size(462, 1441, 8)], of: KnobFigures.design, leadsTo: ["every search ends"])
    #expect(never == ([], []))
  }

  @Test func `an apply, given up and crashed at any moment`() {
    let never = expect([Size(30, 49, 5)], of: Applying.design, leadsTo: ["every apply ends"])
    #expect(never == ([], []))
  }

  @Test func `the operator's service, stopped and brought back`() {
    let never = expect([Size(32, 84, 7), Size(38, 95, 7)], of: Draining.design, leadsTo: Self.serviceLeadsTo)
    #expect(never == ([], []))
  }

  @Test func `runs of the usual size break nothing, at random`() {
    let report = fuzz(
      Autotune.design, world: Autotune.whole, options: FuzzOptions(seed: 5, cases: 300, steps: 200))
    #expect(report.findings.map(\.finding.words) == [])
  }

  @Test func `the designs are asked about what the run's clock answers, and about nothing else`() {
    func questions<S: System>(_ design: Design<S>) -> [String] {
      design.findings.map { "\($0.severity.word) \($0.code): \($0.words.prefix { $0 != "," })" }
    }
    // Looking around, at the cache and at a server that hangs are bounded by the deadline, which is the run's timer.
    let lost: (String, String) -> String = { "MINOR lost-without-timer: \($0): the answer to \($1) may be lost" }
    let nothing: (String) -> String = { "QUESTION nothing-owed: machine: no answer is owed in \($0)" }
    #expect(
      questions(Autotune.design) == [
        lost("service", "lookAround"), lost("prewarm", "checkCache"), lost("provider", "request"),
        // Whoever said stop before the set-up was done has stopped the clock as well.
        "QUESTION answer-unhandled: run: deadlinePassed is declared impossible in restoring",
      ])
    #expect(questions(ProviderLife.design) == [lost("machine", "request"), nothing("asked")])
    #expect(questions(KnobFigures.design) == [])
    #expect(questions(Applying.design) == [])
    #expect(questions(Draining.design) == [lost("machine", "lookAround"), nothing("surveying")])
  }

  @Test func `any state stands any event, and what is decoded is what was encoded`() {
    let stepper = Stepper(Autotune.design)
    let sampler = Sampler(SplitMix64(seed: 3))
    var names: Set<String> = []
    for _ in 0..<20_000 {
      var state = Autotune()
      var event = Autotune.Event()
      sampler.draw(&state)
      sampler.draw(&event)
      names.insert(Printer.lines(of: event).prefix(2).map(\.value).joined(separator: "."))
      var decoded = Autotune()
      decoded.become(state)
      #expect(decoded == state)
      _ = stepper.step(&state, event)
    }
    let all = Autotune.design.hosts.flatMap { host in host.book.events.map { "\(host.name).\($0)" } }
    #expect(all.filter { !names.contains($0) } == [])
  }
}

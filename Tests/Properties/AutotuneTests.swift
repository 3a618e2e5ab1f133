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

  @Test func `a whole run: stopped at any moment, crashed at any moment, and from end to end`() {
    let never = expect(
      [Size(0, 0, 0), Size(0, 0, 0), Size(0, 0, 0)], of: Autotune.design,
      leadsTo: [])
    #expect(never.rules == [])
    #expect(never.sometimes == [])
  }

  @Test func `one server, from its start to its end`() {
    let never = expect([Size(0, 0, 0), Size(0, 0, 0)], of: ProviderLife.design, leadsTo: [])
    #expect(never == ([], []))
  }

  @Test func `the search of the knobs, over figures at the edges of its rule`() {
    let never = expect([Size(0, 0, 0)], of: KnobFigures.design, leadsTo: [])
    #expect(never == ([], []))
  }

  @Test func `an apply, given up and crashed at any moment`() {
    let never = expect([Size(0, 0, 0), Size(0, 0, 0)], of: Applying.design, leadsTo: [])
    #expect(never == ([], []))
  }

  @Test func `the operator's service, stopped and brought back`() {
    let never = expect([Size(0, 0, 0), Size(0, 0, 0)], of: Draining.design, leadsTo: [])
    #expect(never == ([], []))
  }

  @Test func `runs of the usual size break nothing, at random`() {
    let report = fuzz(
      Autotune.design, world: Autotune.design.worlds[3], options: FuzzOptions(seed: 5, cases: 300, steps: 200))
    #expect(report.findings.map(\.finding.words) == [])
  }

  @Test func `the designs are asked about nothing that is not known`() {
    func questions<S: System>(_ design: Design<S>) -> [String] {
      design.findings.map { "\($0.severity.word) \($0.code): \($0.words)" }
    }
    #expect(questions(Autotune.design) == [])
    #expect(questions(ProviderLife.design) == [])
    #expect(questions(KnobFigures.design) == [])
    #expect(questions(Applying.design) == [])
    #expect(questions(Draining.design) == [])
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

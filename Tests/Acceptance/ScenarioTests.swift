import Check
import Machines
import Spec
import Testing

@Suite struct `Scenarios of the chapters` {
  @Test(arguments: Scenario.all.map(\.title)) func `goes as the chapter says`(title: String) throws {
    let scenario = try #require(Scenario.all.first { $0.title == title })
    let failures = run(scenario)
    #expect(failures.isEmpty, "\(failures.map(\.description).joined(separator: "\n"))")
  }

  @Test(arguments: Scenario.all.map(\.title)) func `fails when one of its expectations is turned round`(title: String)
    throws
  {
    let scenario = try #require(Scenario.all.first { $0.title == title })
    let expectations = scenario.lines.filter { $0.text.hasPrefix("expect ") || $0.text.contains("-> refused") }
    #expect(!expectations.isEmpty, "a scenario that expects nothing checks nothing")
    for wrong in expectations {
      let lines = scenario.lines.map { line in
        line.number == wrong.number ? ScenarioLine(number: line.number, text: turned(line.text)) : line
      }
      let spoiled = Scenario(
        title: title, chapter: scenario.chapter, file: scenario.file, line: scenario.line, lines: lines)
      let failures = run(spoiled)
      #expect(failures.contains { $0.place.hasSuffix(":\(wrong.number)") }, "\(wrong.text)")
    }
  }

  /// Runs a scenario against the system of its chapter.
  private func run(_ scenario: Scenario) -> [ScenarioFailure] {
    switch scenario.file {
    case Team.design.chapter: ScenarioRunner.run(scenario, Team.design)
    case Budget.design.chapter: ScenarioRunner.run(scenario, Budget.design)
    case Coordination.design.chapter: ScenarioRunner.run(scenario, Coordination.design)
    case Health.design.chapter: ScenarioRunner.run(scenario, Health.design)
    case ProviderLife.design.chapter: ScenarioRunner.run(scenario, ProviderLife.design)
    case Autotune.design.chapter where scenario.worlds.contains("edges"):
      ScenarioRunner.run(scenario, KnobFigures.design)
    case Autotune.design.chapter: ScenarioRunner.run(scenario, Autotune.design)
    case Applying.design.chapter: ScenarioRunner.run(scenario, Applying.design)
    case Draining.design.chapter: ScenarioRunner.run(scenario, Draining.design)
    case TwoPhaseCommit.design.chapter: ScenarioRunner.run(scenario, TwoPhaseCommit.design)
    case DiningPhilosophers.design.chapter: ScenarioRunner.run(scenario, DiningPhilosophers.design)
    case EpochSwitch.design.chapter: ScenarioRunner.run(scenario, EpochSwitch.design)
    default: ScenarioRunner.run(scenario, TopologySwitch.design)
    }
  }

  private func turned(_ text: String) -> String {
    if text.hasPrefix("expect not ") { return "expect " + text.dropFirst("expect not ".count) }
    if text.hasPrefix("expect ") { return "expect not " + text.dropFirst("expect ".count) }
    return String(text.prefix { $0 != ">" }.dropLast(2))
  }
}

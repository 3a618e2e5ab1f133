import Chapters
import Spec

/// What stands behind one requirement. Both editions of the book tell it from here, and so tell the same.
struct RequirementRow {
  let requirement: RequirementSentence
  /// The page that states it.
  let page: PageInput
  /// The rules and the laws that cite it, those that several systems have once.
  let rules: [Use]
  let laws: [Use]
  /// Tests whose names begin with it.
  let tests: [NamedTests.Test]
  /// Scenarios in which a rule that cites it fires.
  let scenarios: [Told]
  /// What its chapter says holds it besides, or that nothing does yet.
  let held: [HeldElsewhere]

  /// A rule or a law that cites a requirement.
  struct Use: Hashable {
    let isRule: Bool
    /// The title of its machine or system.
    let owner: String
    let name: String
    /// Where the book tells it, and where its chapter's Markdown does.
    let address: String
    let markdown: Place
  }

  /// A place in a page of Markdown.
  struct Place: Hashable {
    let page: String
    let anchor: String

    func seen(from other: String) -> String { (page == other ? "" : page) + "#\(anchor)" }
  }

  /// A scenario of some chapter.
  struct Told {
    let page: PageInput
    let scenario: ScenarioBlock
  }

  /// What it stands on in a few words, such as `2 rules, 1 law, 1 test`; `nothing` where nothing does.
  var words: String {
    var parts = [
      (rules.count, "rule"), (laws.count, "law"), (tests.count, "test"), (scenarios.count, "scenario"),
    ].filter { $0.0 > 0 }.map { counted($0.0, $0.1) }
    for row in held {
      let kind =
        switch row.file {
        case nil: "not yet met"
        case let file? where file.hasPrefix("Tests/"): "held by a test"
        case let file? where file.hasPrefix("Sources/Bench/") || file == "FIGURES.md": "measured"
        default: "held elsewhere"
        }
      if !parts.contains(kind) { parts.append(kind) }
    }
    return parts.isEmpty ? "nothing" : parts.joined(separator: ", ")
  }

  var isHeld: Bool {
    !rules.isEmpty || !laws.isEmpty || !tests.isEmpty || !scenarios.isEmpty || held.contains { $0.file != nil }
  }
}

extension Book {
  /// Every requirement of a chapter with what stands behind it, in reading order.
  func rows(of page: PageInput) -> [RequirementRow] { page.chapter.requirements.map { row($0, on: page) } }

  func row(_ requirement: RequirementSentence, on page: PageInput) -> RequirementRow {
    let uses = uses[requirement.id] ?? []
    let rules = uses.filter(\.isRule)
    let cited = Set(rules.map { FiredRuleName(book: $0.owner, rule: $0.name) })
    let scenarios = pages.flatMap { page in
      page.chapter.scenarios.filter { scenario in
        (page.stories.scenarios[scenario.title] ?? []).contains { !cited.isDisjoint(with: $0.fired) }
      }.map { RequirementRow.Told(page: page, scenario: $0) }
    }
    return RequirementRow(
      requirement: requirement, page: page, rules: rules, laws: uses.filter { !$0.isRule },
      tests: tests.all[requirement.id] ?? [], scenarios: scenarios,
      held: pages.flatMap(\.chapter.heldElsewhere).filter { $0.id == requirement.id })
  }
}

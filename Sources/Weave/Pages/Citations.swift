import Chapters
import Spec

/// Links to requirements, over all chapters: a machine may cite what another chapter states.
struct Citations {
  /// The chapter that states each requirement.
  private let stated: [String: String]

  init(_ pages: [PageInput]) {
    stated = Dictionary(
      pages.flatMap { page in page.chapter.requirements.map { ($0.id, page.markdownPath) } },
      uniquingKeysWith: { first, _ in first })
  }

  /// Links to the requirements, from a page.
  func links(_ ids: [String], on page: PageInput) -> String { ids.map { link($0, on: page) }.joined(separator: ", ") }

  private func link(_ id: String, on page: PageInput) -> String {
    guard let file = stated[id] else { return code(id) }
    return Weave.link(id, to: (file == page.markdownPath ? "" : file) + "#\(id)")
  }
}

/// The places that links to rules lead to: for each host, one for each rule.
func rulePlaces(_ design: DesignSummary) -> [[String]] {
  design.hosts.map { host in distinct(host.book.rules.map { slug("\(host.name) rule \($0.name)") }) }
}

/// The names, numbered where one comes again.
func distinct(_ names: [String]) -> [String] {
  var taken: Set<String> = []
  return names.map { name in
    var numbered = name
    var number = 2
    while !taken.insert(numbered).inserted {
      numbered = "\(name)-\(number)"
      number += 1
    }
    return numbered
  }
}

extension BookDescription {
  /// The rules' names, each with its phases where another rule has the same.
  var ruleNames: [String] {
    var counts: [String: Int] = [:]
    for rule in rules { counts[rule.name, default: 0] += 1 }
    return rules.map { rule in
      guard counts[rule.name] != 1 else { return rule.name }
      return "\(rule.name) (\(rule.phases.map { phases[$0].name }.joined(separator: ", ")))"
    }
  }
}

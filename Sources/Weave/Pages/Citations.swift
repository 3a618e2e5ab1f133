import Chapters
import Spec

/// Who cites which requirement, over all chapters: a machine may cite what another chapter states.
struct Citations {
  /// One rule or property that cites a requirement.
  struct Use: Hashable {
    let host: String
    let name: String
    /// The file of the page that shows it, and the place in it.
    let page: String
    let anchor: String
  }

  /// The chapter that states each requirement.
  private let stated: [String: String]
  private(set) var rules: [String: [Use]] = [:]
  private(set) var properties: [String: [Use]] = [:]

  init(_ pages: [PageInput]) {
    stated = Dictionary(
      pages.flatMap { page in page.chapter.requirements.map { ($0.id, page.markdownPath) } },
      uniquingKeysWith: { first, _ in first })
    for page in pages {
      guard let design = page.design else { continue }
      let places = rulePlaces(design)
      for index in design.told {
        let host = design.hosts[index]
        for (number, rule) in host.book.rules.enumerated() where !rule.citations.isEmpty {
          let use = Use(
            host: host.name, name: host.book.ruleNames[number], page: page.markdownPath, anchor: places[index][number])
          for id in rule.citations { rules[id, default: []].append(use) }
        }
        add(host.book.properties, of: host.name, on: page, anchor: place(propertiesHeading(host.name)))
      }
      add(design.properties, of: jointly, on: page, anchor: place(jointHeading))
    }
  }

  private mutating func add(
    _ described: [BookDescription.PropertyDescription], of host: String, on page: PageInput, anchor: String
  ) {
    for property in described {
      let use = Use(host: host, name: property.name, page: page.markdownPath, anchor: anchor)
      for id in property.citations { properties[id, default: []].append(use) }
    }
  }

  /// Links to the requirements, from a page.
  func links(_ ids: [String], on page: PageInput) -> String { ids.map { link($0, on: page) }.joined(separator: ", ") }

  private func link(_ id: String, on page: PageInput) -> String {
    guard let file = stated[id] else { return code(id) }
    return Weave.link(id, to: (file == page.markdownPath ? "" : file) + "#\(id)")
  }

  /// Links to rules or properties that cite a requirement, from a page, one line for each machine.
  func lines(_ uses: [Use], on page: String) -> String {
    var hosts: [String] = []
    for use in uses where !hosts.contains(use.host) { hosts.append(use.host) }
    return hosts.map { host in
      let links = uses.filter { $0.host == host }.map { use in
        Weave.link(escaped(use.name), to: (use.page == page ? "" : use.page) + "#\(use.anchor)")
      }
      return "*\(escaped(host)):* \(links.joined(separator: "; "))"
    }.joined(separator: "<br>")
  }
}

/// Whose a property is that speaks of several machines.
let jointly = "together"

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

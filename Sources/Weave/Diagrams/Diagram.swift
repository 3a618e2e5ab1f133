import Chapters
import Spec

/// A diagram of a page: where it is kept, what it shows, and the Graphviz source it is drawn from.
public struct Diagram: Hashable, Sendable {
  /// The file, from `docs/`.
  public let path: String
  /// What it shows, for whoever cannot see it.
  public let label: String
  public let dot: String

  public init(path: String, label: String, dot: String) {
    self.path = path
    self.label = label
    self.dot = dot
  }
}

/// The diagrams of a chapter's page: the system, then each machine.
func diagrams(of design: DesignSummary, in chapter: Chapter, _ evidence: [RuleEvidence] = []) -> [Diagram] {
  let page = String(chapter.file.dropLast(".md".count))
  let system = Diagram(path: systemDiagramPath(page), label: systemLabel(design), dot: dot(design))
  return [system]
    + design.told.map { index in
      let host = design.hosts[index]
      let own = evidence.filter { $0.hosts.contains(host.name) }
      let fired = own.isEmpty ? nil : host.book.rules.indices.map { rule in own.first { $0.rule == rule }?.fired ?? 0 }
      return Diagram(
        path: machineDiagramPath(page, host.name), label: machineLabel(host),
        dot: dot(host.book, starts: host.starts, fired: fired))
    }
}

func systemDiagramPath(_ page: String) -> String { "diagrams/\(page).system.svg" }
func machineDiagramPath(_ page: String, _ host: String) -> String { "diagrams/\(page).machine-\(slug(host)).svg" }
func systemLabel(_ design: DesignSummary) -> String { "\(design.title): its machines, and what passes between them" }
func machineLabel(_ host: HostSummary) -> String { "The phases of the \(host.name), and the events that change them" }

/// What leads from one phase to another: an arrow of a diagram.
struct PhaseArrow: Hashable {
  let from: Int
  let to: Int
  /// The names of the events, in the order of the rules.
  let events: [String]
  /// The rules, by their places in the book.
  let rules: [Int]
}

extension BookDescription {
  /// One arrow for each pair of phases, in the order of the rules; those from a phase to itself too.
  var arrows: [PhaseArrow] {
    var pairs: [[Int]] = []
    var events: [[Int]: [String]] = [:]
    var places: [[Int]: [Int]] = [:]
    for index in phases.indices {
      for (place, rule) in rules.enumerated() where rule.phases.contains(index) {
        let pair = [index, rule.target ?? index]
        let name = self.events[rule.event]
        places[pair, default: []].append(place)
        if events[pair] == nil { pairs.append(pair) }
        if events[pair]?.contains(name) != true { events[pair, default: []].append(name) }
      }
    }
    return pairs.map { PhaseArrow(from: $0[0], to: $0[1], events: events[$0] ?? [], rules: places[$0] ?? []) }
  }
}

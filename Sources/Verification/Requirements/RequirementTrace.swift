import Chapters
import Foundation
import Spec
import Weave

/// What stands behind one requirement: where it is stated, who cites it, and what has been seen of it.
public struct RequirementTrace: Codable, Hashable, Sendable {
  public let id: String
  /// The sentence, and where it stands as `specs/file:line`.
  public let text: String
  public let place: String
  /// The rules and the laws that cite it.
  public internal(set) var rules: [Citing] = []
  public internal(set) var laws: [Citing] = []
  /// Worlds in which a rule that cites it fired, or a law that cites it was judged in every state, as `machine world`.
  public internal(set) var worlds: [String] = []
  /// Whether a law that cites it was judged in every state of one of them.
  public internal(set) var isJudged = false
  /// Scenarios in which a rule that cites it fired, as `specs/file:line title`.
  public internal(set) var scenarios: [String] = []
  /// Tests whose names begin with it, as `file:line`.
  public internal(set) var tests: [String] = []
  /// Where the chapter says that it is held, and why.
  public internal(set) var heldBy: [String] = []
  /// Why it is not met yet, in the words of the chapter.
  public internal(set) var notYet: String?

  /// A rule or law that cites a requirement.
  public struct Citing: Codable, Hashable, Sendable {
    public let machine: String
    public let host: String
    public let name: String
    public let place: String
  }

  /// What holds it, the strongest first.
  public var standing: Standing {
    if notYet != nil { return .notYet }
    if isJudged { return .judged }
    if !scenarios.isEmpty { return .told }
    if !tests.isEmpty { return .tested }
    if !heldBy.isEmpty { return .elsewhere }
    if !rules.isEmpty, !worlds.isEmpty { return .fired }
    return rules.isEmpty && laws.isEmpty ? .nothing : .cited
  }

  public enum Standing: String, Codable, CaseIterable, Sendable {
    case judged = "a law, judged in every state"
    case told = "scenarios"
    case tested = "tests that name it, run by swift test and not by an audit"
    case elsewhere = "what its chapter names"
    /// They do what they do, and nothing says that it is right.
    case fired = "rules that fire in explored worlds, and nothing else"
    /// Its rules and laws were not looked at in this audit.
    case cited = "rules and laws that were not looked at"
    case notYet = "not met yet, with a reason"
    case nothing = "nothing"
  }
}

/// A machine as tracing reads it.
public struct TracedMachine: Sendable {
  public let name: String
  public let hosts: [(name: String, book: BookDescription)]
  /// Every law, of hosts and of the machines together.
  public let properties: [BookDescription.PropertyDescription]

  public init(
    name: String, hosts: [(name: String, book: BookDescription)],
    properties: [BookDescription.PropertyDescription]
  ) {
    self.name = name
    self.hosts = hosts
    self.properties = properties
  }
}

/// Traces every requirement of the chapters through machines, worlds, scenarios and tests.
public struct Tracing: Sendable {
  private let specs: Specs
  private let sources: SourceReader
  private let machines: [TracedMachine]
  private let places: [String: String]

  public init(_ specs: Specs, _ machines: [TracedMachine]) {
    self.specs = specs
    self.machines = machines
    sources = SourceReader(root: specs.root)
    places = specs.stated
  }

  /// A place such as `Machines/Router.swift:12` or `02-delivery.md:3`, with its file as a path from the root.
  public func path(of place: String) -> String {
    guard let colon = place.lastIndex(of: ":"), let line = Int(place[place.index(after: colon)...]) else {
      return place
    }
    let file = String(place[..<colon])
    if file.hasSuffix(".md"), !file.contains("/") { return "specs/\(place)" }
    return sources.path(of: SourceLine(file, line)).map { "\($0):\(line)" } ?? place
  }

  /// The requirements that words or a place speak of: named ones, and those that the rules and laws cite whose names
  /// are quoted there; else those of the rule that stands at the place.
  public func requirements(in words: String, at place: String, of machine: String) -> [String] {
    var found = words.matches(of: /[A-Z][A-Z0-9]*(?:-[A-Z0-9]+(?:\.[0-9]+)*)*/).map { String($0.output) }
      .filter { places[$0] != nil }
    for it in machines where it.name == machine {
      let laws = it.properties.filter { words.contains("\"\($0.name)\"") }
      let rules = it.hosts.flatMap(\.book.rules).filter { words.contains("\"\($0.name)\"") }
      found += laws.flatMap(\.citations) + rules.flatMap(\.citations)
      if found.isEmpty {
        found += it.hosts.flatMap(\.book.rules).filter { rule in
          rule.source.place == place || rule.guards.contains { $0.source.place == place }
            || rule.clauses.contains { $0.source.place == place }
        }.flatMap(\.citations)
      }
    }
    var seen: Set<String> = []
    return found.filter { seen.insert($0).inserted }
  }

  /// - Parameters:
  ///   - worlds: What was explored, whenever that was.
  ///   - scenarios: The rules that each scenario fired, by its place and title.
  public func traces(
    worlds: [ExploredWorld], scenarios: [(place: String, machine: String, fired: [FiredRule])]
  ) -> [RequirementTrace] {
    let tests = NamedTests(root: specs.root)
    return specs.chapters.flatMap { chapter in
      chapter.requirements.map { requirement in
        var trace = RequirementTrace(
          id: requirement.id, text: requirement.text, place: "specs/\(chapter.place(requirement.line))")
        for machine in machines { cite(machine, &trace) }
        let whole = worlds.filter(\.isWhole)
        trace.worlds = whole.filter { judges($0, trace) || fires($0, trace) }.map { "\($0.machine) \($0.world)" }
        trace.isJudged = whole.contains { judges($0, trace) }
        trace.scenarios = scenarios.filter { scenario in
          scenario.fired.contains { fired in
            trace.rules.contains { ($0.machine, $0.host, $0.name) == (scenario.machine, fired.host, fired.rule) }
          }
        }.map(\.place)
        trace.tests = (tests.all[requirement.id] ?? []).map { "\($0.path):\($0.line)" }
        for row in specs.chapters.flatMap(\.heldElsewhere) where row.id == requirement.id {
          if let file = row.file {
            trace.heldBy.append(([file] + row.words).joined(separator: ", ") + ": \(row.why)")
          } else {
            trace.notYet = row.why
          }
        }
        return trace
      }
    }
  }

  private func cite(_ machine: TracedMachine, _ trace: inout RequirementTrace) {
    for host in machine.hosts {
      for rule in host.book.rules where rule.citations.contains(trace.id) {
        trace.rules.append(
          .init(machine: machine.name, host: host.name, name: rule.name, place: path(of: rule.source.place)))
      }
    }
    var seen: Set<String> = []
    for law in machine.properties where law.citations.contains(trace.id) && seen.insert(law.name).inserted {
      trace.laws.append(.init(machine: machine.name, host: "", name: law.name, place: path(of: law.source.place)))
    }
  }

  private func judges(_ world: ExploredWorld, _ trace: RequirementTrace) -> Bool {
    trace.laws.contains { $0.machine == world.machine && world.judged.contains($0.name) }
  }

  private func fires(_ world: ExploredWorld, _ trace: RequirementTrace) -> Bool {
    world.fired.contains { fired in
      fired.count > 0
        && trace.rules.contains { ($0.machine, $0.host, $0.name) == (world.machine, fired.host, fired.rule) }
    }
  }

  // MARK: - Findings

  /// Requirements that nothing holds, that are not met yet, and citations of what no chapter states.
  public func findings(_ traces: [RequirementTrace]) -> [AuditFinding] {
    let unit = AuditUnit(.chapters)
    var findings: [AuditFinding] = []
    for trace in traces {
      switch trace.standing {
      case .nothing where !specs.unread.contains { $0.text.contains(trace.id) }:
        findings.append(
          AuditFinding(
            unit, .major, "requirement-unheld", "\(trace.id) is stated, and nothing holds it: \(trace.text)",
            requirements: [trace.id], at: trace.place))
      case .fired where trace.laws.isEmpty:
        findings.append(
          AuditFinding(
            unit, .question, "requirement-unchecked",
            "rules cite \(trace.id), and no law, scenario or test checks what they do: \(trace.text)",
            requirements: [trace.id], at: trace.place))
      case .notYet:
        var finding = AuditFinding(
          unit, .question, "requirement-not-met", "\(trace.id) is not met yet: \(trace.notYet ?? "")",
          requirements: [trace.id], at: trace.place)
        finding.explanation = trace.notYet
        findings.append(finding)
      default: break
      }
    }
    return findings + unknownCitations() + unknownNames() + unfoundHolders()
  }

  /// Tests whose names begin with what looks like a requirement, and is none.
  private func unknownNames() -> [AuditFinding] {
    let families = Set(places.keys.map(Specs.family))
    return NamedTests(root: specs.root).all.sorted { $0.key < $1.key }.filter { id, _ in
      families.contains(Specs.family(id)) && id.contains(where: \.isNumber) && !specs.mayBeStated(id, places)
    }.flatMap { id, tests in
      tests.map {
        AuditFinding(
          AuditUnit(.chapters), .major, "unknown-requirement", "a test is named after \(id), which no chapter states",
          requirements: [id], at: "\($0.path):\($0.line)")
      }
    }
  }

  private func unknownCitations() -> [AuditFinding] {
    // A rule that several machines have is told of once.
    var seen: Set<[String]> = []
    return machines.flatMap { machine in
      let rules = machine.hosts.flatMap { $0.book.rules.map { ($0.name, $0.citations, $0.source.place) } }
      let laws = machine.properties.map { ($0.name, $0.citations, $0.source.place) }
      return (rules + laws).flatMap { name, citations, place in
        citations.filter {
          !specs.mayBeStated($0, places) && seen.insert([name, place, $0]).inserted
        }.map {
          AuditFinding(
            AuditUnit(.chapters), .major, "unknown-requirement",
            "\"\(name)\" of \(machine.name) cites \($0), which no chapter states", requirements: [$0],
            at: path(of: place))
        }
      }
    }
  }

  /// Rows of chapters that name a file, or words in it, that are not there.
  private func unfoundHolders() -> [AuditFinding] {
    specs.chapters.flatMap { chapter in
      chapter.heldElsewhere.compactMap { row -> AuditFinding? in
        guard let file = row.file else { return nil }
        if row.words.isEmpty {
          return AuditFinding(
            AuditUnit(.chapters), .major, "held-by-nothing",
            "what is to hold \(row.id) is not said: the row names \(file), and no words of it", requirements: [row.id],
            at: "specs/\(chapter.place(row.line))")
        }
        let text = specs.text(file)
        let code =
          file.hasSuffix(".swift") ? text.map { RunningCode($0, package: specs.text("Package.swift") ?? "") } : nil
        let missing = text == nil ? file : row.words.first { !(code?.says($0) ?? text!.contains($0)) }
        guard let missing else { return nil }
        let isThere = text?.contains(missing) == true
        let words =
          missing == file
          ? "there is no file \(file)"
          : "\(file) \(isThere ? "runs nothing of" : "has no") \"\(missing)\""
        return AuditFinding(
          AuditUnit(.chapters), .major, "held-by-nothing", "what is to hold \(row.id) is not there: \(words)",
          requirements: [row.id], at: "specs/\(chapter.place(row.line))")
      }
    }
  }
}

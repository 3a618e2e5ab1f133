import Spec

/// Something an audit found: what, how grave, of which requirement, where, how it shows, and what to do.
public struct AuditFinding: Codable, Hashable, Sendable {
  public let unit: AuditUnit
  public let severity: Finding.Severity
  /// A stable code of ``FindingCode``.
  public let code: String
  /// The requirements that are concerned.
  public let requirements: [String]
  /// What was found, in the words of the domain.
  public let words: String
  /// `file:line`, the file as a path from the package's folder; empty where there is no such place.
  public let place: String
  /// The run that shows it, as text; empty where no run does.
  public let counterexample: String
  /// Why it stands, in the words of a chapter; nil where no chapter says so.
  public internal(set) var explanation: String?

  public init(
    _ unit: AuditUnit, _ severity: Finding.Severity, _ code: String, _ words: String, requirements: [String] = [],
    at place: String = "", counterexample: String = ""
  ) {
    self.unit = unit
    self.severity = severity
    self.code = code
    self.requirements = requirements
    self.words = words
    self.place = place
    self.counterexample = counterexample
  }

  /// What to do about it.
  public var advice: String {
    let advice = FindingCode.named(code)?.advice ?? ""
    return unit.machine.isEmpty ? advice : advice.replacing("MACHINE", with: unit.machine)
  }

  /// What makes it the same finding in the next round: its unit, its code, its words and the file of its place.
  ///
  /// Lines and counts may change, so that a number that is a word of its own is left out. What is part of a name stays:
  /// SW-4, 01-model-server.html, `receiver 1:` at the beginning, `world 5`, whatever is quoted, and the value in
  /// `client=1`.
  public var key: String {
    let words = words.replacing(
      /("[^"]*"|^[^\s"]+ [0-9]+: |\bworld [0-9]+)|(^|[\s(:])[0-9]+(?:[.,][0-9]+)*(?=$|[\s:;,.)%])/
    ) {
      match in
      match.output.1 ?? "\(match.output.2 ?? "")#"
    }
    return "\(unit) \(code) \(words) (\(position?.file ?? place))"
  }

  /// The file and the line of ``place``; nil where it is no such place.
  public var position: (file: String, line: Int)? {
    guard let colon = place.lastIndex(of: ":"), let line = Int(place[place.index(after: colon)...]), line > 0 else {
      return nil
    }
    return (String(place[..<colon]), line)
  }
}

extension [AuditFinding] {
  /// READY, unless something critical or major was found.
  public var verdict: Verdict { contains { $0.severity <= .major } ? .fixRequired : .ready }

  /// The gravest first; equally grave ones by unit and place.
  public var ordered: [AuditFinding] {
    sorted {
      let (one, other) = ($0.position ?? ("", 0), $1.position ?? ("", 0))
      return ($0.severity, $0.unit.description, one.file, one.line, $0.words)
        < ($1.severity, $1.unit.description, other.file, other.line, $1.words)
    }
  }
}

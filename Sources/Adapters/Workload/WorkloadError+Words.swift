extension WorkloadError: CustomStringConvertible {
  /// The error in two or three lines: what is wrong and where, what the reader knows about it, what to try.
  public var description: String {
    let location =
      switch place {
      case .file: file
      case .line(let number): "\(file):\(number)"
      case .history(let index): "\(file): history[\(index)]"
      }
    let words = words
    var lines = ["error: \(location): \(words.what)"]
    if let why = words.why { lines.append("  \(why)") }
    if let remedy = words.remedy { lines.append("  try: \(remedy)") }
    return lines.joined(separator: "\n")
  }

  private struct Words {
    var what: String
    var why: String?
    var remedy: String?

    init(_ what: String, why: String? = nil, try remedy: String? = nil) {
      self.what = what
      self.why = why
      self.remedy = remedy
    }
  }

  private var words: Words {
    switch problem {
    case .missingFile, .isDirectory, .unreadable, .notUTF8, .empty:
      wordsOnFile
    case .malformed, .notAnObject, .unknownField, .doubledField, .missingField, .wrongType, .outOfRange, .emptyText,
      .unknownWord:
      wordsOnJSON
    case .noTeam, .secondTeam, .doubledAgent, .reservedName, .agentCount, .percentiles:
      wordsOnTeam
    case .unknownAgent, .noRecipients, .doubledRecipient, .payloadTwice, .timeGoesBackwards, .lateLimits,
      .secondLimits, .emptyLimit, .afterStorm, .afterProfile:
      wordsOnActions
    case .noHistory, .noSpeaker, .nobodySpeaks:
      wordsOnTranscript
    }
  }

  private var wordsOnFile: Words {
    switch problem {
    case .missingFile:
      Words("there is no such file", try: "interlock run examples/three-agents.jsonl")
    case .isDirectory:
      Words(
        "this is a directory, not a file", why: "a workload is one file",
        try: "interlock run \(file.hasSuffix("/") ? file : file + "/")<workload>.jsonl")
    case .unreadable:
      Words("the file is there but cannot be read", try: "ls -l \(file)")
    case .notUTF8(let byteOffset, let byte):
      Words(
        "this is not UTF-8 text: byte \(byteOffset) is 0x\(String(byte, radix: 16))",
        why: "bytes are counted from 0, from the start of the file", try: "iconv -f LATIN1 -t UTF-8 \(file)")
    default:
      Words("the file is empty", why: "blank lines and lines that begin with # do not count", try: Example.team)
    }
  }

  private var wordsOnJSON: Words {
    switch problem {
    case .malformed(let parser):
      Words("this is not JSON", why: "the parser says: \(parser)")
    case .notAnObject(let found):
      switch place {
      case .history: Words("an entry is \(found), not an object", try: Example.entry)
      default: Words("this is \(found), not an object", why: "each line is one JSON object", try: Example.message)
      }
    case .unknownField(let name, let owner, let known, let others):
      Words(
        "\(owner) has no field \"\(name)\"", why: "its fields are \(known.joined(separator: ", "))",
        try: nearest(to: name, among: known + others).map { "\"\($0)\"" })
    case .doubledField(let name):
      Words("the field \"\(name)\" stands twice in one object", try: "keep the one that is meant")
    case .missingField(let field, let owner):
      Words("\(owner) lacks \"\(field)\"", try: Example.field(field, of: owner))
    case .wrongType(let field, let wanted, let found):
      Words("\"\(field)\" is \(found), not \(wanted)")
    case .outOfRange(let field, let found, let allowed):
      Words("\"\(field)\" is \(found)", why: "allowed is \(allowed)")
    case .emptyText(let field):
      Words("\"\(field)\" is empty")
    case .unknownWord(let word, let field, let noun, let known):
      Words(
        "no \(noun) is called \"\(word)\"", why: "there are \(known.joined(separator: ", "))",
        try: nearest(to: word, among: known).map { "\"\(field)\": \"\($0)\"" })
    default:
      preconditionFailure("\(problem) is not about JSON")
    }
  }

  private var wordsOnTeam: Words {
    switch problem {
    case .noTeam:
      Words("the first line is not a team", why: "a workload begins with who takes part", try: Example.team)
    case .secondTeam:
      Words("the team is described twice", why: "the first line describes it; a second team needs a second file")
    case .doubledAgent(let name):
      Words("two agents are called \"\(name)\"", try: "\"name\": \"\(name)2\"")
    case .reservedName(let name):
      Words(
        "no agent may be called \"\(name)\"",
        why: name == "system" ? "system sends from outside the team" : "BROADCAST addresses everyone")
    case .agentCount(let count):
      Words(
        "the team has \(count == 1 ? "1 agent" : "\(count) agents")", why: "a team has 2 to \(Workload.agentCountMax)")
    case .percentiles(let half, let most):
      Words(
        "\"service_ms\" has \"p50\" \(short(half)) and \"p95\" \(short(most))",
        why: "half of the copies take p50 at most, which is above 0 and not above p95",
        try: #""service_ms": {"p50": 2, "p95": 8}"#)
    default:
      preconditionFailure("\(problem) is not about the team")
    }
  }

  private var wordsOnActions: Words {
    switch problem {
    case .unknownAgent("system", "to", _):
      Words("nobody can write to \"system\"", why: "system only sends, from outside the team")
    case .unknownAgent(let name, let field, let team):
      Words(
        "no agent is called \"\(name)\"", why: "the team is \(team.joined(separator: ", ")) (names are case-sensitive)",
        try: nearest(to: name, among: team + [field == "to" ? "BROADCAST" : "system"]).map { "\"\(field)\": \"\($0)\"" }
      )
    case .noRecipients:
      Words("\"to\" is an empty list", why: "a message has at least one receiver", try: "\"to\": \"BROADCAST\"")
    case .doubledRecipient(let name):
      Words("\"to\" lists \"\(name)\" twice", why: "each receiver gets one copy; send two messages for two copies")
    case .payloadTwice:
      Words(
        "a message has \"payload\" and \"payload_bytes\"", why: "the size follows from the payload; give one of them")
    case .timeGoesBackwards(let milliseconds, let after):
      Words(
        "\"at_ms\" goes back from \(short(after)) to \(short(milliseconds))", why: "lines stand in order of time",
        try: "\"at_ms\": \(short(after))")
    case .lateLimits:
      Words("the limits come too late", why: "they stand right after the team, before anything happens")
    case .secondLimits:
      Words("the limits are given twice", why: "one line names them all")
    case .emptyLimit:
      Words("a limit has neither \"tokens\" nor \"ms\"", try: Example.limits)
    case .afterProfile:
      Words("nothing may follow the profile on the first line", why: "a profile is a whole workload")
    case .afterStorm(let line):
      Words(
        "nothing may follow the storm on line \(line)", why: "a storm begins when everything before it has been sent")
    default:
      preconditionFailure("\(problem) is not about what happens")
    }
  }

  private var wordsOnTranscript: Words {
    switch problem {
    case .noHistory(let found?):
      Words("\"history\" is \(found), not a list", try: "{\"history\": [\(Example.entry), …]}")
    case .noHistory(nil):
      Words(
        "the file is one JSON value without \"history\"",
        why: "a transcript lists its messages there; otherwise each line is an object of its own, the team first")
    case .noSpeaker:
      Words("an entry has neither \"name\" nor \"role\"", try: Example.entry)
    case .nobodySpeaks:
      Words("no agent speaks in \"history\"", why: "it is empty, or holds nothing but words of system")
    default:
      preconditionFailure("\(problem) is not about a transcript")
    }
  }

  /// What remedies quote, from the running story.
  private enum Example {
    static let team = #"{"team": {"agents": [{"name": "Planner"}, {"name": "Coder"}]}}"#
    static let message = #"{"at_ms": 0, "from": "Planner", "to": "Coder"}"#
    static let limits = #"{"limits": {"episode": {"tokens": 2000, "ms": 60000}}}"#
    static let entry = #"{"role": "Planner", "content": "…"}"#

    static func field(_ field: String, of owner: String) -> String? {
      switch (owner, field) {
      case ("the team", _): team
      case ("a message", "fails"): #""fails": "nack", "fail_times": 2"#
      case ("a message", _): message
      case ("a switch", _): #"{"at_ms": 12, "switch": "flat"}"#
      case ("a cancellation", _): #"{"at_ms": 13, "cancel": true}"#
      case ("a decision", _): #"{"at_ms": 8, "decision": "flat"}"#
      case ("an episode", _): #"{"at_ms": 9, "episode": "code-17"}"#
      case ("a cost", _): #""cost": {"prompt": 237, "output": 180}"#
      case ("a service time", _): #""service_ms": {"p50": 2, "p95": 8}"#
      case ("a storm", _): #"{"storm": {"copies": 1000}}"#
      case ("an entry", _): entry
      case ("an agent", _): #"{"name": "Planner"}"#
      default: nil
      }
    }
  }

  /// A number without a fraction it does not need.
  private func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? "\(number)"
  }
}

// MARK: - Did you mean

/// The candidate most like `word`, if one is at most two letters away; upper and lower case count as the same letter.
private func nearest(to word: String, among candidates: [String]) -> String? {
  let letters = Array(word.lowercased().prefix(64))
  let measured = candidates.map { ($0, editDistance(letters, Array($0.lowercased()))) }
  guard let best = measured.min(by: { $0.1 < $1.1 }), best.1 <= 2, best.1 < letters.count else { return nil }
  return best.0
}

/// How many letters must be added, left out or replaced to turn one word into the other.
private func editDistance(_ one: [Character], _ other: [Character]) -> Int {
  var row = Array(0...other.count)
  for (index, letter) in one.enumerated() {
    var diagonal = row[0]
    row[0] = index + 1
    for (column, otherLetter) in other.enumerated() {
      let replaced = diagonal + (letter == otherLetter ? 0 : 1)
      diagonal = row[column + 1]
      row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
    }
  }
  return row[other.count]
}

import Spec

/// Events and effects in words that scenarios, saved tests and foreign logs use: `host.name field=value …`.
enum EventText {
  /// Words that say nothing known, and why.
  struct Problem: Error { let words: String }

  /// The value in words that ``read(_:as:_:)`` takes back.
  static func write<Carrier: Signals>(_ value: Carrier) -> String {
    let brief = line(Printer.lines(of: value))
    if case .success(value) = read(split(brief), as: Carrier(), "event") { return brief }
    // A detail that is 0 is left out, and the sample of the case has something else there.
    return line(Printer.lines(of: value, omitsDetails: false))
  }

  /// Reads `host.name field=value …`; each name and field must exist.
  static func read<Carrier: Signals>(
    _ words: [String], as blank: Carrier, _ sort: String
  ) -> Result<Carrier, Problem> {
    guard !words.isEmpty else { return .failure(Problem(words: "no \(sort) is named")) }
    // Names and values may have spaces in them; a field begins where there is an equals sign.
    let end = words.firstIndex { $0.contains("=") } ?? words.count
    let name = words[..<end].joined(separator: " ")
    var named: [String: String] = [:]
    var field: String?
    for word in words[end...] {
      let pair = word.split(separator: "=", maxSplits: 1).map(String.init)
      if word.contains("=") {
        guard pair.count == 2 else {
          return .failure(Problem(words: "\"\(word)\" is not of the form field=value"))
        }
        field = pair[0]
        named[pair[0]] = pair[1]
      } else if let field {
        named[field]! += " \(word)"
      }
    }
    let reader = TextReader(named, unnamed: name.split(separator: ".").map(String.init))
    var fields = Fields(reader)
    var value = blank
    value.fields(&fields)
    if !reader.remarks.isEmpty {
      if unnamed(Printer.lines(of: value)) == name {
        return .failure(Problem(words: reader.remarks.joined(separator: "; ")))
      }
      if let odd = words[..<end].dropFirst().first {
        // A word behind the name of an event is a field without its value; behind that of a host it is the event.
        if case .success = read([words[0]], as: blank, sort) {
          return .failure(Problem(words: "\"\(odd)\" is not of the form field=value"))
        }
        if !name.contains(".") {
          let dotted = read([words[..<end].joined(separator: ".")], as: blank, sort)
          if case .failure(let problem) = dotted { return .failure(problem) }
          return .failure(misnamed(name, sort))
        }
      }
      // What is no event has no fields.
      if !reader.misnamings.isEmpty { return .failure(Problem(words: reader.misnamings.joined(separator: "; "))) }
    }
    guard unnamed(Printer.lines(of: value)) == name else {
      return .failure(misnamed(name, sort))
    }
    return .success(value)
  }

  private static func misnamed(_ name: String, _ sort: String) -> Problem {
    Problem(words: "\"\(name)\" names no \(sort); an \(sort) is named as host.\(sort)")
  }

  static func split(_ text: String) -> [String] { text.split(separator: " " as Character).map(String.init) }

  /// The host and the case of an event, as `host.name`.
  static func unnamed(_ lines: [(path: String, value: String)]) -> String {
    lines.filter(\.path.isEmpty).map(\.value).joined(separator: ".")
  }

  private static func line(_ lines: [(path: String, value: String)]) -> String {
    ([unnamed(lines)] + lines.filter { !$0.path.isEmpty }.map { "\($0.path)=\($0.value)" }).joined(separator: " ")
  }
}

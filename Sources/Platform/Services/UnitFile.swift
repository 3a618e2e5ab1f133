import Foundation

/// What the files of a systemd unit say, drop-ins included.
///
///     let unit = try UnitFile(reading: state.files)
///     unit.words(of: "ExecStart", in: "Service")      // [["/usr/bin/llama-server", "--port", "18080"]]
///
/// Source: systemd.syntax(7), systemd.unit(5).
public struct UnitFile: Sendable, Equatable {
  /// By section and key, every value in the order in which it was given; an empty one forgets those before it.
  private var values: [String: [String: [String]]] = [:]

  /// - Parameter paths: The unit's own file first, then its drop-ins in order.
  public init(reading paths: [String]) throws(FileFailure) {
    for path in paths { add(String(decoding: try FileBytes.read(path), as: UTF8.self)) }
  }

  public init(_ texts: [String]) { for text in texts { add(text) } }

  /// The last value of a key; nil where it has none.
  public func value(of key: String, in section: String) -> String? { values[section]?[key]?.last }

  /// The commands of a key, each as its words.
  public func words(of key: String, in section: String) -> [[String]] {
    (values[section]?[key] ?? []).map { UnitFile.words(String($0.drop { "@-:+!".contains($0) })) }
  }

  private mutating func add(_ text: String) {
    var section = ""
    var continued = ""
    for raw in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      let line = raw.trimmingCharacters(in: .whitespaces)
      if line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasSuffix("\\") {
        continued += line.dropLast() + " "
        continue
      }
      let whole = continued + line
      continued = ""
      if whole.hasPrefix("["), whole.hasSuffix("]") {
        section = String(whole.dropFirst().dropLast())
      } else if let equals = whole.firstIndex(of: "=") {
        let key = whole[..<equals].trimmingCharacters(in: .whitespaces)
        let value = whole[whole.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        values[section, default: [:]][key, default: []].append(value)
        if value.isEmpty { values[section]?[key] = [] }
      }
    }
  }

  /// Takes a command line apart: quotes of both kinds, and backslashes before quotes, blanks and themselves.
  private static func words(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for character in line {
      if isEscaped {
        word = (word ?? "") + String(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character.isWhitespace {
        if let whole = word { words.append(whole) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    return words + (word.map { [$0] } ?? [])
  }
}

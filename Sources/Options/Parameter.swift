/// A declaration together with the property it belongs to, and so with its names.
struct Parameter: Sendable {
  /// The name of the property.
  let key: String
  let declaration: Declaration
  /// The names on the command line, dashes included; empty for an argument.
  let names: [String]
  let isFlag: Bool

  init(key: String, declaration: Declaration) {
    self.key = key
    self.declaration = declaration
    switch declaration.role {
    case .argument: (names, isFlag) = ([], false)
    case .option(let specification): (names, isFlag) = (specification.names(for: key), false)
    case .flag(let specification): (names, isFlag) = (specification.names(for: key), true)
    }
  }

  var isArgument: Bool {
    if case .argument = declaration.role { true } else { false }
  }
}

// MARK: - As text

extension Parameter {
  /// The first long name, or else the first name; an argument has none.
  private var preferredName: String? { names.first { $0.hasPrefix("--") } ?? names.first }

  private var value: String {
    let valueName = declaration.help.valueName ?? preferredName.map { String($0.trimmingPrefix(while: { $0 == "-" })) }
    return "<\(valueName ?? kebabCase(key))>"
  }

  private func withValue(_ name: String) -> String { isFlag ? name : "\(name) \(value)" }

  /// How errors call it: `<machine>`, `--cases <cases>`, `--json`.
  var title: String { preferredName.map(withValue) ?? value }

  /// How help lists it: `-c, --cases <cases>`.
  var label: String { isArgument ? value : withValue(names.joined(separator: ", ")) }

  /// How the usage line shows it: `<machine>`, `[--cases <cases>]`, `[<files> ...]`.
  var synopsis: String {
    let words = declaration.isRepeated ? title + " ..." : title
    return declaration.isRequired ? words : "[\(words)]"
  }

  /// What help says of it: the abstract, the values, the default.
  var explanation: String {
    var facts: [String] = []
    if !declaration.valueStrings.isEmpty { facts.append("values: " + declaration.valueStrings.joined(separator: ", ")) }
    if !declaration.defaultText.isEmpty { facts.append("default: " + declaration.defaultText) }
    let abstract = declaration.help.abstract
    if facts.isEmpty { return abstract }
    return abstract + (abstract.isEmpty ? "" : " ") + "(" + facts.joined(separator: "; ") + ")"
  }
}

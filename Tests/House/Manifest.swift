/// What Package.swift says about its targets, read from its text.
struct Manifest {
  struct Target: Equatable {
    enum Kind: String { case target, executableTarget, testTarget, systemLibrary, plugin }

    let kind: Kind
    let name: String
    var dependencies: [String] = []
    /// The Debian packages that a system library comes from.
    var aptPackages: [String] = []
  }

  let text: String
  let targets: [Target]

  static let ours = Manifest(Repository.text("Package.swift") ?? "")

  init(_ text: String) {
    self.text = text
    let heads = text.matches(
      of: /\.(target|executableTarget|testTarget|systemLibrary|plugin)\(\s*name:\s*"(\w+)"/)
    targets = heads.compactMap { head in
      let rest = argumentsLeft(in: text[head.range.upperBound...])
      // A product that offers a plugin is written like the plugin.
      if rest.contains(/targets:\s*\[/) { return nil }
      return Target(
        kind: Target.Kind(rawValue: String(head.output.1))!, name: String(head.output.2),
        dependencies: rest.firstMatch(of: /dependencies:\s*\[([^\]]*)\]/).map { quoted($0.output.1) } ?? [],
        aptPackages: rest.matches(of: /\.apt\(\[([^\]]*)\]\)/).flatMap { quoted($0.output.1) })
    }
  }

  func names(_ kinds: Target.Kind...) -> [String] {
    targets.filter { kinds.contains($0.kind) }.map(\.name).sorted()
  }

  func target(_ name: String) -> Target? { targets.first { $0.name == name } }

  /// Every Debian package that a target declares.
  var aptPackages: [String] { targets.flatMap(\.aptPackages).sorted() }
}

/// The text up to the parenthesis that closes the call it lies in.
private func argumentsLeft(in text: Substring) -> Substring {
  var depth = 1
  return text.prefix { character in
    if character == "(" { depth += 1 }
    if character == ")" { depth -= 1 }
    return depth > 0
  }
}

private func quoted(_ list: Substring) -> [String] {
  list.matches(of: /"([^"]*)"/).map { String($0.output.1) }
}

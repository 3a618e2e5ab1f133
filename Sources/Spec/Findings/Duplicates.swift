extension BookDescription {
  /// Names that stand for two things: mutants, refusals and reports address rules and properties by name.
  var duplicateFindings: [Finding] {
    doubled(rules.map { ("rule", $0.name, $0.source) }) + doubled(properties.map { ("property", $0.name, $0.source) })
      + doubled(contracts.map { ("contract", $0.name, $0.source) })
      + rules.flatMap { rule in
        Set(rule.guards.map(\.name)).sorted().filter { name in rule.guards.count { $0.name == name } > 1 }.map {
          Finding(
            .major, "duplicate-name", "the rule \"\(rule.name)\" has the guard \"\($0)\" twice: drop one",
            at: rule.source.place)
        }
      }
  }

  private func doubled(_ named: [(what: String, name: String, source: SourceLine)]) -> [Finding] {
    named.enumerated().compactMap { index, one in
      guard let other = named[..<index].first(where: { $0.name == one.name }) else { return nil }
      let advice = one.what == "contract" ? "an effect has one contract: join them" : "give one of them another name"
      return Finding(
        .major, "duplicate-name",
        "two \(plural(one.what)) are called \"\(one.name)\" (the other at \(other.source.place)): \(advice)",
        at: one.source.place)
    }
  }

  private func plural(_ word: String) -> String { word == "property" ? "properties" : word + "s" }
}

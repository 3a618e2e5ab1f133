import Spec

/// A difference between a locked book and the machine as it is.
public struct BookChange: Hashable, Sendable {
  /// What differs, in words that quote the rule or law by its name.
  public let words: String
  /// The requirements that what differs cited or cites.
  public let cites: [String]
  /// Whether it only adds to what was published.
  public let isAddition: Bool
}

extension PublishedBook {
  /// What differs from this book in a newer one, rule by rule. Additions are those that leave everything published as
  /// it was: new rules behind the old ones, new laws, new names at the end.
  public func changes(to new: PublishedBook) -> [BookChange] {
    var changes: [BookChange] = []
    for host in hosts {
      // A machine that is gone is told by the shape.
      guard let other = new.hosts.first(where: { $0.name == host.name }) else { continue }
      changes += host.changes(to: other)
    }
    changes += Law.changes(laws, new.laws, of: "the machines together")
    changes += shape.changes(to: new.shape).map { change in
      let isNew = change.kind == .keeps && change.words.hasPrefix("is new")
      return BookChange(words: "\(change.what) \(change.words)", cites: [], isAddition: isNew)
    }
    return changes
  }
}

extension PublishedBook.Host {
  func changes(to new: PublishedBook.Host) -> [BookChange] {
    var changes: [BookChange] = []
    for (place, rule) in rules.enumerated() {
      // Names may come again; each is held against the one of the same name and phases.
      guard
        let other = new.rules.first(where: { $0.name == rule.name && $0.phases == rule.phases })
          ?? new.rules.first(where: { $0.name == rule.name })
      else {
        changes.append(
          BookChange(words: "\(name): rule \"\(rule.name)\" is gone", cites: rule.cites, isAddition: false))
        continue
      }
      changes += rule.differences(from: other).map {
        BookChange(words: "\(name): rule \"\(rule.name)\" \($0)", cites: rule.cites, isAddition: false)
      }
      changes += overtaken(rule, place, new)
    }
    for rule in new.rules where !rules.contains(where: { $0.name == rule.name }) {
      changes.append(BookChange(words: "\(name): rule \"\(rule.name)\" is new", cites: rule.cites, isAddition: true))
    }
    changes += Self.lost(silences, new.silences, "\(name): the book no longer says")
    changes += Self.lost(contracts, new.contracts, "\(name): a contract is no longer")
    return changes + PublishedBook.Law.changes(laws, new.laws, of: name)
  }

  /// Rules that are tried before this one and were not: new ones, or old ones from behind it.
  private func overtaken(_ rule: PublishedBook.Rule, _ place: Int, _ new: PublishedBook.Host) -> [BookChange] {
    guard let now = new.rules.firstIndex(where: { $0.name == rule.name && $0.phases == rule.phases }) else { return [] }
    let before = Set(rules[..<place].map(\.name))
    return new.rules[..<now].filter { other in
      other.event == rule.event && !Set(other.phases).isDisjoint(with: rule.phases) && !before.contains(other.name)
        && other.name != rule.name
    }.map {
      BookChange(
        words: "\(name): rule \"\($0.name)\" is now tried before \"\(rule.name)\"", cites: rule.cites + $0.cites,
        isAddition: false)
    }
  }

  private static func lost(_ old: [String], _ new: [String], _ words: String) -> [BookChange] {
    let there = Set(new)
    return old.filter { !there.contains($0) }.map {
      BookChange(words: "\(words) \"\($0)\"", cites: [], isAddition: false)
    }
  }
}

extension PublishedBook.Rule {
  /// Clauses that say how a rule differs.
  fileprivate func differences(from new: PublishedBook.Rule) -> [String] {
    var words: [String] = []
    func compare(_ old: [String], _ new: [String], _ what: String) {
      if old == new { return }
      let (gone, added) = (old.filter { !new.contains($0) }, new.filter { !old.contains($0) })
      words += gone.map { "has lost \(what) \"\($0)\"" } + added.map { "has gained \(what) \"\($0)\"" }
      if gone.isEmpty, added.isEmpty { words.append("has its \(what)s in another order or number") }
    }
    compare(phases, new.phases, "phase")
    if event != new.event { words.append("was on \(event), and is on \(new.event)") }
    compare(guards, new.guards, "guard")
    compare(changes, new.changes, "change")
    if target != new.target {
      words.append("led to \(target ?? "no other phase"), and leads to \(new.target ?? "none")")
    }
    compare(cites.filter { !new.cites.contains($0) }, [], "citation")
    if isOtherwise != new.isOtherwise {
      words.append(isOtherwise ? "is no longer an otherwise" : "is an otherwise now")
    }
    return words
  }
}

extension PublishedBook.Law {
  fileprivate static func changes(
    _ old: [PublishedBook.Law], _ new: [PublishedBook.Law], of host: String
  ) -> [BookChange] {
    var changes: [BookChange] = []
    for law in old {
      guard let other = new.first(where: { $0.name == law.name }) else {
        changes.append(
          BookChange(words: "\(host): the law \"\(law.name)\" is gone", cites: law.cites, isAddition: false))
        continue
      }
      if other.kind != law.kind {
        changes.append(
          BookChange(
            words: "\(host): the law \"\(law.name)\" was \(law.kind), and is \(other.kind)", cites: law.cites,
            isAddition: false))
      }
      for id in law.cites where !other.cites.contains(id) {
        changes.append(
          BookChange(words: "\(host): the law \"\(law.name)\" no longer cites \(id)", cites: [id], isAddition: false))
      }
    }
    for law in new where !old.contains(where: { $0.name == law.name }) {
      changes.append(BookChange(words: "\(host): the law \"\(law.name)\" is new", cites: law.cites, isAddition: true))
    }
    return changes
  }
}

/// One difference between two shapes, and what it does to what is persisted.
public struct ShapeChange: Hashable, Sendable {
  public enum Kind: String, Codable, Hashable, Sendable {
    /// What is persisted can no longer be read, or stands for something else.
    case loses
    /// What is persisted keeps its meaning; something about it is different from now on.
    case keeps
  }
  public let kind: Kind
  /// What changed: `switch phase 2`, `state router.now`.
  public let what: String
  /// A clause that says how.
  public let words: String

  public init(_ kind: Kind, _ what: String, _ words: String) {
    self.kind = kind
    self.what = what
    self.words = words
  }
}

extension DesignShape {
  /// What of a journal written under this shape changes its meaning under another; what loses it comes first.
  ///
  ///     old.changes(to: new).contains { $0.kind == .loses }      // the journal is not continued
  public func changes(to new: DesignShape) -> [ShapeChange] {
    var changes: [ShapeChange] = []
    if system != new.system { changes.append(.init(.loses, "system", "\(system) became \(new.system)")) }
    for (place, host) in hosts.enumerated() {
      guard let other = new.hosts.first(where: { $0.name == host.name }) else {
        changes.append(.init(.loses, "machine \(host.name)", "vanished, with its state"))
        continue
      }
      if new.hosts.firstIndex(of: other) != place {
        changes.append(.init(.loses, "machine \(host.name)", "has another place among the machines"))
      }
      changes += compare(host.phases, other.phases, "\(host.name) phase")
      changes += compare(host.events, other.events, "\(host.name) event")
      changes += compare(host.effects, other.effects, "\(host.name) effect")
      if host.isVolatile != other.isVolatile {
        let words = other.isVolatile ? "is reset by a crash from now on" : "survives a crash from now on"
        changes.append(.init(.keeps, "machine \(host.name)", words))
      }
    }
    for host in new.hosts where !hosts.contains(where: { $0.name == host.name }) {
      changes.append(.init(.loses, "machine \(host.name)", "is new, and the journal has no state for it"))
    }
    changes += compare(state, new.state, "state")
    for (name, fields) in events.sorted(by: { $0.key < $1.key }) {
      if let other = new.events[name] { changes += compare(fields, other, "event \(name)") }
    }
    for (name, fields) in effects.sorted(by: { $0.key < $1.key }) {
      if let other = new.effects[name] { changes += compare(fields, other, "effect \(name)") }
    }
    changes += compareContracts(new)
    changes += compare(channels, new.channels, "channel")
    if book != new.book, changes.isEmpty {
      changes.append(.init(.keeps, "rules", "differ, and each name, place and range is as it was"))
    }
    return changes.filter { $0.kind == .loses } + changes.filter { $0.kind == .keeps }
  }

  /// Names whose places are persisted.
  private func compare(_ old: [String], _ new: [String], _ what: String) -> [ShapeChange] {
    var changes: [ShapeChange] = []
    for (number, name) in old.enumerated() where !new.indices.contains(number) || new[number] != name {
      if let place = new.firstIndex(of: name) {
        changes.append(.init(.loses, "\(what) \(name)", "was number \(number), and number \(place) now means it"))
      } else {
        let heir = new.indices.contains(number) ? "number \(number) means \(new[number]) now" : "vanished"
        changes.append(.init(.loses, "\(what) \(name)", heir))
      }
    }
    for name in new.dropFirst(old.count) where !old.contains(name) {
      changes.append(.init(.keeps, "\(what) \(name)", "is new, and nothing persisted stands for it"))
    }
    return changes
  }

  /// Fields whose order and widths are persisted.
  private func compare(_ old: [FieldShape], _ new: [FieldShape], _ what: String) -> [ShapeChange] {
    var changes: [ShapeChange] = []
    let kept = Set(old.map(\.path)).intersection(new.map(\.path))
    for field in old where !kept.contains(field.path) {
      changes.append(.init(.loses, "\(what) \(field.path)", "vanished"))
    }
    for field in new where !kept.contains(field.path) {
      changes.append(.init(.loses, "\(what) \(field.path)", "is new, and nothing persisted has it"))
    }
    let (before, after) = (old.filter { kept.contains($0.path) }, new.filter { kept.contains($0.path) })
    if before.map(\.path) != after.map(\.path) {
      changes.append(.init(.loses, what, "has its fields in another order"))
    }
    for field in before {
      guard let other = after.first(where: { $0.path == field.path }) else { continue }
      changes += compare(field, other, "\(what) \(field.path)")
    }
    return changes
  }

  private func compare(_ old: FieldShape, _ new: FieldShape, _ what: String) -> [ShapeChange] {
    if let before = old.choices, let after = new.choices {
      let changes = compare(before, after, what)
      if !changes.isEmpty { return changes }
    }
    if old.bytes != new.bytes {
      return [.init(.loses, what, "took \(old.bytes) bytes, and takes \(new.bytes)")]
    }
    if new.max < old.max { return [.init(.loses, what, "reached up to \(old.max), and now to \(new.max)")] }
    if new.max > old.max { return [.init(.keeps, what, "reaches up to \(new.max), and to \(old.max) before")] }
    return []
  }

  private func compareContracts(_ new: DesignShape) -> [ShapeChange] {
    var changes = compare(contracts.map(\.name), new.contracts.map(\.name), "contract")
    for contract in contracts {
      guard let other = new.contracts.first(where: { $0.name == contract.name }) else { continue }
      let what = "contract \(contract.name)"
      if contract.isKeyed != other.isKeyed {
        changes.append(.init(.loses, what, other.isKeyed ? "has a key now" : "has no key any more"))
      }
      for (stage, answers) in contract.stages.enumerated() {
        let missing =
          other.stages.indices.contains(stage) ? answers.filter { !other.stages[stage].contains($0) } : answers
        if !missing.isEmpty {
          changes.append(
            .init(.loses, what, "stage \(stage) no longer admits \(missing.joined(separator: ", "))"))
        }
      }
      if contract.afterCrash != other.afterCrash {
        changes.append(.init(.keeps, what, "after a crash it was \(contract.afterCrash), and is \(other.afterCrash)"))
      }
      if contract.late != other.late {
        changes.append(.init(.keeps, what, "a late answer was \(contract.late), and is \(other.late)"))
      }
      if contract.timerNanoseconds != other.timerNanoseconds {
        let (old, new) = (Self.length(contract.timerNanoseconds), Self.length(other.timerNanoseconds))
        changes.append(
          .init(.keeps, what, "lasted \(old), and lasts \(new); timers that run are due by the new length"))
      }
    }
    return changes
  }

  private static func length(_ nanoseconds: UInt64?) -> String {
    nanoseconds.map { "\($0 / 1_000_000) ms" } ?? "as long as its effect says"
  }
}

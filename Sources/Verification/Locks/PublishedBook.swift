import Spec

/// The published shape of a system: what a lock pins. Names, places and ranges, and the rules by their words.
///
/// What a guard or an update computes is in no listing: its name stands for it here, and worlds, scenarios and laws
/// judge what it does.
public struct PublishedBook: Codable, Equatable, Sendable {
  /// What journals keep.
  public var shape: DesignShape
  public var hosts: [Host]
  /// The laws of the machines together.
  public var laws: [Law]

  public struct Host: Codable, Equatable, Sendable {
    public var name: String
    public var rules: [Rule]
    public var silences: [String]
    public var laws: [Law]
    public var contracts: [String]
  }

  /// A rule without its closures.
  public struct Rule: Codable, Equatable, Sendable {
    public var name: String
    public var phases: [String]
    public var event: String
    public var guards: [String]
    public var changes: [String]
    /// The phase it leads to; nil where it stays.
    public var target: String?
    public var cites: [String]
    public var isOtherwise: Bool
  }

  public struct Law: Codable, Equatable, Sendable {
    public var name: String
    public var kind: String
    public var cites: [String]
  }

  /// - Parameters:
  ///   - hosts: Each host with its book.
  ///   - properties: The laws of the system, those of its hosts included.
  public init(
    shape: DesignShape, hosts: [(name: String, book: BookDescription)],
    properties: [BookDescription.PropertyDescription]
  ) {
    self.shape = shape
    // The digest stands for what follows, which is compared rule by rule.
    self.shape.book = ""
    self.hosts = hosts.map { Host($0.name, $0.book) }
    let own = Set(hosts.flatMap { $0.book.properties.map(\.name) })
    laws = properties.filter { !own.contains($0.name) }.map(Law.init)
  }
}

extension PublishedBook.Law {
  init(_ property: BookDescription.PropertyDescription) {
    self.init(name: property.name, kind: property.kind, cites: property.citations)
  }
}

extension PublishedBook.Host {
  init(_ name: String, _ book: BookDescription) {
    self.name = name
    rules = book.rules.map { PublishedBook.Rule($0, book) }
    silences = book.silences.map { silence in
      "\(silence.eventName) \(silence.word) in \(silence.phases.map { book.phases[$0].name }.joined(separator: ", ")): "
        + silence.reason
    }
    laws = book.properties.map(PublishedBook.Law.init)
    contracts = book.contracts.map(Self.words)
  }

  /// A contract in one line: what is owed in each stage, and what happens to it.
  private static func words(_ contract: BookDescription.ContractDescription) -> String {
    if contract.isNotice { return "\(contract.name): a notice" }
    let stages = contract.stages.map { stage in
      (stage.isOwed ? "owed " : "maybe ") + stage.answers.map(\.name).joined(separator: " or ")
    }
    let options = contract.options
    let faults = options.faults.map { "\($0)" }.sorted()
    return "\(contract.name): \(stages.joined(separator: ", then ")); late \(options.late), again \(options.again), "
      + "after a crash \(options.timer.map { "\($0.afterCrash)" } ?? "\(options.afterCrash)"), "
      + "faults \(faults.isEmpty ? "none" : faults.joined(separator: " and ")), holds \(options.holds ?? "nothing")"
      + (options.timer.map { timer in timer.duration.map { ", after \($0)" } ?? ", as long as it says" } ?? "")
  }
}

extension PublishedBook.Rule {
  init(_ rule: BookDescription.RuleDescription, _ book: BookDescription) {
    name = rule.name
    phases = rule.phases.map { book.phases[$0].name }
    event = book.events[rule.event]
    guards = rule.guards.map(\.name)
    changes = rule.clauses.map { clause in
      switch clause.kind {
      case .update(let words): words.isEmpty ? "update" : "update: \(words)"
      case .emit(let kind): "send \(book.effects[kind])"
      case .emitEach(let kind): "send each \(book.effects[kind])"
      case .cancel(let kind): "cancel \(book.effects[kind])"
      case .cancelAll(let kind): "cancel every \(book.effects[kind])"
      }
    }
    target = rule.target.map { book.phases[$0].name }
    cites = rule.citations
    isOtherwise = rule.isOtherwise
  }
}

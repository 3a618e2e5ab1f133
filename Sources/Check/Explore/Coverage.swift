/// What a search exercised: how often each rule fired, what each guard said, and which "sometimes" were met.
public struct Coverage: Sendable {
  public struct RuleCount: Sendable {
    public let host: String
    public let rule: String
    /// Steps in which the rule fired.
    public internal(set) var fired: Int
    /// The rule's guards, in the order they are asked.
    public let guards: [String]
    /// In how many different states of its machine each guard was the one that refused an event.
    public internal(set) var refusals: [Int]
    /// In how many different states of its machine every guard let an event through.
    public internal(set) var passes: Int

    @usableFromInline init(
      host: String, rule: String, fired: Int, guards: [String] = [], refusals: [Int] = [], passes: Int = 0
    ) {
      self.host = host
      self.rule = rule
      self.fired = fired
      self.guards = guards
      self.refusals = refusals
      self.passes = passes
    }

    mutating func add(_ other: RuleCount) {
      fired += other.fired
      passes += other.passes
      for number in refusals.indices { refusals[number] += other.refusals[number] }
    }

    /// Guards that never said no, though the rule was asked.
    public var guardsNeverFalse: [String] {
      fired == 0 ? [] : guards.indices.filter { refusals[$0] == 0 }.map { guards[$0] }
    }
  }
  public internal(set) var rules: [RuleCount]
  /// Each "sometimes" property and whether it was met.
  public internal(set) var sometimes: [(name: String, isMet: Bool)]

  @usableFromInline init(rules: [RuleCount], sometimes: [(name: String, isMet: Bool)]) {
    self.rules = rules
    self.sometimes = sometimes
  }

  /// Rules that never fired, as a report quotes them.
  public var neverFired: [String] { rules.filter { $0.fired == 0 }.map { "\($0.host): \"\($0.rule)\"" } }
  /// Each "sometimes" that was never met, as a report quotes it.
  public var neverMet: [String] { sometimes.filter { !$0.isMet }.map { "\"\($0.name)\"" } }

  public var rulesFired: Int { rules.count { $0.fired > 0 } }
  public var guards: Int { rules.reduce(0) { $0 + $1.guards.count } }
  public var guardsRefusing: Int { rules.reduce(0) { $0 + $1.refusals.count { $0 > 0 } } }

  /// Adds a rule, or to the same rule of another machine with the same book.
  @usableFromInline mutating func add(_ rule: RuleCount) {
    guard let index = rules.firstIndex(where: { $0.host == rule.host && $0.rule == rule.rule }) else {
      rules.append(rule)
      return
    }
    rules[index].add(rule)
  }

  /// Adds what another worker covered.
  mutating func merge(_ other: Coverage) {
    for index in rules.indices { rules[index].add(other.rules[index]) }
    for index in sometimes.indices where other.sometimes[index].isMet { sometimes[index].isMet = true }
  }
}

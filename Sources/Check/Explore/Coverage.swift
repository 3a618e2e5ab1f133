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
    /// How often the rule fired in each machine with this book.
    public internal(set) var members: [(name: String, fired: Int)]

    @usableFromInline init(
      host: String, rule: String, fired: Int, guards: [String] = [], refusals: [Int] = [], passes: Int = 0,
      member: String? = nil
    ) {
      members = [(member ?? host, fired)]
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
      for it in other.members {
        if let place = members.firstIndex(where: { $0.name == it.name }) {
          members[place].fired += it.fired
        } else {
          members.append(it)
        }
      }
    }

    /// Machines in which the rule never fired, though it did in others with the same book.
    public var neverIn: [String] { fired == 0 ? [] : members.filter { $0.fired == 0 }.map(\.name) }

    /// Guards that never said no, though the rule was asked.
    public var guardsNeverFalse: [String] {
      fired == 0 ? [] : guards.indices.filter { refusals[$0] == 0 }.map { guards[$0] }
    }
  }
  public internal(set) var rules: [RuleCount]
  /// Each "sometimes" property and whether it was met.
  public internal(set) var sometimes: [(name: String, isMet: Bool)]
  /// Each law of where runs lead that was judged, and whether some state began it: known at the end of a search alone.
  public internal(set) var leading: [(name: String, isBegun: Bool)] = []

  @usableFromInline init(rules: [RuleCount], sometimes: [(name: String, isMet: Bool)]) {
    self.rules = rules
    self.sometimes = sometimes
  }

  /// Rules that never fired, as a report quotes them.
  public var neverFired: [String] { rules.filter { $0.fired == 0 }.map { "\($0.host): \"\($0.rule)\"" } }
  /// Each "sometimes" that was never met, as a report quotes it.
  public var neverMet: [String] { sometimes.filter { !$0.isMet }.map { "\"\($0.name)\"" } }

  /// Laws of where runs lead that no state began, as a report quotes them.
  public var neverBegun: [String] { leading.filter { !$0.isBegun }.map { "\"\($0.name)\"" } }

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

  /// Every count in one row, for a checkpoint.
  var counts: [Int] {
    rules.flatMap { [$0.fired, $0.passes] + $0.refusals + $0.members.map(\.fired) }
      + sometimes.map { $0.isMet ? 1 : 0 }
  }

  /// Takes the counts of a row that ``counts`` gave; false where they are not as many.
  mutating func take(_ counts: [Int]) -> Bool {
    guard counts.count == self.counts.count else { return false }
    var next = counts.makeIterator()
    for rule in rules.indices {
      rules[rule].fired = next.next()!
      rules[rule].passes = next.next()!
      for number in rules[rule].refusals.indices { rules[rule].refusals[number] = next.next()! }
      for number in rules[rule].members.indices { rules[rule].members[number].fired = next.next()! }
    }
    for index in sometimes.indices { sometimes[index].isMet = next.next()! != 0 }
    return true
  }
}

import Spec

/// A run as a page tells it: who said what to whom, and step by step which rule fired and why others did not.
public struct RunStory: Hashable, Sendable, Codable {
  /// The command that makes the run again.
  public let command: String
  /// Who says what to whom, as an image that takes its colours from the page around it.
  public let drawing: String
  public let steps: [RunStep]
  /// How many steps before these are left out.
  public let leftOut: Int
  /// The law that broke at its end, in words; nil for a run that broke none.
  public let broken: String?

  /// - Parameters:
  ///   - command: The command that makes the run again.
  ///   - sequence: Who says what to whom.
  ///   - label: What the drawing shows, for whoever cannot see it.
  ///   - steps: Each step, in words.
  ///   - leftOut: How many steps before these are left out.
  ///   - broken: The law that broke at its end, in words; nil for a run that broke none.
  public init(
    command: String, sequence: MessageSequence, label: String, steps: [RunStep] = [], leftOut: Int = 0,
    broken: String? = nil
  ) {
    self.command = command
    drawing = svg(sequence, label: label, isStyled: false).trimmed
    self.steps = steps
    self.leftOut = leftOut
    self.broken = broken
  }
}

/// One step of a run, in words.
public struct RunStep: Hashable, Sendable, Codable {
  public let number: Int
  /// Who moved: `input`, `answer`, `fault`, or a channel.
  public let who: String
  public let what: String
  public let events: [Event]
  /// Fields that changed, as `path: before → after`.
  public let changes: [String]

  public init(number: Int, who: String, what: String, events: [Event], changes: [String]) {
    self.number = number
    self.who = who
    self.what = what
    self.events = events
    self.changes = changes
  }

  /// What one machine made of an event.
  public struct Event: Hashable, Sendable, Codable {
    public let host: String
    public let words: String
    /// The rule that fired; nil where none did.
    public let rule: String?
    /// `fired`, `refused`, `ignored` or `unexpected`.
    public let outcome: String
    /// The phase that it entered, where that is another one.
    public let entered: String?
    /// Rules that did not fire, each with why; the rule is empty where the book itself says no.
    public let others: [Other]
    /// Effects that left, and what was put under way to another machine.
    public let sent: [String]

    public init(
      host: String, words: String, rule: String?, outcome: String, entered: String?, others: [Other], sent: [String]
    ) {
      self.host = host
      self.words = words
      self.rule = rule
      self.outcome = outcome
      self.entered = entered
      self.others = others
      self.sent = sent
    }
  }

  public struct Other: Hashable, Sendable, Codable {
    public let rule: String
    public let reason: String

    public init(rule: String, reason: String) {
      self.rule = rule
      self.reason = reason
    }
  }
}

/// A small mistake put into a machine, and the shortest run that gives it away.
public struct MistakeStory: Hashable, Sendable, Codable {
  /// The machine that it was put into, by the title of its book.
  public let machine: String
  /// The same by its name in the system.
  public let host: String
  /// The mistake, in words that make a sentence of their own.
  public let words: String
  /// Where the changed piece stands, as `file:line`.
  public let place: String
  /// What noticed it, in words.
  public let found: String
  public let world: String
  public let run: RunStory

  public init(
    machine: String, host: String, words: String, place: String, found: String, world: String, run: RunStory
  ) {
    self.machine = machine
    self.host = host
    self.words = words
    self.place = place
    self.found = found
    self.world = world
    self.run = run
  }
}

/// What exploring all the worlds of a page made of one rule.
public struct RuleEvidence: Hashable, Sendable {
  /// The machines that have the rule, by name.
  public let hosts: [String]
  /// The rule's place in its book.
  public let rule: Int
  /// Steps in which it fired.
  public let fired: Int
  /// For each guard, in how many states of its machine it was the one that refused.
  public let refusals: [Int]

  public init(hosts: [String], rule: Int, fired: Int, refusals: [Int]) {
    self.hosts = hosts
    self.rule = rule
    self.fired = fired
    self.refusals = refusals
  }
}

/// How many small mistakes in a system the verification noticed, when that was last counted.
public struct MutationEvidence: Hashable, Sendable {
  public let all: Int
  public let killed: Int
  public let noticed: Int
  public let equivalent: Int
  /// Figures that no scenario and no explored world turns on.
  public let unexercised: Int
  /// Whether the rules are still those that were counted.
  public let isCurrent: Bool
  /// Where the count is kept, from the package's folder.
  public let source: String

  public init(all: Int, killed: Int, noticed: Int, equivalent: Int, unexercised: Int, isCurrent: Bool, source: String) {
    self.all = all
    self.killed = killed
    self.noticed = noticed
    self.equivalent = equivalent
    self.unexercised = unexercised
    self.isCurrent = isCurrent
    self.source = source
  }

  /// The share of the judged which must be killed.
  public static let goal = 0.95

  /// Those that something turns on, and that are not equivalent.
  public var judged: Int { all - equivalent - unexercised }
  /// Whether enough were killed; a score of nothing is none.
  public var isEnough: Bool { judged > 0 && Double(killed) >= Self.goal * Double(judged) }
  /// The share that was killed, with one decimal, rounded down: `94.9`.
  public var percent: String {
    let tenths = judged == 0 ? 0 : killed * 1000 / judged
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// One system of the package, and what is kept of its mutants.
public struct MutationScore: Hashable, Sendable {
  public let system: String
  /// nil where they were never all tried.
  public let evidence: MutationEvidence?

  public init(system: String, evidence: MutationEvidence?) {
    self.system = system
    self.evidence = evidence
  }
}

/// What is told of a chapter and its system beside what they say themselves.
public struct Stories: Hashable, Sendable {
  /// What each scenario of the chapter does, by its title: one sequence for each start of a world.
  public var scenarios: [String: [ScenarioStory]]
  public var rules: [RuleEvidence]
  public var run: RunStory?
  /// Who says what to whom in it.
  public var sequence: MessageSequence?
  public var mistakes: [MistakeStory]
  /// What is kept of the mutants of each system of the chapter, its own first.
  public var scores: [MutationScore]

  /// What is kept of those of the chapter's own system.
  var mutation: MutationEvidence? { scores.first?.evidence }

  public init(
    scenarios: [String: [ScenarioStory]] = [:], rules: [RuleEvidence] = [], run: RunStory? = nil,
    sequence: MessageSequence? = nil, mistakes: [MistakeStory] = [], scores: [MutationScore] = []
  ) {
    self.scenarios = scenarios
    self.rules = rules
    self.run = run
    self.sequence = sequence
    self.mistakes = mistakes
    self.scores = scores
  }
}

/// What a scenario does in one world.
public struct ScenarioStory: Hashable, Sendable {
  public let world: String
  public let sequence: MessageSequence
  /// The same for the repository host, which draws Mermaid.
  public let mermaid: String
  /// The rules that fire in it.
  public let fired: Set<FiredRuleName>

  public init(world: String, sequence: MessageSequence, mermaid: String, fired: Set<FiredRuleName> = []) {
    self.fired = fired
    self.world = world
    self.sequence = sequence
    self.mermaid = mermaid
  }
}

/// A rule by its name and the title of its book.
public struct FiredRuleName: Hashable, Sendable {
  public let book: String
  public let rule: String

  public init(book: String, rule: String) {
    self.book = book
    self.rule = rule
  }
}

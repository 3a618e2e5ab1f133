import Spec

/// Watches the controller, and pins the team to the chain while it is too slow or spends too much.
///
/// Time comes in as how long each decision took, money as whether each episode violated its budget. On a tick, the
/// controller's decision is passed on, or withheld.
///
/// Source: chapter 5.
public struct HealthWatch: Machine {
  public typealias Requirement = Machines.Requirement
  /// *Pinning* until the chain is in force, *pinned* from then on.
  public enum Phase: UInt8, CaseIterable, Sendable { case healthy, pinning, pinned }

  public var phase = Phase.healthy
  /// The topology in force, as last told.
  public internal(set) var topology: Topology
  /// The decisions since the last pin, up to as many as count.
  public internal(set) var decisions: LatencyWindow
  public internal(set) var episodes: EpisodeWindow
  public let limits: HealthLimits

  public init(topology: Topology, limits: HealthLimits = HealthLimits()) {
    self.topology = topology
    self.limits = limits
    decisions = LatencyWindow(capacity: limits.decisionWindow)
    episodes = EpisodeWindow(capacity: limits.episodeWindow)
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("topology", &topology)
    f("decisions", &decisions)
    f("episodes", &episodes)
  }

  public static let book = RuleBook<Self>(
    "Health watch", "Pins the team to the chain while the controller is too slow or spends too much.",
    resting: .healthy, .pinning, .pinned
  ) {
    ticks
    measures
    silences
    contracts
    laws
  }
}

/// The figures of chapter 5; others for small worlds.
public struct HealthLimits: Hashable, Sendable {
  /// In tenths of a millisecond.
  public var limit: UInt8 = UInt8(Parameters.decisionTimeLimit.milliseconds * 10)
  public var healed: UInt8 = UInt8(Parameters.decisionTimeHealed.milliseconds * 10)
  public var decisionWindow = Parameters.decisionWindow
  public var decisionsToArm = Parameters.decisionsToArm
  public var violations = Parameters.violationLimit
  public var episodeWindow = Parameters.episodeWindow
  public var episodesToArm = Parameters.episodesToArm

  public init() {}
}

// MARK: - Rules

extension HealthWatch {
  static let ticks = Section<Self> {
    In(.healthy, "The controller's decisions are passed on.") {
      On(.tick, "pass the decision on", cites: .I5)
        .when("no armed measure is broken") { watch, _ in !watch.isSlow && !watch.overspends }
        .emit(.advised) { _, decision in decision }
      Otherwise(.tick, "pin: the chain is in force already", cites: .I5, .`HLT-1`, .`HLT-4`)
        .when("the chain is in force") { watch, _ in watch.topology == .chain }
        .emit(.changed) { watch, _ in HealthChange(watch, watch.isSlow ? .slow : .overspent) }
        .emit(.advised) { _, _ in .stay }
        .then { watch, _ in watch.decisions.restart() }
        .go(.pinned)
      Otherwise(.tick, "pin, and ask for the chain", cites: .I5, .`HLT-1`, .`HLT-4`)
        .emit(.changed) { watch, _ in HealthChange(watch, watch.isSlow ? .slow : .overspent) }
        .emit(.forced)
        .then { watch, _ in watch.decisions.restart() }
        .go(.pinning)
      On(.order, "pass the order on", cites: .`CRD-9`).emit(.ordered) { _, topology in topology }
      On(.committed, "another topology is in force").then { watch, topology in watch.topology = topology }
    }
    In(.pinning, "Pinned, and the chain is not in force yet.") {
      On(.tick, "healed before the chain came: unpin", cites: .I5, .`HLT-5`)
        .when(.hasHealed)
        .emit(.changed) { watch, _ in HealthChange(watch, .healed) }
        .emit(.advised) { _, decision in decision }
        .go(.healthy)
      Otherwise(.tick, "ask for the chain again", cites: .I5).emit(.forced)
      On(.committed, "the chain is in force", cites: .I5)
        .when("it is the chain") { _, topology in topology == .chain }
        .then { watch, topology in watch.topology = topology }
        .go(.pinned)
      Otherwise(.committed, "a switch that was under way ends elsewhere", cites: .I5)
        .then { watch, topology in watch.topology = topology }
    }
    In(.pinned, "The chain is in force, whatever the controller decides.") {
      On(.tick, "healed: unpin", cites: .I5, .`HLT-5`)
        .when(.hasHealed)
        .emit(.changed) { watch, _ in HealthChange(watch, .healed) }
        .emit(.advised) { _, decision in decision }
        .go(.healthy)
      Otherwise(.tick, "stay, whatever was decided", cites: .I5).emit(.advised) { _, _ in .stay }
      On(.committed, "a switch that was under way leaves the chain", cites: .I5)
        .when("it is not the chain") { _, topology in topology != .chain }
        .then { watch, topology in watch.topology = topology }
        .go(.pinning)
      Otherwise(.committed, "the chain, once more")
    }
  }

  static let measures = Section<Self> {
    In(.healthy, .pinning, .pinned) {
      On(.decided, "note how long the decision took", cites: .`HLT-2`, .`HLT-4`)
        .then { watch, microseconds in watch.decisions.add(microseconds: microseconds) }
      On(.episodeEnded, "note whether it violated its budget", cites: .`HLT-2`)
        .then { watch, isViolating in watch.episodes.add(isViolating: isViolating) }
    }
  }

  static let silences = Section<Self> {
    Refused(.order, in: .pinning, .pinned, unless: "the team is not pinned to the chain", code: "pinned")
  }

  static let contracts = Section<Self> {
    Notice(.ordered)
    Notice(.advised)
    Notice(.forced)
    Notice(.changed)
  }
}

extension Guard<HealthWatch, Decision> {
  static var hasHealed: Self {
    Guard("both measures have healed") { watch, _ in
      watch.decisions.times.count >= watch.limits.decisionsToArm
        && watch.decisions.percentile <= watch.limits.healed && !watch.overspends
    }
  }
}

// MARK: - Measures

extension HealthWatch {
  /// HLT-1, the first measure: armed, and broken.
  var isSlow: Bool { decisions.times.count >= limits.decisionsToArm && decisions.percentile > limits.limit }

  /// HLT-1, the second measure: armed, and broken.
  var overspends: Bool {
    episodes.episodes.count >= limits.episodesToArm
      && ClopperPearson.exceeds(limits.violations, hits: episodes.violations, of: episodes.episodes.count)
  }

  public var isPinned: Bool { phase != .healthy }

  /// Whether the pin keeps a decision from counting: one for another topology than the chain.
  public func withholds(_ decision: Decision) -> Bool {
    isPinned && decision.topology != nil && decision.topology != .chain
  }
}

import Foundation
import Machines

/// What `interlock run` drives: a team of at most seven agents, and what they do in order of time.
///
/// A workload says only what is *asked for*. Whether a message is admitted, and what becomes of a switch, is decided by
/// the router and the topology switch while the workload runs; a workload full of refusals is a valid one.
///
///     let workload = try Workload.read(path: "examples/three-agents.jsonl")
///     workload.agents.map(\.name)      // ["Planner", "Coder", "Runner"]
///     workload.topology                // .star
///
/// Everything is listed in `actions`, except a storm, which is generated while it is being sent (``Storm``).
public struct Workload: Sendable, Equatable {
  /// The file's name, without its folders.
  public var name: String

  /// XXH3 of the bytes that the workload was read from; 0 where it was made in memory.
  public var digest: UInt64 = 0

  /// The team in chain order; the agent at index 0 is the hub of the star.
  public var agents: [WorkloadAgent]

  /// The topology the team starts in.
  public var topology: Topology

  /// How long warming the team takes while a switch prepares.
  public var preparationMilliseconds: Double

  /// What may be spent.
  public var limits: WorkloadLimits

  /// What is asked for, in order of time.
  public var actions: [WorkloadAction]

  /// Generated traffic that begins once the last action has been sent.
  public var storm: Storm?

  /// The messages of a transcript that nobody answered, and which therefore are not sent.
  public var unaddressed: Int

  /// What the reader decided on its own, one sentence each, for the user to see.
  public var notes: [String]

  /// The largest team; the topologies are not meant for more.
  public static let agentCountMax = 7

  public init(
    name: String, agents: [WorkloadAgent], topology: Topology = .star, preparationMilliseconds: Double = 2,
    limits: WorkloadLimits = WorkloadLimits(), actions: [WorkloadAction] = [], storm: Storm? = nil,
    unaddressed: Int = 0, notes: [String] = []
  ) {
    self.name = name
    self.agents = agents
    self.topology = topology
    self.preparationMilliseconds = preparationMilliseconds
    self.limits = limits
    self.actions = actions
    self.storm = storm
    self.unaddressed = unaddressed
    self.notes = notes
  }
}

/// One member of the team.
public struct WorkloadAgent: Sendable, Equatable {
  /// How messages address the agent; upper and lower case differ.
  public var name: String

  /// The agent's place in the chain, if it has one.
  public var role: WorkloadRole?

  /// How long the agent's handler works on each copy: always, or half of the time at most.
  public var serviceMilliseconds: Double

  /// The time below which 95 of 100 copies are done, where times differ; they are then drawn from a lognormal
  /// distribution whose median is ``serviceMilliseconds``.
  public var serviceMilliseconds95: Double?

  /// The share of deliveries, 0 to 1, that the handler fails.
  public var nacks: Double

  /// How long warming the agent takes while a switch prepares; nil for the team's own time.
  public var preparationMilliseconds: Double?

  /// The share of preparations, 0 to 1, in which the agent cannot be warmed.
  public var preparationFailures: Double

  public init(
    name: String, role: WorkloadRole? = nil, serviceMilliseconds: Double = 0.2, serviceMilliseconds95: Double? = nil,
    nacks: Double = 0, preparationMilliseconds: Double? = nil, preparationFailures: Double = 0
  ) {
    self.name = name
    self.role = role
    self.serviceMilliseconds = serviceMilliseconds
    self.serviceMilliseconds95 = serviceMilliseconds95
    self.nacks = nacks
    self.preparationMilliseconds = preparationMilliseconds
    self.preparationFailures = preparationFailures
  }
}

extension WorkloadAgent {
  /// How far the logarithms of the agent's times differ, as a standard deviation; nil where all times are the same.
  var spread: Double? {
    // The divisor is the 95th percentile of the standard normal distribution.
    serviceMilliseconds95.map { log($0 / serviceMilliseconds) / 1.644_853_626_951_472 }
  }

  /// The mean of the agent's times; where they differ, that of a lognormal distribution.
  var meanServiceMilliseconds: Double { serviceMilliseconds * exp((spread ?? 0) * (spread ?? 0) / 2) }
}

extension Workload {
  /// For each agent the role whose budget it uses: its own, or that of its place.
  var budgetRoles: [UInt8] {
    agents.enumerated().map { place, agent in
      let own = agent.role.flatMap { WorkloadRole.allCases.firstIndex(of: $0) }
      return UInt8(own ?? min(place, WorkloadRole.allCases.count - 1))
    }
  }

  /// Whether handling some message costs something.
  var pays: Bool {
    namesEpisodes
      || actions.contains { if case .send(let message) = $0.kind { message.cost != nil } else { false } }
  }

  /// The models that messages call, each as often as it is called; the one without a name is "".
  var models: [String] {
    actions.compactMap { if case .send(let message) = $0.kind { message.cost?.modelName } else { nil } }
  }

  var namesEpisodes: Bool {
    actions.contains { if case .beginEpisode = $0.kind { true } else { false } }
  }

  /// Whether the workload has a controller.
  var decides: Bool { actions.contains(where: \.isDecision) }
}

/// The roles of a software team, in the order in which a chain passes work on.
public enum WorkloadRole: String, Sendable, CaseIterable, CustomStringConvertible {
  case planner = "Planner"
  case coder = "Coder"
  case runner = "Runner"
  case critic = "Critic"
  case summarizer = "Summarizer"

  public var description: String { rawValue }
}

/// Something the workload asks for at a moment.
public struct WorkloadAction: Sendable, Equatable {
  /// The moment, counted from the start of the run.
  public var at: Duration

  /// Where the action was read: the line in a JSONL file, the index in a transcript's history.
  public var line: Int

  public var kind: Kind

  public enum Kind: Sendable, Equatable {
    case send(WorkloadMessage)
    case switchTo(Topology)

    /// Cancels the switch in flight, if there is one.
    case cancelSwitch

    /// A tick of the controller, and what it decided.
    case decide(WorkloadDecision)

    /// Begins an episode; the one before it ends. What is sent from here on belongs to it.
    case beginEpisode(String)
  }

  var isDecision: Bool { if case .decide = kind { true } else { false } }

  public init(at: Duration, line: Int, kind: Kind) {
    self.at = at
    self.line = line
    self.kind = kind
  }
}

/// A message before the router has seen it: who writes to whom, how much and how urgently.
///
/// The payload itself is not kept. The router looks at its size alone, and a long transcript need not stay in memory.
public struct WorkloadMessage: Sendable, Equatable {
  public var sender: Sender
  public var recipients: Recipients
  public var priority: Priority

  /// The UTF-8 length of the payload written as compact JSON; may be more than the router admits.
  public var payloadBytes: Int

  /// The message's identifier if the file gives one; two messages may share it, to try out how repeats are handled.
  public var id: String?

  /// How long a copy may wait in a queue, if the file says so.
  public var ttlMilliseconds: Double?

  /// What the model call that handles the message asks for and spends; nil for a message without one.
  public var cost: WorkloadCost?

  /// How handlers fare with it, where that is not left to the receiver's own figures.
  public var handling = WorkloadHandling()

  public enum Sender: Sendable, Equatable {
    /// An index into the roster.
    case agent(Int)

    /// The world outside the team, whose messages no topology restricts.
    case system
  }

  public enum Recipients: Sendable, Equatable {
    /// An index into the roster.
    case one(Int)

    /// Indices into the roster, in the order given, none of them twice.
    case several([Int])

    /// Everyone but the sender.
    case broadcast
  }

  public init(
    sender: Sender, recipients: Recipients, priority: Priority = .draft, payloadBytes: Int, id: String? = nil,
    ttlMilliseconds: Double? = nil, cost: WorkloadCost? = nil, handling: WorkloadHandling = WorkloadHandling()
  ) {
    self.sender = sender
    self.recipients = recipients
    self.priority = priority
    self.payloadBytes = payloadBytes
    self.id = id
    self.ttlMilliseconds = ttlMilliseconds
    self.cost = cost
    self.handling = handling
  }

  /// How many copies the message makes in a team of `agentCount`: one for each receiver.
  public func copyCount(agentCount: Int) -> Int {
    switch recipients {
    case .one: 1
    case .several(let indices): indices.count
    case .broadcast: sender == .system ? agentCount : agentCount - 1
    }
  }
}

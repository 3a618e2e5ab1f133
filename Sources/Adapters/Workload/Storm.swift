import Machines
import Spec

/// A flood of messages and switch requests that follows from a seed, and is generated while it is being sent.
///
/// Equal seeds give equal storms, so a million copies fit in one line of a file:
///
///     {"storm": {"copies": 1000000, "switches": 200, "seed": 7, "payload_bytes": 200}}
///
/// Each message is drawn to be legal in the topology asked for last. A fraction, `illegal`, is drawn without looking
/// at the topology: from anyone to anyone, the sender included, to three at once or to all. Part of those happen to
/// be legal, the rest make the router refuse.
public struct Storm: Sendable, Equatable {
  /// How many copies the messages make together: exactly this many, refused ones included.
  public var copies: Int

  /// How many switches are asked for, at equal distances in copies.
  public var switches: Int

  public var seed: UInt64

  /// The payload size of each message.
  public var payloadBytes: Int

  /// The share of the messages, 0 to 1, drawn without looking at the topology.
  public var illegal: Double

  public init(copies: Int, switches: Int = 0, seed: UInt64 = 1, payloadBytes: Int = 200, illegal: Double = 0.01) {
    self.copies = copies
    self.switches = switches
    self.seed = seed
    self.payloadBytes = payloadBytes
    self.illegal = illegal
  }

  /// The storm's messages and switch requests, for a team of `agentCount` (2 to 7) that starts in `topology`.
  public func traffic(agentCount: Int, topology: Topology) -> StormTraffic {
    StormTraffic(self, agentCount: agentCount, topology: topology)
  }
}

/// Draws a storm, one message or switch request at a time, without keeping what it has drawn.
///
///     var traffic = storm.traffic(agentCount: 7, topology: .star)
///     while let next = traffic.next() { … }
public struct StormTraffic: Sendable, IteratorProtocol {
  /// The topology for which messages are drawn: the one asked for last.
  ///
  /// A driver may set it back to the topology in force when a switch was given up; otherwise most of what follows is
  /// refused. The storm then depends on the course of the run as well as on its seed.
  public var topology: Topology

  /// The copies drawn so far.
  public private(set) var copies = 0

  /// The switch requests drawn so far.
  public private(set) var switches = 0

  /// Whether everything asked for has been drawn.
  public var isExhausted: Bool { copies >= storm.copies && switches >= storm.switches }

  /// Where the storm stands, to go on from there after a crash: four words.
  public var memory: [UInt64] { [UInt64(copies), UInt64(switches), UInt64(topology.rawValue), random.position] }

  /// Takes back what ``memory`` said; anything else changes nothing.
  public mutating func recall(_ memory: [UInt64]) {
    guard memory.count == 4, let topology = Topology(rawValue: UInt8(truncatingIfNeeded: memory[2])) else { return }
    copies = Int(truncatingIfNeeded: memory[0])
    switches = Int(truncatingIfNeeded: memory[1])
    self.topology = topology
    random = SplitMix64(seed: memory[3])
  }

  private let storm: Storm
  private let agentCount: Int
  private var random: SplitMix64

  init(_ storm: Storm, agentCount: Int, topology: Topology) {
    precondition(agentCount >= 2, "a storm in a team of \(agentCount): nobody to write to")
    self.storm = storm
    self.agentCount = agentCount
    self.topology = topology
    random = SplitMix64(seed: storm.seed)
  }

  /// The next message or switch request, or nothing once the copies and switches asked for have all been drawn.
  public mutating func next() -> WorkloadAction.Kind? {
    if switches < storm.switches, copies >= switchPosition(switches + 1) {
      switches += 1
      let others = Topology.allCases.filter { $0 != topology }
      topology = others[random.below(others.count)]
      return .switchTo(topology)
    }
    guard copies < storm.copies else { return nil }

    var message =
      random.unit() < storm.illegal ? drawnFreely(priority: drawnPriority()) : drawnLegally(priority: drawnPriority())
    // The last message must not make more copies than are still to come.
    if message.copyCount(agentCount: agentCount) > storm.copies - copies {
      message.recipients = .one(drawnReceiver(from: message.sender))
    }
    copies += message.copyCount(agentCount: agentCount)
    return .send(message)
  }

  /// The number of copies after which the `number`th switch is asked for, counting from 1.
  private func switchPosition(_ number: Int) -> Int {
    number * storm.copies / (storm.switches + 1)
  }

  // MARK: - Drawing

  private mutating func drawnLegally(priority: Priority) -> WorkloadMessage {
    let sender = random.below(agentCount)
    let recipients: WorkloadMessage.Recipients
    switch (topology, random.below(32)) {
    case (.star, 0) where sender == 0:
      recipients = .broadcast
    case (.flat, 0...1) where agentCount > 2:
      let first = drawnReceiver(from: .agent(sender))
      var second = drawnReceiver(from: .agent(sender))
      while second == first { second = drawnReceiver(from: .agent(sender)) }
      recipients = .several([first, second])
    case (.flat, 2) where agentCount <= 3:
      recipients = .broadcast
    default:
      recipients = .one(drawnReceiver(from: .agent(sender)))
    }
    return message(from: sender, to: recipients, priority: priority)
  }

  private mutating func drawnFreely(priority: Priority) -> WorkloadMessage {
    let sender = random.below(agentCount)
    switch random.below(8) {
    case 0:
      return message(from: sender, to: .broadcast, priority: priority)
    case 1 where agentCount > 3:
      let receivers = (1...3).map { (sender + $0) % agentCount }
      return message(from: sender, to: .several(receivers), priority: priority)
    default:
      return message(from: sender, to: .one(random.below(agentCount)), priority: priority)
    }
  }

  /// A receiver whom `sender` may write to in the topology asked for.
  private mutating func drawnReceiver(from sender: WorkloadMessage.Sender) -> Int {
    guard case .agent(let index) = sender else { return random.below(agentCount) }
    switch topology {
    case .chain: return (index + 1) % agentCount
    case .star where index != 0: return 0
    case .star, .flat: return (index + 1 + random.below(agentCount - 1)) % agentCount
    }
  }

  /// A quarter final, five eighths draft, an eighth critic.
  private mutating func drawnPriority() -> Priority {
    switch random.below(8) {
    case 0, 1: .final
    case 2: .critic
    default: .draft
    }
  }

  private func message(
    from sender: Int, to recipients: WorkloadMessage.Recipients, priority: Priority
  ) -> WorkloadMessage {
    WorkloadMessage(
      sender: .agent(sender), recipients: recipients, priority: priority, payloadBytes: storm.payloadBytes)
  }
}

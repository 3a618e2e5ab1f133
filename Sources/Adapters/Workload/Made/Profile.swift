import Machines
import Spec

/// The two loads under which service levels are measured (DEC-33), drawn from a seed.
///
/// *N*, the normal one: 5 agents in a star, 200 messages a second between hub and spokes, handlers that take 2 ms half
/// of the time and more than 8 ms one time in twenty, and a request to switch every 250 ms.
///
/// *S*, the stressed one: 7 agents who all write to each other, a burst at twice the rate at which each receiver works,
/// handlers of 5 and 25 ms, one receiver slower by a half, 5 % of the deliveries failed. The burst lasts until the
/// queues are so full that messages are dropped early, and what was accepted is then worked off.
public enum Profile: String, CaseIterable, Sendable {
  case normal = "n"
  case stressed = "s"

  /// - Parameter seconds: How long messages come; the profile's own time where nil.
  public func workload(seed: UInt64, seconds: Double? = nil) -> Workload {
    switch self {
    case .normal: Profile.normal(seed, seconds ?? 10)
    case .stressed: Profile.stressed(seed, seconds ?? Double(Parameters.stressBurst.milliseconds) / 1_000)
    }
  }

  private static func normal(_ seed: UInt64, _ seconds: Double) -> Workload {
    var random = SplitMix64(seed: seed)
    var workload = Workload(name: "profile-n", agents: Workload.namedTeam(5))
    for agent in workload.agents.indices {
      workload.agents[agent].serviceMilliseconds = 2
      workload.agents[agent].serviceMilliseconds95 = 8
    }
    var at = 0.0
    while true {
      at += random.pause(rate: 200)
      guard at < seconds else { break }
      let spoke = 1 + random.below(4)
      let isFromHub = random.below(2) == 0
      workload.actions.append(
        send(from: isFromHub ? 0 : spoke, to: isFromHub ? spoke : 0, seconds: at, drawnPriority(&random)))
    }
    let switches = (1...max(1, Int(seconds * 4))).map { number in
      WorkloadAction(
        at: .milliseconds(250 * number), line: 0, kind: .switchTo(number.isMultiple(of: 2) ? .star : .flat))
    }
    workload.actions = merged(workload.actions, switches)
    return workload
  }

  private static func stressed(_ seed: UInt64, _ seconds: Double) -> Workload {
    var random = SplitMix64(seed: seed)
    var workload = Workload(name: "profile-s", agents: Workload.namedTeam(7), topology: .flat)
    let slow = random.below(7)
    for agent in workload.agents.indices {
      workload.agents[agent].serviceMilliseconds = agent == slow ? 7.5 : 5
      workload.agents[agent].serviceMilliseconds95 = agent == slow ? 37.5 : 25
      workload.agents[agent].nacks = 0.05
    }
    var arrivals: [WorkloadAction] = []
    for receiver in workload.agents.indices {
      let mean = workload.agents[receiver].meanServiceMilliseconds / 1_000
      var own: [WorkloadAction] = []
      var at = 0.0
      while true {
        at += random.pause(rate: 2 / mean)
        guard at < seconds else { break }
        let sender = (receiver + 1 + random.below(6)) % 7
        own.append(send(from: sender, to: receiver, seconds: at, drawnPriority(&random)))
      }
      arrivals = merged(arrivals, own)
    }
    workload.actions = arrivals
    return workload
  }

  /// A quarter final, five eighths draft, an eighth critic.
  private static func drawnPriority(_ random: inout SplitMix64) -> Priority {
    switch random.below(8) {
    case 0, 1: .final
    case 2: .critic
    default: .draft
    }
  }

  private static func send(from sender: Int, to receiver: Int, seconds: Double, _ priority: Priority) -> WorkloadAction
  {
    WorkloadAction(
      at: .microseconds(Int((seconds * 1e6).rounded())), line: 0,
      kind: .send(
        WorkloadMessage(sender: .agent(sender), recipients: .one(receiver), priority: priority, payloadBytes: 200)))
  }

  /// Both in order of time; of equal moments the first list's come first.
  private static func merged(_ one: [WorkloadAction], _ other: [WorkloadAction]) -> [WorkloadAction] {
    var result: [WorkloadAction] = []
    result.reserveCapacity(one.count + other.count)
    var rest = other[...]
    for action in one {
      while let next = rest.first, next.at < action.at {
        result.append(next)
        rest.removeFirst()
      }
      result.append(action)
    }
    return result + rest
  }
}

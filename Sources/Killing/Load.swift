import Adapters
import Machines

/// What is run and killed.
enum Load: String, CaseIterable {
  /// Copies and switches: each step is committed before its effects.
  case messages
  /// Paid calls, episodes, decisions of a controller that grows slow, failures and retries.
  case calls
  /// The same, with effects before the commit: what they told of may be missing after a kill, and nothing else may
  /// break.
  case relaxed

  var isDurable: Bool { self != .relaxed }

  var workload: Workload { self == .messages ? Load.messaging : Load.paying }

  private static let agents = [("Planner", 1), ("Coder", 5), ("Critic", 3)].map { name, milliseconds in
    WorkloadAgent(name: name, serviceMilliseconds: milliseconds)
  }

  /// Three agents, a message every other millisecond, and a switch now and then; some are given up.
  private static let messaging: Workload = {
    var actions: [WorkloadAction] = []
    for index in 0..<120 {
      func add(_ kind: WorkloadAction.Kind) {
        actions.append(WorkloadAction(at: .milliseconds(index * 2), line: index + 1, kind: kind))
      }
      let recipients: WorkloadMessage.Recipients = index % 7 == 0 ? .broadcast : .one(index % 3 == 0 ? 1 : 0)
      add(
        .send(
          WorkloadMessage(
            sender: .agent(index % 3), recipients: recipients, priority: .draft, payloadBytes: 100 + index)))
      if index % 20 == 10 { add(.switchTo(Topology.allCases[index / 20 % 3])) }
      if index % 40 == 31 { add(.cancelSwitch) }
    }
    return Workload(name: "messages", agents: agents, topology: .flat, actions: actions)
  }()

  /// Three episodes of messages, most of which cost something and some of which fail at first, under a controller that
  /// is too slow from the start: after 200 decisions it is pinned.
  private static let paying: Workload = {
    var actions: [WorkloadAction] = []
    for index in 0..<230 {
      func add(_ kind: WorkloadAction.Kind) {
        actions.append(WorkloadAction(at: .milliseconds(index * 2), line: index + 1, kind: kind))
      }
      if index % 80 == 0 { add(.beginEpisode("task-\(index / 80)")) }
      if index % 3 == 0 {
        add(
          .send(
            WorkloadMessage(
              sender: .agent(0), recipients: .one(1 + index % 2), payloadBytes: 100 + index,
              cost: index % 4 == 1 ? nil : WorkloadCost(prompt: UInt64(index), output: 5),
              handling: WorkloadHandling(fault: index % 15 == 0 ? .nack : nil, faultyDeliveries: 2))))
      }
      let wanted: Decision = index % 40 == 20 ? .flat : index % 40 == 39 ? .star : .stay
      add(.decide(WorkloadDecision(wanted, policyMilliseconds: 12)))
    }
    return Workload(name: "calls", agents: agents, topology: .star, actions: actions)
  }()
}

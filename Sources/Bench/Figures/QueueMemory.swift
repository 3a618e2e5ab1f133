import Machines
import Spec

/// SLO-7, SW-12: what the queues of both epochs take, beyond the payloads, which live elsewhere; and what a whole team
/// takes at most.
///
/// Measured as memory of the process, before anything else has left memory behind that could be used again.
enum QueueMemory {
  private static let goalMegabytes = 40.0

  static func figures() -> [Figure] {
    guard let before = residentBytes else { return [] }
    let stepper = Stepper(TopologySwitch.design)
    var system = TopologySwitch(agents: 7, topology: .flat)
    let half = Parameters.queueCapacityPerReceiver / 2
    fill(&system, stepper, copies: half)
    step(&system, stepper, .control(.request(.star)))
    step(&system, stepper, .control(.prepared))
    fill(&system, stepper, copies: half)
    precondition(
      system.router.mailboxes.allSatisfy { $0.active.count == half && $0.next.count == half }, "both queues are full")
    let full = residentBytes! - before
    // Putting back is when most is held: the copies of both epochs line up in one queue.
    step(&system, stepper, .control(.quiesceDeadline))
    let putBack = residentBytes! - before
    keep(system)
    let most = Double(max(full, putBack)) / 1e6
    return [
      Figure(
        name: "queues of both epochs (SW-12)", measured: Quantity(most, "MB"), goal: "< 40 MB",
        isMet: most < goalMegabytes,
        note: "7 agents, \(Quantity.digits(Double(2 * half))) copies each, half of them behind the gate; "
          + "\(Quantity(Double(full) / 1e6, "MB").text) full, "
          + "\(Quantity(Double(putBack) / 1e6, "MB").text) after putting back")
    ] + wholeTeam()
  }

  /// Every queue is full, and every receiver has been given as many messages as it remembers.
  private static func wholeTeam() -> [Figure] {
    guard let before = PeakMemory.forget() else { return [] }
    let stepper = Stepper(Machines.Team.design)
    var team = Machines.Team(roles: Array(repeating: 0, count: 7), topology: .flat)
    func step(_ event: Machines.Team.Event) {
      guard case .fired = stepper.step(&team, event) else { preconditionFailure("\(event) did not fire") }
    }
    func route(_ number: Int) -> Bool {
      let message = Message(
        idLow: UInt64(number), from: Agent((number + 1) % 7), to: .one(Agent(number % 7)), priority: .final,
        payloadBytes: 200)
      if case .fired = stepper.step(&team, .router(.route(message))) { return true }
      return false
    }
    for number in 0..<Parameters.seenMost * 7 {
      let receiver = Agent(number % 7)
      precondition(route(number), "an empty queue takes a message")
      step(.router(.dequeue(receiver)))
      step(.handlers(.handled(Lease(agent: receiver, sequence: team.router.accepted))))
    }
    // Some are dropped early on the way to the last.
    var number = Parameters.seenMost * 7
    let end = number + 7 * 4 * Parameters.queueCapacityPerReceiver
    while number < end, team.router.mailboxes.contains(where: { $0.live < Parameters.queueCapacityPerReceiver }) {
      _ = route(number)
      number += 1
    }
    let held = Double((residentBytes ?? before) - before) / 1e6
    let live = team.router.mailboxes.map(\.live)
    keep(team)
    return [
      Figure(
        name: "a team of seven, all queues full", measured: Quantity(held, "MB"),
        note: "\(Quantity.grouped(live.min()!)) copies live for each agent at least, and "
          + "\(Quantity.grouped(Parameters.seenMost)) identities remembered; a team holds no more than that")
    ]
  }

  private static func fill(_ system: inout TopologySwitch, _ stepper: Stepper<TopologySwitch>, copies: Int) {
    for number in 0..<copies * 7 {
      let message = Message(
        idLow: UInt64(number), from: Agent((number + 1) % 7), to: .one(Agent(number % 7)), payloadBytes: 200)
      step(&system, stepper, .router(.route(message)))
    }
  }

  private static func step(
    _ system: inout TopologySwitch, _ stepper: Stepper<TopologySwitch>, _ event: TopologySwitch.Event
  ) {
    guard case .fired = stepper.step(&system, event) else { preconditionFailure("\(event) did not fire") }
  }
}

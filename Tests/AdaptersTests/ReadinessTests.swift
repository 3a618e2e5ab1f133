import Adapters
import Engine
import Machines
import Spec
import Testing

@Suite struct `Readiness for a switch` {
  private let second: UInt64 = 1_000_000_000
  private var agents: [WorkloadAgent] { ["A", "B"].map { WorkloadAgent(name: $0, serviceMilliseconds: 10) } }

  @Test func `CRD-6: an answer is good for ten seconds, and not a nanosecond longer`() {
    var readiness = Readiness(agents)
    #expect(readiness.ask(at: 0, depths: [0, 0]).asked == 2)
    #expect(readiness.ask(at: 10 * second, depths: [0, 0]).asked == 0)
    #expect(readiness.ask(at: 10 * second + 1, depths: [0, 0]).asked == 2)
  }

  @Test func `CRD-5: an agent that hangs is named, unless it has answered lately`() {
    var readiness = Readiness(agents)
    readiness.hang(1, until: 5 * second)
    #expect(readiness.ask(at: second, depths: [0, 0]).silent == [1])
    #expect(readiness.ask(at: 5 * second, depths: [0, 0]).isReady)
    readiness.hang(1, until: 100 * second)
    #expect(readiness.ask(at: 15 * second, depths: [0, 0]).isReady)
    let later = readiness.ask(at: 15 * second + 1, depths: [0, 0])
    #expect(later.silent == [1] && later.asked == 1)
  }

  @Test func `CRD-5: a queue that a quiesce would not drain is named`() {
    var readiness = Readiness(agents)
    #expect(readiness.ask(at: 0, depths: [5, 0]).isReady)
    #expect(readiness.ask(at: 0, depths: [5, 6]).crowded == [1])
  }

  @Test func `ARC-3: agents are warmed and asked at once, and the slowest is waited for`() throws {
    let agents = [3.0, 17, 11, 5].map { (time: Double) in
      WorkloadAgent(name: "\(time)", serviceMilliseconds: 10, preparationMilliseconds: time)
    }
    let workload = Workload(
      name: "parallel", agents: agents,
      actions: [WorkloadAction(at: .zero, line: 1, kind: .decide(WorkloadDecision(.flat)))])
    let team = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: 1)
    try team.run()
    #expect(team.summary.phases.prepare == [17_000_000] && team.summary.pings == 4)
    // Of four that hang each takes its twenty milliseconds, and so do all together.
    let hanging = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: 1)
    for place in agents.indices { hanging.readiness.hang(place, until: 60 * second) }
    let watch = Validations()
    hanging.host.observers = [watch]
    try hanging.run()
    #expect(watch.lengths == [20_000_000] && hanging.summary.heldBack[.prevalidation] == 1)
  }

  /// How long each validation lasted, in nanoseconds.
  private final class Validations: StepObserver {
    private(set) var lengths: [UInt64] = []
    private var began: UInt64?

    func stepped(
      _ host: Engine.Host<Machines.Team>, _ event: Machines.Team.Event, _ cause: Record.Cause, _ outcome: Outcome,
      at nanoseconds: UInt64
    ) {
      let isValidating = host.state.coordinator.phase == .validating
      if isValidating, began == nil { began = nanoseconds }
      if !isValidating, let start = began {
        lengths.append(nanoseconds - start)
        began = nil
      }
    }
  }

  /// A team whose Runner hangs for a while, and whose controller wants a chain.
  private func run(hangs: Bool, validates: Bool = true) throws -> TeamSummary {
    let agents = ["Planner", "Coder", "Runner"].map { WorkloadAgent(name: $0, serviceMilliseconds: 200) }
    var first = WorkloadMessage(sender: .agent(0), recipients: .one(2), payloadBytes: 2)
    if hangs { first.handling = WorkloadHandling(fault: .crash) }
    let actions = [
      WorkloadAction(at: .zero, line: 1, kind: .send(first)),
      WorkloadAction(at: .milliseconds(100), line: 2, kind: .decide(WorkloadDecision(.chain))),
    ]
    let workload = Workload(name: "hanging", agents: agents, actions: actions)
    let team = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: 1)
    team.validates = validates
    try team.run()
    #expect(team.host.counts.unexpected == 0 && team.host.counts.breaches.isEmpty)
    return team.summary
  }

  @Test func `fault 24: a switch does not begin while an agent hangs, and begins in vain where nobody is asked`() throws
  {
    let hanging = try run(hangs: true)
    #expect(hanging.committed == 0 && hanging.validations == 1)
    #expect(hanging.notReady == ["Runner": 1] && hanging.heldBack == [.prevalidation: 1])
    let well = try run(hangs: false)
    #expect(well.committed == 1 && well.notReady.isEmpty)
    let unasked = try run(hangs: true, validates: false)
    // It hangs while it is warmed, too.
    #expect(unasked.attempts == 1 && unasked.committed == 0 && unasked.validations == 0)
  }
}

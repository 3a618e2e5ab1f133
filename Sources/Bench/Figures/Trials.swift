import Check
import Machines
import Spec

/// What seeded runs of the spec come to: the shares of the classes (SLO-11), and trials of a whole team (SLO-16).
enum Trials {
  static func figures() -> [Figure] { [shares(), trials(), trialsAtSize()] }

  // MARK: - SLO-11

  private static let seeds = 1...UInt64(5)
  private static let deliveries = 12_000

  /// The largest deviation of a class's share from its weight, over all seeds.
  private static func shares() -> Figure {
    let weights: [Priority: Double] = [.final: 8, .draft: 3, .critic: 1]
    var most = 0.0
    var served: [Priority: Int] = [:]
    for seed in seeds {
      let counts = serve(seed)
      for (priority, weight) in weights {
        let share = Double(counts[priority, default: 0]) / Double(deliveries)
        most = max(most, abs(share / (weight / 12) - 1))
        served[priority, default: 0] += counts[priority, default: 0]
      }
    }
    let counts = [Priority.final, .draft, .critic].map { Quantity.grouped(served[$0, default: 0]) }
    return Figure(
      name: "shares of the classes beside 8 : 3 : 1 (SLO-11)", measured: Quantity(most * 100, "%"),
      goal: "within 10 %", isMet: most <= 0.1,
      note: "\(counts.joined(separator: " : ")) of \(Quantity.grouped(seeds.count * deliveries)) deliveries, "
        + "every class backlogged from a sender of its own, \(seeds.count) seeds")
  }

  private static func serve(_ seed: UInt64) -> [Priority: Int] {
    let program = Program(Router.book)
    var router = Router(agents: 4, topology: .flat)
    var outbox = Outbox<Router.Effect>()
    var random = SplitMix64(seed: seed)
    var served: [Priority: Int] = [:]
    func step(_ event: Router.Event) {
      outbox.removeAll()
      guard case .fired = program.step(&router, event, &outbox) else { preconditionFailure("\(event) did not fire") }
    }
    for _ in 0..<deliveries {
      for (place, priority) in Priority.allCases.enumerated() {
        while router.mailboxes[3].active.lines[place].count < 1 + random.below(20) {
          let number = router.accepted + 1
          step(.route(Message(idLow: number, from: Agent(place), to: .one(Agent(3)), priority: priority)))
        }
      }
      step(.dequeue(Agent(3)))
      for case .emit(.deliver(let copy)) in outbox.orders {
        served[copy.priority, default: 0] += 1
        step(.acknowledged(copy.lease))
        break
      }
    }
    return served
  }

  // MARK: - SLO-16

  private static func trials() -> Figure {
    guard let world = Team.design.worlds.first(where: { !$0.isExhaustive }) else {
      preconditionFailure("the team has a world for random runs")
    }
    let report = fuzz(Team.design, world: world, options: FuzzOptions(seed: 16, cases: 1_000, steps: 200))
    return Figure(
      name: "violations of I1 to I5 in random trials (SLO-16)", measured: Quantity(Double(report.findings.count), ""),
      goal: "0", isMet: report.findings.isEmpty,
      note: "\(Quantity.grouped(report.cases)) trials of a team of five, \(Quantity.grouped(report.steps)) steps; "
        + "every law judged after each")
  }

  /// Limits so small that a run meets them are one thing, and the team as it is run another.
  private static func trialsAtSize() -> Figure {
    let report = fuzz(Team.design, world: realSize, options: FuzzOptions(seed: 16, cases: 1_000, steps: 400))
    let never = report.coverage.neverMet
    return Figure(
      name: "violations in random trials at the chapters' limits (SLO-16)",
      measured: Quantity(Double(report.findings.count), ""), goal: "0", isMet: report.findings.isEmpty,
      note: "\(Quantity.grouped(report.cases)) trials of a team of seven whose watch is about to be armed, "
        + "\(Quantity.grouped(report.steps)) steps; of \(report.coverage.sometimes.count) things that may happen, "
        + (never.isEmpty ? "all did" : "all did but \(never.joined(separator: ", "))"))
  }

  /// A team that has decided and ended episodes almost as often as it takes until the watch judges it (HLT-2).
  private static let nearlyArmed: Team = {
    var team = Team(roles: [0, 1, 1, 2, 3, 4, 4], topology: .flat)
    let stepper = Stepper(Team.design)
    for _ in 1..<Parameters.decisionsToArm { _ = stepper.step(&team, .health(.decided(1_000))) }
    for _ in 1..<Parameters.episodesToArm { _ = stepper.step(&team, .health(.episodeEnded(isViolating: false))) }
    return team
  }()

  private static let realSize = World<Team>(
    "real-size", "7 agents at the limits of the chapters, with everything that a run may meet", isExhaustive: false,
    start: { nearlyArmed }
  ) {
    Input(.budget, .beginEpisode) { [$0.budget.episode + 1] }
    Input(.budget, .endEpisode)
    Input(.budget, .day) { [$0.budget.day + 1] }
    Input(.router, .route) { team in
      (0..<7).flatMap { sender in
        (0..<7).map { receiver in
          let number = team.router.accepted + 1
          return Message(
            idHigh: number &* 0x9E37_79B9_7F4A_7C15, idLow: number, from: Agent(sender), to: .one(Agent(receiver)),
            priority: Priority.allCases[sender % 3], created: team.router.now,
            expires: sender == 6 ? team.router.now + 30 : 0)
        }
      }
    }
    Input(.router, .dequeue) { _ in (0..<7).map { Agent($0) } }
    Input(.router, .clock) { team in [10, 150, 61_000, 200_001].map { team.router.now + $0 } }
    Input(.health, .decided) { _ in [1_000, 7_000, 11_000] }
    Input(.health, .tick) { _ in Decision.allCases }
    Input(.health, .order) { _ in Topology.allCases }
    Input(.control, .cancel)
    Lost(.control, .prepare, atMost: 2)
    Lost(.coordinator, .validate, atMost: 2)
    Lost(.handlers, .handle, atMost: 2)
    Lost(.handlers, .call, atMost: 2)
    Repeated(.handlers, .call, atMost: 2)
    Crashes(atMost: 2)
  }
}

import Adapters
import Engine
import Machines
import Spec

/// What it costs to count what a host does, and to write it down.
enum Telemetry {
  private static let cycles = 20_000

  static func figures() throws -> [Figure] {
    let folder = try TemporaryFolder()
    var files = 0
    let plain = try Watching(.nothing)
    let telling = try Watching(.everything)
    let timing = try Watching(.times)
    func against(_ name: String, _ measured: Watching, _ yardstick: Watching, goal: Double?, note: String) -> Figure {
      let comparison = Comparison(rounds: 21) {
        measured.nanosecondsPerStep(cycles)
      } yardstick: {
        yardstick.nanosecondsPerStep(cycles)
      }
      return Figure(
        name: name, measured: Quantity(median(comparison.measured), "ns/step"),
        yardstick: Quantity(median(comparison.yardstick), "ns"), ratio: comparison.ratio,
        goal: goal.map { "at most \(Quantity.digits($0))x" } ?? "", isMet: goal.map { comparison.ratio <= $0 },
        note: note)
    }
    func journal(_ watched: Watching.What) throws -> Watching {
      files += 1
      let journal = try Journal(
        creating: folder.path("metrics-\(files).sqlite"), header: .bench(Watching.start, clock: .virtual))
      return try Watching(watched, journal)
    }
    let kept = try journal(.nothing)
    let keptAndCounted = try journal(.everything)
    return [
      against(
        "step with every metric of a team", telling, plain, goal: nil,
        note:
          "a host without a journal: route, dequeue, acknowledge; rules, effects, what is open, copies by class"),
      against(
        "step with metrics and its time", timing, telling, goal: nil,
        note: "the system's clock is read twice for each step"),
      against(
        "journalled step with every metric", keptAndCounted, kept, goal: 1.15,
        note: "what a run pays: each step is in the journal as well"),
      try allocated(),
    ]
  }

  /// What both allocate is the step's: the obligation that a delivery opens. Counted without answers, whose way through
  /// the runtime the counter does not stand.
  private static func allocated() throws -> Figure {
    let name = "allocations, step with every metric"
    func count(_ what: Watching.What) throws -> Int? {
      let watching = try Watching(what)
      watching.runUnanswered(1_000)
      return allocations { watching.runUnanswered(cycles) }
    }
    guard let plain = try count(.nothing), let own = try count(.everything) else {
      return Figure(
        name: name, measured: Quantity(0, "not counted here"), note: "the runtime offers no place to count at")
    }
    return Figure(
      name: name, measured: Quantity(Double(max(0, own - plain)), "beyond those of the step"), goal: "0",
      isMet: own <= plain, note: "in \(Quantity.grouped(3 * cycles)) steps")
  }
}

/// A host that carries copies from one agent to another, watched or not.
private final class Watching {
  enum What { case nothing, everything, times }

  static let start = Machines.Team(roles: [0, 1, 2, 3], topology: .flat)
  private let host: Host<Machines.Team>
  private let registry = MetricRegistry()
  private let handler = Handler()
  private var number: UInt64 = 0

  init(_ what: What, _ journal: Journal? = nil) throws {
    host = Host(start: Watching.start, loop: Loop(.virtual), journal: journal)
    host.driver = handler
    guard what != .nothing else { return }
    _ = TeamWatch(host, registry, agents: ["A", "B", "C", "D"])
    guard what == .times else { return }
    host.stepTimes = StepTimes(
      host.design, registry, bounds: MetricRegistry.doubling(from: 1.25e-7, count: 16))
  }

  func nanosecondsPerStep(_ cycles: Int) -> Double { nanoseconds { run(cycles) } / Double(3 * cycles) }

  /// Routes a copy, delivers it, and has it acknowledged, each time.
  func run(_ cycles: Int) {
    do {
      for _ in 0..<cycles {
        number += 1
        let message = Message(
          idHigh: number &* 0x9E37_79B9_7F4A_7C15, idLow: number, from: Agent(0), to: .one(Agent(1)))
        try host.send(.router(.route(message)))
        try host.send(.router(.dequeue(Agent(1))))
        try host.flush()
        let lease = Lease(agent: Agent(1), sequence: number)
        try host.answer(handler.ticket, with: .handlers(.handled(lease)))
      }
      try host.flush()
    } catch { preconditionFailure("\(error)") }
  }

  /// The same without answers: copies are acknowledged by somebody, and their deliveries stay open.
  func runUnanswered(_ cycles: Int) {
    do {
      for _ in 0..<cycles {
        number += 1
        try host.send(.router(.route(Message(idLow: number, from: Agent(0), to: .one(Agent(1))))))
        try host.send(.router(.dequeue(Agent(1))))
        try host.send(.handlers(.handled(Lease(agent: Agent(1), sequence: number))))
      }
      try host.flush()
    } catch { preconditionFailure("\(error)") }
  }

  /// Keeps the ticket of the delivery that is to be answered.
  private final class Handler: Driver {
    typealias S = Machines.Team
    var ticket: UInt64 = 0
    var reachesBeyondProcess: Bool { false }
    func perform(_ effect: Machines.Team.Effect, ticket: UInt64, at nanoseconds: UInt64) { self.ticket = ticket }
    func notice(_ effect: Machines.Team.Effect, at nanoseconds: UInt64) {}
  }
}

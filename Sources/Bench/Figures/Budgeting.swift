import Adapters
import Engine
import Machines
import Spec

/// What it costs to ask the budget guard before a call, and what its three scopes cost beside one (SLO-15).
enum Budgeting {
  static let goalNanoseconds = 200.0
  private static let calls = 256
  private static let repeats = 200

  static func figures() throws -> [Figure] {
    let limit = Amount(tokens: Amount.most, milliseconds: Amount.most)
    var guarded = BudgetGuard(daily: limit, episode: limit, roles: Array(repeating: limit, count: 5))
    var opening = Outbox<BudgetGuard.Effect>()
    guard case .fired = Program(BudgetGuard.book).step(&guarded, .beginEpisode(1), &opening) else {
      preconditionFailure("an episode begins")
    }
    var three = Calls(BudgetGuard.book, guarded)
    var one = Calls(DailyGuard.book, DailyGuard(daily: limit))
    var reserving: (three: [Double], one: [Double]) = ([], [])
    let whole = Comparison(rounds: 31) {
      let spent = three.run(repeats, of: calls)
      reserving.three.append(spent.reserving)
      return spent.reserving + spent.settling
    } yardstick: {
      let spent = one.run(repeats, of: calls)
      reserving.one.append(spent.reserving)
      return spent.reserving + spent.settling
    }
    let check = median(reserving.three)
    let paid = try paidCall()
    let share = whole.difference / paid * 100
    return [
      Figure(
        name: "budget: check and hold in three scopes", measured: Quantity(check, "ns"),
        yardstick: Quantity(median(reserving.one), "ns"), ratio: check / median(reserving.one), goal: "< 200 ns",
        isMet: check < goalNanoseconds, note: "one `reserve`, up to \(calls) open; the yardstick knows the day alone"),
      Figure(
        name: "budget: three scopes beside one (SLO-15)", measured: Quantity(share, "%"), goal: "at most 3 %",
        isMet: share <= 3,
        note: "\(Quantity(whole.difference, "ns").text) more to reserve and settle, of "
          + "\(Quantity(paid / 1_000, "µs").text) for a paid message from route to settlement"),
    ]
  }

  /// Nanoseconds that a message takes whose handler pays for a call, with everything that a run does for it.
  private static func paidCall() throws -> Double {
    let count = 20_000
    let agents = (0..<5).map { WorkloadAgent(name: "Agent\($0)", serviceMilliseconds: 1) }
    var workload = Workload(name: "paid calls", agents: agents, preparationMilliseconds: 2)
    for number in 0..<count {
      let at = Duration.microseconds(number * 300)
      // What an episode may spend is soon spent.
      if number % 1_000 == 0 {
        workload.actions.append(WorkloadAction(at: at, line: 0, kind: .beginEpisode("\(number / 1_000)")))
      }
      let message = WorkloadMessage(
        sender: .agent(0), recipients: .one(1 + number % 4), payloadBytes: 200,
        cost: WorkloadCost(prompt: 0, output: 1))
      workload.actions.append(WorkloadAction(at: at, line: 0, kind: .send(message)))
    }
    var times: [Double] = []
    for seed in 0..<5 {
      let run = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: UInt64(seed))
      times.append(try nanoseconds { try run.run() } / Double(count))
      precondition(run.summary.granted == count, "\(run.summary.granted) of \(count) calls were granted")
    }
    return median(times)
  }

  /// Calls that are reserved and settled, some at a time.
  private struct Calls<M: Machine> where M.Event == BudgetGuard.Event, M.Effect == BudgetGuard.Effect {
    private let program: Program<M>
    private var machine: M
    private var outbox = Outbox<M.Effect>()
    private var next: UInt64 = 0

    init(_ book: RuleBook<M>, _ machine: M) {
      program = Program(book)
      self.machine = machine
    }

    /// Nanoseconds for each call.
    mutating func run(_ repeats: Int, of calls: Int) -> (reserving: Double, settling: Double) {
      var spent = (reserving: 0.0, settling: 0.0)
      for _ in 0..<repeats {
        let first = next
        spent.reserving += nanoseconds {
          for number in 1...UInt64(calls) {
            step(.reserve(Request(first + number, role: UInt8(number % 5), Amount(tokens: 2, milliseconds: 2))))
          }
        }
        spent.settling += nanoseconds {
          for number in 1...UInt64(calls) { step(.settled(Settlement(first + number, Amount(tokens: 1)))) }
        }
        next += UInt64(calls)
      }
      let count = Double(repeats * calls)
      return (spent.reserving / count, spent.settling / count)
    }

    private mutating func step(_ event: M.Event) {
      outbox.removeAll()
      guard case .fired = program.step(&machine, event, &outbox) else { preconditionFailure("\(event) did not fire") }
    }
  }
}

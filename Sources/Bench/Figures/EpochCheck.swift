import Machines
import Spec

/// SLO-6, RTR-20: what the check of topology and epoch adds to routing a message.
///
/// The gate is no branch of its own: the phase picks the rule, two guards read the topology, and the rule stamps the
/// epoch. Taking out the two guards leaves the rest of the book as it is. The mean of the whole route bounds the
/// check from above, whatever one counts as a part of it.
enum EpochCheck {
  static let goalNanoseconds = 300.0
  private static let routes = 8_000
  private static let rounds = 125

  static func figures() -> [Figure] {
    let rule = "queue for the active epoch"
    let guards = Router.book.rules.first { $0.name == rule }?.guards.map(\.code) ?? []
    precondition(guards[2...3] == ["topology", "fanout"], "the guards that read the topology are the third and fourth")
    guard let open = Router.book.edited(rule, .dropGuard(2))?.edited(rule, .dropGuard(2)) else {
      preconditionFailure("\(rule) has six guards")
    }
    var gated = Routing(Router.book)
    var ungated = Routing(open)
    let comparison = Comparison(rounds: rounds) {
      gated.mean(of: routes)
    } yardstick: {
      ungated.mean(of: routes)
    }
    let count = Quantity.digits(Double(rounds * routes))
    return [
      Figure(
        name: "epoch check in route (RTR-20)", measured: Quantity(comparison.difference, "ns"), goal: "< 300 ns",
        isMet: comparison.difference < goalNanoseconds,
        note: "mean of a route with the gate minus without; \(count) routes each, in turns"),
      Figure(
        name: "whole route (RTR-20)", measured: Quantity(mean(comparison.measured), "ns"),
        yardstick: Quantity(mean(comparison.yardstick), "ns"), ratio: comparison.ratio, goal: "< 300 ns",
        isMet: mean(comparison.measured) < goalNanoseconds,
        note: "bounds the check from above; the yardstick is the same route without the gate"),
    ]
  }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// A router that is filled while the time is taken, and drained while it is not.
  private struct Routing {
    let program: Program<Router>
    var machine = Router(agents: Copies.agents, topology: .star)
    var outbox = Outbox<Router.Effect>()

    init(_ book: RuleBook<Router>) { program = Program(book) }

    mutating func mean(of routes: Int) -> Double {
      let spent = nanoseconds {
        for number in 0..<routes {
          let message = Message(
            idLow: UInt64(number), from: Agent(0), to: .one(Agent(number % 4 + 1)), payloadBytes: 200)
          step(.route(message))
        }
      }
      let first = machine.accepted - UInt64(routes) + 1
      for number in 0..<routes {
        let spoke = Agent(number % 4 + 1)
        step(.dequeue(spoke))
        step(.acknowledged(Lease(agent: spoke, sequence: first + UInt64(number))))
      }
      return spent / Double(routes)
    }

    private mutating func step(_ event: Router.Event) {
      outbox.removeAll()
      guard case .fired = program.step(&machine, event, &outbox) else { preconditionFailure("\(event) did not fire") }
    }
  }
}

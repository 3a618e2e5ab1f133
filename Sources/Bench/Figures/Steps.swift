import Machines
import Oracle
import Spec

/// What a step costs beside the same machine written by hand.
enum Steps {
  static let goalRatio = 3.0

  static func switchMachine() -> [Figure] {
    var program = SwitchByProgram()
    var byHand = SwitchRunByHand()
    let repeats = 25
    let events = Double(switchStream.count * repeats)
    let comparison = Comparison(rounds: 31) {
      nanoseconds { for _ in 0..<repeats { keep(program.run(switchStream)) } } / events
    } yardstick: {
      nanoseconds { for _ in 0..<repeats { keep(byHand.run(switchStream)) } } / events
    }
    return [
      figure(
        "step of the switch", comparison, per: "ns/event",
        note: "whole switches, a stale event between every two useful ones; by hand: plain switch statements")
    ]
  }

  static func routerMachine() -> [Figure] {
    var program = RouterByProgram()
    var byHand = RouterRunByHand()
    let cycles = 50_000
    let comparison = Comparison(rounds: 31) {
      nanoseconds { program.run(cycles: cycles) } / Double(3 * cycles)
    } yardstick: {
      nanoseconds { byHand.run(cycles: cycles) } / Double(3 * cycles)
    }
    return [
      figure(
        "step of the router", comparison, per: "ns/event",
        note: "route, dequeue and acknowledge; \(Copies.depth) copies wait for each of 4 receivers")
    ]
  }

  static func system() -> [Figure] {
    var switches = SwitchInSystem()
    var switchesByHand = SwitchInSystemByHand()
    let count = 20_000
    let whole = Comparison(rounds: 15) {
      nanoseconds { switches.run(switches: count) } / Double(count)
    } yardstick: {
      nanoseconds { switchesByHand.run(switches: count) } / Double(count)
    }
    var copies = RouterInSystem()
    var copiesByHand = RouterRunByHand()
    let cycles = 50_000
    let life = Comparison(rounds: 15) {
      nanoseconds { copies.run(cycles: cycles) } / Double(cycles)
    } yardstick: {
      nanoseconds { copiesByHand.run(cycles: cycles) } / Double(cycles)
    }
    let rate = 1e9 / median(life.measured)
    return [
      Figure(
        name: "switch of an idle team, in the system", measured: Quantity(median(whole.measured), "ns/switch"),
        yardstick: Quantity(median(whole.yardstick), "ns"), ratio: whole.ratio,
        note: "2 events from outside, 4 over direct routes"),
      Figure(
        name: "copies through the system", measured: Quantity(rate, "copies/s"),
        yardstick: Quantity(1e9 / median(life.yardstick), "copies/s"), ratio: 1 / life.ratio,
        goal: "at least 2,000,000 copies/s", isMet: rate >= 2_000_000,
        note: "route, dequeue and acknowledge through the stepper, no journal"),
    ]
  }

  private static func figure(_ name: String, _ comparison: Comparison, per unit: String, note: String) -> Figure {
    Figure(
      name: name, measured: Quantity(median(comparison.measured), unit),
      yardstick: Quantity(median(comparison.yardstick), "ns"), ratio: comparison.ratio,
      goal: "at most \(Quantity.digits(goalRatio))x", isMet: comparison.ratio <= goalRatio, note: note)
  }

  /// Counts what a warm step asks of the allocator.
  static func memory() -> [Figure] {
    var control = SwitchByProgram()
    var router = RouterByProgram()
    var switches = SwitchInSystem()
    var copies = RouterInSystem()
    func count(_ name: String, steps: Int, _ work: () -> Void) -> Figure {
      work()
      guard let calls = allocations(work) else {
        return Figure(
          name: name, measured: Quantity(0, "not counted here"), note: "the runtime offers no place to count at")
      }
      return Figure(
        name: name, measured: Quantity(Double(calls), "in \(Quantity.digits(Double(steps))) steps"), goal: "0",
        isMet: calls == 0)
    }
    return [
      count("allocations, switch", steps: switchStream.count * 250) {
        for _ in 0..<250 { keep(control.run(switchStream)) }
      },
      count("allocations, router", steps: 1_500_000) { router.run(cycles: 500_000) },
      count("allocations, copies in the system", steps: 1_500_000) { copies.run(cycles: 500_000) },
      count("allocations, switches in the system", steps: 200_000) { switches.run(switches: 100_000) },
    ]
  }
}

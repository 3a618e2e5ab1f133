import Check
import Machines
import Spec

/// How fast the explorer goes through a small world, and what it keeps of a state.
enum Exploring {
  static func figures() -> [Figure] {
    guard let world = TopologySwitch.design.worlds.first(where: { $0.name == "two-agents" }) else { return [] }
    let start = processorSeconds
    let report = explore(TopologySwitch.design, world: world, bounds: Bounds(states: 250_000))
    let seconds = processorSeconds - start
    let distinct = Double(report.distinct)
    let extent = "\(Quantity.digits(distinct)) states\(report.isComplete ? ", all of them" : ", then stopped")"
    return [
      Figure(
        name: "explorer, distinct states", measured: Quantity(distinct / seconds, "per CPU second"),
        note: "world two-agents: \(extent)"),
      Figure(
        name: "explorer, generated states", measured: Quantity(Double(report.generated) / seconds, "per CPU second")),
      Figure(
        name: "explorer, memory", measured: Quantity(Double(report.peakBytes) / distinct, "bytes/state"),
        note: "table, parents, edges and frontier"),
    ]
  }
}

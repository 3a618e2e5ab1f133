import Spec

/// The topology coordinator by itself, in the world in which it is explored.
public enum Coordination {
  public typealias System = Solo<TopologyCoordinator>

  public static let design = Solo<TopologyCoordinator>.design(
    "coordinator", chapter: "03-coordinator.md", worlds: [small])

  static let small = World<System>(
    "small",
    "a star at the start; every decision, and the chain forced, on any tick, without end; any order at any time; "
      + "closed at any time",
    start: { Solo(TopologyCoordinator(topology: .star)) }
  ) {
    Input(.machine, .tick) { _ in Decision.allCases }
    Input(.machine, .force)
    Input(.machine, .order) { _ in Topology.allCases }
    Input(.machine, .close) { [.watching, .validating].contains($0.machine.phase) ? [()] : [] }
    Lost(.machine, .validate, atMost: 1)
  }
}

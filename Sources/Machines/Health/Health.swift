import Spec

/// The health watch by itself, in the world in which it is explored.
public enum Health {
  public typealias System = Solo<HealthWatch>

  public static let design = Solo<HealthWatch>.design("health", chapter: "05-health.md", worlds: [small, asStated])

  /// Windows so short that a few decisions fill them.
  static let small = World<System>(
    "small", "windows of 4 decisions and 3 episodes, armed after 2; 7 decisions, 4 episodes, ticks without end",
    start: {
      var limits = HealthLimits()
      limits.decisionWindow = 4
      limits.decisionsToArm = 2
      limits.violations = 0.8
      limits.episodeWindow = 3
      limits.episodesToArm = 2
      return Solo(HealthWatch(topology: .star, limits: limits))
    }
  ) {
    Input(.machine, .decided, atMost: 7) { _ in [8_000, 10_000, 10_001] }
    Input(.machine, .episodeEnded, atMost: 4) { _ in [false, true] }
    Input(.machine, .tick) { _ in Decision.allCases }
    Input(.machine, .committed, atMost: 3) { _ in Topology.allCases }
    Input(.machine, .order) { _ in [.flat] }
  }

  /// The limits of the chapter, for random runs.
  static let asStated = World<System>(
    "as-stated", "the windows and limits of the chapter; decisions, episodes and ticks without end, at random",
    isExhaustive: false, start: { Solo(HealthWatch(topology: .star)) }
  ) {
    Input(.machine, .decided) { _ in [1_000, 8_000, 10_000, 10_001] }
    Input(.machine, .episodeEnded) { _ in [false, true] }
    Input(.machine, .tick) { _ in Decision.allCases }
    Input(.machine, .committed) { _ in Topology.allCases }
    Input(.machine, .order) { _ in [.flat] }
  }
}

import Spec

/// Tests that no run of a world breaks a law, and throws the shortest run that does.
///
///     @Test func `the team keeps its laws`() throws {
///       try check(TopologySwitch.design, world: "team", seed: 7)
///     }
///
/// Equal seeds give equal runs. What it throws says how to run it again.
///
/// - Parameters:
///   - design: The system to run.
///   - world: One of the design's worlds, by its name.
///   - seed: Equal seeds give equal runs.
///   - cases: How many cases to try.
///   - steps: Steps of each run.
///   - store: Where broken runs are kept, to be tried again first.
///   - targeting: A score of states that runs try to drive up, for failures that chance is too slow to find.
///   - replay: Only the run that these choices make, as a report printed them.
/// - Throws: ``BrokenRun``; ``PropertyError/unreadable(_:)``; ``NoWorld``.
@inlinable @discardableResult public func check<S: System>(
  _ design: Design<S>, world: String, seed: UInt64 = 1, cases: Int = 1000, steps: Int = 200,
  store: (any ExampleStore)? = nil, targeting: ((S) -> Double)? = nil, replay: String? = nil
) throws -> FuzzReport {
  guard let found = design.worlds.first(where: { $0.name == world }) else {
    throw NoWorld(machine: design.name, world: world, worlds: design.worlds.map(\.name))
  }
  return try check(
    design, world: found, seed: seed, cases: cases, steps: steps, store: store, targeting: targeting, replay: replay)
}

/// The same, for a world that need not be one of the design's.
@inlinable @discardableResult public func check<S: System>(
  _ design: Design<S>, world: World<S>, seed: UInt64 = 1, cases: Int = 1000, steps: Int = 200,
  store: (any ExampleStore)? = nil, targeting: ((S) -> Double)? = nil, replay: String? = nil
) throws -> FuzzReport {
  var options = FuzzOptions(seed: seed, cases: cases, steps: steps, findings: 1)
  if let replay {
    guard let choices = Tokens(text: replay) else { throw PropertyError.unreadable(replay) }
    options.replay = choices
  }
  let report = fuzz(design, world: world, options: options, store: store, targeting: targeting)
  if let replay, report.cases == 0 { throw PropertyError.unreadable(replay) }
  if let broken = report.findings.first { throw BrokenRun(broken, of: report) }
  return report
}

/// A run of a world that breaks a law.
public struct BrokenRun: Error, CustomStringConvertible {
  public let broken: FuzzFinding
  public let report: FuzzReport

  public init(_ broken: FuzzFinding, of report: FuzzReport) {
    self.broken = broken
    self.report = report
  }

  public var description: String {
    let origin = broken.number.map { "case \($0) of seed \(report.options.seed)" } ?? "a kept run"
    return [
      "\(report.machine), world \(report.world): \(broken.finding.words)", broken.trace.text,
      "  \(origin), \(broken.length)",
      "  replay: check(…, world: \"\(report.world)\", replay: \"\(broken.choices.text)\")",
      "  or: \(report.command(for: broken))",
    ].joined(separator: "\n")
  }
}

/// A world that a design does not have.
public struct NoWorld: Error, CustomStringConvertible {
  public let machine: String
  public let world: String
  public let worlds: [String]

  public init(machine: String, world: String, worlds: [String]) {
    self.machine = machine
    self.world = world
    self.worlds = worlds
  }

  public var description: String {
    "\(machine) has no world \"\(world)\"; there are: \(worlds.joined(separator: ", "))"
  }
}

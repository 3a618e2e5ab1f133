import Machines
import Spec

/// Whether a team can be switched now, and what its agents last said of themselves (CRD-5, CRD-6).
///
/// An agent whose handler hangs does not answer; any other answers at once. An answer is good for ten seconds. A
/// receiver is *crowded* where what waits for it takes longer than a quiesce may last: the switch would be aborted.
public struct Readiness {
  public struct Verdict: Equatable, Sendable {
    /// The agents that did not answer.
    public internal(set) var silent: [Int] = []
    /// Those whose queues would not drain in time.
    public internal(set) var crowded: [Int] = []
    /// How many were asked; the others had answered lately.
    public internal(set) var asked = 0

    public var isReady: Bool { silent.isEmpty && crowded.isEmpty }
  }

  /// When each agent last answered, in nanoseconds of the run; nil if it never did.
  private var answered: [UInt64?]
  /// Until when each agent hangs.
  private var hangs: [UInt64]
  private let milliseconds: [Double]

  public init(_ agents: [WorkloadAgent]) {
    answered = Array(repeating: nil, count: agents.count)
    hangs = Array(repeating: 0, count: agents.count)
    milliseconds = agents.map(\.meanServiceMilliseconds)
  }

  /// An agent does not answer until then.
  public mutating func hang(_ agent: Int, until nanoseconds: UInt64) { hangs[agent] = max(hangs[agent], nanoseconds) }

  /// How long ago each agent answered, in nanoseconds; nil if it never did.
  func ages(at now: UInt64) -> [UInt64?] { answered.map { last in last.map { now - $0 } } }

  /// The first moment from this one on in which the agent does not hang.
  func freeAt(_ agent: Int, from nanoseconds: UInt64) -> UInt64 { max(nanoseconds, hangs[agent]) }

  /// - Parameters:
  ///   - now: Nanoseconds of the run.
  ///   - depths: The copies that wait for each agent.
  public mutating func ask(at now: UInt64, depths: [Int]) -> Verdict {
    var verdict = Verdict()
    for agent in answered.indices {
      if let last = answered[agent], now - last <= Parameters.healthAnswerTimeToLive.nanoseconds { continue }
      verdict.asked += 1
      if hangs[agent] > now { verdict.silent.append(agent) } else { answered[agent] = now }
    }
    let limit = Double(Parameters.quiesceDeadline.milliseconds)
    verdict.crowded = depths.indices.filter { Double(depths[$0]) * milliseconds[$0] > limit }
    return verdict
  }
}

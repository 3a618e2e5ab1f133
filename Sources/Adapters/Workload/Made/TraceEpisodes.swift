import Machines
import Spec

/// Turns requests of a ``TokenTrace`` into episodes of a team.
///
/// A trace has no sessions: an *episode* is a run of requests that follow each other, three to eight of them, as the
/// seed draws it; the seed also draws where in the trace the first one begins. Each request is a message and the model
/// call that handles it. The first comes from outside to the Planner, and each further one goes from whoever was
/// written to to the next in the chain; the last of an episode is `final`, of the others one in eight is `critic`.
///
/// Arrival times and token counts are the trace's. How long a call takes is not in it, and is reckoned from its tokens
/// (chapter 7).
public struct TraceEpisodes: Sendable {
  public var seed: UInt64
  /// 2 to 7.
  public var agents: Int
  public var episodes: Int
  /// How much faster than the trace the workload goes, its calls included.
  public var speed: Double

  public init(seed: UInt64 = 1, agents: Int = 5, episodes: Int = 20, speed: Double = 1) {
    self.seed = seed
    self.agents = agents
    self.episodes = episodes
    self.speed = speed
  }

  /// Makes the workload; equal figures and an equal trace give an equal workload.
  ///
  /// - Throws: ``TokenTraceError`` where the trace has fewer requests than the episodes need, or lasts longer than a
  ///   day at that speed.
  public func workload(from trace: TokenTrace) throws(TokenTraceError) -> Workload {
    var random = SplitMix64(seed: seed)
    let lengths = (0..<episodes).map { _ in 3 + random.below(6) }
    let needed = lengths.reduce(0, +)
    guard needed <= trace.requests.count else {
      throw TokenTraceError(
        trace.name, "\(episodes) episodes need \(needed) requests, and the trace has \(trace.requests.count)",
        try: "--episodes \(max(1, trace.requests.count / 8))")
    }
    let first = random.below(trace.requests.count - needed + 1)
    var workload = Workload(name: trace.name, agents: team, topology: .chain)
    var next = first
    for (number, length) in lengths.enumerated() {
      add(trace.requests[next..<next + length], number, of: trace, from: first, &random, to: &workload)
      next += length
    }
    if let last = workload.actions.last, last.at > .seconds(86_400) {
      throw TokenTraceError(
        trace.name, "\(episodes) episodes last longer than a day", try: "--speed \(Int((speed * 2).rounded(.up)))")
    }
    return workload
  }

  private func add(
    _ requests: ArraySlice<TokenTrace.Request>, _ number: Int, of trace: TokenTrace, from first: Int,
    _ random: inout SplitMix64, to workload: inout Workload
  ) {
    let begin = at(requests[requests.startIndex], from: trace.requests[first])
    workload.actions.append(
      WorkloadAction(at: begin, line: requests.startIndex + 2, kind: .beginEpisode("\(trace.name)-\(number + 1)")))
    var holder: Int?
    for (index, request) in zip(requests.indices, requests) {
      let receiver = holder.map { ($0 + 1) % agents } ?? 0
      let isCritical = random.below(8) == 0
      let message = WorkloadMessage(
        sender: holder.map { .agent($0) } ?? .system, recipients: .one(receiver),
        priority: index == requests.endIndex - 1 ? .final : isCritical ? .critic : .draft,
        payloadBytes: min(Parameters.payloadMax, Int(TraceEpisodes.bytesPerToken) * max(1, request.context)),
        cost: WorkloadCost(prompt: UInt64(request.context), output: UInt64(request.generated)),
        handling: WorkloadHandling(serviceMilliseconds: serviceMilliseconds(request)))
      workload.actions.append(
        WorkloadAction(at: at(request, from: trace.requests[first]), line: index + 2, kind: .send(message)))
      holder = receiver
    }
  }

  /// Microseconds are enough: the trace itself has tenths of one.
  private func at(_ request: TokenTrace.Request, from first: TokenTrace.Request) -> Duration {
    .microseconds(Int((Double(request.nanoseconds - first.nanoseconds) / 1_000 / speed).rounded()))
  }

  private func serviceMilliseconds(_ request: TokenTrace.Request) -> Double {
    let prompt = Double(request.context) * Double(Parameters.promptTokenTime.nanoseconds)
    let output = Double(request.generated) * Double(Parameters.outputTokenTime.nanoseconds)
    return ((prompt + output) / 1_000 / speed).rounded() / 1_000
  }

  private var team: [WorkloadAgent] { Workload.namedTeam(agents) }

  /// A token of English is about four bytes.
  private static let bytesPerToken = 4
}

extension Workload {
  /// A team with a name and a role for each of its members, 2 to 7, in chain order.
  static func namedTeam(_ count: Int) -> [WorkloadAgent] {
    let all: [(String, WorkloadRole?)] = [
      ("Planner", .planner), ("Coder", .coder), ("Coder2", .coder), ("Runner", .runner), ("Critic", .critic),
      ("Summarizer", .summarizer), ("Librarian", nil),
    ]
    // Smaller teams leave out the second Coder and the Librarian first, then from the end.
    let order = [0, 1, 3, 4, 5, 2, 6]
    return order.prefix(count).sorted().map { WorkloadAgent(name: all[$0].0, role: all[$0].1) }
  }
}

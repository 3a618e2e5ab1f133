import Adapters
import Foundation
import Machines
import Spec
import Testing

/// A trace in the format of the published one, made up for these tests.
private func sample(requests: Int) -> String {
  var random = SplitMix64(seed: 3)
  var text = "TIMESTAMP,ContextTokens,GeneratedTokens\n"
  var tenths = 0
  for _ in 0..<requests {
    tenths += 1 + random.below(20_000_000)
    let seconds = tenths / 10_000_000
    let fraction = String(format: "%07d", tenths % 10_000_000)
    let clock = String(format: "%02d:%02d:%02d", 18 + seconds / 3_600, seconds / 60 % 60, seconds % 60)
    text += "2023-11-16 \(clock).\(fraction),\(random.below(4_000)),\(random.below(300))\n"
  }
  return text
}

private func errorText(_ text: String) -> String {
  do throws(TokenTraceError) {
    _ = try TokenTrace.parse(text, file: "code.csv")
    return "no error"
  } catch {
    return error.description
  }
}

@Suite struct `A trace of requests` {
  @Test func `has the time since the first request, to a tenth of a microsecond, and both counts of tokens`() throws {
    let trace = try TokenTrace.parse(
      """
      TIMESTAMP,ContextTokens,GeneratedTokens
      2023-11-16 23:59:59.9799601,4808,10
      2023-11-17 00:00:00.0000001,3180,8\r
      2024-02-29 00:00:00,1,0

      """, file: "data/code.csv")
    #expect(trace.name == "code.csv")
    #expect(trace.requests.map(\.context) == [4_808, 3_180, 1])
    #expect(trace.requests.map(\.generated) == [10, 8, 0])
    #expect(trace.requests[1].nanoseconds == 20_040_000)
    // 104 days, less the twentieth of a second at the beginning.
    #expect(trace.requests[2].nanoseconds == 104 * 86_400_000_000_000 + 20_039_900)
  }

  @Test(arguments: [
    ("", "error: code.csv:1: the first line is \"\", not the columns of a trace"),
    ("a,b,c\n", "error: code.csv:1: the first line is \"a,b,c\""),
    ("TIMESTAMP,ContextTokens,GeneratedTokens\n", "error: code.csv: the file has no request"),
    (
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.97,4808\n",
      "error: code.csv:2: 2 fields where a request has 3"
    ),
    (
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-02-29 18:17:03,1,1\n",
      "error: code.csv:2: TIMESTAMP is \"2023-02-29 18:17:03\", not a time"
    ),
    (
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,+1,1\n",
      "error: code.csv:2: ContextTokens is \"+1\", not a whole number"
    ),
    (
      "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,1,1e3\n",
      "error: code.csv:2: GeneratedTokens is \"1e3\""
    ),
    (
      "TIMESTAMP,ContextTokens,GeneratedTokens\n\n2023-11-16 18:17:03,1,1\n2023-11-16 18:17:02,1,1\n",
      "error: code.csv:4: TIMESTAMP goes back from 2023-11-16 18:17:03 to 2023-11-16 18:17:02"
    ),
  ]) func `names the line that is wrong, and what it should be`(text: String, words: String) {
    let error = errorText(text)
    #expect(error.hasPrefix(words), "\(error)")
    #expect(error.contains("\n  try: "), "\(error)")
  }
}

@Suite struct `Episodes of a trace` {
  private let trace = try! TokenTrace.parse(sample(requests: 400), file: "code.csv")

  @Test func `follow from trace and seed`() throws {
    let one = try TraceEpisodes(seed: 7, episodes: 30).workload(from: trace)
    #expect(try TraceEpisodes(seed: 7, episodes: 30).workload(from: trace) == one)
    #expect(try TraceEpisodes(seed: 8, episodes: 30).workload(from: trace) != one)
  }

  @Test(arguments: [2, 5, 7]) func `are three to eight requests that follow each other, along the chain`(agents: Int)
    throws
  {
    let workload = try TraceEpisodes(seed: 1, agents: agents, episodes: 40).workload(from: trace)
    #expect(workload.agents.count == agents && workload.topology == .chain)
    var lengths: [Int] = []
    var requests: [WorkloadMessage] = []
    var previous: Int?
    for action in workload.actions {
      switch action.kind {
      case .beginEpisode:
        lengths.append(0)
        previous = nil
      case .send(let message):
        lengths[lengths.count - 1] += 1
        requests.append(message)
        #expect(message.sender == previous.map { .agent($0) } ?? .system)
        guard case .one(let receiver) = message.recipients else {
          Issue.record("one receiver")
          return
        }
        #expect(receiver == previous.map { ($0 + 1) % agents } ?? 0)
        previous = receiver
      default: Issue.record("nothing else")
      }
    }
    #expect(lengths.count == 40 && lengths.allSatisfy { (3...8).contains($0) })
    // The tokens are those of the trace, row after row.
    let first = try #require(
      trace.requests.indices.first { start in
        start + requests.count <= trace.requests.count
          && zip(trace.requests[start...], requests).allSatisfy { $0.context == Int($1.cost!.prompt) }
      })
    #expect(zip(trace.requests[first...], requests).allSatisfy { $0.generated == Int($1.cost!.output) })
    #expect(requests.count { $0.priority == .final } == 40)
  }

  @Test func `go as much faster as they are asked to`() throws {
    let plain = try TraceEpisodes(seed: 1, episodes: 10).workload(from: trace)
    let fast = try TraceEpisodes(seed: 1, episodes: 10, speed: 10).workload(from: trace)
    let (last, sooner) = (plain.actions.last!.at.nanoseconds, fast.actions.last!.at.nanoseconds)
    #expect(abs(Int(last / 10) - Int(sooner)) < 2_000)
  }

  @Test func `need a trace that is long enough`() {
    #expect(throws: TokenTraceError.self) { try TraceEpisodes(seed: 1, episodes: 400).workload(from: trace) }
    do throws(TokenTraceError) { _ = try TraceEpisodes(seed: 1, episodes: 400).workload(from: trace) } catch {
      #expect(error.description.contains("and the trace has 400"), "\(error)")
      #expect(error.description.contains("try: --episodes 50"), "\(error)")
    }
  }
}

@Suite struct `A workload that is written` {
  @Test func `reads as it was, whatever it has`() throws {
    let trace = try TokenTrace.parse(sample(requests: 100), file: "code.csv")
    let made = [
      try TraceEpisodes(seed: 2, agents: 7, episodes: 8, speed: 3).workload(from: trace),
      Profile.normal.workload(seed: 5, seconds: 2), Profile.stressed.workload(seed: 5, seconds: 0.5),
      Workload(
        name: "odd", agents: [WorkloadAgent(name: "a \"quoted\"\\"), WorkloadAgent(name: "é", nacks: 0.25)],
        preparationMilliseconds: 0.5,
        actions: [
          WorkloadAction(
            at: .microseconds(1_500), line: 0,
            kind: .send(
              WorkloadMessage(
                sender: .system, recipients: .broadcast, payloadBytes: 9, id: "m\n1", ttlMilliseconds: 4,
                cost: WorkloadCost(prompt: 1, output: 2, outputMost: 3),
                handling: WorkloadHandling(serviceMilliseconds: 1.25, fault: .slow, faultyDeliveries: 3)))),
          WorkloadAction(at: .milliseconds(2), line: 0, kind: .cancelSwitch),
          WorkloadAction(
            at: .milliseconds(2), line: 0, kind: .decide(WorkloadDecision(.stay, policyMilliseconds: 0.25))),
        ], storm: Storm(copies: 10, switches: 1, seed: .max, illegal: 0.5)),
    ]
    for workload in made {
      let text = workload.text(comment: "made for a test")
      var read = try Workload.parse(Array(text.utf8), file: workload.name)
      #expect(read.text(comment: "made for a test") == text)
      #expect(read.actions.count == workload.actions.count)
      for index in read.actions.indices { read.actions[index].line = workload.actions[index].line }
      #expect(read.actions.map(\.kind) == workload.actions.map(\.kind))
      #expect(read.agents == workload.agents && read.storm == workload.storm && read.topology == workload.topology)
    }
  }
}

@Suite struct `The profiles` {
  private func rate(_ workload: Workload) -> Double {
    Double(workload.actions.count { if case .send = $0.kind { true } else { false } })
  }

  @Test func `N is 200 messages a second among five, hub and spokes, with switches`() {
    let workload = Profile.normal.workload(seed: 1, seconds: 100)
    #expect(workload.agents.count == 5 && workload.topology == .star)
    #expect(workload.agents.allSatisfy { ($0.serviceMilliseconds, $0.serviceMilliseconds95) == (2, 8) })
    #expect(abs(rate(workload) / 100 - 200) < 8)
    let switches = workload.actions.count { if case .switchTo = $0.kind { true } else { false } }
    #expect(switches == 400)
    #expect(zip(workload.actions, workload.actions.dropFirst()).allSatisfy { $0.at <= $1.at })
  }

  @Test(arguments: [1, 2, 3] as [UInt64]) func `S is twice what its receivers can do, with one slower by a half`(
    seed: UInt64
  ) {
    let workload = Profile.stressed.workload(seed: seed, seconds: 20)
    #expect(workload.agents.count == 7 && workload.topology == .flat)
    #expect(workload.agents.allSatisfy { $0.nacks == 0.05 })
    #expect(workload.agents.count { $0.serviceMilliseconds == 7.5 } == 1)
    #expect(workload.agents.count { ($0.serviceMilliseconds, $0.serviceMilliseconds95) == (5, 25) } == 6)
    // Six receivers at 1 / 8.07 ms and one at 1 / 12.1 ms, twice.
    let expected = 2 * (6 / 0.00807 + 1 / 0.012105) * 20
    #expect(abs(rate(workload) / expected - 1) < 0.03)
  }
}

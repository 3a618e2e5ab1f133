import Adapters
import Testing

/// A transcript in which the speakers say "hi" one after another.
private func transcript(_ speakers: [String]) -> String {
  let entries = speakers.map { #"{"content": "hi", "role": "\#($0)"}"# }
  return "{\n  \"question\": \"?\",\n  \"history\": [\n    " + entries.joined(separator: ",\n    ") + "\n  ]\n}\n"
}

private func parse(_ text: String) throws(WorkloadError) -> Workload {
  try Workload.parse(Array(text.utf8), file: "chat.json")
}

private func errorText(_ text: String) -> String {
  do {
    _ = try parse(text)
    return "no error"
  } catch {
    return error.description
  }
}

/// Who writes to whom, "a>b", and the switches, "=star", in order.
private func outline(_ workload: Workload) -> [String] {
  workload.actions.map { action in
    switch action.kind {
    case .switchTo(let topology):
      return "=\(topology)"
    case .send(let message):
      let sender = if case .agent(let index) = message.sender { workload.agents[index].name } else { "system" }
      guard case .one(let receiver) = message.recipients else { return "several" }
      return "\(sender)>\(workload.agents[receiver].name)"
    case .cancelSwitch:
      return "cancel"
    case .decide, .beginEpisode:
      return "neither is in a transcript"
    }
  }
}

@Suite struct `A transcript as a workload` {
  @Test func `each entry goes to the next different speaker, and the last ones to nobody`() throws {
    let workload = try parse(
      transcript(["human", "Boss (thought)", "Boss (-> Web)", "Web", "Boss (thought)", "Boss (end)"]))
    #expect(outline(workload) == ["human>Boss", "Boss>Web", "Boss>Web", "Web>Boss"])
    #expect(workload.actions.map(\.line) == [0, 1, 2, 3])
    #expect(workload.unaddressed == 2)
    #expect(workload.agents.map(\.name) == ["Boss", "human", "Web"])
    #expect(workload.topology == .star)
    #expect(workload.notes == [])
    #expect(workload.agents[0].serviceMilliseconds == 0.2)
  }

  @Test func `the name goes before the role, and the payload is the content as an object`() throws {
    let workload = try parse(
      #"{"history": [{"content": "a\n/é", "role": "user", "name": "A"}, {"content": "", "role": "B"}]}"#
    )
    #expect(outline(workload) == ["A>B"])
    #expect(workload.topology == .chain)
    guard case .send(let message) = workload.actions[0].kind else { return }
    #expect(message.payloadBytes == #"{"content":"a\n/é"}"#.utf8.count)
  }

  @Test func `system speaks from outside, and nobody answers to it`() throws {
    let workload = try parse(transcript(["system", "A", "system", "B", "A"]))
    #expect(outline(workload) == ["system>A", "A>B", "system>B", "B>A"])
    #expect(workload.agents.map(\.name) == ["A", "B"])
    #expect(workload.unaddressed == 1)
  }

  @Test func `the tightest topology is asked for, window by window, with a pause after each request`() throws {
    let ring = Array(repeating: ["A", "B", "C"], count: 4).flatMap { $0 }.prefix(9)
    let workload = try parse(transcript(ring + ["A", "C", "B", "A", "C", "B", "A", "C"]))
    #expect(workload.topology == .chain)
    #expect(outline(workload)[8] == "=flat")
    #expect(outline(workload).count { $0.hasPrefix("=") } == 1)
    #expect(workload.actions[7].at == .milliseconds(7))
    #expect(workload.actions[8].at == .milliseconds(8))
    #expect(workload.actions[9].at == .milliseconds(23))
    #expect(workload.actions[8].line == 8)
  }

  @Test func `agents beyond the six busiest act as one`() throws {
    let busy = ["A", "B", "C", "D", "E", "F"]
    let workload = try parse(transcript(["X"] + busy + busy + ["X", "Y", "Z", "A"]))
    #expect(workload.agents.map(\.name) == ["A", "B", "C", "D", "E", "F", "others"])
    #expect(workload.notes == ["9 agents speak and a team holds 7: X, Y, Z act as one, called \"others\""])
    #expect(workload.unaddressed == 3)
    #expect(outline(workload).last == "others>A")
  }

  @Test func `one agent alone is a team of one with nothing to send`() throws {
    let workload = try parse(transcript(["A", "A (thought)", "A"]))
    #expect(workload.agents.map(\.name) == ["A"])
    #expect(workload.actions == [])
    #expect(workload.unaddressed == 3)
    #expect(workload.notes == ["A: nobody answers, so there is nothing to send"])
  }
}

@Suite struct `Errors of a transcript` {
  @Test func `history is a list`() {
    #expect(
      errorText("{\n  \"messages\": []\n}") == """
        error: chat.json: the file is one JSON value without "history"
          a transcript lists its messages there; otherwise each line is an object of its own, the team first
        """)
    #expect(
      errorText(#"{"history": "none"}"#) == """
        error: chat.json: "history" is "none", not a list
          try: {"history": [{"role": "Planner", "content": "…"}, …]}
        """)
    #expect(
      errorText(#"{"history": []}"#) == """
        error: chat.json: no agent speaks in "history"
          it is empty, or holds nothing but words of system
        """)
  }

  @Test func `an entry is an object with words and a speaker`() {
    #expect(
      errorText(#"{"history": [{"role": "A", "content": ""}, 5]}"#) == """
        error: chat.json: history[1]: an entry is 5, not an object
          try: {"role": "Planner", "content": "…"}
        """)
    #expect(
      errorText(#"{"history": [{"role": "A", "content": null}]}"#) == """
        error: chat.json: history[0]: "content" is null, not a string
        """)
    #expect(
      errorText(#"{"history": [{"role": "A"}]}"#) == """
        error: chat.json: history[0]: an entry lacks "content"
          try: {"role": "Planner", "content": "…"}
        """)
    #expect(
      errorText(#"{"history": [{"content": "hi"}]}"#) == """
        error: chat.json: history[0]: an entry has neither "name" nor "role"
          try: {"role": "Planner", "content": "…"}
        """)
    #expect(
      errorText(#"{"history": [{"content": "hi", "role": "BROADCAST"}]}"#) == """
        error: chat.json: history[0]: no agent may be called "BROADCAST"
          BROADCAST addresses everyone
        """)
  }

  @Test func `malformed JSON is found by line`() {
    #expect(
      errorText("{\n  \"history\": [\n    {\"content\" \"hi\"}\n  ]\n}") == """
        error: chat.json:3: this is not JSON
          the parser says: Invalid value around character 32
        """)
  }
}

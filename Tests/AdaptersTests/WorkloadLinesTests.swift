import Adapters
import Foundation
import Testing

/// The examples folder of this package.
private let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().appending(path: "examples").path()

private let team = #"""
  {"team": {"agents": [{"name": "Planner", "role": "Planner"}, {"name": "Coder", "role": "Coder"}, {"name": "Runner"}]}}
  """#

private func parse(_ lines: String...) throws(WorkloadError) -> Workload {
  try Workload.parse(Array(lines.joined(separator: "\n").utf8), file: "team.jsonl")
}

/// The whole text of the error that reading `lines` ends with.
private func errorText(_ lines: String...) -> String {
  do {
    _ = try Workload.parse(Array(lines.joined(separator: "\n").utf8), file: "team.jsonl")
    return "no error"
  } catch {
    return error.description
  }
}

@Suite struct `A workload in lines` {
  @Test func `a message carries sender, receivers, priority, size, id and time to live`() throws {
    let workload = try parse(
      team, "# a comment", "",
      #"{"at_ms": 0, "from": "Planner", "to": "Coder", "priority": "final", "payload": {"a/b": "é", "n": [1, true]}}"#,
      #"{"at_ms": 1.5, "from": "Coder", "to": ["Runner", "Planner"], "payload_bytes": 600000, "id": "m", "ttl_ms": 9}"#,
      #"{"at_ms": 2, "from": "system", "to": "BROADCAST"}"#)

    #expect(workload.topology == .star)
    #expect(workload.preparationMilliseconds == 2)
    #expect(workload.actions.map(\.line) == [4, 5, 6])
    #expect(workload.actions.map(\.at) == [.zero, .microseconds(1500), .milliseconds(2)])
    #expect(
      workload.actions.map(\.kind) == [
        .send(
          WorkloadMessage(
            sender: .agent(0), recipients: .one(1), priority: .final,
            payloadBytes: #"{"a/b":"é","n":[1,true]}"#.utf8.count)),
        .send(
          WorkloadMessage(
            sender: .agent(1), recipients: .several([2, 0]), payloadBytes: 600_000, id: "m", ttlMilliseconds: 9)),
        .send(WorkloadMessage(sender: .system, recipients: .broadcast, payloadBytes: 2)),
      ])
  }

  @Test func `switches and cancellations are actions in order of time`() throws {
    let workload = try parse(team, #"{"at_ms": 12, "switch": "flat"}"#, #"{"at_ms": 12, "cancel": true}"#)
    #expect(workload.actions.map(\.kind) == [.switchTo(.flat), .cancelSwitch])
  }

  @Test func `the roster is in chain order, peers side by side and agents without a role last`() throws {
    let workload = try parse(
      #"""
      {"team": {"agents": [{"name": "Guest"}, {"name": "S", "role": "Summarizer"}, {"name": "C1", "role": "Coder"},
      """# + #"""
         {"name": "K", "role": "Critic"}, {"name": "C2", "role": "Coder"}, {"name": "R", "role": "Runner"},
        """# + #"{"name": "P", "role": "Planner", "service_ms": 4}], "topology": "chain", "prepare_ms": 7}}"#)
    #expect(workload.agents.map(\.name) == ["P", "C1", "C2", "R", "K", "S", "Guest"])
    #expect(workload.agents[0] == WorkloadAgent(name: "P", role: .planner, serviceMilliseconds: 4))
    #expect(workload.topology == .chain)
    #expect(workload.preparationMilliseconds == 7)
    #expect(workload.notes == ["the file holds a team and nothing for it to do"])
  }

  @Test func `what can never be granted, and a life shorter than a call, is advised against`() throws {
    let cheap = #"{"at_ms": 1, "from": "system", "to": "Coder", "cost": {"prompt": 400, "output": 100}}"#
    let dear = #"{"at_ms": 2, "from": "system", "to": "Coder", "cost": {"prompt": 4500, "output": 100}}"#
    let hasty = #"{"at_ms": 3, "from": "system", "to": "Coder", "ttl_ms": 900, "cost": {"prompt": 4, "output": 1}}"#
    let team = #"{"team": {"agents": [{"name": "Coder", "role": "Coder"}, {"name": "P", "role": "Planner"}]}}"#
    #expect(try parse(team, cheap).advice == [])
    let advice = try parse(team, cheap, dear, hasty).advice
    #expect(advice.count == 2)
    #expect(advice[0].hasPrefix("1 of the 3 model calls asks for more than may be spent in an episode at all"))
    #expect(advice[1].hasPrefix("1 of the 3 model calls belongs to messages with a ttl_ms below the 180 s"))
    let limits = #"{"limits": {"episode": {"tokens": 20000}, "agent": {"Coder": {"tokens": 20000}}}}"#
    #expect(try parse(team, limits, dear).advice == [])
  }

  @Test func `a byte order mark and carriage returns are not part of the text`() throws {
    let workload = try parse("\u{FEFF}" + team + "\r\n\r", #"{"at_ms": 1, "switch": "flat"}"# + "\r\n")
    #expect(workload.actions.map(\.line) == [3])
  }

  @Test func `a storm is one line`() throws {
    let workload = try parse(team, #"{"storm": {"copies": 1000000, "switches": 200, "seed": 18446744073709551615}}"#)
    #expect(workload.storm == Storm(copies: 1_000_000, switches: 200, seed: .max, payloadBytes: 200, illegal: 0.01))
    #expect(workload.actions == [])
  }

  @Test func `a message carries the cost of its call, and how handlers fare`() throws {
    let workload = try parse(
      team,
      #"{"at_ms": 0, "from": "Planner", "to": "Coder", "cost": {"prompt": 237, "output": 180, "output_most": 800}}"#,
      #"{"at_ms": 1, "from": "Planner", "to": "Coder", "service_ms": 12.5, "fails": "crash", "fail_times": 2}"#)
    guard case .send(let paid) = workload.actions[0].kind, case .send(let faulty) = workload.actions[1].kind else {
      Issue.record("two messages")
      return
    }
    #expect(paid.cost == WorkloadCost(prompt: 237, output: 180, outputMost: 800))
    // BUD-5's vector: 237 and 800 tokens are estimated at 1,141.
    #expect(paid.cost?.estimate.tokens == 1_141 && paid.cost?.spent.tokens == 417)
    #expect(faulty.cost == nil)
    #expect(
      faulty.handling == WorkloadHandling(serviceMilliseconds: 12.5, fault: .crash, faultyDeliveries: 2))
  }

  @Test func `limits stand right after the team, and are written as they were read`() throws {
    let workload = try parse(
      team,
      #"{"limits": {"daily": {"tokens": 50000}, "episode": {"tokens": 0, "ms": 60000}, "#
        + #""agent": {"Coder": {"ms": 9}}}}"#,
      #"{"at_ms": 0, "from": "Planner", "to": "Coder", "#
        + #""cost": {"prompt": 1, "output": 9, "output_most": 2, "model": "m"}}"#
    )
    #expect(
      workload.limits
        == WorkloadLimits(
          daily: .init(tokens: 50_000), episode: .init(tokens: 0, milliseconds: 60_000),
          roles: [.coder: .init(milliseconds: 9)]))
    guard case .send(let paid) = workload.actions[0].kind else { return #expect(Bool(false)) }
    #expect(paid.cost == WorkloadCost(prompt: 1, output: 9, outputMost: 2, model: "m"))
    #expect(paid.cost?.spent.tokens == 10 && paid.cost?.estimate.tokens == 4)
    var again = try Workload.parse(Array(workload.text().utf8), file: "team.jsonl")
    again.digest = workload.digest
    again.actions[0].line = workload.actions[0].line
    #expect(again == workload)
  }

  @Test(arguments: [
    (#"{"limits": {"dayly": {"tokens": 1}}}"#, "a set of limits has no field \"dayly\""),
    (#"{"limits": {"daily": {"tokens": -1}}}"#, "\"tokens\" is -1"),
    (#"{"limits": {"daily": {"tokens": 1.5}}}"#, "\"tokens\" is 1.5"),
    (#"{"limits": {"daily": {"tokens": 1099511627777}}}"#, "\"tokens\" is 1099511627777"),
    (#"{"limits": {"episode": {"ms": 0}}}"#, "\"ms\" is 0"),
    (#"{"limits": {"episode": {"ms": "long"}}}"#, "\"ms\" is \"long\", not a whole number"),
    (#"{"limits": {"episode": {}}}"#, "a limit has neither \"tokens\" nor \"ms\""),
    (#"{"limits": {"episode": 7}}"#, "\"episode\" is 7, not an object"),
    (#"{"limits": {"agent": {"coder": {"tokens": 1}}}}"#, "the list of roles has no field \"coder\""),
    (#"{"limits": {}, "at_ms": 0}"#, "the line of limits has no field \"at_ms\""),
  ])
  func `a limit that is none is told by its line and key`(line: String, words: String) {
    #expect(
      errorText(team, line).hasPrefix("error: team.jsonl:2: \(words)\n")
        || errorText(team, line) == "error: team.jsonl:2: \(words)")
  }

  @Test func `limits come once, and before anything happens`() {
    let limits = #"{"limits": {"daily": {"tokens": 1}}}"#
    #expect(errorText(team, limits, limits).hasPrefix("error: team.jsonl:3: the limits are given twice"))
    #expect(
      errorText(team, #"{"at_ms": 1, "switch": "flat"}"#, limits).hasPrefix(
        "error: team.jsonl:3: the limits come too late"))
  }

  @Test func `decisions and episodes are actions in order of time`() throws {
    let workload = try parse(
      team, #"{"at_ms": 0, "episode": "code-17"}"#, #"{"at_ms": 8, "decision": "flat", "policy_ms": 3.2}"#,
      #"{"at_ms": 9, "decision": "undecided"}"#)
    #expect(
      workload.actions.map(\.kind) == [
        .beginEpisode("code-17"), .decide(WorkloadDecision(.flat, policyMilliseconds: 3.2)),
        .decide(WorkloadDecision(.undecided, policyMilliseconds: 1)),
      ])
  }

  @Test func `an agent may take one time, or times between percentiles, and may fail a share`() throws {
    let workload = try parse(
      #"{"team": {"agents": [{"name": "A", "service_ms": {"p50": 5, "p95": 25}, "nacks": 0.05}, {"name": "B"}]}}"#,
      #"{"at_ms": 0, "switch": "flat"}"#)
    #expect(
      workload.agents[0] == WorkloadAgent(name: "A", serviceMilliseconds: 5, serviceMilliseconds95: 25, nacks: 0.05))
    #expect(workload.agents[1] == WorkloadAgent(name: "B"))
  }

  @Test func `a profile is what is made from its seed`() throws {
    var made = Profile.normal.workload(seed: 7, seconds: 0.5)
    made.name = "team.jsonl"
    var read = try parse(#"{"profile": "n", "seed": 7, "seconds": 0.5}"#)
    read.digest = 0
    #expect(read.actions.count > 50 && read == made)
    #expect(try parse(#"{"profile": "n"}"#).actions == Profile.normal.workload(seed: 1).actions)
    let stressed = try Workload.read(path: examples + "/profile-s.jsonl")
    #expect(stressed.name == "profile-s.jsonl" && stressed.agents.count == 7 && stressed.actions.count > 80_000)
  }

  @Test func `the three examples read`() throws {
    let three = try Workload.read(path: examples + "/three-agents.jsonl")
    let seven = try Workload.read(path: examples + "/seven-agents.jsonl")
    let storm = try Workload.read(path: examples + "/storm.jsonl")
    let switches = { (workload: Workload) in
      workload.actions.count { if case .switchTo = $0.kind { true } else { false } }
    }
    #expect(three.name == "three-agents.jsonl")
    #expect(three.agents.map(\.name) == ["Planner", "Coder", "Runner"])
    #expect((three.actions.count, switches(three)) == (74, 4))
    #expect(three.actions.contains { $0.kind == .cancelSwitch })
    #expect(seven.agents.count == 7)
    #expect((seven.actions.count, switches(seven)) == (1610, 14))
    #expect(storm.storm == Storm(copies: 1_000_000, switches: 200, seed: 7))
  }
}

@Suite struct `The examples' page` {
  /// Each `jsonl` block of the page is a file, perhaps without its first line, and the `text` block after it the error.
  @Test func `quotes every error as it is printed`() throws {
    let page = try String(contentsOfFile: examples + "/README.md", encoding: .utf8)
    let teamLine = try #require(page.components(separatedBy: "```json\n").dropFirst().first).prefix { $0 != "\n" }
    let blocks = page.components(separatedBy: "```jsonl\n").dropFirst()
    #expect(blocks.count == 41)
    for block in blocks {
      let parts = block.components(separatedBy: "\n```")
      let (lines, printed) = (parts[0], parts[2].trimmingPrefix("text\n"))
      let isComplete =
        lines.contains(#""team""#) || lines.contains(#""profile""#) || !printed.contains(/team\.jsonl:[2-9]/)
      #expect(errorText(isComplete ? lines : teamLine + "\n" + lines) == printed)
    }
  }
}

@Suite struct `Errors of a workload in lines` {
  @Test(arguments: [
    (#"{"at_ms": 0, "from": "Planner", "to": "Coder", "from": "Runner"}"#, "from"),
    (#"{"at_ms": 0, "from": "Planner", "to": "Coder", "fr\u006fm": "Runner"}"#, "from"),
    (#"{"at_ms": 0, "from": "Planner", "to": "Coder", "cost": {"prompt": 1, "output": 2, "prompt": 1}}"#, "prompt"),
    (#"{"at_ms": 0, "from": "Planner", "to": "Coder", "payload": {"l": [{"b": 1}, {"b\"": 2, "b\"": 2}]}}"#, "b\""),
  ]) func `a field that stands twice is named, however deep and however it is spelled`(line: String, field: String) {
    #expect(
      errorText(team, line) == """
        error: team.jsonl:2: the field "\(field)" stands twice in one object
          try: keep the one that is meant
        """)
  }

  @Test(arguments: [
    #"{"at_ms": 0, "from": "Planner", "to": ["Coder", "Runner"], "payload": {"to": "to", "a": ["a", "a", {"a": 1}]}}"#,
    #"{"at_ms": 0, "from": "Planner", "to": "Coder", "payload": {"{\"k\":": 1, "k": {"k": {}}, "\\": "\\\""}}"#,
  ]) func `equal words elsewhere are no field twice`(line: String) throws {
    #expect(try parse(team, line).actions.count == 1)
  }

  @Test func `an unknown agent is named beside those there are`() {
    #expect(
      errorText(team, "", #"{"at_ms": 0, "from": "Planner", "to": "coder"}"#) == """
        error: team.jsonl:3: no agent is called "coder"
          the team is Planner, Coder, Runner (names are case-sensitive)
          try: "to": "Coder"
        """)
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Librarian", "to": "Coder"}"#) == """
        error: team.jsonl:2: no agent is called "Librarian"
          the team is Planner, Coder, Runner (names are case-sensitive)
        """)
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Planner", "to": ["Broadcast"]}"#) == """
        error: team.jsonl:2: no agent is called "Broadcast"
          the team is Planner, Coder, Runner (names are case-sensitive)
          try: "to": "BROADCAST"
        """)
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Planner", "to": "system"}"#) == """
        error: team.jsonl:2: nobody can write to "system"
          system only sends, from outside the team
        """)
  }

  @Test func `a misspelt topology, priority or role is met with the nearest word`() {
    #expect(
      errorText(team, #"{"at_ms": 0, "switch": "flatt"}"#) == """
        error: team.jsonl:2: no topology is called "flatt"
          there are star, chain, flat
          try: "switch": "flat"
        """)
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Coder", "to": "Planner", "priority": "urgent"}"#) == """
        error: team.jsonl:2: no priority is called "urgent"
          there are final, draft, critic
        """)
    #expect(
      errorText(#"{"team": {"agents": [{"name": "A", "role": "coder"}, {"name": "B"}]}}"#) == """
        error: team.jsonl:1: no role is called "coder"
          there are Planner, Coder, Runner, Critic, Summarizer
          try: "role": "Coder"
        """)
  }

  @Test func `an unknown field is an error`() {
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Coder", "to": "Planner", "prio": "final", "ttl": 5}"#) == """
        error: team.jsonl:2: a message has no field "prio"
          its fields are at_ms, from, to, priority, payload, payload_bytes, id, ttl_ms, cost, service_ms, \
        fails, fail_times
        """)
    #expect(
      errorText(team, #"{"at_ms": 0, "swich": "flat"}"#) == """
        error: team.jsonl:2: a message has no field "swich"
          its fields are at_ms, from, to, priority, payload, payload_bytes, id, ttl_ms, cost, service_ms, \
        fails, fail_times
          try: "switch"
        """)
    #expect(
      errorText(team, #"{"storm": {"copys": 5}}"#) == """
        error: team.jsonl:2: a storm has no field "copys"
          its fields are copies, switches, seed, payload_bytes, illegal
          try: "copies"
        """)
  }

  @Test func `a missing field is shown where it belongs`() {
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Coder"}"#) == """
        error: team.jsonl:2: a message lacks "to"
          try: {"at_ms": 0, "from": "Planner", "to": "Coder"}
        """)
    #expect(
      errorText(team, #"{"switch": "flat"}"#) == """
        error: team.jsonl:2: a switch lacks "at_ms"
          try: {"at_ms": 12, "switch": "flat"}
        """)
  }

  @Test func `numbers are finite, not negative and not booleans`() {
    #expect(
      errorText(team, #"{"at_ms": -0.5, "switch": "flat"}"#) == """
        error: team.jsonl:2: "at_ms" is -0.5
          allowed is 0 to 86400000 (a day)
        """)
    #expect(
      errorText(team, #"{"at_ms": true, "switch": "flat"}"#) == """
        error: team.jsonl:2: "at_ms" is true, not a number
        """)
    #expect(
      errorText(team, #"{"at_ms": 1e999, "switch": "flat"}"#).hasPrefix("error: team.jsonl:2: this is not JSON\n"))
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Coder", "to": "Planner", "payload_bytes": 1.5}"#) == """
        error: team.jsonl:2: "payload_bytes" is 1.5
          allowed is a whole number from 0 to 2147483647
        """)
    #expect(
      errorText(team, #"{"storm": {"copies": 10, "seed": -1}}"#) == """
        error: team.jsonl:2: "seed" is -1
          allowed is a whole number from 0 to 18446744073709551615
        """)
  }

  @Test func `time does not go backwards`() {
    #expect(
      errorText(team, #"{"at_ms": 12, "switch": "flat"}"#, #"{"at_ms": 11.5, "cancel": true}"#) == """
        error: team.jsonl:3: "at_ms" goes back from 12 to 11.5
          lines stand in order of time
          try: "at_ms": 12
        """)
  }

  @Test func `receivers are listed once, and at least one`() {
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Planner", "to": []}"#) == """
        error: team.jsonl:2: "to" is an empty list
          a message has at least one receiver
          try: "to": "BROADCAST"
        """)
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Planner", "to": ["Coder", "Coder"]}"#) == """
        error: team.jsonl:2: "to" lists "Coder" twice
          each receiver gets one copy; send two messages for two copies
        """)
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Planner", "to": 3}"#) == """
        error: team.jsonl:2: "to" is 3, not a name or a list of names
        """)
  }

  @Test func `a payload is an object, or a size, and not both`() {
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Planner", "to": "Coder", "payload": "hello"}"#) == """
        error: team.jsonl:2: "payload" is "hello", not an object
        """)
    #expect(
      errorText(team, #"{"at_ms": 0, "from": "Planner", "to": "Coder", "payload": {}, "payload_bytes": 2}"#) == """
        error: team.jsonl:2: a message has "payload" and "payload_bytes"
          the size follows from the payload; give one of them
        """)
  }

  @Test func `the team comes first, once`() {
    #expect(
      errorText(#"{"at_ms": 0, "from": "Planner", "to": "Coder"}"#) == """
        error: team.jsonl:1: the first line is not a team
          a workload begins with who takes part
          try: {"team": {"agents": [{"name": "Planner"}, {"name": "Coder"}]}}
        """)
    #expect(
      errorText(team, team) == """
        error: team.jsonl:2: the team is described twice
          the first line describes it; a second team needs a second file
        """)
  }

  @Test func `a team has two to seven agents with names of their own`() {
    let team = { (names: [String]) in
      #"{"team": {"agents": ["# + names.map { #"{"name": "\#($0)"}"# }.joined(separator: ", ") + "]}}"
    }
    #expect(
      errorText(team(["A"])) == """
        error: team.jsonl:1: the team has 1 agent
          a team has 2 to 7
        """)
    #expect(
      errorText(team(["A", "B", "C", "D", "E", "F", "G", "H"])) == """
        error: team.jsonl:1: the team has 8 agents
          a team has 2 to 7
        """)
    #expect(
      errorText(team(["A", "B", "A"])) == """
        error: team.jsonl:1: two agents are called "A"
          try: "name": "A2"
        """)
    #expect(
      errorText(team(["A", "BROADCAST"])) == """
        error: team.jsonl:1: no agent may be called "BROADCAST"
          BROADCAST addresses everyone
        """)
    #expect(
      errorText(team(["A", ""])) == """
        error: team.jsonl:1: "name" is empty
        """)
  }

  @Test func `nothing follows a storm`() {
    #expect(
      errorText(team, #"{"storm": {"copies": 10}}"#, #"{"at_ms": 0, "switch": "flat"}"#) == """
        error: team.jsonl:3: nothing may follow the storm on line 2
          a storm begins when everything before it has been sent
        """)
  }

  @Test func `a malformed line is quoted in the parser's words`() {
    #expect(
      errorText(team, "", #"{"at_ms": 0, "from" "Planner"}"#) == """
        error: team.jsonl:3: this is not JSON
          the parser says: Invalid value around character 20
        """)
    #expect(
      errorText(#"{"team": {"agents": ["#, #"{"at_ms": 0}"#) == """
        error: team.jsonl:1: this is not JSON
          the parser says: Unexpected end of file during JSON parse
        """)
    #expect(
      errorText(team, "[1, 2]") == """
        error: team.jsonl:2: this is a list, not an object
          each line is one JSON object
          try: {"at_ms": 0, "from": "Planner", "to": "Coder"}
        """)
  }

  @Test func `an empty file shows how to begin`() {
    #expect(
      errorText("", "# nothing", "  ") == """
        error: team.jsonl: the file is empty
          blank lines and lines that begin with # do not count
          try: {"team": {"agents": [{"name": "Planner"}, {"name": "Coder"}]}}
        """)
  }

  @Test func `bytes that are not UTF-8 are found by offset and line`() {
    let content = Array((team + "\n# caf").utf8) + [0xE9, 0x0A]
    #expect(
      throws: WorkloadError(file: "t", place: .line(2), problem: .notUTF8(byteOffset: content.count - 2, byte: 0xE9))
    ) {
      try Workload.parse(content, file: "t")
    }
    let error = WorkloadError(file: "t.jsonl", place: .line(2), problem: .notUTF8(byteOffset: 123, byte: 0xE9))
    #expect(
      error.description == """
        error: t.jsonl:2: this is not UTF-8 text: byte 123 is 0xe9
          bytes are counted from 0, from the start of the file
          try: iconv -f LATIN1 -t UTF-8 t.jsonl
        """)
  }

  @Test func `a missing file and a directory are told apart`() {
    let read = { (path: String) -> String in
      do {
        return try Workload.read(path: path).name
      } catch {
        return "\(error)"
      }
    }
    #expect(
      read("/nowhere/team.jsonl") == """
        error: /nowhere/team.jsonl: there is no such file
          try: interlock run examples/three-agents.jsonl
        """)
    #expect(
      read("/tmp/") == """
        error: /tmp/: this is a directory, not a file
          a workload is one file
          try: interlock run /tmp/<workload>.jsonl
        """)
  }
}

/// Reads Interlock's own format: one JSON object per line, the team first, then what happens in order of time.
///
/// Blank lines and lines that begin with `#` are skipped.
///
/// The **team**, on the first line. `role` may be left out; unless given, `service_ms` is 0.2, `topology` star and
/// `prepare_ms` 2 (the example is broken in two here, and is one line in the file):
///
///     {"team": {"agents": [{"name": "Planner", "role": "Planner", "service_ms": 2}, {"name": "Coder"}],
///               "topology": "star", "prepare_ms": 2}}
///
/// The roster is sorted by role, Planner, Coder, Runner, Critic, Summarizer, and agents without a role come last;
/// otherwise the order of the file stays, so a second Coder sits directly after the first. Whoever comes first is the
/// hub: the first Planner, if there is one.
///
/// The **limits** of what may be spent, right after the team, where they are not those of chapter 4:
///
///     {"limits": {"daily": {"tokens": 50000}, "episode": {"ms": 60000}, "agent": {"Coder": {"tokens": 500}}}}
///
/// A **message**. `to` is a name, a list of names, or `"BROADCAST"`; `from` is a name or `"system"`; `priority` is
/// draft unless given. `payload` is an object, and `payload_bytes` can stand in for it; without either it is `{}`:
///
///     {"at_ms": 0, "from": "Planner", "to": "Coder", "priority": "final", "payload": {"task": "sort"}}
///     {"at_ms": 4, "from": "Coder", "to": ["Runner", "Critic"], "payload_bytes": 900, "id": "m-2", "ttl_ms": 500}
///
/// A message may say what its model call costs in tokens, how long handlers work on it, and how its first deliveries
/// fail:
///
///     {"at_ms": 6, "from": "Planner", "to": "Coder", "cost": {"prompt": 237, "output": 180, "output_most": 800}}
///     {"at_ms": 7, "from": "Planner", "to": "Coder", "service_ms": 12, "fails": "nack", "fail_times": 2}
///
/// A **decision** of the controller, and the beginning of an **episode**:
///
///     {"at_ms": 8, "decision": "flat", "policy_ms": 3.2}
///     {"at_ms": 9, "episode": "code-17"}
///
/// A **switch** and its **cancellation**:
///
///     {"at_ms": 12, "switch": "flat"}
///     {"at_ms": 13, "cancel": true}
///
/// A **storm**, on the last line (``Storm``):
///
///     {"storm": {"copies": 1000000, "switches": 200, "seed": 7, "payload_bytes": 200, "illegal": 0.01}}
///
/// Instead of all this, a **profile**, a workload made from a seed, on the only line (``Profile``):
///
///     {"profile": "s", "seed": 1}
///
/// `examples/README.md` shows each field with each error.
struct WorkloadLines {
  private let file: String
  private var agents: [WorkloadAgent] = []
  private var indices: [String: Int] = [:]
  private var latestMilliseconds = 0.0

  init(file: String) {
    self.file = file
  }

  mutating func read(
    _ lines: [SignificantLine], of content: [UInt8], name: String
  ) throws(WorkloadError) -> Workload {
    let first = try fields(of: lines[0], in: content)
    if first.contains("profile") {
      if lines.count > 1 { throw try fields(of: lines[1], in: content).failure(.afterProfile) }
      return try profile(first, name)
    }
    var workload = try team(first)
    workload.name = name
    var hasLimits = false
    var stormLine: Int?
    for line in lines.dropFirst() {
      let fields = try fields(of: line, in: content)
      if let stormLine { throw fields.failure(.afterStorm(line: stormLine)) }
      if fields.contains("team") { throw fields.failure(.secondTeam) }
      if fields.contains("limits") {
        if hasLimits { throw fields.failure(.secondLimits) }
        if !workload.actions.isEmpty { throw fields.failure(.lateLimits) }
        workload.limits = try Self.limits(fields)
        hasLimits = true
      } else if fields.contains("storm") {
        workload.storm = try storm(fields)
        stormLine = line.number
      } else {
        workload.actions.append(try action(fields, line: line.number))
      }
    }
    if workload.actions.isEmpty, workload.storm == nil {
      workload.notes.append("the file holds a team and nothing for it to do")
    }
    return workload
  }

  private func fields(of line: SignificantLine, in content: [UInt8]) throws(WorkloadError) -> WorkloadFields {
    let place = WorkloadError.Place.line(line.number)
    switch parsedJSON(content[line.bytes]) {
    case .failure(let failure):
      throw WorkloadError(file: file, place: place, problem: .malformed(parser: failure.words))
    case .success(let values as [String: Any]):
      if let key = doubledKey(in: content[line.bytes]) {
        throw WorkloadError(file: file, place: place, problem: .doubledField(key))
      }
      return WorkloadFields(values: values, file: file, place: place, owner: "a message")
    case .success(let value):
      throw WorkloadError(file: file, place: place, problem: .notAnObject(found: shownJSON(value)))
    }
  }

  /// A whole workload, made from a seed (``Profile``).
  private func profile(_ line: WorkloadFields, _ name: String) throws(WorkloadError) -> Workload {
    let fields = WorkloadFields(values: line.values, file: file, place: line.place, owner: "a profile")
    try fields.allow(only: ["profile", "seed", "seconds"])
    let profile = try fields.required("profile", fields.word("profile", called: "profile", as: Profile.self))
    let seconds = try fields.number("seconds", in: 0.001...3_600, allowed: "0.001 to 3600 (an hour)")
    var workload = profile.workload(seed: UInt64(try fields.integer("seed", in: 0...Int.max) ?? 1), seconds: seconds)
    workload.name = name
    return workload
  }

  // MARK: - The team

  private mutating func team(_ line: WorkloadFields) throws(WorkloadError) -> Workload {
    guard let team = try line.object("team", as: "the team") else { throw line.failure(.noTeam) }
    try WorkloadFields(values: line.values, file: file, place: line.place, owner: "the first line").allow(only: ["team"]
    )
    try team.allow(only: ["agents", "topology", "prepare_ms"])

    for entry in try team.required("agents", team.list("agents")) {
      guard let values = entry as? [String: Any] else {
        throw team.failure(.wrongType(field: "agents", wanted: "a list of objects", found: "[\(shownJSON(entry))]"))
      }
      let agent = try agent(WorkloadFields(values: values, file: file, place: line.place, owner: "an agent"))
      guard !agents.contains(where: { $0.name == agent.name }) else {
        throw team.failure(.doubledAgent(agent.name))
      }
      agents.append(agent)
    }
    guard (2...Workload.agentCountMax).contains(agents.count) else { throw team.failure(.agentCount(agents.count)) }

    agents = WorkloadLines.inChainOrder(agents)
    for (index, agent) in agents.enumerated() { indices[agent.name] = index }
    return Workload(
      name: "", agents: agents, topology: try team.word("topology", called: "topology") ?? .star,
      preparationMilliseconds: try team.milliseconds("prepare_ms") ?? 2)
  }

  private func agent(_ fields: WorkloadFields) throws(WorkloadError) -> WorkloadAgent {
    try fields.allow(only: ["name", "role", "service_ms", "nacks", "prepare_ms", "prepare_fails"])
    let name = try fields.required("name", fields.text("name"))
    guard !WorkloadError.reservedNames.contains(name) else { throw fields.failure(.reservedName(name)) }
    let service = try service(fields)
    return WorkloadAgent(
      name: name, role: try fields.word("role", called: "role"), serviceMilliseconds: service.half,
      serviceMilliseconds95: service.most, nacks: try share("nacks", fields),
      preparationMilliseconds: try fields.milliseconds("prepare_ms"),
      preparationFailures: try share("prepare_fails", fields))
  }

  private func share(_ name: String, _ fields: WorkloadFields) throws(WorkloadError) -> Double {
    try fields.number(name, in: 0...1, allowed: "0 to 1") ?? 0
  }

  /// One time for every copy, or the percentiles of a distribution.
  private func service(_ fields: WorkloadFields) throws(WorkloadError) -> (half: Double, most: Double?) {
    guard fields.values["service_ms"] is [String: Any],
      let spread = try fields.object("service_ms", as: "a service time")
    else { return (try fields.milliseconds("service_ms") ?? 0.2, nil) }
    try spread.allow(only: ["p50", "p95"])
    let half = try spread.required("p50", spread.milliseconds("p50"))
    let most = try spread.required("p95", spread.milliseconds("p95"))
    guard half > 0, most >= half else { throw spread.failure(.percentiles(half: half, most: most)) }
    return (half, most)
  }

  private static func inChainOrder(_ agents: [WorkloadAgent]) -> [WorkloadAgent] {
    let byRole = WorkloadRole.allCases.flatMap { role in agents.filter { $0.role == role } }
    return byRole + agents.filter { $0.role == nil }
  }

  // MARK: - Actions

  private mutating func action(_ line: WorkloadFields, line number: Int) throws(WorkloadError) -> WorkloadAction {
    let kind: WorkloadAction.Kind
    let fields: WorkloadFields
    if line.contains("switch") {
      fields = WorkloadFields(values: line.values, file: file, place: line.place, owner: "a switch")
      try fields.allow(only: ["at_ms", "switch"])
      kind = .switchTo(try fields.required("switch", fields.word("switch", called: "topology")))
    } else if line.contains("cancel") {
      fields = WorkloadFields(values: line.values, file: file, place: line.place, owner: "a cancellation")
      try fields.allow(only: ["at_ms", "cancel"])
      guard shownJSON(fields.values["cancel"]) == "true" else { throw fields.wrongType("cancel", wanted: "true") }
      kind = .cancelSwitch
    } else if line.contains("decision") {
      fields = WorkloadFields(values: line.values, file: file, place: line.place, owner: "a decision")
      try fields.allow(only: ["at_ms", "decision", "policy_ms"])
      kind = .decide(
        WorkloadDecision(
          try fields.required("decision", fields.word("decision", called: "decision")),
          policyMilliseconds: try fields.milliseconds("policy_ms") ?? 1))
    } else if line.contains("episode") {
      fields = WorkloadFields(values: line.values, file: file, place: line.place, owner: "an episode")
      try fields.allow(only: ["at_ms", "episode"])
      kind = .beginEpisode(try fields.required("episode", fields.text("episode")))
    } else {
      fields = line
      kind = .send(try message(line))
    }
    let milliseconds = try fields.required("at_ms", fields.milliseconds("at_ms"))
    guard milliseconds >= latestMilliseconds else {
      throw fields.failure(.timeGoesBackwards(milliseconds: milliseconds, after: latestMilliseconds))
    }
    latestMilliseconds = milliseconds
    // To the nanosecond: what a fraction of a millisecond lacks in binary is not kept.
    return WorkloadAction(at: .nanoseconds(Int((milliseconds * 1e6).rounded())), line: number, kind: kind)
  }

  private func message(_ fields: WorkloadFields) throws(WorkloadError) -> WorkloadMessage {
    try fields.allow(
      only: [
        "at_ms", "from", "to", "priority", "payload", "payload_bytes", "id", "ttl_ms", "cost", "service_ms", "fails",
        "fail_times",
      ],
      alsoSuggest: ["switch", "cancel", "storm", "team", "limits", "decision", "episode"])
    let from = try fields.required("from", fields.text("from"))
    return WorkloadMessage(
      sender: from == "system" ? .system : .agent(try index(of: from, in: "from", fields)),
      recipients: try recipients(fields), priority: try fields.word("priority", called: "priority") ?? .draft,
      payloadBytes: try payloadBytes(fields), id: try fields.text("id"),
      ttlMilliseconds: try fields.milliseconds("ttl_ms"), cost: try cost(fields), handling: try handling(fields))
  }

  private func cost(_ fields: WorkloadFields) throws(WorkloadError) -> WorkloadCost? {
    guard let cost = try fields.object("cost", as: "a cost") else { return nil }
    try cost.allow(only: ["prompt", "output", "output_most", "model"])
    let range = 0...1_000_000_000
    let output = try cost.required("output", cost.integer("output", in: range))
    return WorkloadCost(
      prompt: UInt64(try cost.required("prompt", cost.integer("prompt", in: range))), output: UInt64(output),
      outputMost: try cost.integer("output_most", in: range).map { UInt64($0) }, model: try cost.text("model"))
  }

  private func handling(_ fields: WorkloadFields) throws(WorkloadError) -> WorkloadHandling {
    let fault = try fields.word("fails", called: "failure", as: WorkloadHandling.Fault.self)
    let times = try fields.integer("fail_times", in: 1...100)
    guard times == nil || fault != nil else { throw fields.failure(.missingField("fails", of: "a message")) }
    return WorkloadHandling(
      serviceMilliseconds: try fields.milliseconds("service_ms"), fault: fault, faultyDeliveries: times ?? 1)
  }

  private func recipients(_ fields: WorkloadFields) throws(WorkloadError) -> WorkloadMessage.Recipients {
    guard let list = fields.values["to"] as? [Any] else {
      guard fields.values["to"] is String? else { throw fields.wrongType("to", wanted: "a name or a list of names") }
      let name = try fields.required("to", fields.text("to"))
      return name == "BROADCAST" ? .broadcast : .one(try index(of: name, in: "to", fields))
    }
    guard !list.isEmpty else { throw fields.failure(.noRecipients) }
    var receivers: [Int] = []
    for entry in list {
      guard let name = entry as? String else {
        throw fields.failure(.wrongType(field: "to", wanted: "a list of names", found: "[\(shownJSON(entry))]"))
      }
      let receiver = try index(of: name, in: "to", fields)
      guard !receivers.contains(receiver) else { throw fields.failure(.doubledRecipient(name)) }
      receivers.append(receiver)
    }
    return .several(receivers)
  }

  private func index(of name: String, in field: String, _ fields: WorkloadFields) throws(WorkloadError) -> Int {
    guard let index = indices[name] else {
      throw fields.failure(.unknownAgent(name, field: field, team: agents.map(\.name)))
    }
    return index
  }

  private func payloadBytes(_ fields: WorkloadFields) throws(WorkloadError) -> Int {
    let given = try fields.integer("payload_bytes", in: 0...Int(Int32.max))
    guard let payload = try fields.object("payload", as: "a payload") else { return given ?? 2 }
    guard given == nil else { throw fields.failure(.payloadTwice) }
    return compactByteCount(of: payload.values)
  }

  private func storm(_ line: WorkloadFields) throws(WorkloadError) -> Storm? {
    try WorkloadFields(values: line.values, file: file, place: line.place, owner: "a storm's line").allow(only: [
      "storm"
    ])
    guard let storm = try line.object("storm", as: "a storm") else { return nil }
    try storm.allow(only: ["copies", "switches", "seed", "payload_bytes", "illegal"])
    return Storm(
      copies: try storm.required("copies", storm.integer("copies", in: 1...1_000_000_000)),
      switches: try storm.integer("switches", in: 0...1_000_000) ?? 0, seed: try storm.seed("seed") ?? 1,
      payloadBytes: try storm.integer("payload_bytes", in: 0...Int(Int32.max)) ?? 200,
      illegal: try storm.number("illegal", in: 0...1, allowed: "0 to 1") ?? 0.01)
  }
}

import Adapters
import Engine
import Foundation
import Machines
import Spec
import Testing

/// What a summary says is wrong, one line each: the file's name, the line, the words.
private func problems(_ folder: RunFolder) throws -> [String] {
  try RecordSummary.read(folder.path).problems.map { problem in
    let name = problem.path.split(separator: "/").last ?? ""
    return "\(name)\(problem.line.map { ":\($0)" } ?? ""): \(problem.words)"
  }
}

/// Whether one of the problems is of this line and has these words.
private func expect(
  _ folder: RunFolder, _ place: String, _ words: String, _ location: SourceLocation = #_sourceLocation
)
  throws
{
  let found = try problems(folder)
  #expect(
    found.contains { $0.hasPrefix(place + ": ") && $0.contains(words) }, "\(place) \(words) is not among \(found)",
    sourceLocation: location)
}

@Suite struct `Records of copies and switches` {
  /// A run with everything in it: failures, expiry, retries, switches that commit, abort and are refused.
  private static func record(seed: UInt64) throws -> (folder: RunFolder, summary: TeamSummary) {
    var random = SplitMix64(seed: seed)
    var actions: [WorkloadAction] = []
    for number in 0..<1_500 {
      let at = Duration.microseconds(700 * number)
      let sender = random.below(5)
      let fault: WorkloadHandling.Fault? = [nil, nil, nil, nil, nil, nil, .nack, .crash][random.below(8)]
      let message = WorkloadMessage(
        sender: .agent(sender), recipients: .one((sender + 1 + random.below(4)) % 5),
        priority: Priority.allCases[random.below(3)], payloadBytes: 20,
        ttlMilliseconds: random.below(10) == 0 ? 3 : nil,
        handling: WorkloadHandling(fault: fault, faultyDeliveries: 1 + random.below(7)))
      actions.append(WorkloadAction(at: at, line: 0, kind: .send(message)))
      if number % 300 == 0 { actions.append(WorkloadAction(at: at, line: 0, kind: .beginEpisode("task \(number)"))) }
      // So much waits for E that the switch quiesces until it is called off.
      if number % 180 == 30 {
        for _ in 0..<12 {
          let burst = WorkloadMessage(sender: .system, recipients: .one(4), payloadBytes: 20)
          actions.append(WorkloadAction(at: at, line: 0, kind: .send(burst)))
        }
      }
      if number % 60 == 30 {
        actions.append(WorkloadAction(at: at, line: 0, kind: .switchTo(Topology.allCases[random.below(3)])))
      }
      if number % 180 == 37 { actions.append(WorkloadAction(at: at, line: 0, kind: .cancelSwitch)) }
    }
    let workload = Workload(
      name: "records",
      agents: ["A", "B", "C", "D", "E"].map { WorkloadAgent(name: $0, serviceMilliseconds: 2) },
      topology: .flat, actions: actions)
    let team = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: seed)
    let folder = RunFolder()
    let meta = RecordMeta(
      source: "records", seed: seed, isRealTime: false, agents: workload.agents.map(\.name), episodes: 5)
    let telemetry = try TeamTelemetry(team, MetricRegistry(), records: folder.path, meta)
    try team.run()
    try telemetry.close()
    return (folder, team.summary)
  }

  private let folder: RunFolder
  private let summary: TeamSummary

  init() throws { (folder, summary) = try Self.record(seed: 4) }

  @Test func `come to what was reported, and break no promise`() throws {
    #expect(try problems(folder) == [])
    let again = try RecordSummary.read(folder.path)
    #expect(again.numbers["copies.offered"] == Double(summary.offered))
    #expect(again.numbers["copies.ended.max_retries"] == Double(summary.endings[.maxRetries]!))
    #expect(again.numbers["copies.ended.expired"] == Double(summary.endings[.expired]!))
    #expect(summary.committed > 3 && summary.aborted.values.reduce(0, +) > 1 && summary.switchesRefused.count > 0)
    #expect(again.numbers["switches.phase_ms.total.p95"] == PhaseTimes.milliseconds(summary.phases.total, at: 0.95))
    let events = Set(
      try folder.lines("router.jsonl").dropFirst().compactMap { $0.firstMatch(of: /"event":"(\w+)"/)?.1 })
    #expect(
      events == [
        "enqueue_success", "enqueue_rejected", "dequeue", "ack", "nack", "retry", "drop", "requeue_abort",
      ], "every kind of event happened")
    // Five episodes, and what was sent before the first of them.
    #expect(try folder.lines("episodes.jsonl").count == 7)
  }

  @Test func `are the same bytes for the same seed, and others for another`() throws {
    let again = try Self.record(seed: 4).folder
    let other = try Self.record(seed: 5).folder
    for name in ["router.jsonl", "switches.jsonl", "episodes.jsonl", "histograms.jsonl", "report.json"] {
      #expect(try folder.lines(name) == again.lines(name), "\(name)")
    }
    #expect(try folder.lines("router.jsonl") != other.lines("router.jsonl"))
    #expect(try problems(other) == [])
  }

  /// A run that dies after a while, on the real clock: its records are read as it dies.
  @Test func `are written while the run goes on, and a summary of them says that it did not end`() throws {
    func message(at milliseconds: Int) -> WorkloadAction {
      let message = WorkloadMessage(sender: .agent(0), recipients: .one(1), payloadBytes: 20)
      return WorkloadAction(at: .milliseconds(milliseconds), line: 0, kind: .send(message))
    }
    let agents = ["A", "B"].map { WorkloadAgent(name: $0, serviceMilliseconds: 400) }
    let workload = Workload(
      name: "killed", agents: agents, topology: .flat, actions: [message(at: 0), message(at: 1), message(at: 60_000)])
    let loop = Loop(.real)
    let team = TeamRun(workload, loop: loop, journal: nil, seed: 1)
    let folder = RunFolder()
    let meta = RecordMeta(source: "killed", seed: 1, isRealTime: true, agents: ["A", "B"], episodes: 0)
    let telemetry = try TeamTelemetry(
      team, MetricRegistry(), records: folder.path, meta, interval: .milliseconds(20))
    struct Killed: Error {}
    // Between the second message and the end of the first one's handling nothing happens but that records are written.
    loop.schedule(at: 200_000_000) { throw Killed() }
    #expect(throws: Killed.self) { try team.run() }
    #expect(try folder.lines("router.jsonl").count == 4)
    let summary = try RecordSummary.read(folder.path)
    #expect(!summary.isWhole && summary.numbers["copies.routed"] == 2)
    #expect(summary.problems.map(\.words.description).filter { !$0.hasPrefix("the run did not end") } == [])
    #expect(try RecordSummary.read(self.folder.path).isWhole)
    withExtendedLifetime(telemetry) {}
  }

  @Test func `fault 36: show an edit by its line, and a missing end by its file`() throws {
    let edited = try folder.copy()
    let line = try edited.edit("router.jsonl") {
      $0.replacing("\"priority\":\"draft\"", with: "\"priority\":\"final\"")
    }
    try expect(edited, "router.jsonl:\(line)", "the seal does not fit")
    let cut = try folder.copy()
    var text = try String(contentsOfFile: cut.path + "/router.jsonl", encoding: .utf8)
    let count = try cut.lines("router.jsonl").count
    text.removeLast(10)
    try Data(text.utf8).write(to: cut.url.appendingPathComponent("router.jsonl"))
    try expect(cut, "router.jsonl:\(count)", "cut short")
    let short = try folder.copy()
    try short.write(try short.lines("switches.jsonl").dropLast(), to: "switches.jsonl")
    let length = try short.lines("switches.jsonl").count
    try expect(short, "switches.jsonl:\(length)", "the file ends after line \(length) of \(length + 1)")
    let gone = try folder.copy()
    try FileManager.default.removeItem(atPath: gone.path + "/switches.jsonl")
    try expect(gone, "switches.jsonl", "the file is missing")
  }

  @Test func `show a number that was reported otherwise, by its line`() throws {
    let edited = try folder.copy()
    var lines = try edited.lines("report.json")
    let index = try #require(lines.firstIndex { $0.contains("copies.delivered") })
    lines[index] = lines[index].replacing(/"value":\d+/, with: "\"value\":3")
    try edited.write(lines, to: "report.json")
    try expect(edited, "report.json:\(index + 1)", "copies.delivered is 3, and the records give \(summary.delivered)")
    let without = try folder.copy()
    try FileManager.default.removeItem(atPath: without.path + "/report.json")
    try expect(without, "report.json", "the run did not end")
  }

  // What follows goes past the seals: records are judged by what they say.

  private func edited(_ file: String, _ change: (String) -> String?) throws -> (RunFolder, Int) {
    let copy = try folder.copy()
    try copy.unseal()
    #expect(try problems(copy) == [], "without seals as well, nothing is wrong")
    return (copy, try copy.edit(file, change))
  }

  @Test func `I1: a copy has one end, its attempts count up, and repeats are flagged`() throws {
    let (lost, line) = try edited("router.jsonl") {
      $0.contains("\"event\":\"ack\"") ? $0.replacing("\"ack\"", with: "\"enqueue_rejected\"") : nil
    }
    #expect(try problems(lost).contains { $0.contains("nothing says how it ended (I1)") })
    _ = line
    let (again, twice) = try edited("router.jsonl") {
      $0.contains("\"event\":\"nack\"") ? $0.replacing("\"nack\"", with: "\"ack\"") : nil
    }
    #expect(try problems(again).contains { $0.contains("has ended before (I1)") }, "line \(twice)")
    let (attempt, third) = try edited("router.jsonl") {
      $0.contains("\"event\":\"dequeue\"") ? $0.replacing("\"attempt\":1", with: "\"attempt\":2") : nil
    }
    try expect(attempt, "router.jsonl:\(third)", "has attempt 2 (I1)")
    let (flag, fourth) = try edited("router.jsonl") {
      $0.contains("\"attempt\":1") && $0.contains("dequeue")
        ? $0.replacing("\"redelivered\":true", with: "\"redelivered\":false") : nil
    }
    try expect(flag, "router.jsonl:\(fourth)", "is not flagged (I1)")
    let (reason, fifth) = try edited("router.jsonl") {
      $0.contains("\"event\":\"drop\"") ? $0.replacing(/"reason":"\w+"/, with: "\"reason\":null") : nil
    }
    try expect(reason, "router.jsonl:\(fifth)", "with the reason null (I1)")
  }

  @Test func `I2: a delivery is of the epoch in force`() throws {
    let (other, line) = try edited("router.jsonl") {
      $0.contains("\"event\":\"dequeue\"") ? $0.replacing("\"epoch\":1,", with: "\"epoch\":0,") : nil
    }
    try expect(other, "router.jsonl:\(line)", "is of epoch 1, and is delivered in epoch 0 (I2)")
    let (early, second) = try edited("router.jsonl") {
      $0.contains("enqueue_success") ? $0.replacing("\"epoch\":2,", with: "\"epoch\":1,") : nil
    }
    #expect(try problems(early).contains { $0.contains("(I2)") }, "line \(second)")
  }

  @Test func `I3: first deliveries of a pair come in the order of acceptance`() throws {
    let copy = try folder.copy()
    try copy.unseal()
    var lines = try copy.lines("router.jsonl")
    var accepted: [Substring: Int] = [:]
    for (index, line) in lines.enumerated() where line.contains("enqueue_success") {
      if let match = line.firstMatch(of: /"copy":(\d+)/) { accepted[match.1] = index }
    }
    // Two first deliveries of one pair and epoch, exchanged in their numbers.
    var seen: [Substring: Int] = [:]
    var isExchanged = false
    for index in lines.indices where lines[index].contains("\"event\":\"dequeue\"") {
      guard lines[index].contains("\"attempt\":0"), let match = lines[index].firstMatch(of: /"copy":(\d+)/),
        let pair = lines[index].firstMatch(of: /"epoch":\d+,.*"to_agent":"\w+"/)
      else { continue }
      defer { seen[pair.0] = index }
      // Both were accepted before the first delivery.
      guard let earlier = seen[pair.0], let other = lines[earlier].firstMatch(of: /"copy":(\d+)/),
        let place = accepted[match.1], place < earlier
      else { continue }
      lines[earlier] = lines[earlier].replacing(other.0, with: match.0)
      isExchanged = true
      try copy.write(lines, to: "router.jsonl")
      try expect(copy, "router.jsonl:\(earlier + 1)", "(I3)")
      break
    }
    #expect(isExchanged)
  }

  @Test func `a histogram that is not made of the records is told`() throws {
    let (edited, line) = try edited("histograms.jsonl") {
      $0.contains("total") && $0.contains("prepare")
        ? $0.replacing(/"counts":\[(\d+),(\d+)/) { "\"counts\":[\(Int($0.1)! + 1),\(Int($0.2)! - 1)" } : nil
    }
    #expect(try problems(edited).contains { $0.hasPrefix("histograms.jsonl:\(line)") })
  }

  @Test func `a folder with records is not written into again`() throws {
    let meta = RecordMeta(source: "records", seed: 1, isRealTime: false, agents: ["A", "B"], episodes: 0)
    let before = try folder.lines("router.jsonl")
    do throws(RecordFolderError) {
      _ = try TeamRecorder(folder.path, meta, start: TopologySwitch(agents: 2, topology: .star))
      Issue.record("records were begun over others")
    } catch { #expect(error.description.contains("has the records of a run already"), "\(error)") }
    #expect(try folder.lines("router.jsonl") == before)
  }
}

@Suite struct `Records of the budget` {
  /// Episodes and calls at random, against limits that they reach; some are never settled, some too late.
  private func record() throws -> RunFolder {
    let guarded = try Watched(BudgetGuard())
    var random = SplitMix64(seed: 11)
    var open: [UInt64] = []
    for episode in 1...25 {
      try guarded.send(.beginEpisode(UInt32(episode)))
      for _ in 0..<14 {
        let request = guarded.host.state.machine.granted + 1
        try guarded.send(
          .reserve(Request(request, role: UInt8(random.below(5)), Amount(tokens: UInt64(random.below(1_500))))))
        if guarded.host.state.machine.granted == request { open.append(request) }
        if random.below(3) > 0, !open.isEmpty {
          let number = open.remove(at: random.below(open.count))
          try guarded.send(.settled(Settlement(number, Amount(tokens: UInt64(random.below(2_200))))))
          if random.below(4) == 0 { try guarded.send(.settled(Settlement(number, Amount(tokens: 5)))) }
        }
        if random.below(10) == 0 { try guarded.wait(seconds: 11) }
      }
      try guarded.send(.endEpisode)
      if episode % 7 == 0 { try guarded.send(.day(UInt32(episode))) }
      if episode % 5 == 0 { try guarded.send(.spentElsewhere(Amount(tokens: UInt64(episode)))) }
    }
    return try guarded.close()
  }

  @Test func `come to what was reported, and show I4`() throws {
    let folder = try record()
    #expect(try problems(folder) == [])
    let summary = try RecordSummary.read(folder.path)
    for name in ["budget.denied.episode", "budget.denied.agent", "budget.violated.agent"] {
      #expect(summary.numbers[name]! > 0, "\(name) \(summary.numbers)")
    }
    let events = Set(
      try folder.lines("budget.jsonl").dropFirst().compactMap { $0.firstMatch(of: /"event":"(\w+)"/)?.1 })
    #expect(
      events.isSuperset(of: [
        "begin", "granted", "denied", "settled", "expired", "ended", "corrected", "day", "violated",
      ]), "\(events)")
    #expect(try folder.lines("episodes.jsonl").count == 26)
    #expect(summary.levels.map(\.id) == ["SLO-2"])
  }

  /// Episodes of 10,000 tokens, of which the first so many use the given number too many.
  private func level(_ episodes: Int, violating: Int, excess: UInt64 = 0) throws -> ServiceLevel? {
    let guarded = try Watched(BudgetGuard())
    for episode in 1...episodes {
      try guarded.send(.beginEpisode(UInt32(episode)))
      try guarded.send(.reserve(Request(UInt64(episode), role: 1, Amount(tokens: 1))))
      let spent = episode <= violating ? 10_000 + excess * UInt64(episode) : 1
      try guarded.send(.settled(Settlement(UInt64(episode), Amount(tokens: spent))))
      try guarded.send(.endEpisode)
    }
    return try RecordSummary.read(guarded.close().path).levels.first { $0.id == "SLO-2" }
  }

  @Test func `BUD-11: violating episodes are judged by their bound, and their overspending is told`() throws {
    #expect(try level(298, violating: 0)?.verdict == .told)
    let clean = try level(299, violating: 0)
    #expect(clean?.verdict == .met && clean?.words.contains("beyond it") == false)
    let over = try level(300, violating: 2, excess: 25)
    #expect(over?.verdict == .missed && over?.words.hasSuffix("; those used 37.5 tokens beyond it in the mean") == true)
  }

  @Test func `show a grant beyond a limit, a part of one, and books that do not add up`() throws {
    let whole = try record()
    try whole.unseal()
    #expect(try problems(whole) == [])
    let beyond = try whole.copy()
    let line = try beyond.edit("budget.jsonl") {
      $0.contains("\"event\":\"granted\"") && $0.contains("\"scope\":\"episode\"")
        ? $0.replacing("\"budget\":10000", with: "\"budget\":1") : nil
    }
    try expect(beyond, "budget.jsonl:\(line)", "(I4)")
    let part = try whole.copy()
    var lines = try part.lines("budget.jsonl")
    let index = try #require(
      lines.firstIndex { $0.contains("\"event\":\"granted\"") && $0.contains("\"scope\":\"episode\"") })
    lines.remove(at: index)
    try part.write(lines, to: "budget.jsonl")
    try expect(part, "budget.jsonl:\(index)", "alone (I4)")
    let wrong = try whole.copy()
    let third = try wrong.edit("budget.jsonl") {
      $0.contains("\"event\":\"settled\"") ? $0.replacing(/"actual":\d+/, with: "\"actual\":99999") : nil
    }
    try expect(wrong, "budget.jsonl:\(third)", "by the records before it")
    let hold = try whole.copy()
    let fourth = try hold.edit("budget.jsonl") {
      $0.contains("\"event\":\"granted\"") ? $0.replacing(/"estimate":\d+/, with: "\"estimate\":7") : nil
    }
    try expect(hold, "budget.jsonl:\(fourth)", "(BUD-5)")
  }
}

@Suite struct `Records of health` {
  /// A controller that is slow for a while, twice, among episodes of which some overspend.
  private func record() throws -> RunFolder {
    let watched = try Watched(HealthWatch(topology: .star))
    var random = SplitMix64(seed: 21)
    for step in 0..<4_000 {
      let isSlow = (600..<900).contains(step) || (2_600..<2_700).contains(step)
      try watched.send(.decided(UInt32(isSlow ? 11_000 + random.below(9_000) : 500 + random.below(6_000))))
      if step % 9 == 0 { try watched.send(.episodeEnded(isViolating: step > 3_750 && random.below(3) == 0)) }
      try watched.send(.tick(Decision.allCases[random.below(5)]))
      // The chain comes some ticks after it was asked for.
      if watched.host.state.machine.isPinned, watched.host.state.machine.topology != .chain, random.below(4) == 0 {
        try watched.send(.committed(.chain))
      } else if !watched.host.state.machine.isPinned, random.below(50) == 0 {
        try watched.send(.committed(random.below(2) == 0 ? .star : .flat))
      }
    }
    return try watched.close()
  }

  @Test func `come to what was reported, and show I5`() throws {
    let folder = try record()
    #expect(try problems(folder) == [])
    let summary = try RecordSummary.read(folder.path)
    #expect(summary.numbers["health.pins"]! >= 3)
    #expect(try folder.lines("decisions.jsonl").count == 4_001)
    let causes = Set(try folder.lines("health.jsonl").compactMap { $0.firstMatch(of: /"cause":"(\w+)"/)?.1 })
    #expect(causes == ["slow", "overspent", "healed"])
    #expect(summary.levels.map(\.id) == ["SLO-3"])
  }

  @Test func `show a breach unanswered, a pin that ends too early, and a chain not asked for`() throws {
    let whole = try record()
    try whole.unseal()
    #expect(try problems(whole) == [])
    let silent = try whole.copy()
    var lines = try silent.lines("health.jsonl")
    let tick = try #require(lines[1].firstMatch(of: /"tick":(\d+)/)).1
    lines.remove(at: 1)
    try silent.write(lines, to: "health.jsonl")
    try expect(silent, "decisions.jsonl:\(Int(tick)! + 1)", "must pin the team, and no record says so (I5)")
    let early = try whole.copy()
    let line = try early.edit("decisions.jsonl") { $0.replacing("\"pinned\":true", with: "\"pinned\":false") }
    try expect(early, "decisions.jsonl:\(line)", "by the measures it must be otherwise (I5)")
    let idle = try whole.copy()
    let third = try idle.edit("decisions.jsonl") {
      !$0.contains("\"topology\":\"chain\"") ? $0.replacing("\"forced\":true", with: "\"forced\":false") : nil
    }
    try expect(idle, "decisions.jsonl:\(third)", "asks for no chain (I5)")
    let figure = try whole.copy()
    let fourth = try figure.edit("health.jsonl") { $0.replacing(/"p95_ms":[\d.]+/, with: "\"p95_ms\":9.9") }
    try expect(figure, "health.jsonl:\(fourth)", "p95_ms is 9.9")
  }

  @Test func `a switch to anything but the chain may not begin while the team is pinned`() throws {
    let folder = try record()
    try folder.unseal()
    let health = try folder.lines("health.jsonl")
    let tick = try #require(health[1].firstMatch(of: /"tick":(\d+)/)).1
    try folder.write(
      [
        #"{"attempt_id":1,"from":"star","to":"flat","epoch_before":0,"epoch_after":1,"outcome":"committed","#
          + #""reason":null,"phase_ms":null,"total_ms":null,"migrated":0,"dropped_by_reason":{},"#
          + #""began_after_step":\#(Int(tick)! + 3),"after_step":\#(Int(tick)! + 4)}"#
      ], to: "switches.jsonl")
    try expect(folder, "switches.jsonl:1", "a switch to flat begins while the team is pinned (I5)")
  }
}

@Suite struct `Service levels` {
  private func folder(total: Double) throws -> RunFolder {
    let folder = RunFolder()
    try FileManager.default.createDirectory(at: folder.url, withIntermediateDirectories: true)
    let record = { (number: Int) in
      #"{"attempt_id":\#(number),"from":"star","to":"flat","epoch_before":0,"epoch_after":1,"outcome":"committed","#
        + #""reason":null,"phase_ms":{"prepare":1,"quiesce":1,"finish":0},"total_ms":\#(number <= 60 ? total : 2),"#
        + #""migrated":0,"dropped_by_reason":{}}"#
    }
    try folder.write((1...1_000).map(record), to: "switches.jsonl")
    return folder
  }

  @Test func `are missed by records that say so, whatever else`() throws {
    let (late, timely) = (try folder(total: 120), try folder(total: 99))
    let slow = try RecordSummary.read(late.path)
    #expect(slow.levels.map(\.verdict) == [.missed])
    #expect(slow.levels[0].words.hasPrefix("attempts p95 120.0 ms (below 100.0 ms)"), "\(slow.levels[0].words)")
    #expect(try RecordSummary.read(timely.path).levels.map(\.verdict) == [.met])
  }

  @Test func `SLO-5 is judged over forty runs that dropped messages early, and no fewer`() {
    func verdict(_ losses: [Double], early: Double = 1, seeds: Int = 100) -> ServiceLevel.Verdict? {
      ServiceLevel.stress(
        losses.enumerated().map { number, loss in
          (Double(number % seeds), ["copies.loss": loss, "copies.refused.wred_drop": early])
        })?.verdict
    }
    #expect(verdict(Array(repeating: 0.005, count: 40)) == .met)
    #expect(verdict(Array(repeating: 0.005_1, count: 40)) == .missed)
    #expect(verdict(Array(repeating: 0.001, count: 37) + [0.02, 0.02, 0.02]) == .missed)
    #expect(verdict(Array(repeating: 0.001, count: 38) + [0.02, 0.02]) == .met)
    #expect(verdict(Array(repeating: 0.001, count: 39)) == .told)
    #expect(verdict(Array(repeating: 0, count: 40), early: 0) == .told)
    #expect(verdict(Array(repeating: 0.001, count: 80), seeds: 39) == .told, "a run that is repeated says nothing new")
  }
}

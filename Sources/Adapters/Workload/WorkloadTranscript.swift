import Machines

/// How fast a transcript, which has no times of its own, is replayed.
public struct TranscriptTiming: Sendable, Equatable {
  /// The pause between one message and the next.
  public var paceMilliseconds: Double

  /// The pause after a switch request, long enough for the switch to commit before a message relies on it.
  public var settleMilliseconds: Double

  /// How long each agent works on a copy.
  public var serviceMilliseconds: Double

  public init(paceMilliseconds: Double = 1, settleMilliseconds: Double = 15, serviceMilliseconds: Double = 0.2) {
    self.paceMilliseconds = paceMilliseconds
    self.settleMilliseconds = settleMilliseconds
    self.serviceMilliseconds = serviceMilliseconds
  }
}

/// Reads the transcript of a multi-agent chat: a JSON object whose `history` lists `{content, role}`, or also `name`.
///
/// **Speakers.** An agent is called by its `name`, else by its `role`, without a parenthesis at the end: "Orchestrator
/// (-> WebSurfer)" and "Orchestrator (thought)" are both "Orchestrator". A speaker called `system` is the world outside
/// the team: it sends, and nobody answers to it.
///
/// **Receivers.** A chat has one transcript and no addresses. Each entry is sent to the next *different* speaker,
/// because that is the agent who acts on it, and because a team sends nothing to itself: three thoughts in a row are
/// three messages to whoever speaks after them. What nobody follows is counted as unaddressed and not sent.
///
/// **Roster.** Order of first appearance, with the agent who takes part in most messages moved to the front as hub. Of
/// more than seven agents the six busiest stay, and the rest act as one, called "others"; what they say to one another
/// is unaddressed as well.
///
/// **Size.** A message's payload is `{"content": …}` with the text of the entry.
///
/// **Topology.** For each eight messages the reader asks for the tightest topology that admits them all: chain, else
/// star, else flat. The team starts in that of the first eight. Requests are made only when it changes, with a pause
/// after each, so that the messages behind it meet the topology they need. Should such a switch be given up, part of
/// those messages are refused.
struct WorkloadTranscript {
  let file: String
  let timing: TranscriptTiming

  private static let windowLength = 8

  private struct Turn {
    var index: Int
    /// Nothing stands for the system.
    var speaker: String?
    var payloadBytes: Int
  }

  private struct Exchange {
    var turn: Turn
    var receiver: String
  }

  init(file: String, timing: TranscriptTiming) {
    self.file = file
    self.timing = timing
  }

  func read(_ document: Any, name: String) throws(WorkloadError) -> Workload {
    let turns = try turns(in: document)
    var speakers: [String] = []
    for speaker in turns.lazy.compactMap(\.speaker) where !speakers.contains(speaker) { speakers.append(speaker) }
    guard !speakers.isEmpty else { throw WorkloadError(file: file, problem: .nobodySpeaks) }

    let exchanges = WorkloadTranscript.exchanges(between: turns)
    var roster = Roster(speakers, messagesByAgent: WorkloadTranscript.messageCounts(of: exchanges))
    let messages = exchanges.filter { exchange in
      exchange.turn.speaker.flatMap { roster.indices[$0] } != roster.indices[exchange.receiver]
    }
    if messages.isEmpty {
      roster.notes.append("\(speakers.joined(separator: ", ")): nobody answers, so there is nothing to send")
    }
    var workload = Workload(
      name: name,
      agents: roster.names.map { WorkloadAgent(name: $0, serviceMilliseconds: timing.serviceMilliseconds) },
      unaddressed: turns.count - messages.count, notes: roster.notes)
    schedule(messages, indices: roster.indices, in: &workload)
    return workload
  }

  // MARK: - Who speaks

  private func turns(in document: Any) throws(WorkloadError) -> [Turn] {
    guard let history = (document as? [String: Any])?["history"] else {
      throw WorkloadError(file: file, problem: .noHistory(found: nil))
    }
    guard let entries = history as? [Any] else {
      throw WorkloadError(file: file, problem: .noHistory(found: shownJSON(history)))
    }
    var turns: [Turn] = []
    turns.reserveCapacity(entries.count)
    for (index, entry) in entries.enumerated() {
      turns.append(try turn(entry, at: index))
    }
    return turns
  }

  private func turn(_ entry: Any, at index: Int) throws(WorkloadError) -> Turn {
    let place = WorkloadError.Place.history(index)
    guard let values = entry as? [String: Any] else {
      throw WorkloadError(file: file, place: place, problem: .notAnObject(found: shownJSON(entry)))
    }
    let fields = WorkloadFields(values: values, file: file, place: place, owner: "an entry")
    guard let content = try fields.required("content", values["content"]) as? String else {
      throw fields.wrongType("content", wanted: "a string")
    }
    let spoken = [values["name"], values["role"]].lazy.compactMap { $0 as? String }.first { !$0.isEmpty }
    guard let spoken else { throw fields.failure(.noSpeaker) }
    let speaker = WorkloadTranscript.withoutParenthesis(spoken)
    guard speaker != "BROADCAST" else { throw fields.failure(.reservedName(speaker)) }
    return Turn(
      index: index, speaker: speaker == "system" ? nil : speaker,
      payloadBytes: compactByteCount(of: ["content": content]))
  }

  private static func withoutParenthesis(_ name: String) -> String {
    guard name.last == ")", let opening = name.lastIndex(of: "(") else { return name }
    var bare = name[..<opening]
    while bare.last?.isWhitespace == true { bare.removeLast() }
    return bare.isEmpty ? name : String(bare)
  }

  /// Each turn with the next different agent; turns that nobody follows are left out.
  private static func exchanges(between turns: [Turn]) -> [Exchange] {
    // Read from the end: `next` is who speaks next, `beyond` the first after that to be someone else.
    var next: String?
    var beyond: String?
    var exchanges: [Exchange] = []
    for turn in turns.reversed() {
      if let receiver = turn.speaker == next ? beyond : next {
        exchanges.append(Exchange(turn: turn, receiver: receiver))
      }
      if let speaker = turn.speaker, speaker != next {
        beyond = next
        next = speaker
      }
    }
    return exchanges.reversed()
  }

  /// How many messages each agent sends or receives.
  private static func messageCounts(of exchanges: [Exchange]) -> [String: Int] {
    var counts: [String: Int] = [:]
    for exchange in exchanges {
      if let speaker = exchange.turn.speaker { counts[speaker, default: 0] += 1 }
      counts[exchange.receiver, default: 0] += 1
    }
    return counts
  }

  // MARK: - The team

  private struct Roster {
    /// Chain order, hub first.
    var names: [String]
    /// Each speaker's place in `names`; all who were gathered share one.
    var indices: [String: Int] = [:]
    var notes: [String] = []

    init(_ speakers: [String], messagesByAgent: [String: Int]) {
      let count = { (speaker: String) in messagesByAgent[speaker] ?? 0 }
      // Of two equally busy agents the one who spoke first counts as busier.
      let busiest = speakers.enumerated().sorted { one, other in
        (count(one.element), other.offset) > (count(other.element), one.offset)
      }.map(\.element)
      let kept = speakers.count > Workload.agentCountMax ? busiest.prefix(Workload.agentCountMax - 1) : busiest[...]
      let hub = busiest[0]
      names = [hub] + speakers.filter { $0 != hub && kept.contains($0) }
      for (index, name) in names.enumerated() { indices[name] = index }

      let gathered = speakers.filter { !kept.contains($0) }
      guard !gathered.isEmpty else { return }
      var others = "others"
      while names.contains(others) { others = "the " + others }
      for speaker in gathered { indices[speaker] = names.count }
      names.append(others)
      notes.append(
        "\(speakers.count) agents speak and a team holds \(Workload.agentCountMax): "
          + "\(gathered.joined(separator: ", ")) act as one, called \"\(others)\"")
    }
  }

  // MARK: - When

  private func schedule(_ messages: [Exchange], indices: [String: Int], in workload: inout Workload) {
    var milliseconds = 0.0
    var asked = workload.topology
    for start in stride(from: 0, to: messages.count, by: WorkloadTranscript.windowLength) {
      let window = messages[start..<min(start + WorkloadTranscript.windowLength, messages.count)]
      let edges = window.compactMap { exchange -> (sender: Int, receiver: Int)? in
        guard let speaker = exchange.turn.speaker, let sender = indices[speaker] else { return nil }
        return indices[exchange.receiver].map { (sender, $0) }
      }
      let topology = WorkloadTranscript.tightest(for: edges, agentCount: workload.agents.count) ?? asked
      if start == 0 {
        workload.topology = topology
      } else if topology != asked {
        workload.actions.append(
          WorkloadAction(at: .milliseconds(milliseconds), line: window[start].turn.index, kind: .switchTo(topology)))
        milliseconds += timing.settleMilliseconds
      }
      asked = topology
      for exchange in window {
        guard let receiver = indices[exchange.receiver] else { continue }
        let sender = exchange.turn.speaker.flatMap { indices[$0] }
        let message = WorkloadMessage(
          sender: sender.map { .agent($0) } ?? .system, recipients: .one(receiver),
          payloadBytes: exchange.turn.payloadBytes)
        workload.actions.append(
          WorkloadAction(at: .milliseconds(milliseconds), line: exchange.turn.index, kind: .send(message)))
        milliseconds += timing.paceMilliseconds
      }
    }
  }

  /// The first of chain, star and flat that admits all `edges`; nothing if there are none to admit.
  private static func tightest(for edges: [(sender: Int, receiver: Int)], agentCount: Int) -> Topology? {
    guard !edges.isEmpty else { return nil }
    return [.chain, .star, .flat].first { (topology: Topology) in
      edges.allSatisfy { topology.reach(of: $0.sender, agents: agentCount) & (1 << $0.receiver) != 0 }
    }
  }
}

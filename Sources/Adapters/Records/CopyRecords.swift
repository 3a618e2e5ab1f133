import Engine
import Machines
import Spec

/// The router's records: each copy from its acceptance to its end, in the order in which things happened.
///
/// It keeps what it needs of each live copy, since an ending names a copy by its number alone.
final class CopyRecords {
  private let folder: RecordFolder
  private let agents: [String]
  private var live: [UInt64: Live] = [:]
  /// Copies that wait until they line up again.
  private var waiting: Set<UInt64> = []
  /// Copies that arrived behind the gate, in their order.
  private var behindGate: [UInt64] = []
  private var number: UInt64 = 0
  private var accepted: UInt64
  private var epoch: UInt32
  private var topology: Topology
  private var isDiverting = false

  private struct Live {
    let id: String
    let from: UInt8
    let to: UInt8
    let priority: Priority
    let episode: UInt32
    var attempt: UInt8 = 0
  }

  init(_ folder: RecordFolder, _ meta: RecordMeta, _ start: Router?) {
    self.folder = folder
    agents = meta.agents
    accepted = start?.accepted ?? 0
    epoch = start?.epoch ?? 0
    topology = start?.topology ?? .star
  }

  private var arrivalEpoch: UInt32 { isDiverting ? epoch + 1 : epoch }

  // MARK: Events

  /// Returns how many copies were accepted, or would have been.
  func route(_ message: Message, accepted total: UInt64, _ reason: String?, _ now: Double) -> Int {
    let receivers = CopyMetrics.receivers(of: message, agents: agents.count)
    let id = CopyRecords.text(message.idHigh, message.idLow)
    if let reason {
      // Nobody in the roster is meant: still one record, or the message would be in none.
      let places = receivers == 0 ? [UInt8.max] : (0..<8).filter { receivers & (1 << $0) != 0 }
      for place in places {
        let copy = Live(
          id: id, from: message.sender.place, to: place, priority: message.priority, episode: message.episode)
        put("enqueue_rejected", nil, copy, epoch: arrivalEpoch, reason: reason, now)
      }
      return places.count
    }
    for place in agents.indices where receivers & (1 << UInt8(place)) != 0 {
      accepted += 1
      let copy = Live(
        id: id, from: message.sender.place, to: UInt8(place), priority: message.priority, episode: message.episode)
      live[accepted] = copy
      if isDiverting { behindGate.append(accepted) }
      put("enqueue_success", accepted, copy, epoch: arrivalEpoch, now)
    }
    return receivers.nonzeroBitCount
  }

  func take(_ event: Router.Event, _ isFired: Bool, _ state: Router?, _ now: Double) {
    guard isFired else { return }
    switch event {
    case .divert: isDiverting = true
    case .swap(let topology):
      isDiverting = false
      behindGate.removeAll(keepingCapacity: true)
      epoch += 1
      self.topology = topology
    case .putBack:
      isDiverting = false
      for sequence in behindGate {
        if let copy = live[sequence] { put("requeue_abort", sequence, copy, epoch: epoch, now) }
      }
      behindGate.removeAll(keepingCapacity: true)
    case .failed(let lease): fail(lease.sequence, reason: "failed", now)
    case .clock: if let state { lineUp(state, now) }
    case .route, .dequeue, .acknowledged, .close: break
    }
  }

  /// A lease has lapsed: the delivery is given up.
  func lapse(_ key: Key, _ now: Double) {
    // A lease's key is the copy's number and the attempt.
    fail(key.major, reason: "lease_timeout", now)
  }

  private func fail(_ sequence: UInt64, reason: String, _ now: Double) {
    guard let copy = live[sequence] else { return }
    put("nack", sequence, copy, epoch: epoch, reason: reason, now)
    waiting.insert(sequence)
  }

  /// The copies that wait no longer: the router has let them line up again, in the epoch that arrivals get.
  private func lineUp(_ state: Router, _ now: Double) {
    guard !waiting.isEmpty else { return }
    let due = waiting.sorted().filter { sequence in
      guard let place = live[sequence].map({ Int($0.to) }), place < state.mailboxes.count else { return false }
      return !state.mailboxes[place].backoff.contains(key: sequence)
        && !state.mailboxes[place].leased.contains(key: sequence)
    }
    for sequence in due {
      waiting.remove(sequence)
      guard var copy = live[sequence] else { continue }
      copy.attempt += 1
      live[sequence] = copy
      if isDiverting { behindGate.append(sequence) }
      put("retry", sequence, copy, epoch: arrivalEpoch, now)
    }
  }

  // MARK: Effects

  /// Returns the ending of a copy, with the episode that it belonged to.
  func take(_ effect: Router.Effect, _ now: Double) -> (how: Ending.How, episode: UInt32)? {
    switch effect {
    case .deliver(let copy):
      guard var known = live[copy.sequence] else { return nil }
      known.attempt = copy.attempt
      live[copy.sequence] = known
      put("dequeue", copy.sequence, known, epoch: epoch, redelivered: copy.redelivered, now)
      return nil
    case .recorded(let ending):
      guard let copy = live.removeValue(forKey: ending.sequence) else { return nil }
      waiting.remove(ending.sequence)
      let reason = ending.how.reason?.rawValue
      put(reason == nil ? "ack" : "drop", ending.sequence, copy, epoch: epoch, reason: reason, now)
      return (ending.how, copy.episode)
    case .drained, .moved, .pressed, .revoked: return nil
    }
  }

  // MARK: Lines

  private func put(
    _ event: String, _ sequence: UInt64?, _ copy: Live, epoch: UInt32, reason: String? = nil,
    redelivered: Bool? = nil, _ now: Double
  ) {
    number += 1
    folder.put(.router) { line in
      line.put("seq", number)
      line.put("ts", now)
      line.put("event", event)
      line.put("epoch", epoch)
      line.put("topology", "\(topology)")
      line.put("from_agent", name(copy.from))
      line.put("to_agent", name(copy.to))
      line.put("msg_id", copy.id)
      line.put("priority", "\(copy.priority)")
      line.put("attempt", copy.attempt)
      line.put("reason", reason)
      if let sequence { line.put("copy", sequence) } else { line.putNull("copy") }
      line.put("redelivered", redelivered)
    }
  }

  private func name(_ place: UInt8) -> String {
    if place == Agent.system.place { return Int(place) < agents.count ? agents[Int(place)] : "system" }
    return Int(place) < agents.count ? agents[Int(place)] : "agent \(place)"
  }

  static func text(_ high: UInt64, _ low: UInt64) -> String {
    func hex(_ word: UInt64) -> String {
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }
    return hex(high) + hex(low)
  }
}

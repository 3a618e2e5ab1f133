import Engine
import Machines
import Spec

/// Copies: what became of them, by reason and class, and how many each receiver has.
final class CopyMetrics {
  private let enqueued: Counter
  private let rejected: Counter
  private let ended: ContiguousArray<Counter>
  /// By reason and class, where the class that comes last is not known.
  private let dropped: ContiguousArray<Counter>
  private let delivered: (first: Counter, again: Counter)
  private let depths: ContiguousArray<Gauge>
  private let pressure: Gauge
  @exclusivity(unchecked) private var classes = CopyClasses()
  @exclusivity(unchecked) private var accepted: UInt64

  private static let reasons = DropReason.allCases
  private static let classNames = Priority.allCases.map { "\($0)" } + ["unknown"]

  init(_ registry: MetricRegistry, agents: [String], _ start: Router?) {
    accepted = start?.accepted ?? 0
    func count(_ outcome: String) -> Counter {
      registry.counter(
        "copies_total", "Copies enqueued, rejected, and how accepted ones ended.", ["outcome": outcome])
    }
    enqueued = count("enqueued")
    rejected = count("rejected")
    ended = ContiguousArray(Ending.How.allCases.map { count("\($0)") })
    dropped = ContiguousArray(
      CopyMetrics.reasons.flatMap { reason in
        CopyMetrics.classNames.map { name in
          registry.counter(
            "copies_dropped_total", "Copies rejected, or dropped after they were accepted.",
            ["reason": reason.rawValue, "class": name])
        }
      })
    func deliveries(_ isAgain: String) -> Counter {
      registry.counter("copies_delivered_total", "Deliveries.", ["redelivered": isAgain])
    }
    delivered = (deliveries("no"), deliveries("yes"))
    depths = ContiguousArray(
      agents.map {
        registry.gauge("queue_depth", "Copies held for a receiver, wherever they wait.", ["agent": $0])
      })
    pressure = registry.gauge("team_pressure", "0 none, 1 throttle, 2 shed, 3 reconfigure.")
    if let start {
      for place in depths.indices where place < start.mailboxes.count {
        depths[place].set(Double(start.mailboxes[place].live))
      }
    }
  }

  /// - Parameters:
  ///   - accepted: How many copies the router has accepted by now.
  ///   - reason: Why the message was refused.
  func route(_ message: Message, accepted now: UInt64, isFired: Bool, _ reason: () -> String?) {
    let receivers = CopyMetrics.receivers(of: message, agents: depths.count)
    guard isFired else {
      let count = max(1, receivers.nonzeroBitCount)
      rejected.increment(by: count)
      if let place = reason().flatMap({ DropReason(rawValue: $0) }).flatMap({ CopyMetrics.reasons.firstIndex(of: $0) })
      {
        dropped[CopyMetrics.classNames.count * place + Int(message.priority.rawValue)].increment(by: count)
      }
      return
    }
    var sequence = accepted
    for place in depths.indices where receivers & (1 << UInt8(place)) != 0 {
      sequence += 1
      classes[sequence] = message.priority
      depths[place].add(1)
    }
    enqueued.increment(by: Int(truncatingIfNeeded: now &- accepted))
    accepted = now
  }

  func take(_ effect: Router.Effect) {
    switch effect {
    case .deliver(let copy): (copy.redelivered ? delivered.again : delivered.first).increment()
    case .recorded(let ending):
      ended[Int(ending.how.rawValue)].increment()
      if Int(ending.receiver.place) < depths.count { depths[Int(ending.receiver.place)].add(-1) }
      guard let reason = ending.how.reason, let place = CopyMetrics.reasons.firstIndex(of: reason) else { return }
      let name = classes[ending.sequence].map { Int($0.rawValue) } ?? CopyMetrics.classNames.count - 1
      dropped[CopyMetrics.classNames.count * place + name].increment()
    case .pressed(let pressure): self.pressure.set(Double(pressure.rawValue))
    case .drained, .moved, .revoked: break
    }
  }

  /// The receivers of a message as a bit per place, whether or not they are in the roster.
  static func receivers(of message: Message, agents: Int) -> UInt8 {
    switch message.recipient.kind {
    case .one: message.recipient.value < 8 ? 1 << message.recipient.value : 0
    case .several: message.recipient.value
    case .broadcast:
      UInt8(truncatingIfNeeded: (1 << agents) - 1)
        & ~(message.sender.place < 8 ? 1 << message.sender.place : 0)
    }
  }
}

extension Ending.How {
  /// What records, metrics and reports call it.
  public var word: String { reason?.rawValue ?? "acknowledged" }

  /// Why the copy was dropped; nil where it was acknowledged.
  var reason: DropReason? {
    switch self {
    case .acknowledged: nil
    case .expired: .expired
    case .maxRetries: .maxRetries
    case .shutdown: .shutdown
    }
  }
}

/// The class of each copy accepted lately, in memory that does not grow: a byte for each of the last million.
private struct CopyClasses {
  private static let bits = 20
  private var entries = ContiguousArray<UInt8>(repeating: .max, count: 1 << bits)

  /// Nil where a later copy has taken the byte, as happens to one that outlives a million others.
  subscript(sequence: UInt64) -> Priority? {
    get {
      let entry = entries[Int(sequence & (1 << UInt64(CopyClasses.bits) - 1))]
      guard entry >> 2 == CopyClasses.generation(sequence) else { return nil }
      return Priority(rawValue: entry & 3)
    }
    set {
      entries[Int(sequence & (1 << UInt64(CopyClasses.bits) - 1))] =
        CopyClasses.generation(sequence) << 2 | (newValue?.rawValue ?? 3)
    }
  }

  private static func generation(_ sequence: UInt64) -> UInt8 {
    UInt8(truncatingIfNeeded: sequence >> UInt64(bits)) & 0x3F
  }
}

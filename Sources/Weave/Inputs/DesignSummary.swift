import Spec

/// A system without its types: what a page says of it.
public struct DesignSummary: Sendable {
  /// The name on the command line, such as `topology-switch`.
  public let name: String
  public let title: String
  public let hosts: [HostSummary]
  public let routes: [RouteSummary]
  /// The properties that speak of several machines at once; those of one machine are in its book.
  public let properties: [BookDescription.PropertyDescription]
  public let worlds: [WorldSummary]
  /// Identities that may be taken for each other, such as `The 5 managers`.
  public let interchangeable: [String]

  public init<S: System>(_ design: Design<S>) {
    name = design.name
    title = design.title
    let starts = design.worlds.map { $0.start() }
    hosts = design.hosts.map { host in
      HostSummary(name: host.name, book: host.book, starts: Set(starts.map(host.phase)).sorted())
    }
    routes = design.routes.map(RouteSummary.init)
    let ofHosts = design.hosts.reduce(0) { $0 + $1.properties.count }
    properties = design.properties.dropFirst(ofHosts).map { BookDescription.PropertyDescription($0) }
    interchangeable = design.interchangeable.map { "The \($0.count) \($0.name)" }
    worlds = design.worlds.map { WorldSummary(name: $0.name, words: $0.words, isExhaustive: $0.isExhaustive) }
  }
}

/// One machine of a system.
public struct HostSummary: Sendable {
  public let name: String
  public let book: BookDescription
  /// The phases that the system's worlds start it in, as indices into the book's phases.
  public let starts: [Int]
}

extension DesignSummary {
  /// The machines that a page tells in full: of those that share a book, the first.
  var told: [Int] { hosts.indices.filter { teller(of: hosts[$0]).name == hosts[$0].name } }

  /// The machine that is told for this one.
  func teller(of host: HostSummary) -> HostSummary { hosts.first { $0.book.title == host.book.title } ?? host }
}

/// How an effect of one machine reaches another.
public struct RouteSummary: Hashable, Sendable {
  public enum Over: Hashable, Sendable {
    case direct
    case together
    case channel(ChannelOrder, isLossy: Bool, isRepeating: Bool)
  }

  /// Hosts, as indices into the design's.
  public let from: Int
  public let effect: Int
  public let effectName: String
  public let to: Int
  public let event: Int
  public let eventName: String
  public let over: Over

  init<S: System>(_ route: Routing<S>) {
    from = route.fromHost
    effect = route.effect
    effectName = route.effectName
    to = route.toHost
    event = route.event
    eventName = route.eventName
    over =
      switch route.over {
      case .direct: .direct
      case .together: .together
      case .channel(let order, let isLossy, let isRepeating):
        .channel(order, isLossy: isLossy, isRepeating: isRepeating)
      }
  }

  /// How it travels: `in the same step`, or `over a channel that may lose, and keeps the order`.
  var words: String {
    guard case .channel(let order, let isLossy, let isRepeating) = over else {
      return over == .together ? "in the same step, or not at all" : "in the same step"
    }
    switch order {
    case .held: return "over a channel, first in, first out, whose head waits while it is refused"
    case .board: return "over a board, where it stays and may be read again and again"
    case .fifo, .unordered: break
    }
    let faults = [isLossy ? "lose" : nil, isRepeating ? "repeat" : nil, order == .unordered ? "reorder" : nil]
      .compactMap(\.self)
    return faults.isEmpty
      ? "over a channel, first in, first out" : "over a channel that may \(faults.joined(separator: ", "))"
  }
}

/// What the world around a system may do, by name.
public struct WorldSummary: Hashable, Sendable {
  public let name: String
  public let words: String
  public let isExhaustive: Bool
}

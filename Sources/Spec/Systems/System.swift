/// Machines that work together: their joint state, and how an event finds its host.
///
/// The joint events and effects are enums with one case per host, so that nothing is boxed on the way. An effect of
/// one machine may be an event of another over a *direct* route (part of the sender's step) or a *channel* (a step of
/// its own).
///
///     public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
///       switch event {
///       case .control(let event): stepper.step(&control, event, host: 0, Effect.control)
///       case .router(let event): stepper.step(&router, event, host: 1, Effect.router)
///       }
///     }
public protocol System: Coded, Equatable, Sendable {
  /// One case per host, in the order of the design's hosts.
  associatedtype Event: Signals
  associatedtype Effect: Signals
  static var design: Design<Self> { get }
  mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome
  /// How many elements a check that walks the whole state walks, for spacing dear checks in audits; 1 for small states.
  var weight: Int { get }
}

extension System {
  public var weight: Int { 1 }
}

/// What every reader reads of a system: hosts, routes, contracts, properties and worlds.
public struct Design<S: System>: Sendable {
  /// The name on the command line, such as `topology-switch`.
  public let name: String
  public let title: String
  /// The chapter that states its requirements, such as `01-topology-switch.md`.
  public let chapter: String
  /// The source file that the design stands in, as `#fileID` says it.
  public let file: String
  public internal(set) var hosts: [Hosted<S>]
  public let routes: [Routing<S>]
  /// Every contract of every host, lifted to the system; ``Stepper`` speaks of them by index.
  public internal(set) var contracts: [SystemContract<S>]
  public internal(set) var properties: [Property<S, S.Event, S.Effect>]
  public internal(set) var worlds: [World<S>]
  /// Identities that a search may take for each other.
  public let interchangeable: [Interchange<S>]
  /// For each effect of each host, where it goes.
  @usableFromInline let lanes: ContiguousArray<Lane<S>>
  public var channelCount: Int { channels.count }

  public init(
    _ name: String, title: String, chapter: String, worlds: [World<S>], file: String = #fileID,
    @DesignBuilder<S> _ parts: () -> [DesignPart<S>]
  ) {
    self.name = name
    self.file = file
    self.title = title
    self.chapter = chapter
    var hosts: [Hosted<S>] = []
    var routes: [Routing<S>] = []
    var properties: [Property<S, S.Event, S.Effect>] = []
    var interchangeable: [Interchange<S>] = []
    for part in parts().flatMap(\.parts) {
      switch part {
      case .section: break
      case .host(let make):
        hosts.append(make(hosts.count))
      case .route(let route): routes.append(route)
      case .property(let property): properties.append(property)
      case .interchangeable(let identities): interchangeable.append(identities)
      }
    }
    var contracts: [SystemContract<S>] = []
    var lanes: ContiguousArray<Lane<S>> = []
    var bases: [Int] = []
    var channels: [Routing<S>] = []
    for host in hosts {
      bases.append(lanes.count)
      lanes.append(contentsOf: repeatElement(.nowhere, count: host.book.effects.count))
      for contract in Self.contracts(of: host, routes) {
        lanes[bases[host.index] + contract.effect] = .contract(contracts.count)
        contracts.append(SystemContract(host: host.index, hostName: host.name, contract: contract))
      }
    }
    for route in routes {
      guard let from = hosts.first(where: { $0.index == route.fromHost }) else { continue }
      let lane = bases[from.index] + route.effect
      switch route.over {
      case .direct: lanes[lane] = lanes[lane].and(.direct(route.convert, isBinding: false))
      case .together: lanes[lane] = lanes[lane].and(.direct(route.convert, isBinding: true))
      case .channel:
        let shared = route.channel.flatMap { name in channels.firstIndex { $0.channel == name } }
        lanes[lane] = lanes[lane].and(.channel(shared ?? channels.count, route.convert))
        if shared == nil { channels.append(route) }
      }
    }
    self.hosts = hosts
    self.routes = routes
    self.contracts = contracts
    self.lanes = lanes
    self.laneBases = bases
    self.channels = channels
    bindsSteps = routes.contains { $0.over == .together }
    self.properties = hosts.flatMap(\.properties) + properties
    self.worlds = worlds
    self.interchangeable = interchangeable
  }

  /// The contracts of a host that the world keeps. Where an effect with answers has a route, the machine at its end
  /// keeps the contract instead, and answers over routes of its own; a notice is told to the world all the same.
  static func contracts(of host: Hosted<S>, _ routes: [Routing<S>]) -> [Contract<S.Event, S.Effect>] {
    host.contracts.filter { contract in
      // A token of no case is a finding; it must not trap before it is one.
      contract.effect < host.book.effects.count
        && (contract.isNotice || !routes.contains { $0.fromHost == host.index && $0.effect == contract.effect })
    }
  }

  @usableFromInline let laneBases: [Int]

  /// Whether some step does not happen where a receiver refuses.
  @usableFromInline let bindsSteps: Bool

  /// The channels, in the order ``Configuration`` keeps them, each as the first of its routes.
  public let channels: [Routing<S>]
}

extension Design {
  /// The same design with fewer properties; what judging the others costs is the difference between the two.
  public func judging(only isJudged: (Property<S, S.Event, S.Effect>) -> Bool) -> Self {
    var design = self
    design.properties = properties.filter(isJudged)
    return design
  }

  /// The channel that a route goes over; nil for a direct one.
  public func channel(of route: Routing<S>) -> Int? {
    guard route.order != nil else { return nil }
    return channels.firstIndex { other in
      if let name = route.channel { return other.channel == name }
      return other.channel == nil
        && (other.fromHost, other.effect, other.toHost, other.event)
          == (route.fromHost, route.effect, route.toHost, route.event)
    }
  }
}

/// A contract of one host, as the system sees it.
public struct SystemContract<S: System>: Sendable {
  public let host: Int
  public let hostName: String
  public let contract: Contract<S.Event, S.Effect>

  public var name: String { "\(hostName).\(contract.name)" }
}

@usableFromInline enum Lane<S: System>: Sendable {
  case nowhere
  case several([Lane])
  case contract(Int)
  case direct(@Sendable (S.Effect) -> S.Event?, isBinding: Bool)
  case channel(Int, @Sendable (S.Effect) -> S.Event?)

  func and(_ other: Lane) -> Lane {
    switch self {
    case .nowhere: other
    case .several(let lanes): .several(lanes + [other])
    case .contract, .direct, .channel: .several([self, other])
    }
  }
}

public indirect enum DesignPart<S: System>: Sendable {
  case host(@Sendable (Int) -> Hosted<S>)
  case route(Routing<S>)
  case property(Property<S, S.Event, S.Effect>)
  case interchangeable(Interchange<S>)
  case section([DesignPart<S>])

  var parts: [DesignPart<S>] {
    if case .section(let parts) = self { parts.flatMap(\.parts) } else { [self] }
  }
}

@resultBuilder public enum DesignBuilder<S: System> {
  public static func buildExpression(_ part: DesignPart<S>) -> [DesignPart<S>] { [part] }
  public static func buildBlock(_ parts: [DesignPart<S>]...) -> [DesignPart<S>] { parts.flatMap(\.self) }
  public static func buildArray(_ parts: [[DesignPart<S>]]) -> [DesignPart<S>] { parts.flatMap(\.self) }
  public static func buildOptional(_ parts: [DesignPart<S>]?) -> [DesignPart<S>] { parts ?? [] }
}

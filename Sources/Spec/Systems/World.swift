/// What the world around a system may do: the inputs it gives, the faults it may spend, where it starts.
///
/// Worlds make exploration finite. Every purse multiplies the space.
public struct World<S: System>: Sendable {
  public let name: String
  public let words: String
  public let start: @Sendable () -> S
  public let inputs: [WorldInput<S>]
  public internal(set) var faults: [FaultPurse]
  public let crashes: Int
  /// Where a channel is full, the sending step waits; reports say when that bound was met.
  public var channelCapacity: Int
  /// Whether the world is small enough to explore to the end; others are for random runs.
  public let isExhaustive: Bool

  /// - Parameters:
  ///   - name: What it is called.
  ///   - words: What may happen in it, in words.
  ///   - isExhaustive: Whether the world is small enough to explore to its end; others are for random runs.
  ///   - start: The state that a run begins in.
  ///   - parts: Inputs, faults, crashes, and the bound of channels.
  public init(
    _ name: String, _ words: String, isExhaustive: Bool = true, start: @escaping @Sendable () -> S,
    @WorldBuilder<S> _ parts: () -> [WorldPart<S>]
  ) {
    var inputs: [WorldInput<S>] = []
    var faults: [FaultPurse] = []
    var crashes = 0
    var capacity = 8
    for part in parts() {
      switch part {
      case .input(let input): inputs.append(input)
      case .fault(let purse): faults.append(purse)
      case .crashes(let limit): crashes = limit
      case .channels(let bound): capacity = bound
      }
    }
    self.name = name
    self.words = words
    self.start = start
    self.inputs = inputs
    self.faults = faults
    self.crashes = crashes
    self.channelCapacity = capacity
    self.isExhaustive = isExhaustive
  }

  public struct FaultPurse: Hashable, Sendable {
    public let fault: ContractOptions.Fault
    /// The contract, as host and effect kind.
    public let host: Int
    public let effect: Int
    public let name: String
    public let limit: Int

    @inlinable init(fault: ContractOptions.Fault, host: Int, effect: Int, name: String, limit: Int) {
      self.fault = fault
      self.host = host
      self.effect = effect
      self.name = name
      self.limit = limit
    }
  }
}

/// An event nobody asked for.
public struct WorldInput<S: System>: Sendable {
  public let name: String
  /// How many times a run may have it; nil for no limit.
  public let limit: Int?
  /// The events to try in a state.
  public let draw: @Sendable (S) -> [S.Event]
  /// Whether what is drawn depends on the state.
  public let looksAtState: Bool

  @inlinable init(
    name: String, limit: Int?, looksAtState: Bool = true, draw: @escaping @Sendable (S) -> [S.Event]
  ) {
    self.name = name
    self.limit = limit
    self.draw = draw
    self.looksAtState = looksAtState
  }
}

public enum WorldPart<S: System>: Sendable {
  case input(WorldInput<S>)
  case fault(World<S>.FaultPurse)
  case crashes(Int)
  case channels(Int)
}

/// An input with a payload: the world tries each that the closure lists for the state at hand.
@inlinable public func Input<S: System, Event: Signals, Payload>(
  _ host: Signal<S.Event, Event>, _ event: Signal<Event, Payload>, atMost limit: Int? = nil,
  _ payloads: @escaping @Sendable (S) -> [Payload]
) -> WorldPart<S> {
  let wrap = host.make
  let make = event.make
  return .input(WorldInput(name: event.name, limit: limit, draw: { payloads($0).map { wrap(make($0)) } }))
}

/// An input without a payload.
@inlinable public func Input<S: System, Event: Signals>(
  _ host: Signal<S.Event, Event>, _ event: Signal<Event, Void>, atMost limit: Int? = nil
) -> WorldPart<S> {
  let given = host.make(event.make(()))
  return .input(WorldInput(name: event.name, limit: limit, looksAtState: false, draw: { _ in [given] }))
}

/// Answers of this effect that never come, at most so many in a run.
@inlinable public func Lost<S: System, Effect: Signals, Payload>(
  _ host: Signal<S.Effect, Effect>, _ effect: Signal<Effect, Payload>, atMost limit: Int
) -> WorldPart<S> {
  .fault(.init(fault: .lost, host: host.kind, effect: effect.kind, name: "\(host.name).\(effect.name)", limit: limit))
}

/// Answers of this effect that come again, at most so many in a run.
@inlinable public func Repeated<S: System, Effect: Signals, Payload>(
  _ host: Signal<S.Effect, Effect>, _ effect: Signal<Effect, Payload>, atMost limit: Int
) -> WorldPart<S> {
  .fault(
    .init(fault: .repeated, host: host.kind, effect: effect.kind, name: "\(host.name).\(effect.name)", limit: limit))
}

/// Crashes with recovery, at most so many in a run.
@inlinable public func Crashes<S: System>(atMost limit: Int) -> WorldPart<S> { .crashes(limit) }

/// The bound of every channel.
@inlinable public func Channels<S: System>(of capacity: Int) -> WorldPart<S> { .channels(capacity) }

@resultBuilder public enum WorldBuilder<S: System> {
  public static func buildExpression(_ part: WorldPart<S>) -> [WorldPart<S>] { [part] }
  public static func buildBlock(_ parts: [WorldPart<S>]...) -> [WorldPart<S>] { parts.flatMap(\.self) }
  public static func buildArray(_ parts: [[WorldPart<S>]]) -> [WorldPart<S>] { parts.flatMap(\.self) }
  public static func buildOptional(_ parts: [WorldPart<S>]?) -> [WorldPart<S>] { parts ?? [] }
}

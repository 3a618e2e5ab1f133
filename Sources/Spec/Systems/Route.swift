/// How an effect of one machine reaches another.
public struct Routing<S: System>: Sendable {
  public enum Over: Hashable, Sendable {
    /// Part of the sender's step: one step, one journal record.
    case direct
    /// A step of its own. `isLossy` and `isRepeating` admit faults that a world may spend.
    case channel(isLossy: Bool, isRepeating: Bool, isUnordered: Bool)

    /// First in, first out, nothing lost.
    public static var fifo: Over { .channel(isLossy: false, isRepeating: false, isUnordered: false) }
  }
  public let fromHost: Int
  public let effect: Int
  public let effectName: String
  public let toHost: Int
  public let event: Int
  public let eventName: String
  public let over: Over

  public var isLossy: Bool { if case .channel(true, _, _) = over { true } else { false } }
  public var isRepeating: Bool { if case .channel(_, true, _) = over { true } else { false } }
  @usableFromInline let convert: @Sendable (S.Effect) -> S.Event?

  @usableFromInline init(
    fromHost: Int, effect: Int, effectName: String, toHost: Int, event: Int, eventName: String, over: Over,
    convert: @escaping @Sendable (S.Effect) -> S.Event?
  ) {
    self.fromHost = fromHost
    self.effect = effect
    self.effectName = effectName
    self.toHost = toHost
    self.event = event
    self.eventName = eventName
    self.over = over
    self.convert = convert
  }
}

/// An effect that is an event of another machine, with the same payload.
@inlinable public func Route<S: System, Sent: Signals, Received: Signals, Payload>(
  _ effect: Signal<Sent, Payload>, of sender: Signal<S.Effect, Sent>, to receiver: Signal<S.Event, Received>,
  as event: Signal<Received, Payload>, over: Routing<S>.Over = .direct
) -> DesignPart<S> {
  let readHost = sender.read
  let read = effect.read
  let make = event.make
  let wrap = receiver.make
  return .route(
    Routing(
      fromHost: sender.kind, effect: effect.kind, effectName: effect.name, toHost: receiver.kind, event: event.kind,
      eventName: event.name, over: over,
      convert: { joint in readHost(joint).flatMap(read).map { wrap(make($0)) } }))
}

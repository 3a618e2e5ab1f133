/// How an effect of one machine reaches another.
public struct Routing<S: System>: Sendable {
  public enum Over: Hashable, Sendable {
    /// Part of the sender's step: one step, one journal record.
    case direct
    /// Part of the sender's step, which does not happen where the receiver refuses: both take it or neither.
    ///
    /// Source: Hoare, *Communicating sequential processes* (1978).
    case together
    /// A step of its own. `isLossy` and `isRepeating` admit faults that a world may spend.
    case channel(ChannelOrder, isLossy: Bool = false, isRepeating: Bool = false)

    /// First in, first out, nothing lost.
    public static var fifo: Over { .channel(.fifo) }
    /// First in, first out; the head waits while its receiver refuses it.
    public static var held: Over { .channel(.held) }
    /// What is posted stays, and may be read any number of times.
    public static var board: Over { .channel(.board) }
  }
  public let fromHost: Int
  public let effect: Int
  public let effectName: String
  public let toHost: Int
  public let event: Int
  public let eventName: String
  public let over: Over
  /// Routes that name the same channel share it; nil for a channel of its own.
  public let channel: String?

  public var isLossy: Bool { if case .channel(_, true, _) = over { true } else { false } }
  public var isRepeating: Bool { if case .channel(_, _, true) = over { true } else { false } }
  /// How a channel keeps what is under way; nil for a direct route.
  public var order: ChannelOrder? { if case .channel(let order, _, _) = over { order } else { nil } }
  @usableFromInline let convert: @Sendable (S.Effect) -> S.Event?

  @usableFromInline init(
    fromHost: Int, effect: Int, effectName: String, toHost: Int, event: Int, eventName: String, over: Over,
    channel: String?, convert: @escaping @Sendable (S.Effect) -> S.Event?
  ) {
    self.fromHost = fromHost
    self.effect = effect
    self.effectName = effectName
    self.toHost = toHost
    self.event = event
    self.eventName = eventName
    self.over = over
    self.channel = channel
    self.convert = convert
  }
}

/// How a channel keeps the events under way, and hands them out.
public enum ChannelOrder: String, Hashable, Sendable, CaseIterable {
  /// The oldest is delivered; one that is refused is gone.
  case fifo
  /// Any may be delivered.
  case unordered
  /// The oldest is delivered, and waits while its receiver refuses it; who sends into a full one waits: blocking send
  /// and receive.
  case held
  /// A set of messages that stay for ever: each may be delivered any number of times, and is never owed. A host
  /// delivers each once, when its receiver takes it.
  ///
  /// Source: Gray and Lamport, *Consensus on transaction commit* (2006).
  case board

  /// Whether a delivery that is refused does not happen.
  @inlinable public var waits: Bool { self == .held || self == .board }
  /// Whether only the oldest may be delivered.
  @inlinable public var isOrdered: Bool { self == .fifo || self == .held }
}

/// An effect that is an event of another machine, with the same payload.
///
/// One effect may have several routes: each takes it, in the order they are written.
///
/// - Parameter channel: Routes that name the same channel share it, with the order and the faults of the first.
@inlinable public func Route<S: System, Sent: Signals, Received: Signals, Payload>(
  _ effect: Signal<Sent, Payload>, of sender: Signal<S.Effect, Sent>, to receiver: Signal<S.Event, Received>,
  as event: Signal<Received, Payload>, over: Routing<S>.Over = .direct, on channel: String? = nil
) -> DesignPart<S> {
  Route(effect, of: sender, to: receiver, as: event, over: over, on: channel) { $0 }
}

/// An effect that is an event of another machine, with a payload made from the effect's; nil where it is none.
@inlinable public func Route<S: System, Sent: Signals, Received: Signals, Payload, Given>(
  _ effect: Signal<Sent, Payload>, of sender: Signal<S.Effect, Sent>, to receiver: Signal<S.Event, Received>,
  as event: Signal<Received, Given>, over: Routing<S>.Over = .direct, on channel: String? = nil,
  _ payload: @escaping @Sendable (Payload) -> Given?
) -> DesignPart<S> {
  let readHost = sender.read
  let read = effect.read
  let make = event.make
  let wrap = receiver.make
  return .route(
    Routing(
      fromHost: sender.kind, effect: effect.kind, effectName: effect.name, toHost: receiver.kind, event: event.kind,
      eventName: event.name, over: over, channel: channel,
      convert: { joint in readHost(joint).flatMap(read).flatMap(payload).map { wrap(make($0)) } }))
}

/// Steps a system: delivers an event to its host and runs direct routes to completion, first in, first out.
///
/// Scratch memory, one per thread; no part of the state. Once warm, a step allocates nothing. What it holds after a
/// step is for readers; the next step overwrites it.
public final class Stepper<S: System> {
  public let design: Design<S>
  @usableFromInline let boxes: ContiguousArray<AnyObject>
  /// The events of the last step in order: the one given, then those that came over direct routes.
  @exclusivity(unchecked) public var received: ContiguousArray<S.Event> = []
  /// Every effect of the last step, in order; kept only while ``isRecording``.
  @exclusivity(unchecked) public var sent: ContiguousArray<S.Effect> = []
  /// Effects for the world or a channel, and cancellations, in order.
  @exclusivity(unchecked) public var orders: ContiguousArray<Order> = []
  /// The host and rule of each firing of the last step.
  @exclusivity(unchecked) public var fired: ContiguousArray<Firing> = []
  /// Whether a routed event was refused or unexpected; such a step is a finding.
  @exclusivity(unchecked) public var trouble: (event: Int, outcome: Outcome)?
  @exclusivity(unchecked) public var isRecording = false

  public enum Order: Sendable {
    case emit(contract: Int, S.Effect)
    case post(channel: Int, S.Event)
    case cancel(contract: Int, key: Key)
    case cancelAll(contract: Int)
    /// The effect has neither contract nor route nor notice.
    case stray(S.Effect)
  }

  @frozen public struct Firing: Hashable, Sendable {
    public let host: Int16
    public let rule: Int16

    @inlinable public init(host: Int, rule: Int) {
      self.host = Int16(host)
      self.rule = Int16(rule)
    }
  }

  public init(_ design: Design<S> = S.design) {
    self.design = design
    boxes = ContiguousArray(design.hosts.map { $0.makeBox() })
  }

  /// One step of the system. The outcome is that of the event given.
  @inlinable public func step(_ state: inout S, _ event: S.Event) -> Outcome {
    clear()
    received.append(event)
    let outcome = state.receive(event, self)
    var next = 1
    while next < received.count {
      let routed = received[next]
      let result = state.receive(routed, self)
      if case .fired = result {} else if result != .ignored { note(next, result) }
      next += 1
    }
    return outcome
  }

  /// Forgets the last step.
  @inlinable public func clear() {
    received.removeAll(keepingCapacity: true)
    sent.removeAll(keepingCapacity: true)
    orders.removeAll(keepingCapacity: true)
    fired.removeAll(keepingCapacity: true)
    trouble = nil
  }

  @inlinable func note(_ event: Int, _ outcome: Outcome) {
    if trouble == nil { trouble = (event, outcome) }
  }

  /// Steps one machine and passes on what it sends. Called by ``System/receive(_:_:)``.
  @inlinable public func step<M: Machine>(
    _ machine: inout M, _ event: M.Event, host: Int, _ wrap: (M.Effect) -> S.Effect
  ) -> Outcome {
    let box = unsafeDowncast(boxes[host], to: HostBox<M>.self)
    box.outbox.removeAll()
    let outcome = box.program.step(&machine, event, &box.outbox)
    guard case .fired(let rule) = outcome else { return outcome }
    fired.append(Firing(host: host, rule: rule))
    let base = design.laneBases[host]
    var index = 0
    while index < box.outbox.orders.count {
      switch box.outbox.orders[index] {
      case .emit(let effect):
        send(wrap(effect), lane: base + effect.kind)
      case .cancel(let kind, let key):
        if case .contract(let contract) = design.lanes[base + kind] {
          orders.append(.cancel(contract: contract, key: key))
        }
      case .cancelAll(let kind):
        if case .contract(let contract) = design.lanes[base + kind] { orders.append(.cancelAll(contract: contract)) }
      }
      index += 1
    }
    return outcome
  }

  @inlinable func send(_ effect: S.Effect, lane: Int) {
    if isRecording { sent.append(effect) }
    switch design.lanes[lane] {
    case .contract(let contract): orders.append(.emit(contract: contract, effect))
    case .direct(let convert): if let event = convert(effect) { received.append(event) }
    case .channel(let channel, let convert):
      if let event = convert(effect) { orders.append(.post(channel: channel, event)) }
    case .nowhere: orders.append(.stray(effect))
    }
  }
}

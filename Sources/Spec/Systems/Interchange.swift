/// Identities of a system that are all alike: renaming them changes no behaviour.
///
/// A search may then look at one state of each set that differ by names alone. What it means to exchange two of them
/// is said once, for the state, its events and its effects; explorers build every other renaming from exchanges of
/// neighbours, and hold the claim against the rules on a sample of the states.
///
///     Interchangeable("managers", count: managers) { system, swap in
///       swap(&system.managers)
///       swap(&system.coordinator.prepared)
///     } event: { event, swap in
///       if case .manager(let index, let it) = event { event = .manager(swap(index), it) }
///     } effect: { effect, swap in
///       if case .manager(let index, let it) = effect { effect = .manager(swap(index), it) }
///     }
///
/// What becomes of one machine may depend on that machine alone, so that machines are renamed one by one.
///
/// Source: Ip and Dill, *Better verification through symmetry* (1996), where such a type is called a scalarset.
public struct Interchange<S: System>: Sendable {
  public let name: String
  public let count: Int
  public let state: @Sendable (inout S, Swap) -> Void
  public let event: @Sendable (inout S.Event, Swap) -> Void
  public let effect: @Sendable (inout S.Effect, Swap) -> Void
}

/// Two identities that are exchanged; as a function, what each is called afterwards.
public struct Swap: Hashable, Sendable {
  public let first: Int
  public let second: Int

  @inlinable public init(_ first: Int, _ second: Int) {
    self.first = first
    self.second = second
  }

  @inlinable public func callAsFunction(_ identity: Int) -> Int {
    identity == first ? second : identity == second ? first : identity
  }

  @inlinable public func callAsFunction(_ identity: UInt8) -> UInt8 { UInt8(self(Int(identity))) }

  /// Exchanges the elements that belong to the two.
  @inlinable public func callAsFunction<Element>(_ elements: inout [Element]) { elements.swapAt(first, second) }
}

/// Says that identities are all alike, and what it means to exchange two of them.
///
/// - Parameters:
///   - name: What it is called.
///   - count: How many there are, counted from 0.
///   - state: The state.
///   - event: The event.
///   - effect: The effect.
public func Interchangeable<S: System>(
  _ name: String, count: Int, _ state: @escaping @Sendable (inout S, Swap) -> Void,
  event: @escaping @Sendable (inout S.Event, Swap) -> Void,
  effect: @escaping @Sendable (inout S.Effect, Swap) -> Void
) -> DesignPart<S> {
  .interchangeable(Interchange(name: name, count: count, state: state, event: event, effect: effect))
}

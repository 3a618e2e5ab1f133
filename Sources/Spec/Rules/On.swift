/// A rule in the making: where and what come from its block and token, then conditions, changes and where to.
///
///     On(.request, "begin a switch", cites: .`SW-4`)
///       .when("the target is another topology") { machine, target in machine.topology != target }
///       .then { machine, target in machine.target = target }
///       .emit(.prepare) { machine, target in target }
///       .go(.preparing)
///
/// Clauses take effect in the order they are written: an emission before an update reads the state before it.
public struct On<M: Machine, Payload>: Sendable {
  @usableFromInline var parts: RuleParts<M, Payload>

  @inlinable public init(
    _ signal: Signal<M.Event, Payload>, _ name: String, cites: M.Requirement..., file: String = #fileID,
    line: Int = #line
  ) {
    parts = RuleParts(
      signal: signal, name: name, citations: cites.map(\.rawValue), isOtherwise: false, source: SourceLine(file, line))
  }

  @usableFromInline init(parts: RuleParts<M, Payload>) { self.parts = parts }

  // MARK: Conditions

  @inlinable public func when(
    _ name: String, code: String? = nil, file: String = #fileID, line: Int = #line,
    _ holds: @escaping @Sendable (M, Payload) -> Bool
  ) -> Self {
    when(Guard(name, code: code, file: file, line: line, holds))
  }

  @inlinable public func when(_ known: Guard<M, Payload>) -> Self {
    changed { $0.guards.append(known) }
  }

  /// Several conditions, judged in this order.
  @inlinable public func when(all known: [Guard<M, Payload>]) -> Self {
    changed { $0.guards.append(contentsOf: known) }
  }

  // MARK: Changes

  /// Changes the machine.
  @inlinable public func then(
    _ words: String = "", file: String = #fileID, line: Int = #line,
    _ update: @escaping @Sendable (inout M, Payload) -> Void
  ) -> Self {
    changed {
      $0.clauses.append(
        Clause(.update(words), SourceLine(file, line)) { machine, payload, _ in update(&machine, payload) })
    }
  }

  /// Sends an effect whose payload is read from the machine and the event.
  @inlinable public func emit<Sent>(
    _ effect: Signal<M.Effect, Sent>, file: String = #fileID, line: Int = #line,
    _ payload: @escaping @Sendable (M, Payload) -> Sent
  ) -> Self {
    let make = effect.make
    return changed {
      $0.clauses.append(
        Clause(.emit(kind: effect.kind), SourceLine(file, line)) { machine, received, outbox in
          outbox.emit(make(payload(machine, received)))
        })
    }
  }

  /// Sends an effect without a payload.
  @inlinable public func emit(_ effect: Signal<M.Effect, Void>, file: String = #fileID, line: Int = #line) -> Self {
    let make = effect.make
    return changed {
      $0.clauses.append(
        Clause(.emit(kind: effect.kind), SourceLine(file, line)) { _, _, outbox in outbox.emit(make(())) })
    }
  }

  /// Sends one effect for each payload, in order; none when there is none.
  @inlinable public func emitEach<Sent>(
    _ effect: Signal<M.Effect, Sent>, file: String = #fileID, line: Int = #line,
    _ payloads: @escaping @Sendable (M, Payload) -> [Sent]
  ) -> Self {
    let make = effect.make
    return changed {
      $0.clauses.append(
        Clause(.emitEach(kind: effect.kind), SourceLine(file, line)) { machine, received, outbox in
          for payload in payloads(machine, received) { outbox.emit(make(payload)) }
        })
    }
  }

  /// Gives up the answer of an effect that has no key.
  @inlinable public func cancel<Sent>(
    _ effect: Signal<M.Effect, Sent>, file: String = #fileID, line: Int = #line
  ) -> Self {
    let kind = effect.kind
    return changed {
      $0.clauses.append(
        Clause(.cancel(kind: kind), SourceLine(file, line)) { _, _, outbox in
          outbox.orders.append(.cancel(kind: kind, key: Key()))
        })
    }
  }

  /// Gives up the answer of the effect with this key.
  @inlinable public func cancel<Sent>(
    _ effect: Signal<M.Effect, Sent>, file: String = #fileID, line: Int = #line,
    _ key: @escaping @Sendable (M, Payload) -> some KeyConvertible
  ) -> Self {
    let kind = effect.kind
    return changed {
      $0.clauses.append(
        Clause(.cancel(kind: kind), SourceLine(file, line)) { machine, received, outbox in
          outbox.orders.append(.cancel(kind: kind, key: key(machine, received).obligationKey))
        })
    }
  }

  /// Gives up the answers of the effects with these keys.
  @inlinable public func cancelEach<Sent>(
    _ effect: Signal<M.Effect, Sent>, file: String = #fileID, line: Int = #line,
    _ keys: @escaping @Sendable (M, Payload) -> [some KeyConvertible]
  ) -> Self {
    let kind = effect.kind
    return changed {
      $0.clauses.append(
        Clause(.cancel(kind: kind), SourceLine(file, line)) { machine, received, outbox in
          for key in keys(machine, received) { outbox.orders.append(.cancel(kind: kind, key: key.obligationKey)) }
        })
    }
  }

  /// Gives up every open answer of this effect.
  @inlinable public func cancelAll<Sent>(
    _ effect: Signal<M.Effect, Sent>, file: String = #fileID, line: Int = #line
  ) -> Self {
    let kind = effect.kind
    return changed {
      $0.clauses.append(
        Clause(.cancelAll(kind: kind), SourceLine(file, line)) { _, _, outbox in
          outbox.orders.append(.cancelAll(kind: kind))
        })
    }
  }

  // MARK: Where to

  /// The phase after the step; without it, the machine stays.
  @inlinable public func go(_ phase: M.Phase) -> Self { changed { $0.target = phase } }

  @inlinable func changed(_ change: (inout RuleParts<M, Payload>) -> Void) -> Self {
    var copy = self
    change(&copy.parts)
    return copy
  }
}

/// A rule for when the rules above it for the same event have refused: the order of the two is said.
@inlinable public func Otherwise<M: Machine, Payload>(
  _ signal: Signal<M.Event, Payload>, _ name: String, cites: M.Requirement..., file: String = #fileID,
  line: Int = #line
) -> On<M, Payload> {
  On(
    parts: RuleParts(
      signal: signal, name: name, citations: cites.map(\.rawValue), isOtherwise: true, source: SourceLine(file, line)))
}

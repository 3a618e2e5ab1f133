/// Builds values from choices; whatever it builds shrinks by itself.
///
///     let pair = Gen { source in
///       let low = try source.draw(.int(in: 0...100))
///       return low...(try source.draw(.int(in: low...200)))
///     }
public struct Gen<Value> {
  @usableFromInline let body: (Source) throws -> Value

  /// A generator as a function of its source, to be used where combinators would hide what happens.
  @inlinable public init(_ body: @escaping (Source) throws -> Value) { self.body = body }

  /// Always this value.
  @inlinable public static func just(_ value: Value) -> Gen { Gen { _ in value } }

  /// The same choices, seen through `transform`.
  @inlinable public func map<T>(_ transform: @escaping (Value) throws -> T) -> Gen<T> {
    let body = body
    return Gen<T> { source in try transform(body(source)) }
  }

  /// Values that depend on an earlier one. Both shrink: the later choices are kept while the earlier change.
  @inlinable public func flatMap<T>(_ next: @escaping (Value) throws -> Gen<T>) -> Gen<T> {
    let body = body
    return Gen<T> { source in try next(body(source)).body(source) }
  }

  /// Only values that `holds` accepts: up to `tries` are drawn, then the case is discarded.
  ///
  /// The refused ones leave no choices behind, so that a shrunk case never has to draw twice.
  @inlinable public func filter(tries: Int = 8, _ holds: @escaping (Value) throws -> Bool) -> Gen {
    let body = body
    return Gen { source in
      for left in (0..<tries).reversed() {
        let mark = source.mark
        let value = try body(source)
        if try holds(value) { return value }
        // The choices of the last one stay, as they would in a replay.
        if left > 0 { try source.forget(since: mark) }
      }
      throw Discard.refused
    }
  }
}

extension Source {
  /// A value of the generator, from this source's next choices.
  @inlinable public func draw<Value>(_ gen: Gen<Value>) throws -> Value { try gen.body(self) }

  @inlinable func part<Value>(_ gen: Gen<Value>) throws -> Value { try span(.part) { try gen.body(self) } }
}

/// Values of several generators together.
@inlinable public func zip<each Value>(_ gens: repeat Gen<each Value>) -> Gen<(repeat each Value)> {
  Gen { source in (repeat try source.part(each gens)) }
}

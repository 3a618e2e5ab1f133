/// Tests that a property holds for all values of a generator, and throws the simplest value for which it does not.
///
///     try forAll(.array(of: .int)) { $0.reversed().reversed() == $0 }
///     try forAll("sums are small", .array(of: .int(in: 0...100))) { $0.reduce(0, +) < 250 }
///     // "sums are small" does not hold for [50, 100, 100]
///
/// If the generator has few values, each is tried. Otherwise cases are drawn, small ones first. The property fails if
/// it answers false or throws; ``assume(_:)`` discards a case. Equal seeds give equal cases and an equal end.
///
/// - Parameters:
///   - name: What it is called.
///   - gen: What makes the values.
///   - settings: How much to try, and how.
///   - targeting: A score that the search tries to drive up, for failures that chance is too slow to find.
///   - property: Answers whether it holds for a value; it may also throw.
/// - Throws: ``Falsified``; ``PropertyError`` if too many cases are discarded; what the generator throws.
@inlinable public func forAll<Value>(
  _ name: String, _ gen: Gen<Value>, settings: PropertySettings = PropertySettings(),
  targeting: ((Value) -> Double)? = nil, _ property: @escaping (Value) throws -> Bool
) throws {
  let report: PropertyReport
  if let targeting {
    report = try check(name, gen, settings: settings) { value, source in
      source.target(targeting(value))
      return try property(value)
    }
  } else {
    report = try check(name, gen, settings: settings) { value, _ in try property(value) }
  }
  if let falsified = report.falsified { throw falsified }
}

/// The same for a property without a name.
@inlinable public func forAll<Value>(
  _ gen: Gen<Value>, settings: PropertySettings = PropertySettings(), targeting: ((Value) -> Double)? = nil,
  _ property: @escaping (Value) throws -> Bool
) throws {
  try forAll("", gen, settings: settings, targeting: targeting, property)
}

/// Tests that `body` throws for no value of a generator, as ``forAll(_:_:settings:targeting:_:)`` does for answers.
///
///     try noneThrows(.string()) { text in try #require(Parser(text).rest.isEmpty) }
@inlinable public func noneThrows<Value>(
  _ name: String, _ gen: Gen<Value>, settings: PropertySettings = PropertySettings(),
  _ body: @escaping (Value) throws -> Void
) throws {
  try forAll(name, gen, settings: settings) { value in
    try body(value)
    return true
  }
}

/// The same for a property without a name.
@inlinable public func noneThrows<Value>(
  _ gen: Gen<Value>, settings: PropertySettings = PropertySettings(), _ body: @escaping (Value) throws -> Void
) throws {
  try noneThrows("", gen, settings: settings, body)
}

/// What testing a property came to.
public struct PropertyReport: Sendable {
  /// Cases that the property held for.
  public internal(set) var held = 0
  public internal(set) var discarded = 0
  /// Whether the generator has no other values.
  public internal(set) var isExhaustive = false
  /// The highest score that the property gave to ``Source/target(_:)``.
  public internal(set) var score: Double?
  public internal(set) var falsified: Falsified?

  public init() {}
}

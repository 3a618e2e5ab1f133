/// A type whose values can be written on the command line.
///
/// An enum of strings needs nothing but the conformance; its values are listed in help and in errors.
///
///     enum Format: String, CaseIterable, ExpressibleByArgument { case text, json }
///
///     // --format jsn
///     // error: --format <format> expects text or json, but found 'jsn'
public protocol ExpressibleByArgument: Sendable {
  /// Reads a value, or returns `nil` when `argument` is not one.
  init?(argument: String)

  /// The value as help shows it after `default:`.
  var defaultValueDescription: String { get }

  /// All values in the order in which to list them; empty when there are too many to list.
  static var allValueStrings: [String] { get }

  /// What a value looks like, as a phrase to follow "expects": `a whole number`.
  static var valueExpectation: String { get }
}

extension ExpressibleByArgument {
  /// The value as it describes itself.
  public var defaultValueDescription: String { String(describing: self) }

  /// None listed.
  public static var allValueStrings: [String] { [] }

  /// The listed values, or the name of the type when there are none.
  public static var valueExpectation: String {
    let values = allValueStrings
    guard let last = values.last else { return "a value of type \(Self.self)" }
    return values.count == 1 ? last : values.dropLast().joined(separator: ", ") + " or " + last
  }
}

// MARK: - Enums

extension ExpressibleByArgument where Self: RawRepresentable, RawValue: ExpressibleByArgument {
  /// Reads the raw value.
  public init?(argument: String) {
    guard let rawValue = RawValue(argument: argument) else { return nil }
    self.init(rawValue: rawValue)
  }

  /// The raw value, as it is written on the command line.
  public var defaultValueDescription: String { rawValue.defaultValueDescription }
}

extension ExpressibleByArgument where Self: CaseIterable & RawRepresentable, RawValue == String {
  /// The raw values of all cases.
  public static var allValueStrings: [String] { allCases.map(\.rawValue) }
}

// MARK: - Types of the standard library

extension ExpressibleByArgument where Self: LosslessStringConvertible {
  /// Reads what the type itself can read.
  public init?(argument: String) { self.init(argument) }
}

extension ExpressibleByArgument where Self: FixedWidthInteger {
  /// A whole number, with the range where that begins at zero.
  public static var valueExpectation: String { isSigned ? "a whole number" : "a whole number from 0 to \(max)" }
}

extension Int: ExpressibleByArgument {}
extension Int32: ExpressibleByArgument {}
extension Int64: ExpressibleByArgument {}
extension UInt: ExpressibleByArgument {}
extension UInt32: ExpressibleByArgument {}
extension UInt64: ExpressibleByArgument {}

extension Double: ExpressibleByArgument {
  /// A number, with or without decimals.
  public static var valueExpectation: String { "a number" }
}

extension Bool: ExpressibleByArgument {
  /// Both of them.
  public static var allValueStrings: [String] { ["true", "false"] }
}

extension String: ExpressibleByArgument {
  /// Every text will do, so that this is never printed.
  public static var valueExpectation: String { "text" }
}

/// What a wrapper says of its property, with the type of the value erased.
///
/// Values travel in a `Box`, since an optional put straight into an `any Sendable` can lose a level on its way out.
struct Declaration: Sendable {
  enum Role: Sendable {
    case argument
    case option(NameSpecification)
    case flag(NameSpecification)
  }

  let role: Role
  let help: ArgumentHelp
  var isRepeated = false

  /// The box with the value when nothing is given; `nil` when something must be.
  let absent: (any Sendable)?

  /// The default as help shows it; empty when there is nothing to show.
  var defaultText = ""

  var valueStrings: [String] = []
  var expectation = ""

  /// Makes the box with the value out of one text or more.
  let read: @Sendable ([String]) throws(Unreadable) -> any Sendable

  var isRequired: Bool { absent == nil }
}

/// A value of a known type on its way through code that does not know it.
struct Box<Value: Sendable>: Sendable {
  let value: Value
}

/// The text among several that does not read as a value.
struct Unreadable: Error {
  let text: String
}

/// A property wrapper that declares something; `nil` once the value is parsed.
protocol Declaring {
  var declaration: Declaration? { get }
}

/// What a wrapper holds: first the declaration, then the value.
enum Declared<Value: Sendable>: Sendable {
  case declaration(Declaration)
  case value(Value)

  var declaration: Declaration? {
    if case .declaration(let declaration) = self { declaration } else { nil }
  }

  var value: Value {
    switch self {
    case .value(let value): return value
    case .declaration(let declaration):
      guard let box = declaration.absent as? Box<Value> else {
        preconditionFailure("an argument or option without a default is read before the command line is parsed")
      }
      return box.value
    }
  }
}

// MARK: - The kinds of property

extension Declaration {
  /// A property of type `T`.
  static func single<T: ExpressibleByArgument>(_ role: Role, _ help: ArgumentHelp?, default: T?) -> Declaration {
    Declaration(
      role: role, help: help ?? "", absent: `default`.map(Box.init),
      defaultText: `default`?.defaultValueDescription ?? "",
      valueStrings: T.allValueStrings, expectation: T.valueExpectation
    ) { texts throws(Unreadable) in
      Box(value: try T(reading: texts[0]))
    }
  }

  /// A property of type `T?`.
  static func optional<T: ExpressibleByArgument>(_ role: Role, _ help: ArgumentHelp?, default: T?) -> Declaration {
    Declaration(
      role: role, help: help ?? "", absent: Box(value: `default`),
      defaultText: `default`?.defaultValueDescription ?? "",
      valueStrings: T.allValueStrings, expectation: T.valueExpectation
    ) { texts throws(Unreadable) in
      Box<T?>(value: try T(reading: texts[0]))
    }
  }

  /// A property of type `[T]`.
  static func repeated<T: ExpressibleByArgument>(_ role: Role, _ help: ArgumentHelp?, default: [T]?) -> Declaration {
    Declaration(
      role: role, help: help ?? "", isRepeated: true, absent: `default`.map(Box.init),
      defaultText: (`default` ?? []).map(\.defaultValueDescription).joined(separator: ", "),
      valueStrings: T.allValueStrings, expectation: T.valueExpectation
    ) { texts throws(Unreadable) in
      var values: [T] = []
      for text in texts { values.append(try T(reading: text)) }
      return Box(value: values)
    }
  }

  /// A property that is true when its name is given.
  static func flag(_ names: NameSpecification, _ help: ArgumentHelp?, default: Bool) -> Declaration {
    Declaration(role: .flag(names), help: help ?? "", absent: Box(value: `default`)) { _ in Box(value: true) }
  }
}

extension ExpressibleByArgument {
  fileprivate init(reading text: String) throws(Unreadable) {
    guard let value = Self(argument: text) else { throw Unreadable(text: text) }
    self = value
  }
}

/// A value known by its place on the command line: `explore <machine>`.
///
/// A property with a default, an optional and an array with a default may be left out. An array takes all that
/// remains, and comes last.
@propertyWrapper
public struct Argument<Value: Sendable>: Decodable, Sendable {
  var state: Declared<Value>

  /// The value given, or the default.
  public var wrappedValue: Value {
    get { state.value }
    set { state = .value(newValue) }
  }

  /// Takes the value parsed before.
  public init(from decoder: any Decoder) throws { state = try Declared(from: decoder) }

  /// Stands for the initialisers below in `@Argument var depth: Int`.
  ///
  /// Without parentheses the compiler looks for `init()` in the type itself only. Having found one, it prefers those in
  /// extensions that fit the type of the value; where none fits, this message is the error.
  @available(*, unavailable, message: "the value, its optional or its array must be ExpressibleByArgument")
  public init() { preconditionFailure("unavailable") }

  private init(_ declaration: Declaration) { state = .declaration(declaration) }
}

extension Argument: Declaring {
  var declaration: Declaration? { state.declaration }
}

extension Argument where Value: ExpressibleByArgument {
  /// Declares an argument that must be given.
  public init(help: ArgumentHelp? = nil) {
    self.init(.single(.argument, help, default: Value?.none))
  }

  /// Declares an argument with a default.
  public init(wrappedValue: Value, help: ArgumentHelp? = nil) {
    self.init(.single(.argument, help, default: wrappedValue))
  }
}

extension Argument {
  /// Declares an argument that may be left out.
  public init<T: ExpressibleByArgument>(help: ArgumentHelp? = nil) where Value == T? {
    self.init(.optional(.argument, help, default: T?.none))
  }

  /// Declares an argument that may be left out, with a default that is `nil` or not.
  public init<T: ExpressibleByArgument>(wrappedValue: T?, help: ArgumentHelp? = nil) where Value == T? {
    self.init(.optional(.argument, help, default: wrappedValue))
  }

  /// Declares one argument or more.
  public init<T: ExpressibleByArgument>(help: ArgumentHelp? = nil) where Value == [T] {
    self.init(.repeated(.argument, help, default: [T]?.none))
  }

  /// Declares any number of arguments.
  public init<T: ExpressibleByArgument>(wrappedValue: [T], help: ArgumentHelp? = nil) where Value == [T] {
    self.init(.repeated(.argument, help, default: wrappedValue))
  }
}

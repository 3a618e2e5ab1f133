/// A value known by its name on the command line: `--cases 1000` or `--cases=1000`.
///
/// A property with a default, an optional and an array with a default may be left out. An array takes one value each
/// time the option is given; every other option is given at most once.
@propertyWrapper
public struct Option<Value: Sendable>: Decodable, Sendable {
  var state: Declared<Value>

  /// The value given, or the default.
  public var wrappedValue: Value {
    get { state.value }
    set { state = .value(newValue) }
  }

  /// Takes the value parsed before.
  public init(from decoder: any Decoder) throws { state = try Declared(from: decoder) }

  /// Stands for the initialisers below in `@Option var depth: Int`.
  ///
  /// Without parentheses the compiler looks for `init()` in the type itself only. Having found one, it prefers those in
  /// extensions that fit the type of the value; where none fits, this message is the error.
  @available(*, unavailable, message: "the value, its optional or its array must be ExpressibleByArgument")
  public init() { preconditionFailure("unavailable") }

  private init(_ declaration: Declaration) { state = .declaration(declaration) }
}

extension Option: Declaring {
  var declaration: Declaration? { state.declaration }
}

extension Option where Value: ExpressibleByArgument {
  /// Declares an option that must be given.
  public init(name: NameSpecification = .long, help: ArgumentHelp? = nil) {
    self.init(.single(.option(name), help, default: Value?.none))
  }

  /// Declares an option with a default.
  public init(wrappedValue: Value, name: NameSpecification = .long, help: ArgumentHelp? = nil) {
    self.init(.single(.option(name), help, default: wrappedValue))
  }
}

extension Option {
  /// Declares an option that may be left out.
  public init<T: ExpressibleByArgument>(name: NameSpecification = .long, help: ArgumentHelp? = nil) where Value == T? {
    self.init(.optional(.option(name), help, default: T?.none))
  }

  /// Declares an option that may be left out, with a default that is `nil` or not.
  public init<T: ExpressibleByArgument>(
    wrappedValue: T?, name: NameSpecification = .long, help: ArgumentHelp? = nil
  ) where Value == T? {
    self.init(.optional(.option(name), help, default: wrappedValue))
  }

  /// Declares an option given once or more.
  public init<T: ExpressibleByArgument>(name: NameSpecification = .long, help: ArgumentHelp? = nil) where Value == [T] {
    self.init(.repeated(.option(name), help, default: [T]?.none))
  }

  /// Declares an option given any number of times.
  public init<T: ExpressibleByArgument>(
    wrappedValue: [T], name: NameSpecification = .long, help: ArgumentHelp? = nil
  ) where Value == [T] {
    self.init(.repeated(.option(name), help, default: wrappedValue))
  }
}

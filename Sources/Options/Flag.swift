/// A switch that is on when its name is on the command line: `--json`.
@propertyWrapper
public struct Flag: Decodable, Sendable {
  var state: Declared<Bool>

  /// Whether the flag was given.
  public var wrappedValue: Bool {
    get { state.value }
    set { state = .value(newValue) }
  }

  /// Declares a flag, off unless given.
  public init(wrappedValue: Bool, name: NameSpecification = .long, help: ArgumentHelp? = nil) {
    state = .declaration(.flag(name, help, default: wrappedValue))
  }

  /// Takes the value parsed before.
  public init(from decoder: any Decoder) throws { state = try Declared(from: decoder) }
}

extension Flag: Declaring {
  var declaration: Declaration? { state.declaration }
}

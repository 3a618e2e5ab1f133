/// A program and what it is started with. No shell reads any of it.
///
///     Command("llama-server", ["--model", "a b.gguf"])
public struct Command: Sendable, Equatable {
  /// A path, or a name that is looked for on the `PATH` of ``environment``.
  public var program: String
  /// Every word the program sees, its own name first.
  public var words: [String]
  /// All of it; nothing is added.
  public var environment: [String: String]
  /// The folder it runs in; nil for ours.
  public var folder: String?

  public init(
    _ program: String, _ arguments: [String] = [], environment: [String: String] = Surroundings.environment,
    folder: String? = nil
  ) {
    self.init(program, words: [program] + arguments, environment: environment, folder: folder)
  }

  /// - Parameter words: With the name by which the program is called, which need not be its path.
  public init(
    _ program: String, words: [String], environment: [String: String] = Surroundings.environment,
    folder: String? = nil
  ) {
    self.program = program
    self.words = words
    self.environment = environment
    self.folder = folder
  }
}

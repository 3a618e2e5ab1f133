/// The way from the root through the subcommands that the first words name, and the words that remain.
///
/// `help` before the names asks for the help of the command they lead to.
struct Route {
  private(set) var path: [any ParsableCommand.Type]
  private(set) var rest: ArraySlice<String>
  private var asksForHelp = false

  init(from root: any ParsableCommand.Type, following arguments: [String]) {
    path = [root]
    rest = arguments[...]
    while let word = rest.first {
      if let next = subcommands.first(where: { $0.commandName == word }) {
        path.append(next)
      } else if word == "help", !subcommands.isEmpty, !asksForHelp {
        asksForHelp = true
      } else {
        break
      }
      rest.removeFirst()
    }
  }

  /// Parses the words that remain as those of the command reached.
  func command() throws -> any ParsableCommand {
    let options = rest.prefix { $0 != "--" }
    if options.contains("--help") || options.contains("-h") { throw CleanExit.helpRequest() }
    if let version = HelpText(path: path).version, options.contains("--version") { throw CleanExit.message(version) }
    // Whoever asks for help, or has subcommands to choose from, has no use for further words.
    if asksForHelp || !subcommands.isEmpty, let word = rest.first { throw lost(at: word) }
    if asksForHelp { throw CleanExit.helpRequest() }
    return try path[path.count - 1].parse(Array(rest))
  }

  private var subcommands: [any ParsableCommand.Type] { path[path.count - 1].configuration.subcommands }

  private func lost(at word: String) -> UsageError {
    if word.hasPrefix("-") {
      let names = HelpText(path: path).version == nil ? ["--help"] : ["--help", "--version"]
      return .unknownOption(word, suggestion: nearest(to: word, among: names))
    }
    if subcommands.isEmpty { return .unexpectedArgument(word) }
    let names = subcommands.map { $0.commandName } + ["help"]
    return .unknownSubcommand(word, suggestion: nearest(to: word, among: names))
  }
}

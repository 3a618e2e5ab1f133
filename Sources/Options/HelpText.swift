/// The help of the command at the end of `path`, laid out to 80 columns.
///
///     OVERVIEW: Visit every state a machine can reach.
///
///     USAGE: interlock explore <machine> [--depth <depth>] [--json]
///
///     ARGUMENTS:
///       <machine>               The machine to explore.
///
///     OPTIONS:
///       --depth <depth>         Steps from the start at which to stop. (default: 40)
///       --json                  Print the report as JSON.
///       -h, --help              Show help information.
struct HelpText {
  /// The commands from the root down; at least one.
  let path: [any ParsableCommand.Type]

  private static let columns = 80
  private static let explanationColumn = 26

  private var command: any ParsableCommand.Type { path[path.count - 1] }
  private var configuration: CommandConfiguration { command.configuration }
  private var parameters: [Parameter] { command.parameters.filter { $0.declaration.help.visibility == .default } }

  /// The name with which the command is called, from the name of the program on.
  private var name: String { path.map { $0.commandName }.joined(separator: " ") }

  /// The version that `--version` prints here: the command's, or that of the nearest command above with one.
  var version: String? { path.map { $0.configuration.version }.last { !$0.isEmpty } }

  /// The whole text, with its last line break.
  var text: String {
    let paragraphs = [overview, usage(title: "USAGE: "), arguments, options, subcommands, exitCodes, pointer]
    return paragraphs.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  /// What follows an error: the usage, unless it is so long that it would hide the error, and where there is more.
  var reminder: String {
    let usage = usage(title: "usage: ")
    return (usage.split(separator: "\n").count > 8 ? "" : usage + "\n") + "see \(name) --help\n"
  }

  // MARK: - Paragraphs

  private var overview: String {
    let abstract = configuration.abstract
    let title = abstract.isEmpty ? "" : wrapped("OVERVIEW: " + abstract, to: Self.columns)
    return [title, wrapped(configuration.discussion, to: Self.columns)].filter { !$0.isEmpty }
      .joined(separator: "\n\n")
  }

  private func usage(title: String) -> String {
    let words = configuration.subcommands.isEmpty ? parameters.map(\.synopsis) : ["<subcommand>"]
    return packed([title + name] + words, to: Self.columns, indent: title.count)
  }

  private var arguments: String {
    section("ARGUMENTS", parameters.filter(\.isArgument).map(row))
  }

  private var options: String {
    var rows = parameters.filter { !$0.isArgument }.map(row)
    if version != nil { rows.append(row("--version", "Show the version.")) }
    rows.append(row("-h, --help", "Show help information."))
    return section("OPTIONS", rows)
  }

  private var subcommands: String {
    section("SUBCOMMANDS", configuration.subcommands.map { row($0.commandName, $0.configuration.abstract) })
  }

  private var exitCodes: String {
    section("EXIT CODES", configuration.exitCodes.map { row(String($0.key), $0.value) })
  }

  private var pointer: String {
    configuration.subcommands.isEmpty ? "" : "  See '\(name) help <subcommand>' for detailed help."
  }

  // MARK: - Rows

  private func section(_ title: String, _ rows: [String]) -> String {
    rows.isEmpty ? "" : "\(title):\n" + rows.joined(separator: "\n")
  }

  private func row(_ parameter: Parameter) -> String {
    let discussion = parameter.declaration.help.discussion
    return row(parameter.label, parameter.explanation + (discussion.isEmpty ? "" : "\n" + discussion))
  }

  /// The label, and beside it the explanation; below it when the label is too long.
  private func row(_ label: String, _ explanation: String) -> String {
    if explanation.isEmpty { return "  " + label }
    let column = Self.explanationColumn
    let lines = wrapped(explanation, to: Self.columns, indent: column)
    let beside = 2 + label.count < column
    return "  " + label + (beside ? String(lines.dropFirst(2 + label.count)) : "\n" + lines)
  }
}

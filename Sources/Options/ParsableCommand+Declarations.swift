extension ParsableCommand {
  /// What makes no sense in the declarations of the command and its subcommands, a sentence each; empty when all does.
  ///
  /// Every way of parsing stops with these sentences when there are any, so a program never runs with such a command.
  /// A test says so earlier:
  ///
  ///     #expect(Interlock.declarationComplaints() == [])
  public static func declarationComplaints() -> [String] {
    var complaints = subcommandComplaints + nameComplaints + orderComplaints
    complaints += parameters.filter { $0.isFlag && ($0.declaration.absent as? Box<Bool>)?.value == true }.map {
      "the flag \($0.title) is on by default, so giving it changes nothing"
    }
    complaints = complaints.map { "\(commandName): \($0)" }
    return complaints + configuration.subcommands.flatMap { $0.declarationComplaints() }
  }

  static func checkDeclarations() {
    let complaints = declarationComplaints()
    if !complaints.isEmpty {
      preconditionFailure("the command line is declared wrongly\n" + complaints.joined(separator: "\n"))
    }
  }

  private static var subcommandComplaints: [String] {
    let names = configuration.subcommands.map { $0.commandName }
    var complaints: [String] = []
    if !names.isEmpty && !parameters.isEmpty {
      let titles = parameters.map(\.title).joined(separator: ", ")
      complaints.append("a command with subcommands declares no arguments or options of its own, but has \(titles)")
    }
    if names.contains("help") { complaints.append("the subcommand 'help' is there already") }
    return complaints + repeated(names).map { "two subcommands are called '\($0)'" }
  }

  private static var nameComplaints: [String] {
    let names = parameters.flatMap(\.names)
    var complaints = repeated(names).map { "two options are called \($0)" }
    complaints += ["--help", "-h", "--version"].filter(names.contains).map { "the option \($0) is there already" }
    complaints += names.filter { !isWellFormed($0) }.map { "'\($0)' cannot be the name of an option" }
    complaints += parameters.filter { !$0.isArgument && $0.names.isEmpty }.map { "the option '\($0.key)' has no name" }
    return complaints
  }

  private static var orderComplaints: [String] {
    let arguments = parameters.filter(\.isArgument)
    var complaints: [String] = []
    for (former, latter) in zip(arguments, arguments.dropFirst()) {
      if former.declaration.isRepeated {
        complaints.append("\(former.title) takes all arguments that remain, so \(latter.title) cannot follow it")
      } else if !former.declaration.isRequired && latter.declaration.isRequired {
        complaints.append("\(latter.title) is required, so \(former.title) before it cannot be left out")
      }
    }
    return complaints
  }

  private static func isWellFormed(_ name: String) -> Bool {
    let word = name.dropFirst(name.hasPrefix("--") ? 2 : 1)
    guard let first = word.first, first.isLetter else { return false }
    return word.allSatisfy { $0.isLetter || $0.isNumber || $0 == "-" }
  }

  private static func repeated(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { !seen.insert($0).inserted }
  }
}

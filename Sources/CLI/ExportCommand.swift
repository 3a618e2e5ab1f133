import Check
import Foundation
import Options
import Spec

struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Print a machine's world as a model for spin (Promela) or TLC (TLA+).",
    discussion: """
      The world is explored to its end first; what is printed names the counts found, and how to find them again with \
      the other checker. Worlds with crashes, and worlds in which a law is broken, cannot be exported.
      """,
    exitCodes: [
      0: "the model is written", 1: "the world cannot be exported", 2: "usage", 3: "the file cannot be written",
    ]
  )

  @Argument(help: "The machine, as interlock list names it.") var machine: String
  @Option(help: "The world; by default the first that interlock list marks as explored.") var world: String?
  @Option(help: "The language of the model.") var format: ExportFormat = .promela
  @Option(help: ArgumentHelp("Write the model to this file instead of standard output.", valueName: "file"))
  var output: String?
  @Flag(
    help: "Print one JSON object: the counts, the command that finds them again, and the model where no file is named.")
  var json = false

  func validate() throws {
    // TLC looks for a module in the file of its name.
    guard format == .tla, let output else { return }
    let file = URL(fileURLWithPath: output).lastPathComponent
    let module = Tabulation.module(for: URL(fileURLWithPath: output).deletingPathExtension().lastPathComponent)
    if file != "\(module).tla" {
      throw ValidationError(
        "a TLA+ module has its file's name, and \"\(file)\" gives it none: call the file \(module).tla")
    }
  }

  mutating func run() throws {
    let entry = try Catalog.entry(machine)
    let name = try entry.worlds(named: world, exhaustive: true).first ?? entry.worlds[0].name
    let table: Tabulation
    do {
      table = try entry.tabulate(name)
    } catch {
      FileHandle.standardError.write(Data("\(machine), world \(name): \(error)\n".utf8))
      throw ExitCode.findings
    }
    guard let output else {
      if json { return try Output.json(object(table, ["model": table.text(as: format)])) }
      return print(table.text(as: format), terminator: "")
    }
    let file = URL(fileURLWithPath: output)
    // A module must have its file's name.
    let text =
      format == .tla ? table.tla(module: file.deletingPathExtension().lastPathComponent) : table.text(as: format)
    do {
      try Data(text.utf8).write(to: file)
    } catch {
      throw WorldFailure("\(output) cannot be written: \(error.systemReason)")
    }
    if json { return try Output.json(object(table, ["file": output])) }
    print(
      "\(Output.count(table.distinct)) distinct states, \(Output.count(table.generated)) steps; to count them again:\n"
        + "  \(command(table, file.lastPathComponent))")
  }

  private func command(_ table: Tabulation, _ file: String) -> String {
    format == .promela ? table.spinCommand(file: file) : table.tlcCommand(file: file)
  }

  private func object(_ table: Tabulation, _ more: [String: Any]) -> [String: Any] {
    let file = output.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "model.\(format.suffix)"
    let object: [String: Any] = [
      "machine": table.machine, "world": table.world, "format": format.rawValue, "distinct": table.distinct,
      "generated": table.generated, "command": command(table, file),
    ]
    return object.merging(more) { $1 }
  }
}

extension ExportFormat: ExpressibleByArgument {}

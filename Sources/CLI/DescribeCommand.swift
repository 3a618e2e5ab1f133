import Engine
import Options
import Spec

struct Describe: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Tell what of a machine is kept in journals: names, places, ranges, contracts.",
    discussion: """
      The description is what a journal's header carries, and what `interlock compat` compares. Keep the one of a \
      release to know later which journals of it can still be continued.
      """,
    exitCodes: [0: "the description is printed", 2: "usage: no machine has this name"])

  @Argument(help: "The name of the machine or system.") var machine: String
  @Flag(help: "Print one JSON object, for `interlock compat`.") var json = false

  mutating func run() throws {
    let shape = try Catalog.entry(machine).shape()
    if json {
      print(shape.json)
      return
    }
    let style = Style(for: .standardOutput)
    print("\(style.bold(shape.system))  book \(shape.book)")
    for host in shape.hosts {
      print("\n\(style.bold(host.name))\(host.isVolatile ? ", volatile" : "")")
      print("  phases     \(host.phases.joined(separator: ", "))")
      print("  events     \(host.events.joined(separator: ", "))")
      print("  effects    \(host.effects.joined(separator: ", "))")
    }
    print("\n\(style.bold("state"))")
    for field in shape.state {
      let range = field.choices.map { $0.joined(separator: ", ") } ?? "0 to \(field.max)"
      print("  \(field.path)  \(range)")
    }
    print("\n\(style.bold("contracts"))")
    for contract in shape.contracts where !contract.stages.isEmpty {
      let stages = contract.stages.map { $0.joined(separator: " or ") }.joined(separator: ", then ")
      print("  \(contract.name)  \(stages); after a crash \(contract.afterCrash)")
    }
  }
}

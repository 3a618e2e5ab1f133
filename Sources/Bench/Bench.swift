import Foundation

/// Measures what Interlock costs, and says which goals are missed.
///
///     Bench                  every figure, as a table
///     Bench --only router    one group of figures
///     Bench --json           one JSON object
///     Bench --markdown       the table as FIGURES.md has it
///
/// Ratios are medians over rounds in which both sides take turns, so that they hold on a busy machine too; rates and
/// times are this machine's. A missed goal is printed, and is no failure of the program: it ends with 0 all the same.
/// A count that is not the one known is one: no rate means anything then.
@main struct Bench {
  /// The groups of figures, by the name that `--only` takes.
  private static let groups: [(name: String, measure: @Sendable () throws -> [Figure])] = [
    // First, while nothing else has used memory.
    ("queues", QueueMemory.figures),
    ("switch", Steps.switchMachine),
    ("router", Steps.routerMachine),
    ("system", Steps.system),
    ("allocations", Steps.memory),
    ("epoch-check", EpochCheck.figures),
    ("journal", Journaling.figures),
    ("durable", Durability.figures),
    ("explore", Exploring.figures),
    ("shrinking", Shrinking.figures),
    ("stateful", Stateful.figures),
    ("storm", Storming.figures),
    ("switching", Switching.figures),
    ("telemetry", Telemetry.figures),
    ("trials", Trials.figures),
    ("budget", Budgeting.figures),
    ("prevalidation", Prevalidation.figures),
    ("stress", Stress.figures),
    ("probing", Probing.figures),
    ("tuning", Tuning.figures),
    ("book", Book.figures),
  ]

  static func main() throws {
    _ = PeakMemory.atStart
    var arguments = Array(CommandLine.arguments.dropFirst())
    let isJSON = arguments.contains("--json")
    let isMarkdown = arguments.contains("--markdown")
    arguments.removeAll { $0 == "--json" || $0 == "--markdown" }
    var only: String?
    if arguments.count == 2, arguments[0] == "--only", groups.contains(where: { $0.name == arguments[1] }) {
      only = arguments[1]
    } else if !arguments.isEmpty {
      let names = groups.map(\.name).joined(separator: ", ")
      FileHandle.standardError.write(Data("usage: Bench [--json | --markdown] [--only <\(names)>]\n".utf8))
      exit(2)
    }
    var figures: [Figure] = []
    for group in groups where only == nil || only == group.name {
      if !isJSON { progress("measuring \(group.name) …") }
      do { figures += try group.measure() } catch {
        FileHandle.standardError.write(Data("error: \(group.name): \(error)\n".utf8))
        exit(1)
      }
    }
    if !isJSON { progress("") }
    let report = Report(figures: figures, computer: Computer())
    print(isJSON ? try report.json : isMarkdown ? report.markdown : report.text, terminator: "")
  }

  /// One line on a terminal that the next one replaces.
  private static func progress(_ text: String) {
    guard isatty(STDERR_FILENO) == 1 else { return }
    FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
  }
}

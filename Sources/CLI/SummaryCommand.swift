import Adapters
import Engine
import Foundation
import Options
import Spec

struct Summary: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "summary", abstract: "Compute the numbers of runs again, from their records alone.",
    discussion: """
      A folder is what `interlock run --artifacts` wrote. Each record is held against its seal; the router's are held \
      against I1 to I3, the budget's against I4, and decisions, health and switches against I5; and every number that \
      the run reported must come out again, counts exactly. Of 40 stressed runs or more, each with its folder, the \
      loss over all of them is judged as well. Of a run that was killed, the records are those that it had written; \
      that it did not end is told.
      """,
    exitCodes: [
      0: "every number comes out again, and no service level is missed",
      1: "a record is damaged, an invariant broken, a number differs, or a service level is missed", 2: "usage",
      3: "a folder is missing",
    ])

  @Argument(help: ArgumentHelp("A run's folder of records; several are summed up one by one.", valueName: "folder"))
  var folders: [String]
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    var known: Set<String> = []
    for folder in folders {
      let place = URL(fileURLWithPath: folder).standardizedFileURL.resolvingSymlinksInPath().path
      if !known.insert(place).inserted { throw ValidationError("\(folder) is given twice; each run counts once") }
    }
  }

  mutating func run() throws {
    let summaries = try folders.map { folder in
      do { return try RecordSummary.read(folder) } catch {
        throw WorldFailure("\(error)", try: "interlock run <workload> --artifacts \(folder)")
      }
    }
    let stress = summaries.count > 1 ? ServiceLevel.stress(summaries.map { ($0.seed, $0.numbers) }) : nil
    let levels = summaries.flatMap(\.levels) + (stress.map { [$0] } ?? [])
    let isFine = summaries.allSatisfy(\.problems.isEmpty) && levels.allSatisfy { $0.verdict != .missed }
    if json {
      try Output.json([
        "runs": summaries.map(Summary.object), "levels": (stress.map { [$0] } ?? []).map(Summary.object),
        "verdict": (isFine ? Verdict.ready : .fixRequired).rawValue,
      ])
    } else {
      for summary in summaries { show(summary) }
      if let stress { print("  " + Summary.line(stress)) }
      print("  verdict    \(Output.verdict(isFine ? .ready : .fixRequired))")
    }
    if !isFine { throw ExitCode.findings }
  }

  private func show(_ summary: RecordSummary) {
    let style = Style(for: .standardOutput)
    print("\(style.bold(summary.folder))  \(summary.source)")
    let counts = summary.records.map { "\($0.file) \(Output.count($0.count))" }.joined(separator: ", ")
    print("  records    \(counts)")
    for (name, value) in summary.numbers.sorted(by: { $0.key < $1.key }) {
      let text = Int(exactly: value).map { Output.count($0) } ?? "\(value)"
      print("  \(name.padding(toLength: max(34, name.count + 2), withPad: " ", startingAt: 0))\(text)")
    }
    for level in summary.levels { print("  " + Summary.line(level)) }
    for problem in summary.problems { print("  \(style.red("CRITICAL")) \(problem)") }
  }

  private static func line(_ level: ServiceLevel) -> String {
    "\(level.id.padding(toLength: 11, withPad: " ", startingAt: 0))\(level.verdict.rawValue): \(level.words)"
  }

  private static func object(_ summary: RecordSummary) -> [String: Any] {
    [
      "folder": summary.folder, "source": summary.source, "ended": summary.isWhole, "numbers": summary.numbers,
      "records": Dictionary(uniqueKeysWithValues: summary.records.map { ($0.file, $0.count) }),
      "levels": summary.levels.map(object),
      "problems": summary.problems.map { problem in
        ["file": problem.path, "line": problem.line as Any? ?? NSNull(), "words": problem.words]
      },
    ]
  }

  private static func object(_ level: ServiceLevel) -> [String: Any] {
    ["id": level.id, "words": level.words, "verdict": level.verdict.rawValue]
  }
}

import Engine
import Foundation
import Machines

/// What the records of a run come to (TEL-4): its numbers computed again, what is wrong, and the service levels.
///
///     let summary = try RecordSummary.read("run")
///     summary.numbers["copies.offered"]      // 1719
///     summary.problems                       // []
public struct RecordSummary {
  public let folder: String
  public let source: String
  /// What the run's chance followed from; nil where no file says so.
  public let seed: Double?
  /// Computed from the records alone.
  public let numbers: [String: Double]
  /// How many records each file has.
  public let records: [(file: String, count: Int)]
  /// Files and lines that are damaged, break an invariant, or do not come to what was reported.
  public let problems: [RecordProblem]
  public let levels: [ServiceLevel]
  /// Whether the run ended by itself. Of one that was killed, or still goes on, there is what it had written so far:
  /// what can be said of whole runs alone is not asked of it.
  public let isWhole: Bool

  /// Reads the records of a run and its report.
  ///
  /// - Complexity: O(*records*) time; memory for live copies, and eight bytes for each attempt and decision.
  /// - Throws: ``RecordProblem`` where there is no such folder.
  public static func read(_ folder: String) throws(RecordProblem) -> RecordSummary {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isDirectory), isDirectory.boolValue else {
      throw RecordProblem(folder, nil, "there is no such folder")
    }
    var reading = RecordReading(folder)
    reading.read()
    return reading.summary
  }
}

/// A service level, and whether it was met.
public struct ServiceLevel: Sendable, Equatable {
  public enum Verdict: String, Sendable {
    case met, missed
    /// There are too few data to judge.
    case told = "not judged"
  }

  public let id: String
  public let words: String
  public let verdict: Verdict
}

/// One pass over a folder.
struct RecordReading {
  private let folder: String
  private var numbers = RecordNumbers()
  private var records: [(file: String, count: Int)] = []
  private var problems: [RecordProblem] = []
  private var histograms: [(reading: HistogramReading, line: Int)] = []
  private var report: (report: RunReport, lines: [String: Int])?
  private var ends: [String: (lines: Int, seal: String?)] = [:]
  private var source = ""
  private var seed: Double?
  private var isWhole = true

  init(_ folder: String) { self.folder = folder }

  private func path(_ kind: RecordKind) -> String { "\(folder)/\(kind.fileName)" }
  private func has(_ kind: RecordKind) -> Bool { FileManager.default.fileExists(atPath: path(kind)) }

  mutating func read() {
    isWhole =
      FileManager.default.fileExists(atPath: "\(folder)/\(RunReport.fileName)")
      || !RecordKind.allCases.contains(where: has)
    if isWhole {
      do throws(RecordProblem) { report = try RunReport.read(folder) } catch { problems.append(error) }
    } else {
      problems.append(
        RecordProblem(
          "\(folder)/\(RunReport.fileName)", nil,
          "the run did not end: it was killed, or goes on; there is no report, and the records are those that it had "
            + "written"))
    }
    source = report?.report.source ?? ""
    if !RecordKind.allCases.contains(where: has) {
      problems.append(RecordProblem(folder, nil, "the folder has no records"))
    }
    var health = HealthCheck(decisions: path(.decisions), health: path(.health))
    if has(.router) {
      var check = CopyCheck(path(.router))
      each(.router) { check.take($0, line: $1) }
      if isWhole { check.finish() }
      problems += check.problems
    }
    if has(.budget) {
      var check = BudgetCheck(path(.budget))
      each(.budget) { check.take($0, line: $1) }
      if isWhole { check.finish() }
      problems += check.problems
    }
    // The measures of a tick are those of the episodes and transitions before it, so these are read first.
    if has(.episodes) { each(.episodes) { record, _ in health.take(episode: record) } }
    if has(.health) { each(.health) { health.take(health: $0, line: $1) } }
    if has(.decisions) { each(.decisions) { health.take(decision: $0, line: $1) } }
    if has(.switches) {
      let path = path(.switches)
      each(.switches) { health.take(switch: $0, path, line: $1) }
    }
    // Episodes are written at the end, and I5 is about what they came to.
    if has(.health), isWhole {
      health.finish()
      problems += health.problems
    }
    if has(.histograms) { readHistograms() }
    numbers.finish()
    checkHistograms()
    compare()
  }

  private mutating func each(_ kind: RecordKind, _ take: (JSONValue, Int) -> Void) {
    numbers.begin(kind)
    do throws(RecordProblem) {
      let reader = try RecordReader(path(kind))
      defer {
        records.append((kind.fileName, reader.records))
        ends[kind.fileName] = (reader.line, reader.seal)
        if let meta = reader.meta {
          seed = meta["seed"]?.number ?? seed
          if source.isEmpty { source = meta["source"]?.string ?? "" }
        }
      }
      while let record = try reader.next() {
        numbers.take(record, kind)
        take(record, reader.line)
      }
    } catch { problems.append(error) }
  }

  // MARK: Histograms

  private mutating func readHistograms() {
    var found: [(HistogramReading, Int)] = []
    var wrong: [RecordProblem] = []
    let path = path(.histograms)
    each(.histograms) { record, line in
      let bounds = record["bounds"]?.array?.compactMap(\.number) ?? []
      let counts = record["counts"]?.array?.compactMap { $0.integer.flatMap { UInt64(exactly: $0) } } ?? []
      guard let name = record["name"]?.string, counts.count == bounds.count + 1, let sum = record["sum"]?.number,
        record["total"]?.integer == Int(counts.reduce(0, +)), zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 })
      else {
        wrong.append(
          RecordProblem(path, line, "a histogram has ascending bounds, one count more than bounds, and their total"))
        return
      }
      found.append((HistogramReading(name: name, bounds: bounds, counts: counts, sum: sum), line))
    }
    histograms = found
    problems += wrong
  }

  /// The observations of a histogram as the records have them; nil where they have none of its name.
  private func observations(_ name: String) -> [Double]? {
    if name == "decision_ms" { return numbers.policyMilliseconds }
    guard let phase = name.wholeMatch(of: /switch_phase_ms\{phase="([a-z]+)"\}/) else { return nil }
    return numbers.phases[String(phase.1)] ?? []
  }

  private mutating func checkHistograms() {
    for (reading, line) in histograms {
      guard let values = observations(reading.name) else { continue }
      func wrong(_ words: String) {
        problems.append(RecordProblem(path(.histograms), line, "\(reading.name): \(words)"))
      }
      var counts = [UInt64](repeating: 0, count: reading.counts.count)
      for value in values { counts[reading.bucket(of: value)] += 1 }
      if counts != reading.counts { wrong("the counts are \(reading.counts), and the records give \(counts)") }
      let sorted = values.sorted()
      for (name, share) in RunNumbers.shares {
        guard let bucket = reading.bucket(at: share), !sorted.isEmpty else { continue }
        let exact = reading.bucket(of: RunNumbers.quantile(sorted, share))
        if abs(bucket - exact) > 1 { wrong("\(name) lies in bucket \(bucket), and by the records in \(exact)") }
      }
    }
  }

  // MARK: The report

  private mutating func compare() {
    guard let (report, lines) = report else { return }
    let reportPath = "\(folder)/\(RunReport.fileName)"
    for end in report.files {
      guard let found = ends[end.file] else {
        problems.append(
          RecordProblem("\(folder)/\(end.file)", nil, "the file is missing: the run wrote \(end.lines) lines"))
        continue
      }
      // A line that could not be read ends the file there, and was told.
      let isToldOf = problems.contains { $0.path == "\(folder)/\(end.file)" && $0.line == found.lines }
      if found.lines != end.lines, !isToldOf {
        problems.append(
          RecordProblem("\(folder)/\(end.file)", found.lines, "the file ends after line \(found.lines) of \(end.lines)")
        )
      } else if let seal = found.seal, seal != end.seal, !isToldOf {
        problems.append(
          RecordProblem("\(folder)/\(end.file)", found.lines, "the last seal is \(seal), and the run's was \(end.seal)")
        )
      }
    }
    for (name, value) in report.numbers.sorted(by: { $0.key < $1.key }) {
      guard let own = numbers.numbers[name] else {
        problems.append(RecordProblem(reportPath, lines[name], "\(name) is in no records"))
        continue
      }
      if own != value {
        problems.append(
          RecordProblem(reportPath, lines[name], "\(name) is \(short(value)), and the records give \(short(own))"))
      }
    }
    for (name, value) in numbers.numbers.sorted(by: { $0.key < $1.key })
    where report.numbers[name] == nil && value != 0 {
      problems.append(RecordProblem(reportPath, nil, "\(name) is \(short(value)) by the records, and was not reported"))
    }
  }

  private func short(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(number)" }

  var summary: RecordSummary {
    RecordSummary(
      folder: folder, source: source, seed: seed, numbers: numbers.numbers, records: records, problems: problems,
      levels: ServiceLevel.levels(of: numbers), isWhole: isWhole)
  }
}

import Engine
import Foundation

/// What the first line of each file of records says of the run (TEL-2).
public struct RecordMeta: Sendable, Equatable {
  /// What was run: a workload's name.
  public var source: String
  /// What the run's chance followed from, given or drawn.
  public var seed: UInt64
  /// Whether the run's clock was the system's; its times are then the machine's and differ from run to run.
  public var isRealTime: Bool
  /// The roster, by place.
  public var agents: [String]
  /// How many episodes the workload names.
  public var episodes: Int

  public init(source: String, seed: UInt64, isRealTime: Bool, agents: [String], episodes: Int) {
    self.source = source
    self.seed = seed
    self.isRealTime = isRealTime
    self.agents = agents
    self.episodes = episodes
  }

  static let generator = "interlock run"
}

/// The kinds of records, each with its file and the fields that hold times.
enum RecordKind: String, CaseIterable {
  case episodes, decisions, router, switches, budget, health, histograms

  var fileName: String { "\(rawValue).jsonl" }

  fileprivate var wallClockFields: [String] {
    switch self {
    case .episodes, .budget, .health: []
    case .decisions: ["tick_ms"]
    case .router: ["ts"]
    case .switches: ["phase_ms", "total_ms"]
    case .histograms: ["counts", "total", "sum"]
    }
  }
}

/// A folder of records: a file for each kind, and what the run itself reported beside them.
final class RecordFolder {
  let path: String
  private let meta: RecordMeta
  private let journal: Journal?
  private var files: [RecordKind: RecordFile] = [:]
  private var line = RecordLine()
  /// Whether there are records that have not been handed to the system.
  private(set) var holdsRecords = false

  /// Makes the folder where there is none, and in it a file for each of the kinds.
  ///
  /// - Parameter journal: Committed before records are written.
  init(_ path: String, _ meta: RecordMeta, _ kinds: [RecordKind], behind journal: Journal?) throws(RecordFolderError) {
    self.path = path
    self.journal = journal
    self.meta = meta
    var isFolder: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue {
      throw RecordFolderError("\(path) is a file, and records need a folder", try: "another name")
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw RecordFolderError("\(path) cannot be made: \(error.systemReason)")
    }
    // Looked for first, so that a second run leaves the first one's folder as it is.
    for name in RecordKind.allCases.map(\.fileName) + [RunReport.fileName]
    where FileManager.default.fileExists(atPath: path + "/" + name) {
      throw RecordFolderError("\(path) has the records of a run already: \(name)", try: "another folder")
    }
    for kind in kinds { try begin(kind) }
  }

  private func begin(_ kind: RecordKind) throws(RecordFolderError) {
    do throws(RecordFileError) {
      files[kind] = try RecordFile(creating: path + "/" + kind.fileName, behind: journal)
    } catch { throw RecordFolderError("\(error)", try: nil) }
    put(kind) { line in
      line.put("__meta__") { line in
        line.put("source", meta.source)
        line.put("generator", RecordMeta.generator)
        line.putNull("split")
        line.putNull("dataset")
        line.putNull("task_list")
        line.put("seed", meta.seed)
        line.put("policy", "workload")
        line.putNull("budget")
        line.put("n_tasks", meta.episodes)
        line.put("kind", kind.rawValue)
        line.put("agents", meta.agents)
        line.put("clock", meta.isRealTime ? "real" : "virtual")
        line.put("wall_clock", meta.isRealTime ? kind.wallClockFields : [])
        line.put("sealed", true)
      }
    }
  }

  func has(_ kind: RecordKind) -> Bool { files[kind] != nil }

  /// Writes a record.
  func put(_ kind: RecordKind, _ fields: (inout RecordLine) -> Void) {
    guard let file = files[kind] else { return }
    line.begin()
    fields(&line)
    line.end()
    file.write(&line)
    holdsRecords = true
  }

  /// Hands what was written so far to the system: it is there even if the run is killed. What cannot be written is told
  /// at the end.
  func flush() {
    holdsRecords = false
    for kind in RecordKind.allCases { try? files[kind]?.flush() }
  }

  /// Writes the report, and hands everything to the system.
  func close(_ numbers: [String: Double]) throws(RecordFolderError) {
    var ends: [RunReport.End] = []
    var failed: [(kind: RecordKind, error: RecordFileError)] = []
    for kind in RecordKind.allCases {
      guard let file = files[kind] else { continue }
      do throws(RecordFileError) { try file.flush() } catch { failed.append((kind, error)) }
      ends.append(RunReport.End(file: kind.fileName, lines: file.lines, seal: file.sealText))
    }
    if let first = failed.first {
      let others = failed.dropFirst().map(\.kind.fileName)
      let words = others.isEmpty ? "" : "\n  neither can \(others.joined(separator: ", "))"
      throw RecordFolderError(
        "the records of the run are not whole: \(first.error)\(words)\n  the journal has every step", try: nil)
    }
    let report = RunReport(source: meta.source, numbers: numbers, files: ends)
    do {
      try Data(report.text.utf8).write(to: URL(fileURLWithPath: path + "/" + RunReport.fileName), options: .atomic)
    } catch {
      throw RecordFolderError("\(path)/\(RunReport.fileName) cannot be written: \(error.systemReason)")
    }
  }
}

/// Why records cannot be written.
public struct RecordFolderError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ what: String, try remedy: String? = "a folder that can be written to") {
    description = what + (remedy.map { "\n  try: \($0)" } ?? "")
  }
}

import Adapters
import Engine
import Foundation
import Machines
import Spec

/// A folder of records that is removed with the value.
final class RunFolder {
  let url: URL
  var path: String { url.path }

  init() {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("interlock-\(UUID().uuidString)")
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func lines(_ file: String) throws -> [String] {
    try String(contentsOf: url.appendingPathComponent(file), encoding: .utf8).split(separator: "\n").map(String.init)
  }

  func write(_ lines: [String], to file: String) throws {
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: url.appendingPathComponent(file))
  }

  /// Takes the seals away, so that what an edit breaks is found by what the records say, or not at all.
  func unseal() throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasSuffix(".jsonl") {
      let lines = try lines(name).map { line in
        line.replacing(/,"seal":"[0-9a-f]{16}"\}$/, with: "}").replacing("\"sealed\":true", with: "\"sealed\":false")
      }
      try write(lines, to: name)
    }
  }

  /// Edits the first record of a file that an edit applies to; returns its line.
  @discardableResult func edit(_ file: String, _ change: (String) -> String?) throws -> Int {
    var lines = try lines(file)
    for index in lines.indices.dropFirst() {
      guard let changed = change(lines[index]), changed != lines[index] else { continue }
      lines[index] = changed
      try write(lines, to: file)
      return index + 1
    }
    throw NothingToEdit(file: file)
  }

  /// Another folder with the same records.
  func copy() throws -> RunFolder {
    let other = RunFolder()
    try FileManager.default.copyItem(at: url, to: other.url)
    return other
  }

  struct NothingToEdit: Error { let file: String }
}

/// A host of a single machine, with its metrics and records.
struct Watched<M: TeamMachine> {
  let host: Engine.Host<Solo<M>>
  let loop = Loop(.virtual)
  let registry = MetricRegistry()
  let metrics: TeamMetrics<Solo<M>>
  let recorder: TeamRecorder<Solo<M>>
  let folder = RunFolder()

  init(_ machine: M) throws {
    host = Engine.Host(Solo<M>.design("watched", worlds: []), start: Solo(machine), loop: loop)
    metrics = TeamMetrics(registry, agents: [], start: host.state)
    let meta = RecordMeta(source: "watched", seed: 1, isRealTime: false, agents: [], episodes: 0)
    recorder = try TeamRecorder(folder.path, meta, start: host.state)
    host.stepper.isRecording = true
    host.observers = [metrics, recorder]
  }

  func send(_ event: M.Event) throws {
    try host.send(Sole(event))
    try host.flush()
  }

  /// Lets the timers fire that are due by then.
  func wait(seconds: UInt64) throws {
    let end = loop.now + seconds * 1_000_000_000
    loop.schedule(at: end) {}
    try loop.run { loop.now >= end }
  }

  func close() throws -> RunFolder {
    try recorder.close(numbers: metrics.numbers, histograms: registry.histograms)
    return folder
  }

  func value(_ name: String, _ labels: String = "") -> Double? {
    let line = registry.text.split(separator: "\n").first { $0.hasPrefix("\(name)\(labels) ") }
    return line.flatMap { Double($0.split(separator: " ").last!) }
  }
}

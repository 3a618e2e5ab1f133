import Adapters
import Engine
import Foundation
import Machines
import Platform
import Testing

/// A folder, a script and an order for runs of autotune on a scripted server.
final class Bench {
  let folder: URL
  let script: String
  var order: TuneOrder
  private(set) var output = Said()

  #if DEBUG
    private static let configuration = "debug"
  #else
    private static let configuration = "release"
  #endif

  /// `swift test` builds the program beside the tests.
  private static var server: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".build/\(configuration)/ScriptedServer").path
  }

  /// - Parameter models: The behaviours by model, as JSON; a model that is not named answers at once.
  init(_ models: String) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("autotune-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    script = folder.appendingPathComponent("script.json").path
    let starts = folder.appendingPathComponent("starts").path
    try #"{"starts": "\#(starts)", "models": \#(models)}"#.write(toFile: script, atomically: true, encoding: .utf8)
    // A name of its own, so that tests beside this one are not taken for servers in the way.
    let program = folder.appendingPathComponent("server-\(UUID().uuidString.prefix(8).lowercased())").path
    try FileManager.default.createSymbolicLink(atPath: program, withDestinationPath: Bench.server)
    var profile = ServerProfile(
      id: "scripted", program: program,
      arguments: ["serve", "--script", script, "--port", "{port}", "--model", "{model}"], readyPath: "/health")
    profile.noJoin = ["--no-join"]
    profile.kvBits = ["4": ["--kv-bits", "4"], "8": ["--kv-bits", "8"]]
    profile.maxBatch = ["--max-batch", "{batch}"]
    profile.maxContext = ["--max-context", "{context}"]
    profile.subcommand = "serve"
    order = TuneOrder(profile, candidates: [], folder: folder.path)
    order.port = LocalPort.unused().number
    order.printsJSON = true
    order.environment["HF_HUB_CACHE"] = folder.path
  }

  deinit {
    endAll()
    try? FileManager.default.removeItem(at: folder)
  }

  /// What was said by one run.
  final class Said: TuneOutput {
    private(set) var lines: [String] = []
    private(set) var warnings: [String] = []
    func say(_ line: String) { lines.append(line) }
    func warn(_ line: String) { warnings.append(line) }
  }

  func run(_ candidates: [String], beside: (AutotuneRun) -> Void = { _ in }) throws -> Conclusion {
    prepare(candidates)
    output = Said()
    let run = AutotuneRun(order, loop: Loop(.real), journal: nil, output: output)
    beside(run)
    let conclusion = try run.run()
    #expect(run.host.counts.unexpected == 0 && run.host.counts.offContract == 0)
    return conclusion
  }

  /// Weights that no cache holds are cold; a folder of that name has been fetched.
  private func prepare(_ candidates: [String]) {
    order.candidates = candidates
  }

  /// Runs until a request is under way, and stops there, as a process does that is killed.
  func runUntilFirstRequest(_ candidates: [String], journal path: String, id: String) throws {
    prepare(candidates)
    let header = JournalHeader(Autotune.design, start: Autotune(order.plan), world: "run", clock: .real)
    let loop = Loop(.real)
    let run = AutotuneRun(
      order, loop: loop, journal: try Journal(creating: path, header: header), output: output, runID: id)
    try run.runUntil { run.host.state.provider.phase == .asked }
  }

  /// The last run's row and its trials.
  func rows() throws -> (TuneRunRow, [TuneTrialRow]) {
    let store = try TuneStore(order.databasePath)
    let run = try #require(try store.latestRun())
    return (run, try store.trials(ofRun: run.id))
  }

  /// The words of each start.
  var starts: [[String]] {
    let lines = (try? String(contentsOf: folder.appendingPathComponent("starts"), encoding: .utf8)) ?? ""
    return lines.split(separator: "\n").compactMap { line in
      let start = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      return start?["words"] as? [String]
    }
  }

  /// The JSON of the last line.
  var document: [String: Any]? {
    output.lines.last.flatMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
  }

  /// No server is left, and the port is free.
  func expectClean() throws {
    #expect(ProcessTable.processes { $0.contains(script) }.isEmpty)
    #expect(LocalPort(order.port).isFree)
    #expect(!FileManager.default.fileExists(atPath: order.databasePath + "-lock"))
    #expect(memos == [])
  }

  /// The files in which runs keep what they stopped.
  var memos: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.contains("-run-") }.sorted()
  }

  /// A server that somebody started in a terminal, at the port of the run.
  func startByHand(_ model: String) throws -> ChildProcess {
    let log = try BoundedLog(creating: folder.appendingPathComponent("by-hand.log").path)
    let process = try ChildProcess(
      Command(
        order.profile.program, ["serve", "--script", script, "--port", "\(order.port)", "--model", model]),
      output: log.descriptor)
    let deadline = ContinuousClock.now + .seconds(10)
    while LocalPort(order.port).isFree, ContinuousClock.now < deadline { usleep(5000) }
    return process
  }

  /// Ends every server of this folder.
  func endAll() {
    for process in ProcessTable.processes(where: { $0.contains(script) }) { kill(process.pid, SIGKILL) }
  }
}

/// A socket of this process that listens, and notes whether somebody called.
final class Listening {
  let port = LocalPort.unused().number
  private let socket: Int32

  init() throws {
    #if canImport(Darwin)
      socket = Foundation.socket(AF_INET, SOCK_STREAM, 0)
    #else
      socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = port.bigEndian
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let bound = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, 16) }
    }
    try #require(bound == 0)
    try #require(listen(socket, 4) == 0)
  }

  deinit { close(socket) }

  var hasCaller: Bool {
    var ready = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
    return poll(&ready, 1, 0) > 0
  }
}

import Adapters
import Engine
import Foundation
import Machines
import Platform
import Spec
import Testing

/// A folder, a script and an order for runs of autotune on a scripted server.
final class Bench {
  let folder: URL
  let script: String
  var order: TuneOrder
  /// Of services; nil for that of this system.
  var manager: (any ServiceManager)?
  private(set) var output = Said()
  /// What time it is for the configuration's backups.
  var now: () -> Date = Date.init

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
    private(set) var notes: [String] = []
    func note(_ line: String) { notes.append(line) }
  }

  func run(_ candidates: [String], beside: (AutotuneRun) -> Void = { _ in }) throws -> Conclusion {
    order.candidates = candidates
    output = Said()
    let run = AutotuneRun(order, loop: Loop(.real), journal: nil, output: output, manager: manager, now: now)
    beside(run)
    let conclusion = try run.run()
    #expect(run.host.counts.unexpected == 0 && run.host.counts.offContract == 0)
    return conclusion
  }

  /// Runs, and does something else in the step after which something first holds.
  func run(
    _ candidates: [String], doing action: @escaping () -> Void, when holds: @escaping (Autotune) -> Bool
  ) throws -> Conclusion {
    let trigger = Trigger(holds)
    trigger.action = action
    return try run(candidates) { $0.host.observers.append(trigger) }
  }

  /// A second run of the same order, while another is under way.
  func runBeside() throws -> Conclusion {
    try AutotuneRun(order, loop: Loop(.real), journal: nil, output: Said(), manager: manager).run()
  }

  /// Runs, and is interrupted in the step after which something first holds.
  func run(_ candidates: [String], interruptedWhen holds: @escaping (Autotune) -> Bool) throws -> Conclusion {
    let trigger = Trigger(holds)
    let conclusion = try run(candidates) { run in
      let stop = run.stopper
      trigger.action = { stop(.interrupted) }
      run.host.observers.append(trigger)
    }
    #expect(trigger.hasFired)
    return conclusion
  }

  /// Runs with a journal that may grow by so many pages and no more, as on a disk that is nearly full.
  func run(_ candidates: [String], journalPages pages: Int) throws -> Conclusion {
    order.candidates = candidates
    output = Said()
    let header = JournalHeader(Autotune.design, start: Autotune(order.plan), world: "run", clock: .real)
    for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: journal + ending) }
    try Journal(creating: journal, header: header).close()
    let bytes = try FileManager.default.attributesOfItem(atPath: journal)[.size] as? Int ?? 0
    try FileManager.default.removeItem(atPath: journal)
    let kept = try Journal(creating: journal, header: header, bytesMax: bytes + pages * 4096)
    return try AutotuneRun(order, loop: Loop(.real), journal: kept, output: output, manager: manager).run()
  }

  private var journal: String { folder.appendingPathComponent("journal.sqlite").path }
  /// Of a run that dies: no other test's run is of that name, and puts away what this one left.
  let diedID = "died-\(UUID().uuidString.lowercased())"

  /// Runs until something holds, and stops there, as a process does that is killed.
  func runAndDie(_ candidates: [String], when holds: @escaping (Autotune) -> Bool) throws {
    order.candidates = candidates
    let header = JournalHeader(Autotune.design, start: Autotune(order.plan), world: "run", clock: .real)
    for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: journal + ending) }
    let journal = try Journal(creating: journal, header: header)
    let run = AutotuneRun(
      order, loop: Loop(.real), journal: journal, output: output, runID: diedID, manager: manager)
    try run.runUntil { holds(run.host.state) || run.host.state.run.phase == .ended }
    try #require(run.host.state.run.phase != .ended, "the run was over before that")
    // What is on the disk at this moment is what a process leaves that is killed; its own files are still open here.
    for ending in ["", "-wal"] {
      try? FileManager.default.removeItem(atPath: died + ending)
      try FileManager.default.copyItem(atPath: journal.path + ending, toPath: died + ending)
    }
    // A tool that it had started lives on, and has told the service by then.
    Thread.sleep(forTimeInterval: 1)
  }

  private var died: String { folder.appendingPathComponent("died.sqlite").path }

  /// Goes on with a run that died.
  func goOn() throws -> Conclusion {
    output = Said()
    let run = AutotuneRun(
      order, loop: Loop(.real), journal: try Journal(continuing: died), output: output, runID: diedID,
      manager: manager)
    let conclusion = try #require(try run.resume())
    #expect(run.host.counts.unexpected == 0 && run.host.counts.offContract == 0)
    return conclusion
  }

  /// The row and the trials of the run that died.
  func diedRows() throws -> (TuneRunRow, [TuneTrialRow]) {
    let store = try TuneStore(order.databasePath)
    return (try #require(try store.run(diedID)), try store.trials(ofRun: diedID))
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

  /// Of all servers of this folder the service alone is left, and has the port.
  func expectOnly(_ service: ServiceStandIn, at location: SourceLocation = #_sourceLocation) {
    let deadline = ContinuousClock.now + .seconds(5)
    while LocalPort(order.port).isFree, ContinuousClock.now < deadline { usleep(5000) }
    #expect(LocalPort(order.port).listeners.map(\.pid) == [service.pid], sourceLocation: location)
    #expect(ProcessTable.processes { $0.contains(script) }.map(\.pid) == [service.pid], sourceLocation: location)
  }

  /// The files in which runs keep what they stopped.
  var memos: [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.contains("-run-") }.sorted()
  }

  /// One cell, where what is measured does not matter.
  func oneCell() {
    order.plan.axes.kvBits = [.unset]
    order.plan.axes.maxBatch = [1]
    order.plan.stage2Replicates = 1
  }

  /// The words of a server that somebody else starts at a port; that of the run, unless another is given.
  func words(serving model: String, port: UInt16? = nil) -> [String] {
    ["serve", "--script", script, "--port", "\(port ?? order.port)", "--model", model]
  }

  /// A server that somebody started in a terminal, at the port of the run.
  func startByHand(_ model: String, with variables: [String: String] = [:]) throws -> ChildProcess {
    let log = try BoundedLog(creating: folder.appendingPathComponent("by-hand-\(UUID().uuidString).log").path)
    let process = try ChildProcess(
      Command(
        order.profile.program, words(serving: model),
        environment: ProcessInfo.processInfo.environment.merging(variables) { $1 }, folder: folder.path),
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
  let port: UInt16
  private let socket: Int32

  init(at port: UInt16 = LocalPort.unused().number) throws {
    self.port = port
    #if canImport(Darwin)
      socket = Foundation.socket(AF_INET, SOCK_STREAM, 0)
    #else
      socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = port.bigEndian
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
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

/// Does something once, in the step after which something first holds.
private final class Trigger: StepObserver {
  private let holds: (Autotune) -> Bool
  var action = {}
  private(set) var hasFired = false

  init(_ holds: @escaping (Autotune) -> Bool) { self.holds = holds }

  func stepped(
    _ host: Engine.Host<Autotune>, _ event: Autotune.Event, _ cause: Record.Cause, _ outcome: Outcome,
    at nanoseconds: UInt64
  ) {
    guard !hasFired, holds(host.state) else { return }
    hasFired = true
    action()
  }
}

/// A stand-in for `systemctl` or `launchctl` on `PATH`: it starts and stops a real server as a service, and writes down
/// what it was told.
final class ServiceStandIn {
  private let bench: Bench
  private let folder: String
  static let unit = "model.service"
  static let label = "org.example.model"

  /// - Parameter answers: Shell lines that come before the usual ones, with `$1` and so on as they were given.
  init(_ tool: String, for bench: Bench, serving model: String = "theirs", port: UInt16? = nil, answers: String = "")
    throws
  {
    self.bench = bench
    folder = bench.folder.appendingPathComponent("service").path
    try FileManager.default.createDirectory(atPath: folder + "/bin", withIntermediateDirectories: true)
    let server = ([bench.order.profile.program] + bench.words(serving: model, port: port)).map { "'\($0)'" }
    let script = """
      #!/bin/sh
      folder='\(folder)'
      { for word; do printf '[%s]' "$word"; done; echo; } >> "$folder/calls"
      pid=$(cat "$folder/pid" 2> /dev/null || echo 0)
      runs() { [ "$pid" -gt 0 ] && ps -o stat= -p "$pid" | grep -qv Z; }
      begin() {
        cp '\(bench.order.configurationPath)' "$folder/config-at-start" 2> /dev/null
        nohup \(server.joined(separator: " ")) > /dev/null 2>&1 < /dev/null &
        echo $! > "$folder/pid"
      }
      \(answers)
      case "$*" in
        *show*)
          echo LoadState=loaded
          if runs; then echo ActiveState=active; echo SubState=running; echo "MainPID=$pid"
          else echo ActiveState=inactive; echo SubState=dead; echo MainPID=0; fi ;;
        *stop*) runs && kill "$pid" ;;
        *bootstrap*) runs || begin ;;
        *bootout*) runs && kill "$pid" ;;
        *start*) runs || begin ;;
        list) printf 'PID\\tStatus\\tLabel\\n'; runs && printf '%s\\t0\\t\(Self.label)\\n' "$pid" ;;
      esac
      exit 0
      """
    try Data(script.utf8).write(to: URL(fileURLWithPath: folder + "/bin/" + tool))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/bin/" + tool)
    bench.order.environment["PATH"] = folder + "/bin:/usr/bin:/bin"
    bench.order.environment["HOME"] = bench.folder.path
    if tool == "launchctl" {
      bench.manager = Launchd(environment: bench.order.environment, user: 501)
      bench.order.profile.label = Self.label
    } else {
      bench.manager = Systemd(environment: bench.order.environment)
      bench.order.profile.unit = Self.unit
    }
  }

  /// Starts it, and waits until it listens.
  func start(port: UInt16? = nil) throws {
    let service = ManagedService(name: bench.order.profile.unit ?? Self.label)
    try bench.manager?.start(service, within: .seconds(10))
    let deadline = ContinuousClock.now + .seconds(10)
    while LocalPort(port ?? bench.order.port).isFree, ContinuousClock.now < deadline { usleep(5000) }
    try? FileManager.default.removeItem(atPath: folder + "/calls")
  }

  /// What it was told beside questions, in order.
  var orders: [String] { calls.filter { !$0.contains("[show]") && $0 != "[list]" } }

  private var calls: [String] { read("calls").split(separator: "\n").map(String.init) }

  /// The configuration as it was when the service was last started.
  var configurationAtStart: String { read("config-at-start") }

  var pid: pid_t? { pid_t(read("pid").trimmingCharacters(in: .whitespacesAndNewlines)) }
  var isRunning: Bool { pid.map(ProcessTable.isAlive) ?? false }

  private func read(_ name: String) -> String {
    (try? String(contentsOfFile: folder + "/" + name, encoding: .utf8)) ?? ""
  }
}

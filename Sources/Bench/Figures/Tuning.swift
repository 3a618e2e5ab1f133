import Adapters
import Engine
import Foundation
import Machines
import Platform
import Spec

/// What a run of autotune costs beside what it is there for: starting servers, and measuring them.
enum Tuning {
  private static let shareMax = 0.15
  private static let megabytesMax = 60.0

  static func figures() throws -> [Figure] {
    let folder = try TemporaryFolder()
    let (order, what) = try nano(folder) ?? scripted(folder)
    let before = PeakMemory.forget()
    let costs = try (0..<3).map { _ in try cost(order) }.sorted { $0.outside < $1.outside }
    let peak = PeakMemory.bytes
    let it = costs[1]
    let seconds = { (nanoseconds: UInt64) in Quantity(Double(nanoseconds) / 1e9, "s").text }
    var figures = [
      Figure(
        name: "autotune: time outside server start and measurement", measured: Quantity(it.outside * 100, "%"),
        goal: "< 15 %", isMet: it.outside < shareMax,
        note:
          "the median of 3 runs of 6 cells of 3 requests, \(what); \(seconds(it.total)) in all, "
          + "\(seconds(it.watch.measuring)) in requests that are measured, \(it.watch.starts) starts of "
          + "\(seconds(it.start)): the median time of 5 such servers, started by themselves just before, from the "
          + "spawn to the first 200, asked every 2 ms; of the rest, \(seconds(it.watch.stopping)) until servers that "
          + "were asked to end had ended")
    ]
    if let before, let peak {
      let megabytes = Double(PeakMemory.atStart + max(0, peak - before)) / 1e6
      figures.append(
        Figure(
          name: "autotune: memory", measured: Quantity(megabytes, "MB"), goal: "< 60 MB",
          isMet: megabytes < megabytesMax, note: "the process as it starts, and what the run adds at its peak"))
    }
    return figures
  }

  /// What a run takes in all, and its share outside of starting servers and measuring them.
  private static func cost(
    _ order: TuneOrder
  ) throws -> (total: UInt64, outside: Double, start: UInt64, watch: Watch) {
    let start = try startNanoseconds(order)
    let watch = Watch()
    let run = AutotuneRun(order, loop: Loop(.real), journal: nil, output: Silence())
    run.host.observers.append(watch)
    let began = run.host.loop.now
    let conclusion = try run.run()
    let total = run.host.loop.now - began
    precondition(conclusion.reason == .ok, "the run ended as \(conclusion.reason.word)")
    let inside = start * UInt64(watch.starts) + watch.measuring
    return (total, Double(Int64(total) - Int64(inside)) / Double(total), start, watch)
  }

  /// How long a server takes by itself until it says that it is ready: what no run can do without.
  private static func startNanoseconds(_ order: TuneOrder) throws -> UInt64 {
    let words = order.profile.launchWords(model: order.candidates[0], port: order.port, order.plan.untuned)
    let request = HTTPRequest.get("http://127.0.0.1:\(order.port)\(order.profile.readyPath)", timeout: .seconds(5))
    var times: [Double] = []
    for _ in 0..<5 {
      let log = try BoundedLog(creating: order.logFolder + "-start-\(UUID().uuidString)")
      defer { log.close() }
      var process: ChildProcess?
      times.append(
        try nanoseconds {
          let started = try ChildProcess(
            Command(order.profile.program, words: words, environment: order.environment), output: log.descriptor)
          process = started
          while (try? HTTPClient().fetch(request).0.isSuccess) != true {
            precondition(started.isAlive, "the server ended: \(log.tail())")
            usleep(2000)
          }
        })
      _ = process?.stop(grace: .seconds(10))
      while !LocalPort(order.port).isFree { usleep(2000) }
    }
    return UInt64(median(times))
  }

  /// llama.cpp's own server with the smallest model of the examples; nil where `scripts/setup` could not install it.
  private static func nano(_ folder: TemporaryFolder) throws -> (TuneOrder, String)? {
    let root = (0..<4).reduce(URL(fileURLWithPath: #filePath)) { url, _ in url.deletingLastPathComponent() }
    let python = root.appendingPathComponent(".build/python/bin/python3").path
    let examples = root.appendingPathComponent("examples/providers").path
    let maker = Command(python, [examples + "/make_tiny_model.py", folder.path(""), "--sizes", "nano"])
    guard let made = try? Tool.run(maker, patience: .seconds(120)), made.succeeded else { return nil }
    var order = order(try ProfileFile(named: examples + "/xllamacpp.yaml").profile, folder)
    // The script's first line looks for its Python there.
    let path = (python as NSString).deletingLastPathComponent
    order.environment["PATH"] = path + ":" + (order.environment["PATH"] ?? "/usr/bin:/bin")
    order.candidates = [folder.path("tiny-nano.gguf")]
    return (order, "the nano model on llama.cpp's server")
  }

  private static func order(_ profile: ServerProfile, _ folder: TemporaryFolder) -> TuneOrder {
    var profile = profile
    // Nobody else's server counts as in the way.
    profile.subcommand = folder.path("nothing")
    profile.unit = nil
    profile.label = nil
    var order = TuneOrder(profile, candidates: ["m"], folder: folder.path(""))
    order.port = LocalPort.unused().number
    order.environment["HF_HUB_CACHE"] = folder.path("cache")
    return order
  }

  /// A scripted server with the times of a small model.
  private static func scripted(_ folder: TemporaryFolder) throws -> (TuneOrder, String) {
    let script = folder.path("script.json")
    let reply = #"{"firstTokenMilliseconds": 40, "milliseconds": 200, "completionTokens": 64}"#
    try #"{"otherwise": {"loadMilliseconds": 150, "replies": [\#(reply)]}}"#
      .write(toFile: script, atomically: true, encoding: .utf8)
    let beside = (CommandLine.arguments[0] as NSString).deletingLastPathComponent
    var profile = ServerProfile(
      id: "scripted", program: beside + "/ScriptedServer",
      arguments: ["serve", "--script", script, "--port", "{port}", "--model", "{model}"], readyPath: "/health")
    profile.noJoin = ["--no-join"]
    profile.kvBits = ["4": ["--kv-bits", "4"], "8": ["--kv-bits", "8"]]
    profile.maxBatch = ["--max-batch", "{batch}"]
    profile.maxContext = ["--max-context", "{context}"]
    return (order(profile, folder), "a scripted server that loads in 150 ms and says 64 tokens in 200 ms")
  }

  /// Counts the starts, and adds up the time in which servers are asked what is measured.
  private final class Watch: StepObserver {
    private(set) var starts = 0
    private(set) var stopping: UInt64 = 0
    private(set) var measuring: UInt64 = 0
    private var phase = Provider.Phase.absent
    private var since: UInt64 = 0

    func stepped(
      _ host: Engine.Host<Autotune>, _ event: Autotune.Event, _ cause: Record.Cause, _ outcome: Outcome,
      at nanoseconds: UInt64
    ) {
      let next = host.state.provider.phase
      if phase == .asked { measuring += nanoseconds - since }
      if phase == .stopping { stopping += nanoseconds - since }
      if next == .waiting, phase != .waiting { starts += 1 }
      (phase, since) = (next, nanoseconds)
    }
  }

  private final class Silence: TuneOutput {
    func say(_ line: String) {}
    func warn(_ line: String) {}
  }
}

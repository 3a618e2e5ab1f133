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
    let start = try startNanoseconds(order)
    let watch = Watch()
    let before = PeakMemory.forget()
    let run = AutotuneRun(order, loop: Loop(.real), journal: nil, output: Silence())
    run.host.observers.append(watch)
    let began = run.host.loop.now
    let conclusion = try run.run()
    let total = run.host.loop.now - began
    precondition(conclusion.reason == .ok, "the run ended as \(conclusion.reason.word)")
    let starting = start * UInt64(watch.starts)
    let outside = Double(Int64(total) - Int64(starting) - Int64(watch.measuring)) / Double(total)
    let seconds = { (nanoseconds: UInt64) in Quantity(Double(nanoseconds) / 1e9, "s").text }
    var figures = [
      Figure(
        name: "autotune: time outside server start and measurement", measured: Quantity(outside * 100, "%"),
        goal: "< 15 %", isMet: outside < shareMax,
        note:
          "6 cells of 3 requests, \(what); \(seconds(total)) in all, \(seconds(watch.measuring)) in requests that are "
          + "measured, \(watch.starts) starts of \(seconds(start)): the median time of 5 such servers, started by "
          + "themselves, from the spawn to the first 200, asked every 2 ms; of the rest, \(seconds(watch.stopping)) "
          + "until servers that were asked to end had ended")
    ]
    if let before, let peak = PeakMemory.bytes {
      let megabytes = Double(PeakMemory.atStart + max(0, peak - before)) / 1e6
      figures.append(
        Figure(
          name: "autotune: memory", measured: Quantity(megabytes, "MB"), goal: "< 60 MB",
          isMet: megabytes < megabytesMax, note: "the process as it starts, and what the run adds at its peak"))
    }
    return figures
  }

  /// How long a server takes by itself until it says that it is ready: what no run can do without.
  private static func startNanoseconds(_ order: TuneOrder) throws -> UInt64 {
    let words = order.profile.launchWords(model: order.candidates[0], port: order.port, order.plan.untuned)
    let request = HTTPRequest.get("http://127.0.0.1:\(order.port)\(order.profile.readyPath)", timeout: .seconds(5))
    var times: [Double] = []
    for _ in 0..<5 {
      let log = try BoundedLog(creating: order.logFolder + "-start-\(times.count)")
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

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
    let order = try order(folder)
    let watch = Watch()
    let before = PeakMemory.forget()
    let run = AutotuneRun(order, loop: Loop(.real), journal: nil, output: Silence())
    run.host.observers.append(watch)
    let began = run.host.loop.now
    let conclusion = try run.run()
    let total = run.host.loop.now - began
    precondition(conclusion.reason == .ok, "the run ended as \(conclusion.reason.word)")
    let outside = Double(total - watch.starting - watch.measuring) / Double(total)
    let seconds = { (nanoseconds: UInt64) in Quantity(Double(nanoseconds) / 1e9, "s").text }
    var figures = [
      Figure(
        name: "autotune: time outside server start and measurement", measured: Quantity(outside * 100, "%"),
        goal: "< 15 %", isMet: outside < shareMax,
        note:
          "6 cells of 3 requests, 64 tokens in 200 ms; \(seconds(total)) in all, \(seconds(watch.starting)) to start "
          + "8 servers that load in 150 ms, \(seconds(watch.measuring)) to measure")
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

  /// A scripted server with the times of a small model.
  private static func order(_ folder: TemporaryFolder) throws -> TuneOrder {
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
    // Nobody else's server counts as in the way.
    profile.subcommand = folder.path("nothing")
    var order = TuneOrder(profile, candidates: ["m"], folder: folder.path(""))
    order.port = LocalPort.unused().number
    order.environment["HF_HUB_CACHE"] = folder.path("cache")
    return order
  }

  /// Adds up the time that servers take to start, and to be asked.
  private final class Watch: StepObserver {
    private(set) var starting: UInt64 = 0
    private(set) var measuring: UInt64 = 0
    private var phase = Provider.Phase.absent
    private var since: UInt64 = 0

    func stepped(
      _ host: Engine.Host<Autotune>, _ event: Autotune.Event, _ cause: Record.Cause, _ outcome: Outcome,
      at nanoseconds: UInt64
    ) {
      switch phase {
      case .starting, .waiting, .warming: starting += nanoseconds - since
      case .asked: measuring += nanoseconds - since
      default: break
      }
      (phase, since) = (host.state.provider.phase, nanoseconds)
    }
  }

  private final class Silence: TuneOutput {
    func say(_ line: String) {}
    func warn(_ line: String) {}
  }
}

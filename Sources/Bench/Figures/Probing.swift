import Foundation
import Platform

/// What measuring a model server costs: reading its stream, and how far a measured time is from the true one.
enum Probing {
  private static let bytesPerSecond = 200e6
  private static let firstTokenMilliseconds = 1.0
  private static let rateShare = 0.01

  static func figures() throws -> [Figure] { [reading()] + (try beside()) }

  // MARK: - The stream

  /// Chunks as a chat completion has them, in the pieces that a socket gives.
  private static func reading() -> Figure {
    let event =
      #"data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"m","#
      + #""choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}"# + "\n\n"
    let bytes = Array(String(repeating: event, count: (32 << 20) / event.utf8.count).utf8)
    let seconds = median(
      (0..<7).map { _ in
        var stream = EventStream()
        var events = 0
        let start = ContinuousClock.now
        bytes.withUnsafeBytes { bytes in
          for place in stride(from: 0, to: bytes.count, by: 16 << 10) {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[place..<min(place + 16 << 10, bytes.count)])
            stream.read(piece) { _ in events += 1 }
          }
        }
        precondition(events == bytes.count / event.utf8.count, "\(events) events were read")
        return (ContinuousClock.now - start) / .seconds(1)
      })
    let rate = Double(bytes.count) / seconds
    return Figure(
      name: "server-sent events", measured: Quantity(rate / 1e6, "MB/s"), goal: "at least 200 MB/s",
      isMet: rate >= bytesPerSecond, note: "events of \(event.utf8.count) bytes in pieces of 16 KiB, each copied out")
  }

  // MARK: - Beside curl

  private struct Times {
    var first: [Double] = []
    var total: [Double] = []
  }

  /// The prober and curl ask the same server in turns; none without curl.
  private static func beside() throws -> [Figure] {
    let folder = try TemporaryFolder()
    let server = try Server(folder)
    defer { server.end() }
    guard try server.curl() != nil else { return [] }
    var ours = Times()
    var theirs = Times()
    for _ in 0..<41 {
      let completion = HTTPClient().complete(server.request)
      precondition(completion.fault == nil, "\(completion.fault!)")
      ours.first.append(completion.firstText! / .milliseconds(1))
      ours.total.append(completion.total! / .milliseconds(1))
      guard let (first, total) = try server.curl() else { continue }
      theirs.first.append(first)
      theirs.total.append(total)
    }
    // Round by round, so that a busy moment counts for both.
    let gap = median(zip(ours.first, theirs.first).map { $0 - $1 })
    let share = median(zip(theirs.total, ours.total).map { $0 / $1 })
    return [
      Figure(
        name: "time to the first token", measured: Quantity(median(ours.first), "ms"),
        yardstick: Quantity(median(theirs.first), "ms"), goal: "1 ms over curl",
        // Less than the server waits would be a clock that starts too late.
        isMet: gap <= firstTokenMilliseconds && median(ours.first) >= 40,
        note: "p50 of 41 in turns with curl's first byte, the gap that of a round; the server waits 40 ms with both"),
      Figure(
        name: "tokens per second, measured", measured: Quantity(64e3 / median(ours.total), "/s"),
        yardstick: Quantity(64e3 / median(theirs.total), "/s"), ratio: share, goal: "within 1 %",
        isMet: (share - 1).magnitude <= rateShare,
        note:
          "64 tokens in 200 ms, from the sending to the stream's end by the clocks of both; p50 of 41 rounds"),
    ]
  }

  /// A scripted server that answers 64 tokens in 200 ms, the first after 40.
  private struct Server {
    private let port = LocalPort.unused().number
    private let process: ChildProcess
    private let body: String

    init(_ folder: TemporaryFolder) throws {
      let script = folder.path("script.json")
      let reply = #"{"firstTokenMilliseconds": 40, "milliseconds": 200, "completionTokens": 64, "delaysHead": true}"#
      try #"{"otherwise": {"replies": [\#(reply)]}}"#.write(toFile: script, atomically: true, encoding: .utf8)
      body = folder.path("body.json")
      try #"{"model":"m","stream":true}"#.write(toFile: body, atomically: true, encoding: .utf8)
      let log = try BoundedLog(creating: folder.path("log"))
      let beside = (CommandLine.arguments[0] as NSString).deletingLastPathComponent
      process = try ChildProcess(
        Command(beside + "/ScriptedServer", ["serve", "--script", script, "--model", "m", "--port", "\(port)"]),
        output: log.descriptor)
      let deadline = ContinuousClock.now + .seconds(10)
      while LocalPort(port).isFree, ContinuousClock.now < deadline { usleep(2000) }
    }

    func end() { _ = process.stop(grace: .seconds(2)) }

    var request: CompletionRequest {
      CompletionRequest(
        server: "http://127.0.0.1:\(port)", model: "m", prompt: "Say something.", tokensMax: 64, timeout: .seconds(10),
        stopTokens: [])
    }

    /// The milliseconds from sending to the first byte and to the end, as curl has them; nil without curl. What it does
    /// before it sends is no part of them.
    func curl() throws -> (first: Double, total: Double)? {
      let arguments = [
        "--silent", "--no-buffer", "--output", "/dev/null", "--write-out",
        "%{time_pretransfer} %{time_starttransfer} %{time_total}",
        "--header", "Content-Type: application/json", "--data", "@" + body,
        "http://127.0.0.1:\(port)/v1/chat/completions",
      ]
      guard let result = try? Tool.run(Command("curl", arguments)), result.succeeded else { return nil }
      let times = result.output.split(separator: " ").compactMap { Double($0) }
      return times.count == 3 ? ((times[1] - times[0]) * 1000, (times[2] - times[0]) * 1000) : nil
    }
  }
}

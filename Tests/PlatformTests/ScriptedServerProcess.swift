import Foundation
import Platform
import Testing

/// A scripted server that runs, and is stopped when the test is over.
final class ScriptedServerProcess {
  let port = LocalPort.unused()
  let process: ChildProcess
  let log: BoundedLog
  private let folder: TemporaryFolder

  #if DEBUG
    private static let configuration = "debug"
  #else
    private static let configuration = "release"
  #endif

  /// `swift test` builds the program beside the tests.
  static var executable: String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".build/\(configuration)/ScriptedServer").path
  }

  /// - Parameter behaviour: The JSON of the one model's behaviour.
  init(_ behaviour: String, arguments: [String] = ["--no-join"], awaitsReady: Bool = true) throws {
    folder = try TemporaryFolder()
    log = try BoundedLog(creating: folder("log"))
    let script = try folder.write("script.json", #"{"otherwise": \#(behaviour)}"#)
    process = try ChildProcess(
      Command(
        Self.executable, ["serve", "--script", script, "--model", "m", "--port", "\(port.number)"] + arguments),
      output: log.descriptor)
    if awaitsReady {
      try #require(eventually { !process.isAlive || log.tail().contains("listening") }, "it does not listen")
      try #require(process.isAlive, "\(log.tail())")
    }
  }

  deinit { _ = process.stop(grace: .seconds(2)) }

  var address: String { "http://127.0.0.1:\(port.number)" }

  func request(timeout: Duration = .seconds(20), prompt: String = "Say something.") -> CompletionRequest {
    CompletionRequest(
      server: address, model: "m", prompt: prompt, tokensMax: 64, timeout: timeout,
      stopTokens: ["<|im_end|>", "<|endoftext|>"])
  }
}

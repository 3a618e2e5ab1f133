import Foundation
import Machines
import Platform

/// Tries a profile out: its program, its version, its flags, a server, one request; says what is wrong, line by line.
///
///     let check = ProfileCheck(file, model: "qwen.gguf", port: LocalPort.unused().number)
///     check.run { remark in print(remark) }
///
/// It starts one server at the most, and asks it to end, whatever comes of it, its being cancelled included.
public struct ProfileCheck {
  public let file: ProfileFile
  /// What is served; nil to start no server.
  public let model: String?
  public let port: UInt16
  public let targetContext: UInt32
  public var environment = Surroundings.environment
  /// Ends it early, from any thread, a signal's for one.
  public let cancellation = Cancellation()

  public init(_ file: ProfileFile, model: String?, port: UInt16, targetContext: UInt32) {
    self.file = file
    self.model = model
    self.port = port
    self.targetContext = targetContext
  }

  /// One thing that was looked at.
  public struct Remark: Sendable, Equatable {
    public enum Kind: String, Sendable { case fine, wrong, open }
    public let kind: Kind
    /// Of the profile.
    public let key: String
    /// Counted from 1; nil where the key does not stand in the file.
    public let line: Int?
    public let words: String
  }

  private var profile: ServerProfile { file.profile }

  /// Looks at everything, in the order in which a run needs it.
  ///
  /// - Parameter tell: Is given each remark as it is made.
  /// - Returns: Whether nothing is wrong.
  @discardableResult public func run(tell: (Remark) -> Void) -> Bool {
    var isFine = true
    func remark(_ kind: Remark.Kind, _ key: String, _ words: String) {
      if kind == .wrong { isFine = false }
      tell(Remark(kind: kind, key: key, line: line(of: key), words: words))
    }
    do {
      remark(.fine, "program", try Program.locate(profile.program, path: environment["PATH"]))
    } catch {
      remark(.wrong, "program", "\(error)")
      return false
    }
    checkVersion(remark)
    if cancellation.isCancelled { return false }
    checkFlags(remark)
    if cancellation.isCancelled { return false }
    guard let model else {
      remark(.open, "arguments", "no server was started; give one to serve with --model")
      return isFine
    }
    checkServer(model, remark)
    return isFine
  }

  private typealias Tell = (Remark.Kind, String, String) -> Void

  private func line(of key: String) -> Int? {
    let parts = key.split(separator: ".").map(String.init)
    guard parts.count == 2, let section = try? file.settings.section(parts[0]) else {
      return file.settings.line(of: key)
    }
    return section.line(of: parts[1]) ?? file.settings.line(of: parts[0])
  }

  // MARK: - What the program says of itself

  private func checkVersion(_ remark: Tell) {
    guard let said = said(by: profile.versionProgram ?? profile.program, profile.versionArguments, "version", remark)
    else { return }
    if let version = profile.binaryVersion(in: said) {
      remark(.fine, "version", version)
    } else {
      let beginning = said.split(whereSeparator: \.isNewline).first.map { String($0.prefix(80)) } ?? "nothing"
      remark(.wrong, "version", "it says '\(beginning)', in which no version is found; give a pattern")
    }
  }

  private func checkFlags(_ remark: Tell) {
    guard let help = said(by: profile.program, profile.helpArguments, "help", remark) else { return }
    let known = Set(help.split { !($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }.map(String.init))
    for (key, words) in templates {
      // A word with a slot or without a dash is a value.
      let flags = words.filter { $0.hasPrefix("-") && Double($0) == nil }
        .map { String($0.prefix { $0 != "=" }) }
      let missing = flags.filter { !known.contains($0) }
      if !missing.isEmpty {
        remark(.wrong, key, "its --help does not know \(missing.joined(separator: ", "))")
      } else if !flags.isEmpty {
        remark(.fine, key, flags.joined(separator: " "))
      }
    }
  }

  private var templates: [(key: String, words: [String])] {
    [("arguments", profile.arguments), ("model", profile.model), ("model_file", profile.modelFile ?? [])]
      + [("no_join", profile.noJoin ?? [])]
      + profile.kvBits.sorted { $0.key < $1.key }.map { ("kv_bits.\($0.key)", $0.value) }
      + [("max_batch", profile.maxBatch), ("max_context", profile.maxContext)]
  }

  /// What a program prints; nil, and a remark, where it fails.
  private func said(by program: String, _ arguments: [String], _ key: String, _ remark: Tell) -> String? {
    let command = Command(program, arguments, environment: environment.merging(profile.environment) { $1 })
    do {
      let result = try Tool.run(command, patience: .seconds(60))
      // Some print their help and end as if it were a mistake.
      if result.succeeded || !(result.output + result.errors).isEmpty, key == "help" || result.succeeded {
        return result.output + "\n" + result.errors
      }
      remark(.wrong, key, "'\(ShellText.line(command.words))' fails: \(result.complaint)")
    } catch {
      remark(.wrong, key, "\(error)")
    }
    return nil
  }

  // MARK: - A server

  /// Removes the logs of checks that were killed.
  private static func removeLeftLogs() {
    let folder = NSTemporaryDirectory()
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
      guard let match = name.wholeMatch(of: /interlock-check-(\d+)-[0-9A-F-]{36}\.log/), let pid = pid_t(match.1),
        !ProcessTable.isAlive(pid)
      else { continue }
      unlink(folder + name)
    }
  }

  private func checkServer(_ model: String, _ remark: Tell) {
    // Every knob that can be expressed, so that every flag is tried.
    let bits = Knobs.KVBits.allCases.first { $0.number.map { profile.kvBits["\($0)"] != nil } ?? false } ?? .unset
    let knobs = Knobs(kvBits: bits, maxBatch: 2, maxContext: targetContext)
    let words = profile.launchWords(model: model, port: port, knobs)
    ProfileCheck.removeLeftLogs()
    let log = NSTemporaryDirectory() + "interlock-check-\(getpid())-\(UUID().uuidString).log"
    defer { try? FileManager.default.removeItem(atPath: log) }
    // Somebody else's answers would be taken for those of the profile (DEC-30).
    guard LocalPort(port).isFree else {
      let pid = LocalPort(port).listeners.first?.pid.map { " by pid \($0)" } ?? ""
      return remark(.wrong, "arguments", "no server was started: port \(port) is held\(pid); give another with --port")
    }
    let bystanders = LocalPort(port).sockets
    let mark = "check-\(UUID().uuidString.lowercased())"
    let variables = environment.merging(profile.environment) { $1 }.merging(ServerMark.variables(mark)) { $1 }
    do {
      let bounded = try BoundedLog(creating: log)
      defer { bounded.close() }
      let process = try ChildProcess(
        Command(profile.program, words: words, environment: variables), output: bounded.descriptor)
      remark(.fine, "arguments", ShellText.line(words))
      let family = ServerFamily(leader: process.pid, mark: mark)
      let portWatch = profile.isDetached ? nil : PortWatch(LocalPort(port), for: family, besides: bystanders)
      defer { end(process, family, remark) }
      guard awaitReady(process, portWatch, bounded, remark) else { return }
      ask(model, remark)
      if endsWithItsReply(process), !cancellation.isCancelled {
        remark(.wrong, "arguments", "the server ended after a request: \(tail(of: bounded))")
      }
    } catch {
      remark(.wrong, "arguments", "\(error)")
    }
  }

  private func awaitReady(
    _ process: ChildProcess, _ portWatch: PortWatch?, _ log: BoundedLog, _ remark: Tell
  ) -> Bool {
    let client = HTTPClient()
    let clock = ContinuousClock()
    let start = clock.now
    var answer = "nothing"
    func isStranger() -> Bool {
      guard let stranger = portWatch?.stranger() else { return false }
      remark(
        .wrong, "arguments", "port \(port) was taken by \(stranger.words) while the server loaded; try another --port")
      return true
    }
    func hasEnded() -> Bool {
      // One that fails may answer once and end: its end is a moment behind its answer.
      guard process.waitForEnd(atMost: Parameters.readySettle) != nil else { return false }
      if isStranger() { return true }
      remark(.wrong, "arguments", "the server ended before it was ready: \(tail(of: log))")
      return true
    }
    while clock.now - start < profile.prewarmTimeout {
      if cancellation.isCancelled || hasEnded() { return false }
      let response = try? client.fetch(readyRequest, cancellation: cancellation).0
      if isStranger() { return false }
      if let response {
        answer = "HTTP \(response.status)"
        if response.isSuccess {
          if hasEnded() { return false }
          if let address = LocalPort(port).openAddresses.first {
            remark(
              .wrong, "arguments", "the server listens at \(address), where others reach it: have it bind 127.0.0.1")
          }
          remark(
            .fine, "ready",
            "\(profile.readyPath) says \(answer) after \(TuneFigure.seconds((clock.now - start) / .seconds(1)))")
          return true
        }
        if response.status == 404 {
          remark(.wrong, "ready", "\(profile.readyPath) says \(answer): the server has no such route")
          return false
        }
      }
      usleep(100_000)
    }
    remark(.wrong, "ready", "\(profile.readyPath) says \(answer) after \(profile.prewarmTimeout)")
    return false
  }

  /// Whether the server ends a moment behind its reply. It is asked once more, which takes as long as the machine lets
  /// it wait: one that has yet to end does not answer.
  private func endsWithItsReply(_ process: ChildProcess) -> Bool {
    if process.waitForEnd(atMost: Parameters.readySettle) != nil { return true }
    if (try? HTTPClient().fetch(readyRequest, cancellation: cancellation)) != nil { return false }
    return process.waitForEnd(atMost: Parameters.readySettle) != nil
  }

  private var readyRequest: HTTPRequest {
    .get("http://127.0.0.1:\(port)\(profile.readyPath)", timeout: Parameters.readinessPollTimeout)
  }

  private func ask(_ model: String, _ remark: Tell) {
    let request = CompletionRequest(
      server: "http://127.0.0.1:\(port)", model: model, prompt: Prompt.text(words: Int(max(8, targetContext / 4))),
      tokensMax: 16, timeout: profile.requestTimeout, stopTokens: profile.allStopTokens)
    let completion = HTTPClient().complete(request, cancellation: cancellation)
    if cancellation.isCancelled { return }
    if let fault = completion.fault {
      let key = if case .leak = fault { "stop_tokens" } else { "ready" }
      return remark(.wrong, key, "a request fails: \(fault)")
    }
    let first = completion.firstText.map { TuneFigure.milliseconds($0 / .milliseconds(1)) } ?? "no time"
    remark(.fine, "model", "answers a request: first token after \(first), \(completion.tokens) tokens")
    if completion.tokensAreEstimated {
      remark(.open, "model", "the stream has no usage: tokens will be estimated by its texts")
    }
    if completion.promptTokens == nil {
      remark(.open, "model", "the usage has no prompt_tokens: rows will not tell how long prompts were")
    }
  }

  private func end(_ process: ChildProcess, _ family: ServerFamily, _ remark: Tell) {
    if process.isAlive {
      process.signalAll(SIGTERM)
      if process.waitForEnd(atMost: Parameters.stopGrace) == nil {
        remark(.wrong, "program", "pid \(process.pid) ignores SIGTERM, and lives on; SIGKILL is not used")
      }
    }
    process.reap()
    // What it started may outlive it.
    var left = family.members
    for pid in left { kill(pid, SIGTERM) }
    let deadline = ContinuousClock.now + Parameters.stopGrace
    while !left.isEmpty, ContinuousClock.now < deadline {
      usleep(20_000)
      left = family.members
    }
    if !left.isEmpty { remark(.wrong, "program", ServerDriver.words(left: left)) }
  }

  private func tail(of log: BoundedLog) -> String {
    let lines = ReadableText.of(log.tail()).split(whereSeparator: \.isNewline).filter {
      !$0.allSatisfy(\.isWhitespace)
    }
    return lines.last.map { String($0.prefix(400)) } ?? "without a word"
  }
}

import Foundation

/// A model server without a model: real processes, real HTTP, real streams, by a script.
///
///     ScriptedServer serve --script script.json --model good --port 18080 --no-join
///
/// It takes the flags of a profile and passes over those it does not know. `ScriptedServer hold MILLISECONDS [ignore]`
/// is its own child that keeps a port which it inherited as descriptor 3.
@main
enum ScriptedServer {
  static func main() throws {
    let words = Array(CommandLine.arguments.dropFirst())
    switch words.first {
    case "serve": try serve(Flags(Array(words.dropFirst())))
    case "hold":
      // Whoever left it passes over SIGTERM and blocks it, and both are handed down.
      signal(SIGTERM, words.contains("ignore") ? SIG_IGN : SIG_DFL)
      var none = sigset_t()
      sigemptyset(&none)
      sigprocmask(SIG_SETMASK, &none, nil)
      usleep(UInt32((words.dropFirst().first.flatMap { Int($0) } ?? 0) * 1000))
    case "--version": print("scripted 1.0")
    case "--help":
      print("serve --script FILE --port N --model NAME [--kv-bits N] [--max-batch N] [--max-context N] [--no-join]")
    default: fail("say 'serve', '--version' or '--help'", status: 64)
    }
  }

  private static func serve(_ flags: Flags) throws {
    guard let path = flags["--script"], let bytes = FileManager.default.contents(atPath: path) else {
      fail("--script names no file that can be read", status: 64)
    }
    guard let model = flags["--model"], let port = flags["--port"].flatMap({ UInt16($0) }) else {
      fail("--model or --port is missing", status: 64)
    }
    let script = try JSONDecoder().decode(Script.self, from: bytes)
    let behaviour = script.behaviour(for: model)
    try noteStart(script)
    for line in behaviour.log ?? [] { log(line) }
    if behaviour.ignoresTerm == true { signal(SIGTERM, SIG_IGN) }

    if let failure = behaviour.fails {
      usleep(UInt32((failure.afterMilliseconds ?? 0) * 1000))
      for line in failure.log ?? [] { log(line) }
      exit(failure.status ?? 1)
    }
    if let coordinator = behaviour.coordinatorPort, !flags.has("--no-join") { Sockets.connect(to: coordinator) }
    let load = Double(behaviour.loadMilliseconds ?? 0) / 1000
    let readyAt = Date().addingTimeInterval(load)
    if behaviour.listensWhileLoading != true && behaviour.listsWhileLoading != true { Thread.sleep(until: readyAt) }
    guard let listener = Sockets.listen(at: port, everywhere: behaviour.listensEverywhere == true) else {
      fail("cannot bind 127.0.0.1:\(port): \(String(cString: strerror(errno)))", status: 1)
    }
    if behaviour.ignoresTerm != true { endOnTerm(behaviour, listener) }
    log("listening on 127.0.0.1:\(port)")
    let server = Server(
      model: model, behaviour: behaviour, readyAt: readyAt,
      replies: behaviour.cells?[flags.knobs] ?? behaviour.replies ?? [Reply()])
    server.accept(at: listener)
  }

  /// Adds a line about this start to the file that the script names.
  private static func noteStart(_ script: Script) throws {
    guard let path = script.starts else { return }
    let mark = ProcessInfo.processInfo.environment["INTERLOCK_TICKET"] ?? ""
    let start: [String: Any] = ["words": CommandLine.arguments, "pid": getpid(), "mark": mark]
    let line = try JSONSerialization.data(withJSONObject: start, options: [.sortedKeys, .withoutEscapingSlashes])
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT, 0o644)
    let bytes = Array(line) + [0x0A]
    _ = write(file, bytes, bytes.count)
    close(file)
  }

  nonisolated(unsafe) private static var termination: (any DispatchSourceSignal)?

  /// Ends in good order when asked, and leaves a child behind if the script says so.
  private static func endOnTerm(_ behaviour: Behaviour, _ listener: Int32) {
    signal(SIGTERM, SIG_IGN)
    let source = DispatchSource.makeSignalSource(signal: SIGTERM, queue: .global())
    source.setEventHandler {
      if let milliseconds = behaviour.endsAfterTermMilliseconds { usleep(UInt32(milliseconds * 1000)) }
      if behaviour.leavesPortOnTerm == true {
        shutdown(listener, Int32(SHUT_RDWR))
        return
      }
      if let milliseconds = behaviour.holdsPortMilliseconds {
        Sockets.leaveHolder(listener, milliseconds, ignoresTerm: behaviour.holderIgnoresTerm == true)
      }
      exit(0)
    }
    source.activate()
    termination = source
  }

  static func log(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  private static func fail(_ words: String, status: Int32) -> Never {
    log("error: \(words)")
    exit(status)
  }
}

/// The words of the command line.
private struct Flags {
  private let words: [String]

  init(_ words: [String]) { self.words = words }

  subscript(name: String) -> String? {
    words.lastIndex(of: name).flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
  }

  func has(_ name: String) -> Bool { words.contains(name) }

  /// The cell of the script that the knobs name.
  var knobs: String {
    [self["--kv-bits"] ?? "unset", self["--max-batch"] ?? "1", self["--max-context"] ?? "unset"]
      .joined(separator: "/")
  }
}

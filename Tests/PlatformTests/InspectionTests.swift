import Foundation
import Platform
import Testing

@Suite struct `Ports` {
  @Test func `a port is free, is held by a listener that is named, and is free again`() throws {
    let port = LocalPort.unused()
    #expect(port.isFree)
    #expect(port.listeners.isEmpty)
    do {
      let listener = try Listening(at: port)
      #expect(!port.isFree)
      #expect(port.listeners.map(\.address) == ["127.0.0.1"] && port.listeners.map(\.pid) == [getpid()])
      #expect(port.sockets.count == 1 && port.sockets == Set(port.listeners.map(\.socket)))
      #if os(Linux)
        #expect(port.listeners.map(\.user) == [geteuid()])
      #endif
      _ = listener
    }
    #expect(eventually { port.isFree }, "a process that was started meanwhile may have it for a moment")
  }

  @Test func `who asks for a free port gets one that nobody else here was given`() {
    let ports = (0..<200).map { _ in LocalPort.unused() }
    #expect(Set(ports).count == ports.count)
  }

  @Test func `a listener at every address holds the port as well`() throws {
    let port = LocalPort.unused()
    let listener = try Listening(at: port, address: INADDR_ANY)
    #expect(!port.isFree)
    #expect(port.listeners.map(\.address) == ["0.0.0.0"])
    #expect(port.listeners.allSatisfy { $0.isAtLoopback })
    _ = listener
  }

  @Test func `a connection that is closing does not hold the port`() throws {
    let port = LocalPort.unused()
    do {
      let listener = try Listening(at: port)
      try listener.connectAndCloseFirst()
    }
    #expect(port.isFree)
  }

  #if os(Linux)
    @Test func `tables of the kernel are read as they are written`() {
      let table = """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:46A0 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
           1: 0100007F:46A0 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 100 0 0 10 0
           2: 00000000000000000000000001000000:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 4713 1 0 1
           3: broken
        """
      let rows = ListeningSocket.read(table: table).map { "\($0.address) \($0.port) \($0.inode)" }
      #expect(rows == ["127.0.0.1 18080 4711", "::1 8080 4713"])
    }

    @Test func `the kernel diagnoses the sockets that its tables have`() throws {
      let port = LocalPort.unused()
      let listener = try Listening(at: port)
      defer { withExtendedLifetime(listener) {} }
      let found = try #require(ListeningSocket.diagnosed()).filter { $0.port == port.number }
      let table = String(decoding: try Data(contentsOf: URL(fileURLWithPath: "/proc/net/tcp")), as: UTF8.self)
      #expect(found == ListeningSocket.read(table: table).filter { $0.port == port.number })
      #expect(found.map(\.address) == ["127.0.0.1"])
      #expect(found.map(\.user) == [geteuid()])
    }
  #endif
}

@Suite struct `The process table` {
  let folder: TemporaryFolder
  let log: BoundedLog

  init() throws {
    folder = try TemporaryFolder()
    log = try BoundedLog(creating: folder("log"))
  }

  @Test func `words, variables and folder are those it was started with`() throws {
    let command = Command(
      "/bin/sh", words: ["an assumed name", "-c", "while :; do sleep 1; done", "", "with blanks"],
      environment: ["MARK": "a=b c", "PATH": "/usr/bin:/bin"], folder: folder.path)
    let process = try ChildProcess(command, output: log.descriptor)
    defer { _ = process.stop(grace: .seconds(2)) }
    #expect(eventually { ProcessTable.words(of: process.pid) != nil })
    #expect(ProcessTable.words(of: process.pid) == command.words)
    #expect(ProcessTable.environment(of: process.pid).map(Set.init) == ["MARK=a=b c", "PATH=/usr/bin:/bin"])
    let real = URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path
    #expect(ProcessTable.folder(of: process.pid) == real)
    #expect(ProcessTable.isAlive(process.pid))
    #expect(ProcessTable.processes(withVariable: "MARK=a=b c").contains(process.pid))
    #expect(!ProcessTable.processes(withVariable: "MARK=a=b").contains(process.pid))
  }

  @Test func `what has ended is no process any more, though its number is still taken`() throws {
    let process = try ChildProcess(Command("/bin/sh", ["-c", "exit 0"]), output: log.descriptor)
    #expect(process.waitForEnd(atMost: .seconds(10)) == .exited(0))
    #expect(kill(process.pid, 0) == 0)
    #expect(!ProcessTable.isAlive(process.pid))
    #expect(ProcessTable.words(of: process.pid) == nil)
    #expect(!ProcessTable.all().contains(process.pid))
  }

  @Test func `T-6: a server is found by whole words, and its look-alikes are not`() throws {
    let script = "#!/bin/sh\nwhile :; do sleep 1; done\n"
    let name = "server-\(UUID().uuidString.prefix(8).lowercased())"
    let server = try folder.write("bin/\(name)", script, mode: 0o755)
    let helper = try folder.write("bin/\(name)-helper", script, mode: 0o755)
    // Started by its interpreter, as every script is.
    let real = try ChildProcess(Command(server, ["serve", "--port", "1"]), output: log.descriptor)
    let others = try [
      Command(helper, ["serve"]), Command(server, ["--verbose", "serve"]), Command(server, ["server"]),
      Command(server, ["autotune", "serve"]), Command(server, ["serve", "autotune"]), Command(server),
    ].map { try ChildProcess($0, output: log.descriptor) }
    defer { for process in [real] + others { _ = process.stop(grace: .seconds(2)) } }
    #expect(eventually { ProcessTable.words(of: real.pid)?.contains("serve") == true })
    let matcher = ServerMatcher(program: name, subcommand: "serve", isScript: true)
    #expect(
      matcher.running() == [RunningProcess(pid: real.pid, words: ["/bin/sh", server, "serve", "--port", "1"])])
    #expect(ServerMatcher(program: name, subcommand: "serve").running().isEmpty)
  }

  @Test func `the workers of a server, which have its words, are no servers of their own`() throws {
    let name = "server-\(UUID().uuidString.prefix(8).lowercased())"
    let server = try folder.write("bin/\(name)", "#!/bin/sh\n( while :; do sleep 1; done ) &\nwait\n", mode: 0o755)
    let servers = try (0..<2).map { _ in try ChildProcess(Command(server, ["serve"]), output: log.descriptor) }
    defer { for process in servers { _ = process.stop(grace: .seconds(2)) } }
    let matcher = ServerMatcher(program: name, subcommand: "serve", isScript: true)
    #expect(eventually { ProcessTable.processes(where: matcher.matches).count >= 4 })
    #expect(matcher.running().map(\.pid) == servers.map(\.pid))
  }

  @Test(arguments: [
    (["interlock", "serve"], true), (["/usr/local/bin/interlock", "serve", "--port", "1"], true),
    (["interlock-helper", "serve"], false), (["interlock", "server"], false), (["interlock"], false),
    (["interlock", "--json", "serve"], false), (["interlock", "autotune"], false),
    (["interlock", "serve", "autotune"], false), (["sh", "interlock", "serve"], false), ([], false), ([""], false),
    (["interlock/", "serve"], true), (["xinterlock", "serve"], false), (["my interlock", "serve"], false),
  ])
  func `an executable is the first word, and serve the next`(words: [String], isServer: Bool) {
    #expect(ServerMatcher(program: "interlock", subcommand: "serve").matches(words) == isServer)
  }

  @Test(arguments: [
    (["python3", "/usr/bin/vllm", "serve", "m"], true), (["vllm", "serve", "m"], true),
    (["python3", "-u", "/usr/bin/vllm", "serve"], false), (["python3", "vllm", "bench"], false),
    (["/opt/venv/bin/python3.11", "vllm", "serve"], true),
    (["/L/Python.app/Contents/MacOS/Python", "vllm", "serve"], true),
    (["/bin/sh", "vllm", "serve"], true),
    // Whoever looks at it does not run it.
    (["vim", "vllm", "serve"], false), (["/usr/bin/less", "/usr/bin/vllm", "serve"], false), ([""], false),
  ])
  func `a script may stand after its interpreter`(words: [String], isServer: Bool) {
    #expect(ServerMatcher(program: "vllm", subcommand: "serve", isScript: true).matches(words) == isServer)
  }

  @Test func `a program that does nothing but serve needs no second word`() {
    let matcher = ServerMatcher(program: "llama-server")
    #expect(matcher.matches(["/opt/llama-server", "-m", "x.gguf"]))
    #expect(!matcher.matches(["llama-server-old", "-m", "x.gguf"]))
  }

  #if os(Linux)
    @Test(arguments: [
      ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/llama.service\n", "llama.service"),
      ("0::/user.slice/user-1000.slice/session-3.scope\n", nil),
      ("0::/user.slice/user-1000.slice/user@1000.service/app.slice/app-term-7.scope\n", nil),
      ("12:cpu:/x.service\n1:name=systemd:/system.slice/cron.service\n", "cron.service"),
      ("0::/system.slice/docker.service/inner.scope\n", nil), ("0::/\n", nil), ("", nil),
    ])
    func `DEC-24: the unit of a process is the innermost service`(groups: String, unit: String?) {
      #expect(ProcessTable.unit(ofGroups: groups) == unit)
    }
  #endif
}

/// A socket of this process that listens, until it is let go.
private final class Listening {
  private let socket: Int32
  private let port: LocalPort

  init(at port: LocalPort, address: UInt32 = 0x7F00_0001) throws {
    self.port = port
    #if canImport(Darwin)
      socket = Foundation.socket(AF_INET, SOCK_STREAM, 0)
    #else
      socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    var place = Listening.place(port, address)
    let bound = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(socket, $0, 16) }
    }
    try #require(bound == 0)
    try #require(listen(socket, 4) == 0)
  }

  deinit { close(socket) }

  /// Leaves a connection on our side that waits for stray packets: it closed first.
  func connectAndCloseFirst() throws {
    #if canImport(Darwin)
      let client = Foundation.socket(AF_INET, SOCK_STREAM, 0)
    #else
      let client = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
    var place = Listening.place(port, 0x7F00_0001)
    let connected = withUnsafePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(client, $0, 16) }
    }
    try #require(connected == 0)
    let accepted = accept(socket, nil, nil)
    close(accepted)
    usleep(20_000)
    close(client)
    usleep(20_000)
  }

  private static func place(_ port: LocalPort, _ address: UInt32) -> sockaddr_in {
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = port.number.bigEndian
    place.sin_addr.s_addr = address.bigEndian
    return place
  }
}

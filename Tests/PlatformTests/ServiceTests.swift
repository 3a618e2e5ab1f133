import Foundation
import Platform
import Testing

/// A folder with a tool that answers by a script and writes its words down, as the only folder of a `PATH`.
private struct StandIn {
  let folder: TemporaryFolder
  let environment: [String: String]

  /// - Parameter script: The body of a shell script; `$folder` is a place for files.
  init(_ tool: String, _ script: String) throws {
    folder = try TemporaryFolder()
    try folder.write(
      "bin/\(tool)",
      """
      #!/bin/sh
      folder='\(folder.path)'
      { for word; do printf '[%s]' "$word"; done; echo; } >> "$folder/calls"
      \(script)
      """, mode: 0o755)
    environment = ["PATH": folder("bin") + ":/usr/bin:/bin", "HOME": folder.path]
  }

  /// What the tool was called with, one line for each call.
  var calls: [String] { (folder.read("calls") ?? "").split(separator: "\n").map(String.init) }
}

/// Keeps folders until the test is over.
private final class Kept {
  var standIns: [StandIn] = []
}

private let shown = "[--property=LoadState,ActiveState,SubState,MainPID,TriggeredBy]"

@Suite struct `The systemd of a user` {
  private let kept = Kept()
  private let service = ManagedService(name: "model.service")

  private func systemd(_ answer: String) throws -> (Systemd, StandIn) {
    let standIn = try StandIn("systemctl", answer)
    kept.standIns.append(standIn)
    return (Systemd(environment: standIn.environment), standIn)
  }

  private func state(_ properties: String) throws -> ServiceState {
    let (systemd, _) = try systemd("cat <<'END'\n\(properties)\nEND")
    return try systemd.state(of: service)
  }

  @Test func `a unit that runs is in the way, with its process`() throws {
    let (systemd, standIn) = try systemd(
      """
      echo MainPID=4711; echo LoadState=loaded; echo ActiveState=active; echo SubState=running
      echo TriggeredBy=
      """)
    let state = try systemd.state(of: service)
    #expect(
      state
        == ServiceState(
          isLoaded: true, isInTheWay: true, pid: 4711, words: "active (running)"))
    #expect(standIn.calls == ["[--user][show]\(shown)[--][model.service]"])
  }

  @Test(arguments: ["error", "bad-setting", "masked"])
  func `a unit that its manager could not start again says so`(loaded: String) throws {
    #expect(try state("LoadState=\(loaded)\nActiveState=active\nSubState=running\nMainPID=0").fault == loaded)
  }

  @Test(arguments: [
    ("active", true), ("activating", true), ("deactivating", true), ("reloading", true), ("inactive", false),
    ("failed", false),
  ])
  func `a unit is in the way unless it rests`(active: String, isInTheWay: Bool) throws {
    let state = try state("LoadState=loaded\nActiveState=\(active)\nSubState=x\nMainPID=0")
    #expect(state.isInTheWay == isInTheWay)
    #expect(state.pid == nil)
    #expect(state.words == "\(active) (x)")
  }

  @Test func `a unit that nobody knows is not in the way`() throws {
    let state = try state("LoadState=not-found\nActiveState=inactive\nSubState=dead\nMainPID=0")
    #expect(state == ServiceState(isLoaded: false, isInTheWay: false, words: "not-found"))
  }

  @Test func `a socket that listens for it is in the way, and is stopped and started with it`() throws {
    let (systemd, standIn) = try systemd(
      """
      case "$*" in
        *show*model.socket) echo ActiveState=active ;;
        *show*other.socket) echo ActiveState=inactive ;;
        *show*) echo LoadState=loaded; echo ActiveState=inactive; echo SubState=dead
                echo TriggeredBy=model.socket other.socket ;;
      esac
      """)
    let state = try systemd.state(of: service)
    #expect(state.isInTheWay && state.sockets == ["model.socket"])
    let found = ManagedService(name: "model.service", sockets: state.sockets)
    try systemd.stop(found, within: .seconds(20))
    try systemd.start(found, within: .seconds(20))
    #expect(
      standIn.calls.suffix(2) == [
        "[--user][stop][--no-block][--][model.socket][model.service]",
        "[--user][start][--][model.socket][model.service]",
      ])
    #expect(systemd.startCommands(found) == ["systemctl --user start model.socket model.service"])
    #expect(systemd.restartCommands(found) == ["systemctl --user restart model.service"])
  }

  @Test func `DEC-24: no manager, no tool and a tool that fails are told apart`() throws {
    let (container, _) = try systemd("echo 'Failed to connect to bus: No medium found' >&2; exit 1")
    #expect(throws: ServiceFailure.unreachable("Failed to connect to bus: No medium found")) {
      try container.state(of: service)
    }
    // As systemd says it from version 256 on.
    let words = "Failed to connect to user scope bus via local transport: No such file or directory"
    let (newer, _) = try systemd("echo '\(words)' >&2; exit 1")
    #expect(throws: ServiceFailure.unreachable(words)) { try newer.state(of: service) }
    let (broken, _) = try systemd("echo 'Access denied' >&2; exit 4")
    let refused = #expect(throws: ServiceFailure.self) { try broken.stop(service, within: .seconds(20)) }
    #expect(refused?.description == "'systemctl --user stop --no-block -- model.service' failed: Access denied")
    let nowhere = Systemd(environment: ["PATH": "/nowhere"])
    #expect(throws: ServiceFailure.noTool("systemctl")) { try nowhere.state(of: service) }
  }

  @Test func `a tool that takes longer has been told: what it started comes up, and what it stopped goes down`() throws
  {
    let (slow, standIn) = try systemd("case \"$*\" in *show*) echo ActiveState=activating ;; *) exec sleep 30 ;; esac")
    let began = ContinuousClock.now
    try slow.start(service, within: .milliseconds(200))
    try slow.stop(service, within: .milliseconds(200))
    #expect(standIn.calls.count == 3)
    let (failing, _) = try systemd("case \"$*\" in *show*) echo ActiveState=failed ;; *) exec sleep 30 ;; esac")
    let failure = #expect(throws: ServiceFailure.self) { try failing.start(service, within: .milliseconds(200)) }
    #expect(failure?.description == "'systemctl --user start -- model.service' took longer than 200 ms")
    #expect(ContinuousClock.now - began < .seconds(10))
  }

  @Test func `where no session says how to reach the manager, its usual place is assumed`() throws {
    let (systemd, standIn) = try systemd("echo \"$XDG_RUNTIME_DIR $DBUS_SESSION_BUS_ADDRESS $LC_ALL\" > $folder/seen")
    try systemd.start(service, within: .seconds(20))
    let runtime = "/run/user/\(getuid())"
    #expect(standIn.folder.read("seen") == "\(runtime) unix:path=\(runtime)/bus C\n")
  }

  @Test func `names that begin with a dash are no options`() throws {
    let (systemd, standIn) = try systemd("exit 0")
    try systemd.stop(ManagedService(name: "--all"), within: .seconds(20))
    #expect(standIn.calls == ["[--user][stop][--no-block][--][--all]"])
  }
}

@Suite struct `The launchd of a user` {
  private let kept = Kept()
  private let service = ManagedService(name: "live.example.model", definition: "/a b/live.example.model.plist")

  private func launchd(_ answer: String) throws -> (Launchd, StandIn) {
    let standIn = try StandIn("launchctl", answer)
    kept.standIns.append(standIn)
    return (Launchd(environment: standIn.environment, user: 501), standIn)
  }

  private static let list =
    "PID\tStatus\tLabel\n77\t0\tlive.example.model.helper\n-\t0\tlive.example.model\n8\t0\tmodel"

  @Test func `T-6: a label is a whole field, and one that is loaded is in the way though it does not run`() throws {
    let (launchd, standIn) = try launchd("printf '\(Self.list)\\n'")
    #expect(
      try launchd.state(of: service)
        == ServiceState(
          isLoaded: true, isInTheWay: true, pid: nil, words: "loaded, not running"))
    #expect(try launchd.state(of: ManagedService(name: "model")).pid == 8)
    for other in ["live.example", "example.model", "live.example.model.h", "PID"] {
      #expect(try !launchd.state(of: ManagedService(name: other)).isInTheWay, "\(other)")
    }
    #expect(standIn.calls.first == "[list]")
  }

  @Test func `it is stopped and started by exact words`() throws {
    let (launchd, standIn) = try launchd("exit 0")
    try launchd.stop(service, within: .seconds(20))
    try launchd.start(service, within: .seconds(20))
    #expect(
      standIn.calls == [
        "[bootout][gui/501/live.example.model]", "[bootstrap][gui/501][/a b/live.example.model.plist]",
      ])
    #expect(
      launchd.restartCommands(service) == [
        "launchctl bootout gui/501/live.example.model",
        "launchctl bootstrap gui/501 '/a b/live.example.model.plist'",
      ])
  }

  @Test func `T-7: what is loaded already counts as started, and what is on its way out as stopped`() throws {
    let (loaded, _) = try launchd("[ \"$1\" = list ] && printf '\(Self.list)\\n' || exit 37")
    try loaded.start(service, within: .seconds(20))
    let (leaving, _) = try launchd("exit 36")
    try leaving.stop(service, within: .seconds(20))
    let (broken, _) = try launchd(
      "[ \"$1\" = list ] && exit 0; echo 'Bootstrap failed: 5: Input/output error' >&2; exit 5")
    let refused = #expect(throws: ServiceFailure.self) { try broken.start(service, within: .seconds(20)) }
    #expect(
      refused?.description
        == "'launchctl bootstrap gui/501 '/a b/live.example.model.plist'' failed: "
        + "Bootstrap failed: 5: Input/output error"
    )
  }

  @Test func `a tool that takes longer has been told, and what is loaded by then counts as started`() throws {
    let (slow, _) = try launchd("[ \"$1\" = list ] && printf '\(Self.list)\\n' || exec sleep 30")
    try slow.start(service, within: .milliseconds(200))
    try slow.stop(service, within: .milliseconds(200))
    let (failing, _) = try launchd("[ \"$1\" = list ] && exit 0; exec sleep 30")
    #expect(throws: ServiceFailure.self) { try failing.start(service, within: .milliseconds(200)) }
  }

  @Test func `a tool that fails is an error, never a free machine`() throws {
    let (broken, _) = try launchd("exit 1")
    #expect(throws: ServiceFailure.refused(command: "launchctl list", words: "it ended with status 1")) {
      try broken.state(of: service)
    }
  }

  @Test func `without a definition, the usual place is taken`() {
    #expect(
      Launchd.usualDefinition(of: "a.b", home: "/Volumes/me") == "/Volumes/me/Library/LaunchAgents/a.b.plist")
  }
}

@Suite struct `Tools and words` {
  @Test func `a tool that hangs is ended, with what it started`() throws {
    let start = ContinuousClock.now
    let failure = #expect(throws: Tool.Failure.self) {
      try Tool.run(Command("/bin/sh", ["-c", "sleep 63 & sleep 64"]), patience: .milliseconds(200))
    }
    #expect(failure?.description == "'/bin/sh' took longer than 200 ms and was ended")
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(ProcessTable.processes { $0 == ["sleep", "63"] || $0 == ["sleep", "64"] }.isEmpty)
  }

  @Test func `much output is kept whole, and both outputs apart`() throws {
    let script = "i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done; echo wrong >&2; exit 3"
    let result = try Tool.run(Command("/bin/sh", ["-c", script]))
    #expect(result.output.utf8.count == 220_000)
    #expect(result.errors == "wrong\n" && result.ending == .exited(3) && result.complaint == "wrong")
  }

  @Test(arguments: ["plain", "a b", "it's", "", "$HOME", "-n", "größe", "a\nb", "*", "\"q\"", "\\", "a=b", "''"])
  func `a shell takes a line apart into the words it was made of`(word: String) throws {
    let line = ShellText.line(["printf", "[%s]", word, "end"])
    let result = try Tool.run(Command("/bin/sh", ["-c", line]))
    #expect(result.output == "[\(word)][end]")
  }
}

#if os(Linux)
  import Foundation
  import Platform
  import Testing

  /// The manager of this user's units, where there is one.
  private enum UserManager {
    static let isHere = (try? run("show", "--property=Version"))?.succeeded == true

    @discardableResult static func run(_ arguments: String...) throws -> Tool.Result {
      try Tool.run(
        Command("systemctl", ["--user"] + arguments, environment: Surroundings.environment), patience: .seconds(30))
    }

    /// Units that are gone with the next start of the machine.
    static var folder: String? { Surroundings.environment["XDG_RUNTIME_DIR"].map { $0 + "/systemd/user" } }
  }

  @Suite(.enabled(if: UserManager.isHere, "no user manager of systemd answers here: systemctl --user show"))
  struct `interlock autotune and a real user manager` {
    @Test func `AC-6, T-23: a unit is refused by name; with drain it is stopped, and started with what was applied`()
      throws
    {
      let name = "interlock-test-\(UUID().uuidString.prefix(8).lowercased()).service"
      let bench = try TuneBench(profile: "unit: \(name)")
      let folder = try #require(UserManager.folder)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      let file = folder + "/" + name
      let words = ([bench.server] + bench.words(serving: "theirs")).map { "\"\($0)\"" }.joined(separator: " ")
      try "[Service]\nExecStart=\(words)\n".write(toFile: file, atomically: true, encoding: .utf8)
      defer {
        _ = try? UserManager.run("stop", name)
        try? FileManager.default.removeItem(atPath: file)
        _ = try? UserManager.run("daemon-reload")
        bench.endAll()
      }
      try #require(try UserManager.run("daemon-reload").succeeded && UserManager.run("start", name).succeeded)
      bench.awaitListener()

      let refused = try bench.runShort("--candidate-models", "m")
      #expect(refused.status == 6 && refused.lastError == "exit_reason=provider_conflict")
      #expect(
        refused.errors.hasPrefix("error: systemd-managed is in the way\n  try: stop \(name) (active (running))"),
        "\(refused.errors)")

      let run = try bench.runShort("--candidate-models", "m", "--drain", "--apply")
      #expect(run.status == 0 && run.lastError == "exit_reason=ok", "\(run.errors)")
      bench.awaitListener()
      #expect(bench.modelsStarted == ["theirs", "m", "theirs"])
      #expect(try UserManager.run("is-active", name).output == "active\n")
      #expect(ProcessTable.processes { $0.contains(bench.script) }.count == 1)
    }
  }
#endif

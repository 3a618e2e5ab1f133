import Foundation

/// The systemd of this user.
///
///     let systemd = Systemd()
///     try systemd.state(of: ManagedService(name: "model.service")).words      // active (running)
public struct Systemd: ServiceManager {
  public let name = "systemd"
  private let environment: [String: String]

  /// - Parameter environment: Where no session says how to reach the user's manager, its usual place is assumed.
  public init(environment: [String: String] = Surroundings.environment) {
    var environment = environment
    let runtime = environment["XDG_RUNTIME_DIR"] ?? "/run/user/\(getuid())"
    environment["XDG_RUNTIME_DIR"] = runtime
    if environment["DBUS_SESSION_BUS_ADDRESS"] == nil {
      environment["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=\(runtime)/bus"
    }
    environment["LC_ALL"] = "C"
    self.environment = environment
  }

  public func state(of service: ManagedService) throws(ServiceFailure) -> ServiceState {
    let properties = try show(service.name)
    let loaded = properties["LoadState"] ?? ""
    let active = properties["ActiveState"] ?? ""
    let triggers = (properties["TriggeredBy"] ?? "").split(separator: " ").map(String.init)
    var sockets: [String] = []
    for trigger in triggers where trigger.hasSuffix(".socket") {
      if try show(trigger)["ActiveState"] == "active" { sockets.append(trigger) }
    }
    let isResting = ["inactive", "failed"].contains(active) || loaded == "not-found"
    return ServiceState(
      isLoaded: loaded != "not-found" && loaded != "", isInTheWay: !isResting || !sockets.isEmpty,
      pid: properties["MainPID"].flatMap { pid_t($0) }.flatMap { $0 > 0 ? $0 : nil },
      words: loaded == "not-found" ? loaded : "\(active) (\(properties["SubState"] ?? ""))",
      fault: ["error", "bad-setting", "masked"].contains(loaded) ? loaded : nil,
      sockets: sockets)
  }

  public func stop(_ service: ManagedService, within patience: Duration) throws(ServiceFailure) {
    do {
      // The sockets with it, or the next connection would start it again.
      _ = try run(["stop", "--no-block", "--"] + service.sockets + [service.name], within: patience)
    } catch .timedOut {
      // The order is out; whether it is heeded is seen by waiting.
    }
  }

  public func start(_ service: ManagedService, within patience: Duration) throws(ServiceFailure) {
    do {
      _ = try run(["start", "--"] + service.sockets + [service.name], within: patience)
    } catch {
      guard case .timedOut = error else { throw error }
      // The tool waits until the service says that it is ready; it comes up without anybody waiting, too.
      let state = try show(service.name)["ActiveState"] ?? ""
      guard ["active", "activating", "reloading"].contains(state) else { throw error }
    }
  }

  public func startCommands(_ service: ManagedService) -> [String] {
    [ShellText.line(["systemctl", "--user", "start"] + service.sockets + [service.name])]
  }

  public func restartCommands(_ service: ManagedService) -> [String] {
    [ShellText.line(["systemctl", "--user", "restart", service.name])]
  }

  // MARK: - The tool

  private func show(_ unit: String) throws(ServiceFailure) -> [String: String] {
    let properties = "LoadState,ActiveState,SubState,MainPID,TriggeredBy"
    let result = try run(["show", "--property=\(properties)", "--", unit])
    let pairs = result.output.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  private func run(_ arguments: [String], within patience: Duration = .seconds(20)) throws(ServiceFailure)
    -> Tool.Result
  {
    let command = Command("systemctl", ["--user"] + arguments, environment: environment)
    let result = try command.runAsServiceTool(within: patience)
    guard !result.succeeded else { return result }
    let words = result.complaint
    if Systemd.tellsOfNoManager(words) { throw .unreachable(words) }
    throw .refused(command: ShellText.line(command.words), words: words)
  }

  /// `Failed to connect to bus: …`, and from version 256 on `Failed to connect to user scope bus via …`.
  private static func tellsOfNoManager(_ words: String) -> Bool {
    words.contains("not been booted with systemd") || words.contains(/Failed to connect to [^:]*bus/)
  }
}

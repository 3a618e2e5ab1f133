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
      files: [properties["FragmentPath"] ?? ""].filter { !$0.isEmpty }
        + (properties["DropInPaths"] ?? "").split(separator: " ").map(String.init),
      sockets: sockets)
  }

  public func stop(_ service: ManagedService) throws(ServiceFailure) {
    // The sockets with it, or the next connection would start it again.
    try order(["stop", "--no-block", "--"] + service.sockets + [service.name])
  }

  public func start(_ service: ManagedService) throws(ServiceFailure) {
    try order(["start", "--"] + service.sockets + [service.name])
  }

  public func startCommands(_ service: ManagedService) -> [String] {
    [ShellText.line(["systemctl", "--user", "start"] + service.sockets + [service.name])]
  }

  public func restartCommands(_ service: ManagedService) -> [String] {
    [ShellText.line(["systemctl", "--user", "restart", service.name])]
  }

  // MARK: - The tool

  private func show(_ unit: String) throws(ServiceFailure) -> [String: String] {
    let properties = "LoadState,ActiveState,SubState,MainPID,FragmentPath,DropInPaths,TriggeredBy"
    let result = try run(["show", "--property=\(properties)", "--", unit])
    let pairs = result.output.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
    return Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }

  private func order(_ arguments: [String]) throws(ServiceFailure) { _ = try run(arguments) }

  private func run(_ arguments: [String]) throws(ServiceFailure) -> Tool.Result {
    let command = Command("systemctl", ["--user"] + arguments, environment: environment)
    let result = try command.runAsServiceTool()
    guard !result.succeeded else { return result }
    let words = result.complaint
    if words.contains("connect to bus") || words.contains("not been booted with systemd") { throw .unreachable(words) }
    throw .refused(command: ShellText.line(command.words), words: words)
  }
}

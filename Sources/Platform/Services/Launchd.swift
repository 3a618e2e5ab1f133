import Foundation

/// The launchd of this user's session.
public struct Launchd: ServiceManager {
  public let name = "launchd"
  private let environment: [String: String]
  private let domain: String

  public init(environment: [String: String] = Surroundings.environment, user: uid_t = getuid()) {
    self.environment = environment
    domain = "gui/\(user)"
  }

  public func state(of service: ManagedService) throws(ServiceFailure) -> ServiceState {
    let result = try run(["list"])
    guard result.succeeded else { throw refusal(["list"], result) }
    // PID, status and label in columns; of a service that is loaded and does not run, the PID is a dash.
    for line in result.output.split(separator: "\n") {
      let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
      guard fields.count == 3, fields[2] == service.name else { continue }
      let pid = pid_t(fields[0])
      return ServiceState(
        isLoaded: true, isInTheWay: true, pid: pid, words: pid == nil ? "loaded, not running" : "running")
    }
    return ServiceState(isLoaded: false, isInTheWay: false, words: "not loaded")
  }

  public func stop(_ service: ManagedService, within patience: Duration) throws(ServiceFailure) {
    let words = ["bootout", "\(domain)/\(service.name)"]
    let result: Tool.Result
    // It waits until the service is gone, and has told it to go all the same.
    do { result = try run(words, within: patience) } catch .timedOut { return }
    // 36: it is on its way out.
    guard result.succeeded || result.ending == .exited(36) else { throw refusal(words, result) }
  }

  public func start(_ service: ManagedService, within patience: Duration) throws(ServiceFailure) {
    let words = startWords(service)
    let failure: ServiceFailure
    do {
      let result = try run(words, within: patience)
      if result.succeeded { return }
      failure = refusal(words, result)
    } catch {
      guard case .timedOut = error else { throw error }
      failure = error
    }
    // Its numbers for "already loaded" differ from version to version; whether it is can be asked.
    if try state(of: service).isLoaded { return }
    throw failure
  }

  public func startCommands(_ service: ManagedService) -> [String] {
    [ShellText.line(["launchctl"] + startWords(service))]
  }

  public func restartCommands(_ service: ManagedService) -> [String] {
    [ShellText.line(["launchctl", "bootout", "\(domain)/\(service.name)"])] + startCommands(service)
  }

  private func startWords(_ service: ManagedService) -> [String] {
    ["bootstrap", domain, service.definition ?? Launchd.usualDefinition(of: service.name)]
  }

  /// Where a user's property lists lie.
  public static func usualDefinition(of label: String, home: String = Surroundings.home) -> String {
    "\(home)/Library/LaunchAgents/\(label).plist"
  }

  private func run(_ arguments: [String], within patience: Duration = .seconds(20)) throws(ServiceFailure)
    -> Tool.Result
  {
    try Command("launchctl", arguments, environment: environment).runAsServiceTool(within: patience)
  }

  private func refusal(_ words: [String], _ result: Tool.Result) -> ServiceFailure {
    .refused(command: ShellText.line(["launchctl"] + words), words: result.complaint)
  }
}

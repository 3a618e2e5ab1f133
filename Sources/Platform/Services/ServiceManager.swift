import Foundation

/// What the system starts and stops for its users: systemd or launchd.
///
/// It is told by its own tools, with exact words and no shell. Nothing is ever killed, disabled or masked.
public protocol ServiceManager: Sendable {
  /// `systemd` or `launchd`, as it is told to people.
  var name: String { get }

  /// What is known of a service.
  ///
  /// - Throws: ``ServiceFailure``, where the tool is missing, cannot reach its manager, or fails.
  func state(of service: ManagedService) throws(ServiceFailure) -> ServiceState

  /// Orders it to stop, and returns before it has. A tool that takes longer has been told all the same.
  func stop(_ service: ManagedService, within patience: Duration) throws(ServiceFailure)

  /// Starts it; one that runs already, or is on its way when the time is up, counts as started.
  func start(_ service: ManagedService, within patience: Duration) throws(ServiceFailure)

  /// What somebody types to start it.
  func startCommands(_ service: ManagedService) -> [String]

  /// What somebody types to have it take up another configuration.
  func restartCommands(_ service: ManagedService) -> [String]
}

/// A service, and what it takes to bring it back as it was.
public struct ManagedService: Sendable, Equatable, Codable {
  /// The unit, as `model.service`, or the label, as `org.example.model`.
  public var name: String
  /// The property list that launchd loads it from.
  public var definition: String?
  /// The sockets that were listening for it, which would start it again.
  public var sockets: [String]

  public init(name: String, definition: String? = nil, sockets: [String] = []) {
    self.name = name
    self.definition = definition
    self.sockets = sockets
  }
}

/// What a manager says of a service.
public struct ServiceState: Sendable, Equatable {
  /// Whether the manager knows it at all.
  public var isLoaded: Bool
  /// Whether it runs, is about to run, or may be started by its manager at any moment.
  public var isInTheWay: Bool
  public var pid: pid_t?
  /// Whether one that was started is back: it runs or is about to, and not only until it fails once more.
  public var isBack: Bool { isInTheWay && !words.contains("auto-restart") }
  /// As the manager says it: `active (running)`.
  public var words: String
  /// Why its manager could not start it again once it has stopped, as the manager says it; nil where it could.
  public var fault: String?
  /// The sockets that listen for it at this moment.
  public var sockets: [String]

  public init(
    isLoaded: Bool, isInTheWay: Bool, pid: pid_t? = nil, words: String, fault: String? = nil, sockets: [String] = []
  ) {
    self.isLoaded = isLoaded
    self.isInTheWay = isInTheWay
    self.pid = pid
    self.words = words
    self.fault = fault
    self.sockets = sockets
  }
}

/// Why a manager did not do as it was told.
public enum ServiceFailure: Error, Equatable, CustomStringConvertible {
  /// There is no such tool on `PATH`.
  case noTool(String)
  /// The tool is there, and no manager answers it: a container, or a session without one.
  case unreachable(String)
  /// The tool failed, with these words.
  case refused(command: String, words: String)
  /// The tool did not come to an end.
  case timedOut(command: String, Duration)

  public var description: String {
    switch self {
    case .noTool(let tool): "there is no '\(tool)' on PATH"
    case .unreachable(let words): "the service manager does not answer: \(words)"
    case .refused(let command, let words): "'\(command)' failed: \(words)"
    case .timedOut(let command, let patience): "'\(command)' took longer than \(patience.millisecondsRoundedUp) ms"
    }
  }
}

extension Command {
  /// Runs it as a tool of a service manager.
  func runAsServiceTool(within patience: Duration) throws(ServiceFailure) -> Tool.Result {
    do {
      return try Tool.run(self, patience: patience)
    } catch .notStarted(let failure) where failure.program == program {
      throw .noTool(program)
    } catch .timedOut(_, let patience) {
      throw .timedOut(command: ShellText.line(words), patience)
    } catch {
      throw .refused(command: ShellText.line(words), words: "\(error)")
    }
  }
}

import Foundation

/// What this process was started in.
public enum Surroundings {
  public static var environment: [String: String] { ProcessInfo.processInfo.environment }

  /// The home of whoever runs this; `/` if nobody says.
  public static var home: String { environment["HOME"].flatMap { $0.isEmpty ? nil : $0 } ?? NSHomeDirectory() }
}

import Foundation

/// What the system answered instead of doing something with a file.
public struct FileFailure: Error, Equatable, CustomStringConvertible {
  /// What was attempted, as a verb: `open`, `write`, `rename`.
  public let deed: String
  public let path: String
  /// The system's number for the reason, such as `ENOSPC`.
  public let code: Int32

  public init(_ deed: String, _ path: String, code: Int32 = errno) {
    self.deed = deed
    self.path = path
    self.code = code
  }

  public var description: String { "cannot \(deed) '\(path)': \(String(cString: strerror(code)))" }
}

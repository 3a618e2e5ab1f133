/// Why a system in a world cannot be exported.
public enum ExportError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The world may do something that the exported languages are not given.
  case unsupported(String)
  /// A law is broken: exploration does not go beyond such a state, and another checker would.
  case broken([String])
  /// The exploration was cut short.
  case incomplete([String])
  /// A step fans out over more direct routes, or more combinations of them, than a reader could follow.
  case tooLarge(String)

  public var description: String {
    switch self {
    case .unsupported(let what): "\(what) cannot be exported"
    case .broken(let laws):
      "what breaks a law cannot be exported, because exploration stops there and another checker goes on: "
        + laws.joined(separator: "; ")
    case .incomplete(let bounds):
      "only a world that is explored to its end can be exported; this one met a bound: "
        + bounds.joined(separator: "; ")
    case .tooLarge(let what): "\(what): too much for an export"
    }
  }
}

/// A file of `docs/` as it should be.
public struct WovenFile: Hashable, Sendable {
  /// The path, from `docs/`.
  public let path: String
  public let content: Content

  public enum Content: Hashable, Sendable {
    case text(String)
    /// An image that Graphviz draws. It is fresh while it says that it was drawn from this source.
    case diagram(Diagram)
    /// A text with images inside, by their paths: the files of the same name, as they are on disk.
    case composed([Piece])
  }

  public enum Piece: Hashable, Sendable {
    case text(String)
    case diagram(path: String)
  }

  public init(path: String, content: Content) {
    self.path = path
    self.content = content
  }
}

/// Why pages could not be compared or written.
public enum WeaveError: Error, Hashable, Sendable, CustomStringConvertible {
  case noGraphviz
  /// Graphviz did not draw a diagram; `said` is what it printed.
  case notDrawn(path: String, said: String)
  case notRead(path: String, why: String)
  case notWritten(path: String, why: String)

  public var description: String {
    switch self {
    case .noGraphviz: "the diagrams need Graphviz: apt-get install graphviz, or brew install graphviz"
    case .notDrawn(let path, let said): "Graphviz could not draw \(path): \(said)"
    case .notRead(let path, let why): "\(path) could not be read: \(why)"
    case .notWritten(let path, let why): "\(path) could not be written: \(why)"
    }
  }
}

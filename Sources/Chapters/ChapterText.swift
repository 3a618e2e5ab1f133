/// A chapter as it lies on disk: the name of its file and its text.
public struct ChapterText: Hashable, Sendable {
  /// The name of the file without its folder.
  public let file: String
  public let text: String

  public init(file: String, text: String) {
    self.file = file
    self.text = text
  }

  /// Decodes a file that should be UTF-8.
  ///
  /// - Throws: One error, which names the first line that is not UTF-8.
  public init(file: String, bytes: some Collection<UInt8>) throws(ChapterErrors) {
    if let text = String(validating: bytes, as: UTF8.self) {
      self.init(file: file, text: text)
      return
    }
    // A sequence of UTF-8 never spans a line feed, so the lines can be tried one by one.
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let broken = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil }
    guard let broken else { preconditionFailure("\(file) is not UTF-8, yet each of its lines is") }
    throw ChapterErrors([
      ChapterError(
        file: file, line: broken + 1, found: "this line is not UTF-8", instead: "save the chapter as UTF-8")
    ])
  }
}

import Foundation

/// The tests whose names begin with the identifier of a requirement, such as ``func `SW-4: senders pause` ``.
public struct NamedTests: Hashable, Sendable {
  public struct Test: Hashable, Sendable {
    /// Its words, the identifier first.
    public let name: String
    /// Its file, from the package's folder.
    public let path: String
    public let line: Int
  }

  /// By the identifier, in the order of files and lines.
  public private(set) var all: [String: [Test]] = [:]

  /// None.
  public init() {}

  /// - Parameter root: The package's folder, with `Tests/` in it.
  public init(root: URL) {
    let folder = root.appending(path: "Tests")
    let walk = FileManager.default.enumerator(atPath: folder.path(percentEncoded: false))
    var files: [String] = []
    while let file = walk?.nextObject() as? String { if file.hasSuffix(".swift") { files.append(file) } }
    let test = /func `(([A-Z][A-Z0-9]*(?:-[A-Z0-9.]+)*)(?=[: ])[^`]*)`/
    for file in files.sorted() {
      let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
      guard let text, text.contains("func `") else { continue }
      var isDisabled = false
      for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let code = line.drop { $0.isWhitespace }
        // What is commented out is not run, nor what is disabled whatever holds.
        if code.hasPrefix("//") { continue }
        if code.hasPrefix("@Test") { isDisabled = false }
        if code.contains(".disabled(\"") || code.contains(".disabled()") { isDisabled = true }
        guard line.contains("func `"), let name = line.firstMatch(of: test), !isDisabled else { continue }
        all[String(name.output.2), default: []].append(
          Test(name: String(name.output.1), path: "Tests/\(file)", line: index + 1))
      }
    }
  }
}

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
    let package = (try? String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)) ?? ""
    let named = /([A-Z][A-Z0-9]*(?:-[A-Z0-9.]+)*)(?=[: ]).*/
    for file in files.sorted() {
      let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
      guard let text, text.contains("func `") else { continue }
      for test in RunningCode(text, package: package).tests {
        guard let name = test.name.wholeMatch(of: named) else { continue }
        all[String(name.output.1), default: []].append(
          Test(name: test.name, path: "Tests/\(file)", line: test.line))
      }
    }
  }
}

import Foundation

/// The working copy these tests belong to.
enum Repository {
  static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The text of a file, by its path from the root; nil if there is none, or if it is not text.
  static func text(_ path: String) -> String? {
    try? String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// The names of the folders directly inside `folder`.
  static func folders(in folder: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
    return (names ?? []).filter { !$0.hasPrefix(".") && isFolder("\(folder)/\($0)") }.sorted()
  }

  /// The text files anywhere below `folder`; hidden ones are left out.
  static func files(below folder: String) -> [File] {
    let walk = FileManager.default.enumerator(atPath: root.appending(path: folder).path)
    var files: [File] = []
    while let path = walk?.nextObject() as? String {
      if path.split(separator: "/").last?.hasPrefix(".") == true {
        walk?.skipDescendants()
      } else if !isFolder("\(folder)/\(path)"), let text = text("\(folder)/\(path)") {
        files.append(File(path: "\(folder)/\(path)", text: text))
      }
    }
    return files.sorted { $0.path < $1.path }
  }

  private static func isFolder(_ path: String) -> Bool {
    let isDirectory = try? root.appending(path: path).resourceValues(forKeys: [.isDirectoryKey]).isDirectory
    return isDirectory == true
  }
}

/// A text file of the repository, or one that a test made up.
struct File {
  /// The path from the root of the repository.
  let path: String
  let text: String
  /// The lines without their ends; a newline at the end of the file begins no further line.
  let lines: [Substring]

  var isSwift: Bool { path.hasSuffix(".swift") }

  init(path: String, text: String) {
    self.path = path
    self.text = text
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    self.lines = lines.last == "" ? lines.dropLast() : lines
  }
}

import Foundation

/// The folder that pages are written to, and what is in it.
struct DocsFolder {
  let url: URL

  /// The text of a file; nil when there is none.
  func text(_ path: String) throws(WeaveError) -> String? {
    let file = url.appending(path: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path(percentEncoded: false), isDirectory: &isFolder) else {
      return nil
    }
    if isFolder.boolValue { throw .notRead(path: shown(path), why: "it is a folder, where a file belongs") }
    do {
      return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    } catch {
      throw .notRead(path: shown(path), why: error.localizedDescription)
    }
  }

  func write(_ text: String, to path: String) throws(WeaveError) {
    let file = url.appending(path: path)
    do {
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file, options: .atomic)
    } catch {
      throw .notWritten(path: shown(path), why: error.localizedDescription)
    }
  }

  func remove(_ path: String) throws(WeaveError) {
    do {
      try FileManager.default.removeItem(at: url.appending(path: path))
    } catch {
      throw .notWritten(path: shown(path), why: error.localizedDescription)
    }
  }

  /// The files whose first line says that they were generated.
  func generated() throws(WeaveError) -> [String] {
    let walk = FileManager.default.enumerator(atPath: url.path(percentEncoded: false))
    var found: [String] = []
    while let path = walk?.nextObject() as? String {
      guard ["md", "html", "svg", "css", "js"].contains(where: { path.hasSuffix(".\($0)") }) else { continue }
      let head = try text(path)?.prefix { $0 != "\n" } ?? ""
      let isMarked = ["<!-- ", "/* ", "// "].contains { head.hasPrefix("\($0)Generated from ") }
      if head.hasPrefix(dotMark) || isMarked && head.contains(generatedWords) {
        found.append(path)
      }
    }
    return found.sorted()
  }

  /// The path as an error shows it: from the folder above.
  private func shown(_ path: String) -> String { "\(url.lastPathComponent)/\(path)" }
}

import Foundation
import Verification

/// A folder with chapters and other files, that lasts as long as its test.
final class PackageFolder {
  let url = FileManager.default.temporaryDirectory.appending(path: "audited-\(UUID().uuidString)")

  init(_ files: [String: String] = [:]) throws {
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    for (path, text) in files { try write(text, to: path) }
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ text: String, to path: String) throws {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: file)
  }

  func edit(_ path: String, _ change: (String) -> String) throws {
    try write(change(String(contentsOf: url.appending(path: path), encoding: .utf8)), to: path)
  }

  func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

  var specs: Specs { Specs(root: url) }
}

extension AuditFinding {
  /// What a test compares: `MAJOR broken-link specs/01-a.md:3`.
  var brief: String { "\(severity.word) \(code) \(place)" }
}

/// The working copy these tests belong to.
let repository = URL(filePath: #filePath).resolvingSymlinksInPath()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

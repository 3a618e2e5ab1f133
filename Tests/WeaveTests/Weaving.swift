import Chapters
import Foundation
import Spec
import Weave

/// The working copy these tests belong to.
let root = URL(filePath: #filePath).resolvingSymlinksInPath()
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// Whether diagrams can be drawn here.
let hasGraphviz = ["/usr/bin/dot", "/usr/local/bin/dot", "/opt/homebrew/bin/dot"]
  .contains { FileManager.default.isExecutableFile(atPath: $0) }

/// The chapter of these tests, with a body below its requirements.
func crossingText(_ body: String = "") -> String {
  """
  # Level crossing

  - **LC-1** Cars and trains never meet.
  - **LC-2 RING** A bell rings | first.
  **LC-3** The gate is *red* and white.
  \(body)
  """
}

/// A page of these tests. Its sources are those of a folder that has none, unless another is given.
func page(
  _ text: String = crossingText(), file: String = "07-crossing.md",
  design: DesignSummary? = DesignSummary(Crossing.design), evidence: [WorldEvidence] = [],
  sources: SourceReader = SourceReader(root: URL(filePath: "/nowhere")), stories: Stories = Stories()
) throws -> PageInput {
  let chapter = try readChapters([ChapterText(file: file, text: text)])[0]
  return PageInput(
    chapter: chapter, source: text, design: design, evidence: evidence, sources: sources, stories: stories)
}

/// The text of one woven file; a place where an image is put in is its path between `{` and `}`.
func text(_ path: String, of files: [WovenFile]) -> String {
  guard let file = files.first(where: { $0.path == path }) else { return "no file \(path)" }
  switch file.content {
  case .text(let text): return text
  case .diagram(let diagram): return diagram.dot
  case .composed(let pieces):
    return pieces.map { piece in
      switch piece {
      case .text(let text): text
      case .diagram(let path): "{\(path)}"
      }
    }.joined()
  }
}

/// The part of a page from one heading to the next of any level.
func section(_ words: String, of page: String) -> String {
  let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
  guard let start = lines.firstIndex(where: { $0.hasPrefix("#") && $0.hasSuffix(words) }) else {
    return "no heading \(words)"
  }
  let rest = lines[(start + 1)...].prefix { !$0.hasPrefix("#") }
  return rest.joined(separator: "\n").trimmingCharacters(in: .newlines)
}

/// A folder that lasts as long as its test.
final class Folder {
  let url = FileManager.default.temporaryDirectory.appending(path: "weave-\(UUID().uuidString)")

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

  func text(_ path: String) -> String? { try? String(contentsOf: url.appending(path: path), encoding: .utf8) }
}

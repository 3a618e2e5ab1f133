import Foundation

/// A page that is not as it should be.
public struct StalePage: Hashable, Sendable, CustomStringConvertible {
  /// The path, from `docs/`.
  public let path: String
  public let reason: Reason

  public enum Reason: Hashable, Sendable {
    case missing
    /// The first line that differs; an empty text where one of the two has ended is nil.
    case differs(line: Int, expected: String?, found: String?)
    /// An image that was drawn from another source or changed by hand, or does not say what it was drawn from.
    case drawnFromOther
    /// Shows an image that is out of date.
    case shows(stale: String)
    /// Generated once, but no chapter gives it any more.
    case leftOver
  }

  public var description: String {
    switch reason {
    case .missing: "\(path): is missing"
    case .differs(let line, let expected, let found):
      """
      \(path):\(line): differs
        expected: \(expected ?? "the end of the file")
        found:    \(found ?? "the end of the file")
      """
    case .drawnFromOther: "\(path): is not what is drawn of its machine now"
    case .shows(let other): "\(path): shows \(other), which is out of date"
    case .leftOver: "\(path): no chapter gives this page any more"
    }
  }
}

/// The pages in a folder that differ from what chapters and machines now give, in the order of the files.
///
/// Draws nothing, so it needs no Graphviz.
///
/// - Parameter docs: The folder; that it is not there is no error, but then every page is missing.
public func stale(_ files: [WovenFile], in docs: URL) throws(WeaveError) -> [StalePage] {
  let folder = DocsFolder(url: docs)
  let fresh = try freshDiagrams(files, folder)
  var pages: [StalePage] = []
  for file in files {
    let found = try folder.text(file.path)
    let expected: String
    switch file.content {
    case .text(let text): expected = text
    case .diagram:
      if fresh[file.path] == nil {
        pages.append(StalePage(path: file.path, reason: found == nil ? .missing : .drawnFromOther))
      }
      continue
    case .composed(let pieces):
      if found != nil, let old = pieces.diagrams.first(where: { fresh[$0] == nil }) {
        pages.append(StalePage(path: file.path, reason: .shows(stale: old)))
        continue
      }
      expected = pieces.text(fresh)
    }
    if let found {
      if let reason = firstDifference(expected, found) { pages.append(StalePage(path: file.path, reason: reason)) }
    } else {
      pages.append(StalePage(path: file.path, reason: .missing))
    }
  }
  return try pages + leftOver(files, folder).map { StalePage(path: $0, reason: .leftOver) }
}

private func firstDifference(_ expected: String, _ found: String) -> StalePage.Reason? {
  guard !expected.utf8.elementsEqual(found.utf8) else { return nil }
  // Only a line feed ends a line here, so that a page with other line ends differs in its first line.
  let expected = expected.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  let found = found.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  for index in 0..<max(expected.count, found.count) {
    let (one, other) = (element(expected, index), element(found, index))
    if one.map({ Array($0.utf8) }) != other.map({ Array($0.utf8) }) {
      return .differs(line: index + 1, expected: one, found: other)
    }
  }
  return nil
}

private func element(_ lines: [String], _ index: Int) -> String? { index < lines.count ? lines[index] : nil }

// MARK: - Writing

/// What was done to a file of `docs/`.
public struct WrittenPage: Hashable, Sendable, CustomStringConvertible {
  public enum Change: String, Hashable, Sendable { case created, changed, removed }
  public let path: String
  public let change: Change

  public var description: String { "\(change.rawValue) \(path)" }
}

/// Makes a folder hold these files: writes what differs, and removes generated files that no chapter gives any more.
///
/// Everything is drawn before anything is written, so a missing Graphviz leaves the folder as it was. While every image
/// is fresh, Graphviz is not needed.
///
/// - Returns: What has changed, in the order of the files.
@discardableResult public func write(_ files: [WovenFile], to docs: URL) throws(WeaveError) -> [WrittenPage] {
  let folder = DocsFolder(url: docs)
  var images = try freshDiagrams(files, folder)
  for case .diagram(let diagram) in files.map(\.content) where images[diagram.path] == nil {
    images[diagram.path] = try svg(diagram)
  }
  var written: [WrittenPage] = []
  for file in files {
    let text =
      switch file.content {
      case .text(let text): text
      case .diagram(let diagram): images[diagram.path] ?? ""
      case .composed(let pieces): pieces.text(images)
      }
    let found = try folder.text(file.path)
    if let found, found.utf8.elementsEqual(text.utf8) { continue }
    try folder.write(text, to: file.path)
    written.append(WrittenPage(path: file.path, change: found == nil ? .created : .changed))
  }
  for path in try leftOver(files, folder) {
    try folder.remove(path)
    written.append(WrittenPage(path: path, change: .removed))
  }
  return written
}

// MARK: - What is there

/// The images on disk that were drawn from what they should show.
private func freshDiagrams(_ files: [WovenFile], _ folder: DocsFolder) throws(WeaveError) -> [String: String] {
  var fresh: [String: String] = [:]
  for case .diagram(let diagram) in files.map(\.content) {
    if let text = try folder.text(diagram.path), isFresh(text, diagram) { fresh[diagram.path] = text }
  }
  return fresh
}

private func leftOver(_ files: [WovenFile], _ folder: DocsFolder) throws(WeaveError) -> [String] {
  let paths = Set(files.map(\.path))
  return try folder.generated().filter { !paths.contains($0) }
}

extension [WovenFile.Piece] {
  fileprivate var diagrams: [String] {
    compactMap { if case .diagram(let path) = $0 { path } else { nil } }
  }

  fileprivate func text(_ images: [String: String]) -> String {
    map { piece in
      switch piece {
      case .text(let text): text
      case .diagram(let path): images[path].map(unstyled) ?? ""
      }
    }.joined()
  }
}

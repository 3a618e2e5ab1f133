import Chapters
import Foundation
import Spec

/// Whether the program that runs was built from the sources that lie in a package.
///
/// What an audit explores is the machines that were compiled. Of a source that was edited since, or that another
/// version of the package has, they say nothing.
struct BuiltSources {
  private let package: URL
  private let known: [String: UInt64]

  init(in package: URL) {
    self.package = package
    // Paths from the package's folder; what checks machines lies in it where they are those of this package.
    known = Catalog.sources.filter { $0.key.hasPrefix("./") }
      .merging(Catalog.isOfOthers ? [:] : CheckerFingerprint.texts) { known, _ in known }
  }

  /// What lies there and is not what the program was built from.
  ///
  /// - Parameter chapters: Those of the package, of which the figures count.
  func finding(_ chapters: [Chapter]) -> Finding? {
    let other = (swiftFiles() + figures(chapters)).sorted()
    guard let first = other.first else { return nil }
    let names = other.prefix(5).joined(separator: ", ") + (other.count > 5 ? " and \(other.count - 5) more" : "")
    return Finding(
      .major, "program-old",
      "the program was built from other sources than lie here: \(names); it says nothing of these", at: "\(first):1")
  }

  /// Swift files that differ, that are new in a folder of known ones, or that are there no more.
  private func swiftFiles() -> [String] {
    let files = known.filter { $0.key.hasSuffix(".swift") }
    let folders = Dictionary(grouping: files.keys) { ($0 as NSString).deletingLastPathComponent }
    return folders.flatMap { folder, paths -> [String] in
      // Of a folder that is not there the sources lie elsewhere, as those of a package in another's folder.
      guard
        let there = try? FileManager.default.contentsOfDirectory(atPath: package.appendingPathComponent(folder).path)
      else { return [] }
      let swift = Set(there.filter { $0.hasSuffix(".swift") && !$0.hasPrefix(".") }.map { "\(folder)/\($0)" })
      return swift.union(paths).filter { path in
        guard swift.contains(path), let number = files[path] else { return true }
        let text = FileManager.default.contents(atPath: package.appendingPathComponent(path).path)
        return text.map { SourceFingerprints.number(of: String(decoding: $0, as: UTF8.self)) } != number
      }
    }.map { String($0.dropFirst(2)) }
  }

  private func figures(_ chapters: [Chapter]) -> [String] {
    chapters.compactMap { chapter in
      let path = "specs/\(chapter.file)"
      guard !known.isEmpty else { return nil }
      guard let number = known["./\(path)"] else { return chapter.parameters.isEmpty ? nil : path }
      return number == SourceFingerprints.number(ofFiguresIn: chapter) ? nil : path
    }
  }
}

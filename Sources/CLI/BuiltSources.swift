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

  /// Swift files that differ, that are new, or that are there no more.
  private func swiftFiles() -> [String] {
    let files = known.filter { $0.key.hasSuffix(".swift") }
    // The folders of targets, as far as paths tell: ./Sources/Machines of ./Sources/Machines/Budget/Account.swift.
    let roots = Set(files.keys.map { $0.split(separator: "/").dropLast().prefix(3).joined(separator: "/") })
    let there = roots.reduce(into: Set<String>()) { $0.formUnion(swiftFiles(below: $1)) }
    // Where none of them is there, the sources lie elsewhere.
    guard roots.contains(where: { isFolder($0) }) else { return [] }
    return there.union(files.keys).filter { path in
      guard there.contains(path), let number = files[path] else { return true }
      let text = FileManager.default.contents(atPath: package.appendingPathComponent(path).path)
      return text.map { SourceFingerprints.number(of: String(decoding: $0, as: UTF8.self)) } != number
    }.map { String($0.dropFirst(2)) }
  }

  private func swiftFiles(below folder: String) -> [String] {
    let walk = FileManager.default.enumerator(atPath: package.appendingPathComponent(folder).path)
    var found: [String] = []
    while let name = walk?.nextObject() as? String {
      let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
      if name.hasSuffix(".swift"), !isHidden, !isFolder("\(folder)/\(name)") { found.append("\(folder)/\(name)") }
    }
    return found
  }

  private func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: package.appendingPathComponent(path).path, isDirectory: &isFolder)
      && isFolder.boolValue
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

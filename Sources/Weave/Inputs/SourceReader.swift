import Foundation
import Spec

/// Finds the source of what a book describes, so that a page can show and link it.
///
/// A `SourceLine` names a file as `Module/File.swift`; the file may lie in any folder below the module's.
public struct SourceReader: Sendable {
  let root: URL
  /// The paths, from the root, of the files that go by one name.
  let paths: [String: [String]]

  /// - Parameter root: The folder of the package: the one with `Sources` in it.
  public init(root: URL) {
    self.root = root
    var paths: [String: [String]] = [:]
    for folder in ["Sources", "Tests"] {
      let walk = FileManager.default.enumerator(atPath: root.appending(path: folder).path(percentEncoded: false))
      while let file = walk?.nextObject() as? String {
        let parts = file.split(separator: "/")
        guard parts.count > 1, file.hasSuffix(".swift") else { continue }
        paths["\(parts[0])/\(parts[parts.count - 1])", default: []].append("\(folder)/\(file)")
      }
    }
    self.paths = paths.mapValues { $0.sorted() }
  }

  /// The path of the file from the root of the package; nil when there is none, or several by that name.
  public func path(of source: SourceLine) -> String? {
    guard let found = paths[source.file], found.count == 1 else { return nil }
    return found[0]
  }

  /// The closure of a guard, from its `{` to the `}` that closes it, without the indentation of its file.
  ///
  ///     { machine, target in machine.topology != target }
  ///
  /// - Returns: nil when the file is not there, or the guard is not written with a closure.
  public func source(of condition: GuardDescription) -> String? {
    var name = condition.name[...]
    while name.hasPrefix("not: ") { name = name.dropFirst("not: ".count) }
    return text(of: condition.source).flatMap {
      SwiftText($0, from: condition.source.line)?.closure(named: String(name))
    }
  }

  /// A rule as it is written, with the clauses chained to it and without the indentation of its file.
  ///
  /// - Returns: nil when the file is not there.
  func statement(at source: SourceLine) -> String? {
    text(of: source).flatMap { SwiftText($0, from: source.line)?.statement }
  }

  /// What tells one obligation of a contract from the next, as its source has it: `$0.lease`.
  ///
  /// - Returns: nil when there is no such argument, or no source.
  func key(of contract: BookDescription.ContractDescription) -> String? {
    text(of: contract.source).flatMap { SwiftText($0, from: contract.source.line)?.argument(labelled: "of") }
  }

  private func text(of source: SourceLine) -> String? {
    path(of: source).flatMap { try? String(contentsOf: root.appending(path: $0), encoding: .utf8) }
  }
}

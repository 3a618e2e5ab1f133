import Check
import Foundation

/// Keeps failing cases in a folder: a folder for each property, a text file for each case.
///
///     try forAll("sums are small", lists, settings: .init(store: ExampleFolder(at: ".interlock/examples")))
///
/// A file holds the case's choices, so that it can be read, committed and sent. Its name is a hash of them: the same
/// case is kept once, and two processes that keep different cases do not meet. A file that is no case is passed over.
/// What cannot be written is not kept, which is said once: a store never makes a test fail.
public final class ExampleFolder: ExampleStore {
  private let root: URL
  private let warn: (String) -> Void
  private var hasWarned = false

  /// - Parameter warn: Told the first time that a case cannot be written; by default, standard error is.
  public init(at path: String, warn: ((String) -> Void)? = nil) {
    root = URL(fileURLWithPath: path, isDirectory: true)
    self.warn = warn ?? { FileHandle.standardError.write(Data("warning: \($0)\n".utf8)) }
  }

  public func examples(of property: String) -> [Tokens] {
    let folder = folder(of: property)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".case") }.sorted().compactMap { name in
      (try? String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)).flatMap { Tokens(text: $0) }
    }.sorted { $0.isSimpler(than: $1) }
  }

  public func keep(_ example: Tokens, of property: String) {
    let folder = folder(of: property)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      // Written beside it and renamed, so that no reader meets half a case.
      try Data((example.text + "\n").utf8).write(to: file(of: example, in: folder), options: .atomic)
    } catch {
      if !hasWarned { warn("failing cases cannot be kept in \(root.path): \(error.localizedDescription)") }
      hasWarned = true
    }
  }

  public func remove(_ example: Tokens, of property: String) {
    try? FileManager.default.removeItem(at: file(of: example, in: folder(of: property)))
  }

  private func file(of example: Tokens, in folder: URL) -> URL {
    folder.appendingPathComponent("\(hash(example.text)).case")
  }

  /// The property's name as far as a file may be named so, and a hash, as two properties may differ in the rest only.
  private func folder(of property: String) -> URL {
    let plain = property.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return root.appendingPathComponent("\(String(plain.prefix(40)))-\(hash(property))", isDirectory: true)
  }

  /// FNV-1a, which is the same in each process.
  private func hash(_ text: String) -> String {
    let hash = text.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return String(hash, radix: 16)
  }
}

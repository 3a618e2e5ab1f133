/// What the sources of a target come to, file by file: evidence about a machine holds while its files' numbers stay.
///
/// A file's number stands for its text, for that of every file that it leans on, for the figures of chapters that these
/// use, and for the modules beneath. A file leans on another if it uses a name that the other declares, or a type that
/// the other extends. A change elsewhere leaves the number as it is.
public struct SourceFingerprints {
  /// By what `#fileID` says of a file, `Machines/Router.swift`; and of a chapter's figures and scenarios by its file,
  /// `02-delivery.md`. Prose has no part in them.
  public let all: [String: UInt64]

  /// What stands for a text by itself.
  public static func number(of text: String) -> UInt64 {
    var sum = Sum()
    sum.add(text)
    return sum.value
  }

  /// The same as it stands in files, in hexadecimal digits.
  public static func digest(of text: String) -> String { String(number(of: text), radix: 16) }

  /// What stands for a chapter's figures by themselves.
  public static func number(ofFiguresIn chapter: Chapter) -> UInt64 { Part(chapter).sum.value }

  /// - Parameters:
  ///   - module: The target's name.
  ///   - sources: Its Swift files, each with its path.
  ///   - beneath: The texts of the modules that it imports.
  ///   - chapters: What is tangled into it.
  public init(
    module: String, sources: [(path: String, text: String)], beneath: [String] = [], chapters: [Chapter]
  ) {
    var parts: [String: Part] = [:]
    for (path, text) in sources {
      let names = path.split(separator: "/")
      parts["\(module)/\(names.last ?? "")"] = Part(text, folder: names.dropLast().joined(separator: "/"))
    }
    var base = Sum()
    for text in beneath { base.add(text) }
    var told: [String: UInt64] = [:]
    for chapter in chapters {
      let figures = Part(chapter)
      parts["chapter \(chapter.file)"] = figures
      var sum = Sum()
      sum.add("\(figures.sum.value)")
      for scenario in chapter.scenarios {
        sum.add(([scenario.title] + scenario.lines.map(\.text)).joined(separator: "\n"))
      }
      told[chapter.file] = sum.value
    }
    let sums = SourceFingerprints.leaning(parts).mapValues { reached in
      var sum = base
      for name in reached.sorted() {
        sum.add(name)
        sum.add("\(parts[name]?.sum.value ?? 0)")
      }
      return sum.value
    }
    all = sums.filter { !$0.key.hasPrefix("chapter ") }.merging(told) { file, _ in file }
  }

  /// For each part, those it leans on, itself included.
  private static func leaning(_ parts: [String: Part]) -> [String: Set<String>] {
    let declarers = Dictionary(
      parts.flatMap { name, part in part.declared.map { ($0, Set([name])) } }, uniquingKeysWith: { $0.union($1) })
    var direct = parts.mapValues { part in part.words.reduce(into: Set<String>()) { $0.formUnion(declarers[$1] ?? []) }
    }
    for (name, part) in parts {
      for added in part.extensions {
        for other in users(of: added, in: name, parts, declarers) { direct[other]?.insert(name) }
      }
      if !part.isUnderstood {
        direct[name] = Set(parts.keys)
        for other in parts.keys { direct[other]?.insert(name) }
      }
    }
    return direct.reduce(into: [:]) { all, start in
      var reached: Set = [start.key]
      var ahead = [start.key]
      while let name = ahead.popLast() {
        for other in direct[name] ?? [] where reached.insert(other).inserted { ahead.append(other) }
      }
      all[start.key] = reached
    }
  }

  /// Who may use what a part adds to a type.
  private static func users(
    of added: SourceScan.Extension, in part: String, _ parts: [String: Part], _ declarers: [String: Set<String>]
  ) -> Set<String> {
    // Whoever has to do with the type.
    if let owners = declarers[added.type] { return owners }
    // A type of another module: everybody, or whoever has to do with all that its conditions name, and so with the
    // first of these that stands nearby.
    let named = added.conditions.sorted().compactMap { declarers[$0] }
    guard let first = named.first else { return Set(parts.keys) }
    return named.first { $0.contains { parts[$0]?.folder == parts[part]?.folder } } ?? first
  }

  /// The Swift file that tells the compiler.
  ///
  /// - Parameter texts: What stands for each text by itself, by its path from the package's folder, as
  ///   `./Sources/A.swift`.
  public func swift(_ texts: [String: UInt64]) -> String {
    """
    // Generated from the sources of this target by the TangleChapters plugin. Do not edit.

    /// What stands for the sources that machines are made of, by which an audit knows what has changed.
    public enum SourceFingerprints {
      /// Of each file, with all that it leans on, and of the figures and scenarios of each chapter. By paths from the
      /// package's folder, that of each text by itself, and of each chapter's figures.
      public static let all: [String: UInt64] = \(swiftLiteral(all.merging(texts) { known, _ in known }))
    }

    """
  }
}

/// Rows of names and numbers, as Swift has them.
private func swiftLiteral(_ numbers: [String: UInt64]) -> String {
  let rows = numbers.sorted { $0.key < $1.key }
    .map { "\n    \(swiftLiteral($0.key)): 0x\(String($0.value, radix: 16))," }.joined()
  return "[\(rows.isEmpty ? ":" : rows + "\n  ")]"
}

/// A file, or the figures of a chapter.
private struct Part {
  var sum = Sum()
  let words: Set<String>
  let declared: Set<String>
  let extensions: [SourceScan.Extension]
  let isUnderstood: Bool
  var folder: String?

  init(_ chapter: Chapter) {
    for parameter in chapter.parameters { sum.add("\(parameter.name) \(parameter.value) \(parameter.unit.rawValue)") }
    declared = Set(chapter.parameters.map(\.constant))
    (words, extensions, isUnderstood) = ([], [], true)
  }

  init(_ text: String, folder: String) {
    self.folder = folder
    sum.add(text)
    let scan = SourceScan(text)
    (words, declared) = (scan.words, scan.declared)
    (extensions, isUnderstood) = (scan.extensions, scan.isUnderstood)
  }
}

/// 64 bits of FNV-1a over texts, each with its end.
public struct Sum {
  public private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  public init() {}

  public mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
    // No byte of a text.
    add(0xFF)
  }

  /// The Swift file that tells the compiler one number, and what stands for each of the texts.
  public func swift(_ texts: [String: UInt64]) -> String {
    """
    // Generated from the sources of this program by the FingerprintChecker plugin. Do not edit.

    /// Stands for the sources of what checks machines.
    enum CheckerFingerprint {
      static let value: UInt64 = 0x\(String(value, radix: 16))
      /// Of each text by itself, by its path from the package's folder.
      static let texts: [String: UInt64] = \(swiftLiteral(texts))
    }

    """
  }

  private mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }
}

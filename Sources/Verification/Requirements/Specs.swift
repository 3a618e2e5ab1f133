import Chapters
import Engine
import Foundation
import Spec

/// The folder of a package, as far as an audit reads it: its chapters, and the files they speak of.
public struct Specs: Sendable {
  /// The package's folder.
  public let root: URL
  /// The chapters that can be read, in reading order, and their texts.
  public private(set) var chapters: [Chapter] = []
  public private(set) var texts: [String: String] = [:]
  /// The others, each with as much of its text as can be decoded; nothing that they may state is said to be missing.
  public private(set) var unread: [ChapterText] = []
  /// What is wrong with those, and that there are none at all.
  public private(set) var findings: [AuditFinding] = []
  /// Whether there is any chapter, readable or not. Without one, nothing is traced.
  public var areThere: Bool { !chapters.isEmpty || !unread.isEmpty }

  /// Whether a chapter is there and without errors.
  public func isRead(_ file: String) -> Bool {
    chapters.contains { $0.file == file } && !unread.contains { $0.file == file }
  }

  /// Reads `specs/*.md` below a folder; whatever is wrong is a finding.
  public init(root: URL) {
    self.root = root
    let folder = root.appending(path: "specs")
    let unit = AuditUnit(.chapters)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)) else {
      findings = [AuditFinding(unit, .major, "no-chapters", "there is no folder \(folder.path(percentEncoded: false))")]
      return
    }
    let files = names.filter { $0.hasSuffix(".md") }.sorted()
    if files.isEmpty {
      findings = [
        AuditFinding(unit, .major, "no-chapters", "there is no chapter in \(folder.path(percentEncoded: false))")
      ]
    }
    var readable: [ChapterText] = []
    for name in files {
      let bytes = try? Data(contentsOf: folder.appending(path: name))
      unread.append(ChapterText(file: name, text: String(decoding: bytes ?? Data(), as: UTF8.self)))
      do {
        let text = try ChapterText(file: name, bytes: Data(contentsOf: folder.appending(path: name)))
        _ = try readChapters([text], alone: true)
        readable.append(text)
        unread.removeLast()
      } catch let error as ChapterErrors {
        findings += error.errors.map(Self.finding)
      } catch {
        findings.append(
          AuditFinding(unit, .critical, "chapter-unreadable", error.systemReason, at: "specs/\(name):1"))
      }
    }
    do throws(ChapterErrors) { chapters = try readChapters(readable) } catch {
      // What is stated twice is wrong of two chapters together; both are told of all the same.
      findings += error.errors.filter { !mayState(anyOf: $0.found) }.map(Self.finding)
      chapters = readable.compactMap { try? readChapters([$0], alone: true).first }
    }
    texts = Dictionary(readable.map { ($0.file, $0.text) }) { first, _ in first }
    findings += unread.map { chapter in
      AuditFinding(
        unit, .question, "not-checked",
        "specs/\(chapter.file) cannot be read, so that these were not checked: its requirements, parameters, scenarios "
          + "and explanations, and whether it states what rules, laws and other chapters name",
        at: "specs/\(chapter.file):1")
    }
  }

  /// Whether the file of a chapter is there, readable or not; said of all where there is none, since that is told.
  public func isThere(_ file: String) -> Bool {
    !areThere || chapters.contains { $0.file == file } || unread.contains { $0.file == file }
  }

  /// Whether a requirement is stated, or may be by a chapter that cannot be read.
  func mayBeStated(_ id: String, _ stated: [String: String]) -> Bool {
    !areThere || stated[id] != nil || mayState(anyOf: id)
  }

  /// Whether a chapter that cannot be read names a requirement of some words, or has nothing that could be read.
  func mayState(anyOf words: String) -> Bool {
    let ids = words.matches(of: /[A-Z][A-Z0-9]*(?:-[A-Z0-9]+(?:\.[0-9]+)*)*/).map { String($0.output) }
      .filter { $0.contains(where: \.isNumber) }
    return unread.contains { chapter in
      !chapter.text.contains(/\*\*[A-Z]/) || ids.contains { chapter.text.contains("**\($0)") }
    }
  }

  private static func finding(_ error: ChapterError) -> AuditFinding {
    AuditFinding(
      AuditUnit(.chapters), .critical, "chapter-unreadable", "\(error.found); \(error.instead)",
      at: "specs/\(error.file):\(error.line)")
  }

  /// Where each requirement is stated, as `specs/file:line`.
  public var stated: [String: String] {
    Dictionary(
      chapters.flatMap { chapter in chapter.requirements.map { ($0.id, "specs/\(chapter.place($0.line))") } }
    ) { first, _ in first }
  }

  /// The chapters' scenarios, as they can be run.
  public var scenarios: [Scenario] {
    chapters.flatMap { chapter in
      chapter.scenarios.map { told in
        Scenario(
          title: told.title, chapter: chapter.number, file: chapter.file, line: told.line,
          lines: told.lines.map { ScenarioLine(number: $0.number, text: $0.text) })
      }
    }
  }

  /// The text of a file of the package; nil where there is none.
  func text(_ path: String) -> String? { try? String(contentsOf: root.appending(path: path), encoding: .utf8) }
}

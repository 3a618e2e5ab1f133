import Chapters
import Foundation
import Spec

/// The folder of a package, as far as an audit reads it: its chapters, and the files they speak of.
public struct Specs: Sendable {
  /// The package's folder.
  public let root: URL
  /// The chapters that can be read, in reading order, and their texts.
  public private(set) var chapters: [Chapter] = []
  public private(set) var texts: [String: String] = [:]
  /// What is wrong with the others, and that there are none.
  public private(set) var findings: [AuditFinding] = []

  /// Reads `specs/*.md` below a folder; whatever is wrong is a finding.
  public init(root: URL) {
    self.root = root
    let folder = root.appending(path: "specs")
    let unit = AuditUnit(.chapters)
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path(percentEncoded: false)) else {
      findings = [AuditFinding(unit, .major, "no-chapters", "there is no folder \(folder.path(percentEncoded: false))")]
      return
    }
    var readable: [ChapterText] = []
    for name in names.filter({ $0.hasSuffix(".md") }).sorted() {
      do {
        let text = try ChapterText(file: name, bytes: Data(contentsOf: folder.appending(path: name)))
        _ = try readChapters([text], alone: true)
        readable.append(text)
      } catch let error as ChapterErrors {
        findings += error.errors.map(Self.finding)
      } catch {
        findings.append(
          AuditFinding(unit, .critical, "chapter-unreadable", error.localizedDescription, at: "specs/\(name):1"))
      }
    }
    do throws(ChapterErrors) { chapters = try readChapters(readable) } catch {
      // What is stated twice is wrong of two chapters together; both are told of all the same.
      findings += error.errors.map(Self.finding)
      chapters = readable.compactMap { try? readChapters([$0], alone: true).first }
    }
    texts = Dictionary(readable.map { ($0.file, $0.text) }) { first, _ in first }
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

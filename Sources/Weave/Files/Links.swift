import Chapters
import Foundation
import Spec

/// Links that lead nowhere, and excerpts of files that are not what the file says: of chapters, and of the package's
/// README.md where it has one.
///
/// A link is looked up beside the text that it stands in; `#place` must be a heading, a requirement or an anchor of the
/// file it points into. A fence whose first line names a file, as in `swift examples/own-protocol/Package.swift`, shows
/// lines of that file: they must stand there together and in this order, where `…` stands for any number of them.
///
/// - Parameter root: The package's folder, with `specs/` in it. Addresses of the network are not asked.
/// - Returns: Findings `broken-link`, `stale-excerpt`, and `foreign-request` of an image that a chapter's page would
///   load over the network, each with file and line.
public func proseFindings(_ texts: [ChapterText], root: URL) -> [Finding] {
  let readme = try? String(contentsOf: root.appending(path: readmePath), encoding: .utf8)
  let chapters = texts.sorted { $0.file < $1.file }.map { Prose(path: "specs/\($0.file)", text: $0.text) }
  return (chapters + [readme.map { Prose(path: readmePath, text: $0) }].compactMap(\.self)).flatMap { prose in
    let lines = ProseLines(prose.text)
    var findings = lines.links.compactMap { link($0.target, $0.line, of: prose, root) }
    if prose.path != readmePath { findings += lines.images.compactMap { foreign($0.target, $0.line, of: prose) } }
    findings += lines.undefined.map { name, line in
      Finding(.major, "broken-link", "no line says where [\(name)] leads", at: "\(prose.path):\(line)")
    }
    return findings + lines.excerpts.compactMap { excerpt($0, of: prose, root) }
  }
}

private let readmePath = "README.md"

/// A text that people read, by its path from the package's folder.
private struct Prose {
  let path: String
  let text: String

  var name: String { String(path.split(separator: "/").last ?? "") }
  /// The folder that its links are looked up in.
  var folder: String { String(path.dropLast(name.count)) }
}

private func foreign(_ target: String, _ line: Int, of text: Prose) -> Finding? {
  guard isOfNetwork(target) else { return nil }
  return Finding(
    .major, "foreign-request", "the chapter's page would load \(target) over the network", at: "\(text.path):\(line)")
}

private func link(_ target: String, _ line: Int, of text: Prose, _ root: URL) -> Finding? {
  let file = target.prefix { $0 != "#" && $0 != "?" }
  // An address with a scheme leads elsewhere; a colon elsewhere is one of a path.
  if file.prefixMatch(of: /[A-Za-z][A-Za-z0-9+.-]*:/) != nil { return nil }
  let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
  let place = parts.count > 1 ? parts[1].removingPercentEncoding ?? String(parts[1]) : nil
  let complain = { (words: String) in Finding(.major, "broken-link", words, at: "\(text.path):\(line)") }
  let found: String
  if file.isEmpty {
    found = text.text
  } else {
    let url = root.appending(path: text.folder + (String(file).removingPercentEncoding ?? String(file)))
    guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else {
      return complain("the link leads to \(file), which is not there")
    }
    guard let place, !place.isEmpty else { return nil }
    if !file.hasSuffix(".md") { return lines(place, of: url).map { complain("the link leads to \(target), \($0)") } }
    found = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
  }
  guard let place, !ProseLines(found).places.contains(place) else { return nil }
  return complain(
    "the link leads to #\(place), which is no heading and no requirement of \(file.isEmpty ? text.name : String(file))")
}

/// What is wrong with lines such as `L12` or `L12-L20` of a file that is no chapter; nil where they are there.
private func lines(_ place: String, of file: URL) -> String? {
  guard let named = place.wholeMatch(of: /L([0-9]+)(?:-L?([0-9]+))?/),
    let text = try? String(contentsOf: file, encoding: .utf8)
  else { return nil }
  let (first, last) = (Int(named.output.1), Int(named.output.2 ?? named.output.1))
  let count = text.textLines.count
  if let first, let last, 0 < first, first <= last, last <= count { return nil }
  return "and the file has \(count) lines"
}

private func excerpt(_ excerpt: ProseLines.Excerpt, of text: Prose, _ root: URL) -> Finding? {
  let complain = { (words: String, line: Int) in
    Finding(.major, "stale-excerpt", words, at: "\(text.path):\(line)")
  }
  guard let found = try? String(contentsOf: root.appending(path: excerpt.path), encoding: .utf8) else {
    return complain("the excerpt is of \(excerpt.path), which is not there", excerpt.line)
  }
  guard let wrong = firstStrange(excerpt.lines, in: found.textLines) else { return nil }
  return complain(
    "\(excerpt.path) does not have this line here: \(excerpt.lines[wrong].trimmed)", excerpt.line + 1 + wrong)
}

/// The first line of an excerpt that does not follow the ones before it in the file; nil when all do.
func firstStrange(_ excerpt: [String], in file: [String]) -> Int? {
  var furthest = 0
  for start in file.indices.isEmpty ? 0..<1 : file.indices {
    var place = start
    var skips = false
    var number = 0
    while number < excerpt.count {
      let line = excerpt[number]
      if line.trimmed == "…" {
        skips = true
      } else {
        if skips { place = file[min(place, file.count)...].firstIndex(of: line) ?? file.count }
        guard place < file.count, file[place] == line else { break }
        place += 1
        skips = false
      }
      number += 1
    }
    if number == excerpt.count { return nil }
    furthest = max(furthest, number)
  }
  return furthest
}

/// The lines of a Markdown text that have links, places and excerpts in them.
private struct ProseLines {
  struct Excerpt {
    let path: String
    /// The line of the opening fence.
    let line: Int
    var lines: [String]
  }

  private(set) var links: [(target: String, line: Int)] = []
  /// Those that a page shows where they stand.
  private(set) var images: [(target: String, line: Int)] = []
  /// Links by a name that no line defines, as in `[words][name]`.
  var undefined: [(name: String, line: Int)] { named.filter { !defined.contains($0.name.lowercased()) } }
  private var named: [(name: String, line: Int)] = []
  private var defined: Set<String> = []
  private(set) var places: Set<String> = []
  private(set) var excerpts: [Excerpt] = []

  init(_ text: String) {
    var fence: String?
    var slugs: [String: Int] = [:]
    for (index, line) in text.textLines.enumerated() {
      let trimmed = line.trimmed
      if let mark = fence {
        if trimmed.hasPrefix(mark), trimmed.allSatisfy({ $0 == mark.first }) {
          fence = nil
        } else if !excerpts.isEmpty, isInExcerpt {
          excerpts[excerpts.count - 1].lines.append(line)
        }
        continue
      }
      let mark = trimmed.prefix { $0 == "`" }
      if mark.count >= 3, !trimmed.dropFirst(mark.count).contains("`") {
        fence = String(mark)
        let words = trimmed.dropFirst(mark.count).split(separator: " ")
        isInExcerpt = words.count == 2 && words[0] != "scenario" && words[1].contains(where: { $0 == "/" || $0 == "." })
        if isInExcerpt { excerpts.append(Excerpt(path: String(words[1]), line: index + 1, lines: [])) }
        continue
      }
      read(line, index + 1, &slugs)
    }
  }

  private var isInExcerpt = false

  private mutating func read(_ line: String, _ number: Int, _ slugs: inout [String: Int]) {
    if let heading = line.prefixMatch(of: /#{1,6}\s+/) {
      let words = line[heading.range.upperBound...].filter { !"*`\\".contains($0) }
      let base = slug(words.trimmed)
      places.insert(slugs[base].map { "\(base)-\($0)" } ?? base)
      slugs[base, default: 0] += 1
    }
    for found in line.matches(of: /\*\*([A-Z][A-Za-z0-9.-]*[0-9])\b/) { places.insert(String(found.output.1)) }
    for found in line.matches(of: /<a id="([^"]+)">/) { places.insert(String(found.output.1)) }
    // What is between backticks is no link.
    let prose = line.replacing(/`[^`]*`/, with: "")
    // [words](file.md), (<a file.md>), (file.md "title"), the line `[words]: file.md`, and HTML.
    for found in prose.matches(of: /(!\[[^\]]*)?\]\((?:<([^<>]+)>|([^()<>\s]+))(?:\s+"[^"]*")?\)/) {
      links.append((String(found.output.2 ?? found.output.3 ?? ""), number))
      if found.output.1 != nil { images.append(links[links.count - 1]) }
    }
    if let found = prose.prefixMatch(of: /\s{0,3}\[([^\]]+)\]:\s*(?:<([^<>]+)>|(\S+))/) {
      links.append((String(found.output.2 ?? found.output.3 ?? ""), number))
      defined.insert(found.output.1.lowercased())
    }
    for found in prose.matches(of: /(?:^|[^\]\w])\[([^\[\]]+)\]\[([^\[\]]*)\]/) {
      named.append((String(found.output.2.isEmpty ? found.output.1 : found.output.2), number))
    }
    for found in prose.matches(of: /<(a|img)\b[^>]*\b(?:href|src)="([^"]*)"/) {
      links.append((String(found.output.2), number))
      if found.output.1 == "img" { images.append(links[links.count - 1]) }
    }
  }
}

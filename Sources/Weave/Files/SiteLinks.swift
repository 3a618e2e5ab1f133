import Foundation
import Spec

/// Links within woven files that lead nowhere: to a page that is not woven, a place that no page has, or a file that
/// is not in the package. Addresses of the network are not asked, but what a page would *load* from there is a
/// finding.
///
/// - Parameter docs: The folder that the files are for; what lies beside it is looked up there.
/// - Returns: Findings `broken-link` and `foreign-request`, with the page.
public func linkFindings(_ files: [WovenFile], in docs: URL) -> [Finding] {
  var pages: [String: String] = [:]
  for file in files where file.path.hasSuffix(".html") || file.path.hasSuffix(".md") {
    pages[file.path] = file.plainText
  }
  let paths = Set(files.map(\.path))
  let places = pages.mapValues { text in
    Set(text.matches(of: /\bid="([^"]+)"/).map { plain($0.output.1) })
  }
  var findings: [Finding] = []
  for (path, text) in pages.sorted(by: { $0.key < $1.key }) where path.hasSuffix(".html") {
    for found in text.matches(of: /<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)="([a-z]+:)?\/\/[^"]*"/) {
      findings.append(
        Finding(.major, "foreign-request", "the page loads \(found.output.0.suffix(80)) over the network", at: path))
    }
    for found in Set(text.matches(of: /<[a-z]+\b[^>]*\b(?:href|src)="([^"]*)"/).map { plain($0.output.1) }).sorted() {
      if found.contains(/^[a-z]+:/) { continue }
      let parts = found.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let file = String(parts[0].prefix { $0 != "?" })
      let place = parts.count > 1 ? String(parts[1]) : ""
      if file.isEmpty || paths.contains(file) {
        guard let ids = places[file.isEmpty ? path : file], !place.isEmpty, !ids.contains(place) else { continue }
        findings.append(Finding(.major, "broken-link", "\(found) leads to no place of that page", at: path))
      } else {
        let url = docs.appending(path: file).standardizedFileURL
        if FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) { continue }
        findings.append(Finding(.major, "broken-link", "\(found) leads to nothing", at: path))
      }
    }
  }
  return findings
}

/// An attribute's value as it was before it was escaped.
private func plain(_ value: some StringProtocol) -> String {
  String(value).replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
    .replacing("&amp;", with: "&")
}

extension WovenFile {
  /// The text without the images that are put into it.
  fileprivate var plainText: String {
    switch content {
    case .text(let text): text
    case .diagram: ""
    case .composed(let pieces):
      pieces.map { if case .text(let text) = $0 { text } else { "" } }.joined()
    }
  }
}

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
  let attributes = pages.mapValues(attributes)
  let places = attributes.mapValues { Set($0.filter { $0.name == "id" }.map(\.value)) }
  let loading: Set<String> = ["script", "link", "img", "iframe"]
  var findings: [Finding] = []
  for (path, found) in attributes.sorted(by: { $0.key < $1.key }) where path.hasSuffix(".html") {
    let links = found.filter { $0.name != "id" }
    for link in links where loading.contains(link.tag) && isOfNetwork(link.value) {
      findings.append(
        Finding(.major, "foreign-request", "the page loads \(link.value.suffix(80)) over the network", at: path))
    }
    for found in Set(links.map(\.value)).sorted() {
      if found.contains(/^[A-Za-z][A-Za-z0-9+.-]*:/) { continue }
      let parts = found.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let file = decoded(parts[0].prefix { $0 != "?" })
      let place = parts.count > 1 ? decoded(parts[1]) : ""
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

/// Whether an address leads over the network, as `https://example.org` and `//example.org` do.
func isOfNetwork(_ address: String) -> Bool { address.contains(/^([A-Za-z]+:)?\/\//) }

/// The files outside of the site that the links of a page lead to, from its folder.
public func filesBeside(page: String) -> Set<String> {
  Set(
    attributes(of: page).filter { $0.name != "id" && $0.value.hasPrefix("../") }
      .map { decoded($0.value.prefix { !"?#".contains($0) }) })
}

/// The values of `id`, `href` and `src` in the tags of a page, in their order, as they were before they were escaped.
private func attributes(of text: String) -> [(tag: String, name: String, value: String)] {
  var found: [(tag: String, name: String, value: String)] = []
  let bytes = Array(text.utf8)
  func isLetter(_ byte: UInt8) -> Bool { byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z") }
  func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
  var place = 0
  while let open = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
    place = open + 1
    let tag = place..<(bytes[place...].firstIndex { !isLetter($0) } ?? bytes.count)
    if tag.isEmpty { continue }
    place = tag.upperBound
    while place < bytes.count, bytes[place] != UInt8(ascii: ">") {
      guard bytes[place] == UInt8(ascii: "=") else {
        place += 1
        continue
      }
      let name = ((bytes[..<place].lastIndex { !isLetter($0) && $0 != UInt8(ascii: "-") } ?? open) + 1)..<place
      place += 1
      guard place < bytes.count, bytes[place] == UInt8(ascii: "\""),
        let end = bytes[(place + 1)...].firstIndex(of: UInt8(ascii: "\""))
      else { continue }
      let value = (place + 1)..<end
      place = end + 1
      let word = string(name)
      if ["id", "href", "src"].contains(word) { found.append((string(tag), word, plain(string(value)))) }
    }
  }
  return found
}

/// A part of a link without its percent signs.
private func decoded(_ text: Substring) -> String { text.removingPercentEncoding ?? String(text) }

/// An attribute's value as it was before it was escaped.
private func plain(_ value: String) -> String {
  guard value.utf8.contains(UInt8(ascii: "&")) else { return value }
  return value.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
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

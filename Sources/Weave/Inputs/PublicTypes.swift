import Foundation

/// A type that a module offers, as its source declares it.
struct PublicType: Hashable {
  let name: String
  /// The first sentence of its comment, in Markdown.
  let words: String
  /// The file, from the package's folder, and the line of the declaration.
  let path: String
  let line: Int
}

extension SourceReader {
  /// The public types of a module that stand in no other type, by name; none where its sources are not there.
  func publicTypes(of module: String) -> [PublicType] {
    let files = paths.filter { $0.key.hasPrefix("\(module)/") }.flatMap { $0.value }
    return files.flatMap { publicTypes(in: $0) }.sorted { ($0.name, $0.path) < ($1.name, $1.path) }
  }

  private func publicTypes(in path: String) -> [PublicType] {
    let text = (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    let declaration =
      /(?:@[A-Za-z()]+ )*public (?:final |indirect )?(?:struct|class|enum|protocol|actor|typealias) ([A-Za-z]+)/
    var types: [PublicType] = []
    var comment: [String] = []
    for (index, line) in text.textLines.enumerated() {
      if line.hasPrefix("///") {
        comment.append(line.dropFirst(3).trimmed)
        continue
      }
      let mayDeclare = line.hasPrefix("public ") || line.hasPrefix("@")
      let declared = mayDeclare ? line.prefixMatch(of: declaration) : nil
      if let name = declared?.output.1 {
        types.append(PublicType(name: String(name), words: sentence(comment), path: path, line: index + 1))
      }
      // An attribute on a line of its own stands between the comment and what it is of.
      if !line.hasPrefix("@") || declared != nil { comment = [] }
    }
    return types
  }

  private func sentence(_ comment: [String]) -> String {
    let text = comment.prefix { !$0.isEmpty }.joined(separator: " ").replacing("``", with: "`")
    guard let end = text.firstMatch(of: /[.:;](?:\s|$)/) else { return text }
    return text[..<end.range.lowerBound] + "."
  }
}

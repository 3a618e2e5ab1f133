import Foundation

/// Writes JSON for a repository: keys in order, and on one line whatever fits, so that a rule that changes is a line.
struct JSONLines {
  let columns: Int

  func text(_ value: Any, indent: Int = 0) throws -> String {
    let line = String(
      decoding: try JSONSerialization.data(
        withJSONObject: value, options: [.sortedKeys, .withoutEscapingSlashes, .fragmentsAllowed]), as: UTF8.self)
    let isWhole = indent > 0 && indent + line.count <= columns
    let inner = String(repeating: " ", count: indent + 2)
    let end = "\n" + String(repeating: " ", count: indent)
    if let object = value as? [String: Any], !isWhole, !object.isEmpty {
      let fields = try object.sorted { $0.key < $1.key }.map { key, value in
        "\(inner)\(try text(key)): \(try text(value, indent: indent + 2))"
      }
      return "{\n\(fields.joined(separator: ",\n"))\(end)}"
    }
    if let list = value as? [Any], !isWhole, !list.isEmpty {
      let items = try list.map { inner + (try text($0, indent: indent + 2)) }
      return "[\n\(items.joined(separator: ",\n"))\(end)]"
    }
    return line
  }
}

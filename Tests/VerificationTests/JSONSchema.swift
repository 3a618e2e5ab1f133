import Foundation

/// As much of JSON Schema, draft 4, as the schema of SARIF uses; any other keyword is an error, not passed over.
struct JSONSchema {
  private let root: [String: Any]
  private let words: Set<String> = [
    "$schema", "id", "title", "description", "default", "definitions", "format", "type", "$ref", "items", "uniqueItems",
    "minItems", "additionalProperties", "properties", "required", "minimum", "maximum", "pattern", "enum", "anyOf",
    "oneOf",
  ]

  init(_ data: Data) throws {
    root = try JSONSerialization.jsonObject(with: data) as? [String: Any] ?? [:]
  }

  /// What is wrong with a value, each with its path; empty where nothing is.
  func complaints(about value: Any) -> [String] { check(value, root, "") }

  private func check(_ value: Any, _ schema: [String: Any], _ path: String) -> [String] {
    var found = schema.keys.filter { !words.contains($0) }.map {
      "\(path): the schema says \($0), which is not known here"
    }
    if let reference = schema["$ref"] as? String {
      let name = reference.split(separator: "/").last.map(String.init) ?? ""
      guard let other = (root["definitions"] as? [String: [String: Any]])?[name] else {
        return ["\(path): the schema has no \(reference)"]
      }
      return found + check(value, other, path)
    }
    if let type = schema["type"], !isOf(value, type) { found.append("\(path): is no \(type)") }
    if let values = schema["enum"] as? [Any], !values.contains(where: { isEqual($0, value) }) {
      found.append("\(path): \(value) is none of \(values)")
    }
    for (key, isOne) in [("anyOf", false), ("oneOf", true)] {
      guard let choices = schema[key] as? [[String: Any]] else { continue }
      let fits = choices.count { check(value, $0, path).isEmpty }
      if fits == 0 || isOne && fits != 1 { found.append("\(path): fits \(fits) of \(key)") }
    }
    if let number = value as? Double, !isBoolean(value) {
      if let least = schema["minimum"] as? Double, number < least { found.append("\(path): is below \(least)") }
      if let most = schema["maximum"] as? Double, number > most { found.append("\(path): is above \(most)") }
    }
    if let text = value as? String, let pattern = schema["pattern"] as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      found.append("\(path): \"\(text)\" does not match \(pattern)")
    }
    if let object = value as? [String: Any] { found += fields(object, schema, path) }
    if let list = value as? [Any] { found += items(list, schema, path) }
    return found
  }

  private func fields(_ object: [String: Any], _ schema: [String: Any], _ path: String) -> [String] {
    let known = schema["properties"] as? [String: [String: Any]] ?? [:]
    let required = schema["required"] as? [String] ?? []
    var found = required.filter { object[$0] == nil }.map { "\(path): lacks \($0)" }
    for (key, value) in object {
      if let field = known[key] {
        found += check(value, field, "\(path)/\(key)")
      } else if let others = schema["additionalProperties"] as? [String: Any] {
        found += check(value, others, "\(path)/\(key)")
      } else if schema["additionalProperties"] as? Bool == false {
        found.append("\(path): may not have \(key)")
      }
    }
    return found
  }

  private func items(_ list: [Any], _ schema: [String: Any], _ path: String) -> [String] {
    var found: [String] = []
    if let least = schema["minItems"] as? Int, list.count < least { found.append("\(path): has \(list.count) items") }
    if schema["uniqueItems"] as? Bool == true {
      let texts = list.map(text)
      if Set(texts).count < texts.count { found.append("\(path): has an item twice") }
    }
    if let item = schema["items"] as? [String: Any] {
      found += list.enumerated().flatMap { check($1, item, "\(path)/\($0)") }
    }
    return found
  }

  private func isOf(_ value: Any, _ type: Any) -> Bool {
    let types = type as? [String] ?? [type as? String ?? ""]
    return types.contains { name in
      switch name {
      case "object": value is [String: Any]
      case "array": value is [Any]
      case "string": value is String
      case "boolean": isBoolean(value)
      case "integer": !isBoolean(value) && (value as? Double).map { $0 == $0.rounded() } == true
      case "number": !isBoolean(value) && value is Double
      case "null": value is NSNull
      default: false
      }
    }
  }

  /// Numbers and truths are both of `NSNumber`, which knows what it was made of.
  private func isBoolean(_ value: Any) -> Bool {
    guard let number = value as? NSNumber else { return false }
    return ["c", "B"].contains(String(cString: number.objCType))
  }

  private func isEqual(_ one: Any, _ other: Any) -> Bool { text(one) == text(other) }

  /// The same text for equal values.
  private func text(_ value: Any) -> String {
    let options: JSONSerialization.WritingOptions = [.sortedKeys, .fragmentsAllowed]
    let data = try? JSONSerialization.data(withJSONObject: value, options: options)
    return data.map { String(decoding: $0, as: UTF8.self) } ?? "\(value)"
  }
}

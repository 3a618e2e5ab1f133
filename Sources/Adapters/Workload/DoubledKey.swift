import Foundation

/// The first key that stands twice in one object of a JSON text, which Foundation's reader drops without a word.
///
///     doubledKey(in: Array(#"{"from": "A", "from": "B"}"#.utf8)[...])      // "from"
///
/// - Parameter text: Well-formed JSON.
func doubledKey(in text: ArraySlice<UInt8>) -> String? {
  /// For each open brace or bracket the keys so far; nil for a list.
  var open: [Set<String>?] = []
  var isKey = false
  var index = text.startIndex
  while index < text.endIndex {
    switch text[index] {
    case UInt8(ascii: "{"):
      open.append([])
      isKey = true
    case UInt8(ascii: "["): open.append(nil)
    case UInt8(ascii: "}"), UInt8(ascii: "]"): open.removeLast()
    case UInt8(ascii: ":"): isKey = false
    case UInt8(ascii: ","): isKey = open.last.flatMap(\.self) != nil
    case UInt8(ascii: "\""):
      let first = index
      repeat { index += text[index] == UInt8(ascii: "\\") ? 2 : 1 } while text[index] != UInt8(ascii: "\"")
      guard isKey, let key = string(text[first...index]) else { break }
      if open[open.count - 1]?.insert(key).inserted == false { return key }
    default: break
    }
    index += 1
  }
  return nil
}

/// A quoted JSON string, read; escapes make one key of several spellings.
private func string(_ quoted: ArraySlice<UInt8>) -> String? {
  guard quoted.contains(UInt8(ascii: "\\")) else {
    return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
  }
  guard case .success(let value) = parsedJSON(quoted) else { return nil }
  return value as? String
}

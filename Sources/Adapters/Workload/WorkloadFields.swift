import Foundation

/// Why a text is not JSON, in the parser's words.
struct MalformedJSON: Error {
  var words: String

  /// The offending byte, where the words end in "around character 17".
  var offset: Int? {
    guard words.contains("around character "), let number = words.split(separator: " ").last else { return nil }
    return Int(number)
  }
}

func parsedJSON(_ text: ArraySlice<UInt8>) -> Result<Any, MalformedJSON> {
  do {
    return .success(try JSONSerialization.jsonObject(with: Data(text), options: .fragmentsAllowed))
  } catch {
    let words = (error as NSError).userInfo["NSDebugDescription"] as? String ?? error.localizedDescription
    return .failure(MalformedJSON(words: words.hasSuffix(".") ? String(words.dropLast()) : words))
  }
}

/// The UTF-8 length of `value` written as compact JSON: no spaces, no escaped slashes.
func compactByteCount(of value: Any) -> Int {
  do {
    return try JSONSerialization.data(withJSONObject: value, options: [.fragmentsAllowed, .withoutEscapingSlashes])
      .count
  } catch {
    preconditionFailure("a value that was read as JSON cannot be written as JSON: \(error)")
  }
}

/// The fields of one JSON object, read by name, with errors that say where they stand.
struct WorkloadFields {
  let values: [String: Any]
  let file: String
  let place: WorkloadError.Place

  /// What the object is: "a message", "the team".
  let owner: String

  func failure(_ problem: WorkloadError.Problem) -> WorkloadError {
    WorkloadError(file: file, place: place, problem: problem)
  }

  /// The same fields of an object that is called something else.
  func named(_ owner: String) -> WorkloadFields {
    WorkloadFields(values: values, file: file, place: place, owner: owner)
  }

  func contains(_ field: String) -> Bool {
    values[field] != nil
  }

  /// Refuses fields that are not `known`; `alsoSuggest` are fields of other lines a misspelling may have meant.
  func allow(only known: [String], alsoSuggest others: [String] = []) throws(WorkloadError) {
    // The smallest of several, because the order of a dictionary changes from run to run.
    guard let field = values.keys.filter({ !known.contains($0) }).min() else { return }
    throw failure(.unknownField(field, of: owner, known: known, others: others))
  }

  func required<Value>(_ field: String, _ value: Value?) throws(WorkloadError) -> Value {
    guard let value else { throw failure(.missingField(field, of: owner)) }
    return value
  }

  func text(_ field: String) throws(WorkloadError) -> String? {
    guard let value = values[field] else { return nil }
    guard let text = value as? String else { throw wrongType(field, wanted: "a string") }
    guard !text.isEmpty else { throw failure(.emptyText(field: field)) }
    return text
  }

  /// One of the words an enum is written with.
  func word<Word: CaseIterable>(
    _ field: String, called noun: String, as type: Word.Type = Word.self
  ) throws(WorkloadError) -> Word? {
    guard let text = try text(field) else { return nil }
    guard let word = Word.allCases.first(where: { "\($0)" == text }) else {
      throw failure(.unknownWord(text, field: field, noun: noun, known: Word.allCases.map { "\($0)" }))
    }
    return word
  }

  /// A length of time of at most a day.
  func milliseconds(_ field: String) throws(WorkloadError) -> Double? {
    try number(field, in: 0...86_400_000, allowed: "0 to 86400000 (a day)")
  }

  func number(_ field: String, in range: ClosedRange<Double>, allowed: String) throws(WorkloadError) -> Double? {
    guard let value = values[field] else { return nil }
    guard let number = number(value) else { throw wrongType(field, wanted: "a number") }
    guard range.contains(number.doubleValue) else { throw outOfRange(field, allowed: allowed) }
    return number.doubleValue
  }

  func integer(_ field: String, in range: ClosedRange<Int>) throws(WorkloadError) -> Int? {
    guard let value = values[field] else { return nil }
    guard let number = number(value) else { throw wrongType(field, wanted: "a whole number") }
    guard let integer = Int(exactly: number.doubleValue), range.contains(integer) else {
      throw outOfRange(field, allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  func seed(_ field: String) throws(WorkloadError) -> UInt64? {
    guard let value = values[field] else { return nil }
    guard let number = number(value) else { throw wrongType(field, wanted: "a whole number") }
    guard let seed = UInt64(number.stringValue) else {
      throw outOfRange(field, allowed: "a whole number from 0 to \(UInt64.max)")
    }
    return seed
  }

  func object(_ field: String, as owner: String) throws(WorkloadError) -> WorkloadFields? {
    guard let value = values[field] else { return nil }
    guard let object = value as? [String: Any] else { throw wrongType(field, wanted: "an object") }
    return WorkloadFields(values: object, file: file, place: place, owner: owner)
  }

  func list(_ field: String) throws(WorkloadError) -> [Any]? {
    guard let value = values[field] else { return nil }
    guard let list = value as? [Any] else { throw wrongType(field, wanted: "a list") }
    return list
  }

  func wrongType(_ field: String, wanted: String) -> WorkloadError {
    failure(.wrongType(field: field, wanted: wanted, found: shownJSON(values[field])))
  }

  private func outOfRange(_ field: String, allowed: String) -> WorkloadError {
    failure(.outOfRange(field: field, found: shownJSON(values[field]), allowed: allowed))
  }

  /// The value as a number; `true` and `false` arrive in the same class as numbers, and are not numbers.
  private func number(_ value: Any) -> NSNumber? {
    guard let number = value as? NSNumber, !isBoolean(number) else { return nil }
    return number
  }
}

/// A JSON value as an error shows it: scalars as written, cut to 40 characters; lists and objects by their kind.
func shownJSON(_ value: Any?) -> String {
  switch value {
  case let text as String: text.count > 40 ? "\"\(text.prefix(40))…\"" : "\"\(text)\""
  case let number as NSNumber: isBoolean(number) ? (number.boolValue ? "true" : "false") : number.stringValue
  case is [Any]: "a list"
  case is [String: Any]: "an object"
  default: "null"
  }
}

private func isBoolean(_ number: NSNumber) -> Bool {
  // "c", for char, is the type Foundation gives to JSON's booleans and to none of its numbers.
  number.objCType.pointee == CChar(UInt8(ascii: "c"))
}

/// Identifiers for what a table numbers: letters, digits and underscores, each used once.
struct ExportNames {
  let machines: [String]
  let ledgers: [String]
  let channels: [String]
  let purses: [String]
  let events: [String]
  private var taken: Set<String>

  /// - Parameter reserved: Words of the language.
  init(_ table: Tabulation, reserved: Set<String>) {
    taken = reserved
    var taken = reserved
    machines = table.machines.map { Self.name($0.name, &taken) }
    let hosts = machines
    ledgers = table.ledgers.map { Self.name(hosts[$0.host] + " owed", &taken) }
    channels = table.channels.map { Self.name($0.name, &taken) }
    purses = table.purses.map { Self.name($0.name + " left", &taken) }
    events = table.events.map { Self.name($0, &taken) }
    self.taken = taken
  }

  /// A new identifier that reads like the words.
  mutating func make(_ words: String) -> String { Self.name(words, &taken) }

  private static func name(_ words: String, _ taken: inout Set<String>) -> String {
    var name = identifier(words)
    if name.utf8.count > 48 { name = String(name.prefix(48)) }
    var count = 2
    var result = name
    while taken.contains(result) {
      result = "\(name)_\(count)"
      count += 1
    }
    taken.insert(result)
    return result
  }

  /// The words with everything but letters and digits made underscores.
  static func identifier(_ words: String) -> String {
    var name = ""
    for character in words.unicodeScalars {
      let isPlain = character.isASCII && (character.properties.isAlphabetic || character.properties.numericType != nil)
      if isPlain {
        name.unicodeScalars.append(character)
      } else if !name.isEmpty, !name.hasSuffix("_") {
        name += "_"
      }
    }
    while name.hasSuffix("_") { name.removeLast() }
    guard let first = name.unicodeScalars.first else { return "unnamed" }
    return first.properties.isAlphabetic ? name : "x" + name
  }
}

/// Some of a variable's values, as the fewest ranges that tell them from its other ones.
struct NumberRanges {
  let ranges: [ClosedRange<UInt32>]
  /// Whether these are all the values.
  let isAll: Bool

  /// - Parameters:
  ///   - numbers: In order.
  ///   - all: In order; what is not among them may fall into a range.
  init(_ numbers: [UInt32], among all: [UInt32]) {
    isAll = numbers.count == all.count
    let wanted = Set(numbers)
    var ranges: [ClosedRange<UInt32>] = []
    var isOpen = false
    for number in all {
      if !wanted.contains(number) {
        isOpen = false
      } else if isOpen {
        ranges[ranges.count - 1] = ranges[ranges.count - 1].lowerBound...number
      } else {
        ranges.append(number...number)
        isOpen = true
      }
    }
    self.ranges = ranges
  }
}

/// Lines of text under construction.
struct ExportText {
  private(set) var lines: [String] = []

  mutating func line(_ text: String = "") { lines.append(text) }

  /// Pieces after each other, on as many lines as they need.
  mutating func wrapped(_ pieces: [String], first: String, next: String, last: String = "") {
    var line = first
    var isEmpty = true
    for piece in pieces {
      if !isEmpty, line.count + piece.count + 1 > 118 {
        lines.append(line)
        line = next
        isEmpty = true
      }
      line += isEmpty ? piece : " " + piece
      isEmpty = false
    }
    lines.append(line + last)
  }

  /// Words after each other, broken where the line is full.
  mutating func words(_ text: String, first: String, next: String? = nil) {
    wrapped(text.split(separator: " ").map(String.init), first: first, next: next ?? first)
  }

  var text: String { lines.joined(separator: "\n") + "\n" }
}

extension Int {
  /// `1234567` as `1,234,567`.
  var grouped: String {
    var result = ""
    for (index, digit) in String(self).reversed().enumerated() {
      if index > 0, index % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return String(result.reversed())
  }
}

extension String {
  /// The text as one word of a shell.
  var shellWord: String {
    let isPlain = !isEmpty && allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_./-+=:,@%".contains($0)) }
    return isPlain ? self : "'\(replacing("'", with: "'\\''"))'"
  }
}

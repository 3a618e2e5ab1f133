/// Sorts the words of a command line by the property they belong to; a word belongs to an option, or has its place.
///
/// A word that begins with a dash is an option, except a lone dash, a negative number, and all words after `--`.
/// The word after an option is its value, unless it is an option itself; `--name=-x` gives a value with a dash.
struct Scan {
  private let parameters: [Parameter]
  private var words: ArraySlice<String>
  private var placed: [String] = []
  private var texts: [String: [String]] = [:]

  /// The texts given for each property, by its name; a flag that is given has one empty text.
  static func texts(of parameters: [Parameter], in words: [String]) throws(UsageError) -> [String: [String]] {
    var scan = Scan(parameters: parameters, words: words[...])
    try scan.sort()
    try scan.distribute()
    if let missing = parameters.first(where: { $0.declaration.isRequired && scan.texts[$0.key] == nil }) {
      throw .missing(missing.title)
    }
    return scan.texts
  }

  private mutating func sort() throws(UsageError) {
    while let word = words.popFirst() {
      if word == "--" {
        placed += words
        words = []
      } else if !isOption(word) {
        placed.append(word)
      } else if word.hasPrefix("--") {
        try sortOption(word)
      } else {
        try sortLetters(of: word)
      }
    }
  }

  /// Takes `--name`, `--name=value` and `--name value`.
  private mutating func sortOption(_ word: String) throws(UsageError) {
    let (name, value) = splitAtEqualsSign(word)
    try take(name, value: value, in: word)
  }

  /// Takes `-n`, `-n=value`, `-n value`, and several flags behind one dash, of which the last may have a value.
  private mutating func sortLetters(of word: String) throws(UsageError) {
    let (letters, value) = splitAtEqualsSign(String(word.dropFirst()))
    for (index, letter) in letters.enumerated() {
      let isLast = index == letters.count - 1
      try take("-\(letter)", value: isLast ? value : nil, in: word, mayTakeNext: isLast)
    }
  }

  private mutating func take(
    _ name: String, value: String?, in word: String, mayTakeNext: Bool = true
  ) throws(UsageError) {
    guard let parameter = parameters.first(where: { $0.names.contains(name) }) else {
      // In `-json` the letter `j` is unknown, but the whole word says more.
      let unknown = word.hasPrefix("--") ? name : splitAtEqualsSign(word).name
      let longNames = parameters.flatMap(\.names).filter { $0.hasPrefix("--") } + ["--help"]
      throw .unknownOption(unknown, suggestion: nearest(to: unknown, among: longNames))
    }
    if parameter.isFlag {
      if let value { throw .valueForFlag(name, found: value) }
      texts[parameter.key] = [""]
      return
    }
    if texts[parameter.key] != nil && !parameter.declaration.isRepeated { throw .doubled(parameter.title) }
    if let value {
      texts[parameter.key, default: []].append(value)
    } else if mayTakeNext, let next = words.first, !isOption(next), next != "--" {
      texts[parameter.key, default: []].append(words.removeFirst())
    } else {
      throw .missingValue(for: parameter.title)
    }
  }

  /// Gives the words without a name to the arguments, in order.
  private mutating func distribute() throws(UsageError) {
    var rest = placed[...]
    for parameter in parameters where parameter.isArgument && !rest.isEmpty {
      let count = parameter.declaration.isRepeated ? rest.count : 1
      texts[parameter.key] = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
    }
    if let extra = rest.first { throw .unexpectedArgument(extra) }
  }

  private func isOption(_ word: String) -> Bool {
    guard word.hasPrefix("-"), word.count > 1, word != "--" else { return false }
    // A number below zero, with its unit perhaps, is a value.
    let isNumber = Double(word) != nil || word.dropFirst().first?.isNumber == true
    return !isNumber || parameters.contains { $0.names.contains(String(word.prefix(2))) }
  }

  private func splitAtEqualsSign(_ word: String) -> (name: String, value: String?) {
    guard let index = word.firstIndex(of: "=") else { return (word, nil) }
    return (String(word[..<index]), String(word[word.index(after: index)...]))
  }
}

extension Scan {
  private init(parameters: [Parameter], words: ArraySlice<String>) {
    self.parameters = parameters
    self.words = words
  }
}

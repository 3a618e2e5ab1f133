/// The tokens of one test case, in the order in which the generator made its choices.
public typealias Tokens = ContiguousArray<Token>

extension ContiguousArray<Token> {
  /// The choices alone. A generator is a function of them.
  var ranks: ContiguousArray<UInt64> {
    var ranks = ContiguousArray<UInt64>()
    ranks.reserveCapacity(count)
    for token in self where token.isChoice { ranks.append(token.rank) }
    return ranks
  }

  /// Whether this case has fewer choices than another, or as many and a lower one at the first difference.
  public func isSimpler(than other: Tokens) -> Bool { Check.isSimpler(ranks, than: other.ranks) }

  /// Choices and spans as text: `(1 1 5 )` is a list's span that holds two choices; `5@77` is one with a name.
  public var text: String {
    map { token in
      switch token.kind {
      case .open: "(\(token.label.raw)"
      case .close: ")"
      case .pick where token.origin != 0: "\(token.rank)@\(token.origin)"
      default: "\(token.rank)"
      }
    }.joined(separator: " ")
  }

  /// Reads what ``text`` wrote; nil for anything else.
  public init?(text: some StringProtocol) {
    self = []
    var depth = 0
    for word in text.split(whereSeparator: \.isWhitespace) {
      if word == ")" {
        guard depth > 0 else { return nil }
        depth -= 1
        append(Token(.close))
      } else if word.first == "(" {
        guard let raw = UInt32(word.dropFirst()) else { return nil }
        depth += 1
        append(Token(.open, label: Label(raw: raw)))
      } else if let at = word.firstIndex(of: "@") {
        guard let rank = UInt64(word[..<at]), let name = UInt64(word[word.index(after: at)...]) else { return nil }
        append(Token(.pick, rank: rank, limit: .max, origin: name))
      } else {
        guard let rank = UInt64(word) else { return nil }
        append(Token(.number, rank: rank, limit: .max))
      }
    }
    guard depth == 0 else { return nil }
  }
}

/// Whether `ranks` are fewer than `others`, or as many and lower at the first difference.
func isSimpler(_ ranks: ContiguousArray<UInt64>, than others: ContiguousArray<UInt64>) -> Bool {
  if ranks.count != others.count { return ranks.count < others.count }
  for index in ranks.indices where ranks[index] != others[index] { return ranks[index] < others[index] }
  return false
}

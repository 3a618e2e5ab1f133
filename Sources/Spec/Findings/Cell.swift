/// The rules of one phase and event, and what the names of their guards say about which of them can fire.
///
/// Guards are taken by name: two of the same name hold together, `g` and `not: g` never do. Every assignment of truth
/// to the names is tried, so that a rule covered by several rules above it is seen as well.
struct Cell {
  /// Indices of the book's rules, in the order they are tried.
  let rules: [Int]
  /// The rules that fire for some assignment.
  private(set) var fireable: Set<Int> = []
  /// Whether for some assignment none fires.
  private(set) var canRefuse = false
  /// Pairs of rules that hold together, of which the later is not an `Otherwise`.
  private(set) var rivals: Set<Pair> = []

  struct Pair: Hashable, Comparable {
    let earlier: Int
    let later: Int
    static func < (a: Self, b: Self) -> Bool { (a.later, a.earlier) < (b.later, b.earlier) }
  }

  /// Beyond so many names, every rule is taken to fire now and then.
  static let namesMax = 14

  init(_ book: BookDescription, phase: Int, event: Int) {
    rules = book.rules.indices.filter { book.rules[$0].event == event && book.rules[$0].phases.contains(phase) }
    let conditions = Self.conditions(rules.map { book.rules[$0].guards.map(\.name) })
    guard conditions.count <= Self.namesMax else {
      fireable = Set(rules)
      canRefuse = rules.allSatisfy { !book.rules[$0].guards.isEmpty }
      return
    }
    for truth in 0..<(1 << conditions.count) {
      let holding = rules.filter { rule in conditions.wanted[rules.firstIndex(of: rule)!].allSatisfy { $0.holds(truth) }
      }
      guard let first = holding.first else {
        canRefuse = true
        continue
      }
      fireable.insert(first)
      for (place, earlier) in holding.enumerated() {
        for later in holding[(place + 1)...] where !book.rules[later].isOtherwise {
          rivals.insert(Pair(earlier: earlier, later: later))
        }
      }
    }
  }

  /// One name and whether it must hold or must not.
  private struct Literal: Hashable {
    let name: Int
    let isPositive: Bool
    func holds(_ truth: Int) -> Bool { (truth >> name & 1 == 1) == isPositive }
  }

  /// The guards of each rule as literals. Names that occur once are one name per rule: only their sum matters.
  private static func conditions(_ guards: [[String]]) -> (count: Int, wanted: [[Literal]]) {
    let parsed = guards.map { $0.map(split) }
    var uses: [String: Int] = [:]
    for literal in parsed.joined() { uses[literal.name, default: 0] += 1 }
    var numbers: [String: Int] = [:]
    let wanted = parsed.enumerated().map { rule, literals in
      Set(
        literals.map { literal in
          let isShared = uses[literal.name]! > 1
          let name = isShared ? literal.name : "its own, \(rule)"
          let number = numbers[name] ?? numbers.count
          numbers[name] = number
          return Literal(name: number, isPositive: isShared ? literal.isPositive : true)
        })
    }
    return (numbers.count, wanted.map(Array.init))
  }

  private static func split(_ name: String) -> (name: String, isPositive: Bool) {
    var rest = name[...]
    var isPositive = true
    while rest.hasPrefix("not: ") {
      rest = rest.dropFirst(5)
      isPositive.toggle()
    }
    return (String(rest), isPositive)
  }
}

import Check

extension ShrinkChallenge {
  static let trees: [ShrinkChallenge] = [
    ShrinkChallenge("calculator", "0/(0+0)", { Expression.gen }) { expression in
      try assume(!expression.dividesByLiteralZero)
      _ = try expression.value
      return true
    },
    ShrinkChallenge("binheap", "(0, _, (0, (0), (1)))", { Heap.gen }) { heap in
      let all = heap.values
      let wrong = heap.wronglySorted
      return wrong == wrong.sorted() && all.sorted() == wrong
    },
  ]
}

/// Sums and quotients of integers.
private indirect enum Expression: CustomStringConvertible {
  case number(Int)
  case sum(Expression, Expression)
  case quotient(Expression, Expression)

  static var gen: Gen<Expression> {
    .recursive(
      Gen<Int>.int.map(Expression.number),
      [{ inner in zip(inner, inner).map(Expression.sum) }, { inner in zip(inner, inner).map(Expression.quotient) }])
  }

  struct DivisionByZero: Error {}

  var value: Int {
    get throws {
      switch self {
      case .number(let number): return number
      case .sum(let one, let other): return try one.value &+ other.value
      case .quotient(let one, let other):
        let (dividend, divisor) = (try one.value, try other.value)
        guard divisor != 0 else { throw DivisionByZero() }
        return dividend.dividedReportingOverflow(by: divisor).partialValue
      }
    }
  }

  var dividesByLiteralZero: Bool {
    switch self {
    case .number: false
    case .quotient(_, .number(0)): true
    case .sum(let one, let other), .quotient(let one, let other):
      one.dividesByLiteralZero || other.dividesByLiteralZero
    }
  }

  var description: String {
    switch self {
    case .number(let number): "\(number)"
    case .sum(let one, let other): "\(one.inParentheses)+\(other.inParentheses)"
    case .quotient(let one, let other): "\(one.inParentheses)/\(other.inParentheses)"
    }
  }

  private var inParentheses: String { if case .number = self { description } else { "(\(self))" } }
}

/// A binary heap, whose wrong conversion to a sorted list merges its halves but once.
private indirect enum Heap: CustomStringConvertible {
  case empty
  case node(Int32, Heap, Heap)

  static var gen: Gen<Heap> {
    Gen { source in
      let size = try source.draw(.int(in: 0...20))
      return try heap(source, atLeast: 0, size)
    }
  }

  private static func heap(_ source: Source, atLeast least: Int32, _ size: Int) throws -> Heap {
    guard size > 0 else { return .empty }
    return try source.span("heap") {
      guard try source.flag(likely: 224) else { return .empty }
      let key = try source.draw(.int(in: least...Int32.max))
      return .node(
        key, try heap(source, atLeast: key, size / 2), try heap(source, atLeast: key, size / 2))
    }
  }

  private func merged(with other: Heap) -> Heap {
    guard case .node(let key, let left, let right) = self else { return other }
    guard case .node(let otherKey, let otherLeft, let otherRight) = other else { return self }
    return key <= otherKey
      ? .node(key, right.merged(with: other), left) : .node(otherKey, otherRight.merged(with: self), otherLeft)
  }

  /// The keys, the root first and what is on the right before what is on the left.
  var values: [Int32] {
    guard case .node(let key, let left, let right) = self else { return [] }
    return [key] + right.values + left.values
  }

  var wronglySorted: [Int32] {
    guard case .node(let key, let left, let right) = self else { return [] }
    return [key] + left.merged(with: right).values
  }

  var description: String {
    switch self {
    case .empty: "_"
    case .node(let key, .empty, .empty): "(\(key))"
    case .node(let key, let left, let right): "(\(key), \(left), \(right))"
    }
  }
}

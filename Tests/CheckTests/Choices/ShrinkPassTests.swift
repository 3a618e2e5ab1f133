import Check
import Testing

/// Where shrinking ends from one case, with one pass alone and with all but that one.
private struct Ends: Equatable, CustomStringConvertible {
  let alone: String
  let without: String

  var description: String { "alone: \(alone), without: \(without)" }

  init(_ alone: String, without: String) {
    self.alone = alone
    self.without = without
  }

  init<Value>(
    _ pass: ShrinkPass, _ gen: Gen<Value>, from text: String, finishCases: Int = 64, _ holds: @escaping (Value) -> Bool
  ) throws {
    func end(_ passes: Set<ShrinkPass>) throws -> String {
      let store = ExamplesInMemory()
      store.keep(try #require(Tokens(text: text)), of: "ends")
      var settings = PropertySettings(finishCases: finishCases, store: store)
      settings.passes = passes
      return try #require(try check("ends", gen, settings: settings) { value, _ in holds(value) }.falsified).value
    }
    self.init(try end([pass]), without: try end(Set(ShrinkPass.allCases).subtracting([pass])))
  }
}

@Suite struct `Each pass reaches what no other does` {
  private let digit = Gen<Int>.int(in: 0...9)

  @Test func `joining: neighbouring lists become one`() throws {
    let ends = try Ends(.joining, .array(of: .array(of: digit)), from: "1 1 0 0 1 1 0 0 0") { lists in
      lists.joined().count < 2
    }
    #expect(ends == Ends("[[0, 0]]", without: "[[0], [0]]"))
  }

  @Test func `zeroing: everything at once`() throws {
    let ends = try Ends(.zeroing, zip(digit, digit), from: "7 4") { pair in pair != (7, 4) && pair != (0, 0) }
    #expect(ends == Ends("(0, 0)", without: "(7, 4)"))
  }

  @Test func `deleting: steps of a list`() throws {
    let ends = try Ends(.deleting, .array(of: digit), from: "1 5 1 5 1 5 0") { list in
      list.isEmpty || list.contains { $0 != 5 }
    }
    #expect(ends == Ends("[5]", without: "[5, 5, 5]"))
  }

  @Test func `deleting: a value of a counted list, together with the count`() throws {
    let lists = Gen<Int>.int(in: 1...9).flatMap { .array(of: .int(in: 0...9), count: $0) }
    let ends = try Ends(.deleting, lists, from: "2 5 5 7") { list in
      list.last != 7 || list.dropLast().contains { $0 != 5 }
    }
    #expect(ends == Ends("[7]", without: "[5, 5, 7]"))
  }

  @Test func `pointing: a step goes, and what points past it is lowered`() throws {
    func holds(_ places: [Int]) -> Bool {
      !places.allSatisfy { $0 < places.count }
        || places.indices.allSatisfy { places[$0] == $0 || places[places[$0]] != $0 }
    }
    let all = try Ends(.pointing, .array(of: .int(in: 0...10)), from: "1 0 1 2 1 1 0", holds)
    #expect(all.without == "[0, 2, 1]")
    let store = ExamplesInMemory()
    store.keep(try #require(Tokens(text: "1 0 1 2 1 1 0")), of: "places")
    var settings = PropertySettings(store: store)
    settings.passes = [.deleting, .pointing]
    let found = try check("places", .array(of: .int(in: 0...10)), settings: settings) { list, _ in holds(list) }
      .falsified
    #expect(found?.value == "[1, 0]")
  }

  @Test func `hoisting: a value becomes one that it holds`() throws {
    let ends = try Ends(.hoisting, Tree.gen, from: "1 0 0 1 0 3 0 4") { !$0.holds(Tree.node(.leaf(3), .leaf(4))) }
    #expect(ends == Ends("(3 4)", without: "(0 (3 4))"))
  }

  @Test func `emptying: one span becomes the simplest of its kind`() throws {
    let ends = try Ends(.emptying, zip(digit, zip(digit, digit)), from: "4 7 4") { one, two in
      one != 4 || (two != (7, 4) && two != (0, 0))
    }
    #expect(ends == Ends("(4, (0, 0))", without: "(4, (7, 4))"))
  }

  @Test func `equals: equal numbers are lowered together`() throws {
    let ends = try Ends(.equals, zip(digit, digit, digit), from: "8 8 8") { one, two, three in
      one != two || two != three || one < 3
    }
    #expect(ends == Ends("(3, 3, 3)", without: "(8, 8, 8)"))
  }

  @Test func `lowering: one number`() throws {
    let ends = try Ends(.lowering, .int(in: 0...1000), from: "800") { $0 < 3 }
    #expect(ends == Ends("3", without: "800"))
  }

  @Test func `ordering: the simpler first`() throws {
    let ends = try Ends(.ordering, .array(of: digit), from: "1 1 1 0 0") { list in list.sorted() != [0, 1] }
    #expect(ends == Ends("[0, 1]", without: "[1, 0]"))
  }

  @Test func `merging: two numbers become their sum, which may overflow`() throws {
    // Ranks 1 and 65533 are 1 and 32767.
    let ends = try Ends(.merging, .array(of: Gen<Int16>.any), from: "1 1 1 65533 0") { list in
      list.contains(0) || list.reduce(0, &+) != .min
    }
    #expect(ends == Ends("[-32768]", without: "[1, 32767]"))
  }

  @Test func `moving: one number's loss is another's gain`() throws {
    let ends = try Ends(.moving, zip(.int(in: 0...20), .int(in: 0...20)), from: "4 6") { (one: Int, two: Int) in
      one + two != 10
    }
    #expect(ends == Ends("(0, 10)", without: "(4, 6)"))
  }

  @Test func `lockstep: two numbers are lowered by the same`() throws {
    let ends = try Ends(.lockstep, zip(digit, digit), from: "9 8") { one, two in one - two != 1 || one < 3 }
    #expect(ends == Ends("(3, 2)", without: "(9, 8)"))
  }

  @Test func `grafting: a nested value moves to an empty place`() throws {
    let ends = try Ends(.grafting, Shape.gen, from: "1 1 0 0 1 0 0", finishCases: 0) { $0.nodes != 3 }
    #expect(ends == Ends("(_ (_ .))", without: "((_ _) (_ _))"))
  }

  @Test func `finishing: all that is simpler, when it is little`() throws {
    let ends = try Ends(.finishing, zip(.bool, .bool, .bool, .bool), from: "1 1 1 1") { one, two, three, four in
      !(two && four && one == three)
    }
    #expect(ends == Ends("(false, true, false, true)", without: "(true, true, true, true)"))
  }
}

private indirect enum Tree: Equatable, CustomStringConvertible {
  case leaf(Int)
  case node(Tree, Tree)

  static var gen: Gen<Tree> {
    .recursive(Gen<Int>.int(in: 0...9).map(Tree.leaf)) { inner in zip(inner, inner).map(Tree.node) }
  }

  func holds(_ other: Tree) -> Bool {
    if self == other { return true }
    guard case .node(let left, let right) = self else { return false }
    return left.holds(other) || right.holds(other)
  }

  var description: String {
    switch self {
    case .leaf(let number): "\(number)"
    case .node(let left, let right): "(\(left) \(right))"
    }
  }
}

/// A binary tree of three levels without values; the nodes of the lowest hold nothing.
private indirect enum Shape: CustomStringConvertible {
  case empty, lowest
  case node(Shape, Shape)

  static var gen: Gen<Shape> { Gen { source in try shape(source, levels: 3) } }

  private static func shape(_ source: Source, levels: Int) throws -> Shape {
    try source.span("shape") {
      guard try source.flag() else { return .empty }
      return levels == 1
        ? .lowest : .node(try shape(source, levels: levels - 1), try shape(source, levels: levels - 1))
    }
  }

  var nodes: Int {
    switch self {
    case .empty: 0
    case .lowest: 1
    case .node(let left, let right): 1 + left.nodes + right.nodes
    }
  }

  var description: String {
    switch self {
    case .empty: "_"
    case .lowest: "."
    case .node(let left, let right): "(\(left) \(right))"
    }
  }
}

import Check

extension ShrinkChallenge {
  static let lists: [ShrinkChallenge] = [
    ShrinkChallenge("bound5", "[[], [], [], [-1], [-32768]]", { bound5(listsOf: 0...100) }, holds: isBounded),
    ShrinkChallenge(
      "bound5, lists of at most one", "[[], [], [], [-1], [-32768]]", { bound5(listsOf: 0...1) }, holds: isBounded),
    ShrinkChallenge("large union list", "[[0, 1, -1, 2, -2]]", { .array(of: .array(of: .int)) }) { lists in
      Set(lists.joined()).count <= 4
    },
    ShrinkChallenge("reverse", "[0, 1]", { .array(of: .int) }) { $0 == $0.reversed() },
    ShrinkChallenge(
      "length list", "[900]", { Gen<Int>.int(in: 1...100).flatMap { .array(of: .int(in: 0...1000), count: $0) } }
    ) { $0.max()! < 900 },
    ShrinkChallenge("coupling", "[1, 0]", { .array(of: .int(in: 0...10)) }) { places in
      try assume(places.allSatisfy { $0 < places.count })
      return places.indices.allSatisfy { places[$0] == $0 || places[places[$0]] != $0 }
    },
    ShrinkChallenge("deletion", "([0, 0], 0)", { zip(.array(of: .int), .int) }) { (list: [Int], doomed: Int) in
      var list = list
      guard let place = list.firstIndex(of: doomed) else { throw Discard.refused }
      list.remove(at: place)
      return !list.contains(doomed)
    },
    ShrinkChallenge("distinct", "[0, 1, -1]", { .array(of: .int) }) { Set($0).count < 3 },
    ShrinkChallenge(
      "nested lists", "[[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]", { .array(of: .array(of: .int)) }
    ) { lists in lists.reduce(0) { $0 + $1.count } <= 10 },
  ]

  private static func bound5(listsOf counts: ClosedRange<Int>) -> Gen<[[Int16]]> {
    .array(of: .array(of: .any, count: counts), count: 5)
  }

  private static func isBounded(_ lists: [[Int16]]) throws -> Bool {
    try assume(lists.allSatisfy { $0.reduce(0, &+) < 256 })
    return lists.joined().reduce(0, &+) < 5 * 256
  }
}

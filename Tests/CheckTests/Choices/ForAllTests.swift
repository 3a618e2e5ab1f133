import Check
import Testing

@Suite struct `A property` {
  @Test func `that is true holds, in one line`() throws {
    try forAll(.array(of: .int)) { $0 == $0.reversed().reversed() }
    try forAll(zip(.int, .int)) { (one: Int, two: Int) in one &+ two == two &+ one }
    try noneThrows(.string()) { text in try #require(String(decoding: text.utf8, as: UTF8.self) == text) }
  }

  @Test func `that is false is told with its simplest value and the line that replays it`() throws {
    let error = #expect(throws: Falsified.self) {
      try forAll("sums are small", .array(of: .int(in: 0...100))) { $0.reduce(0, +) < 250 }
    }
    let found = try #require(error)
    #expect(found.value == "[50, 100, 100]")
    let lines = found.description.split(separator: "\n")
    #expect(lines.first == #""sums are small" does not hold for [50, 100, 100]"#)
    #expect(lines[1] == "  shrunk from case \(found.number) of seed 1 in \(found.evaluations) evaluations")
    #expect(
      lines.last == #"  replay: forAll(…, settings: .replaying("(1 (2 1 50 ) (2 1 100 ) (2 1 100 ) 0 )"))"#)
  }

  @Test func `ends alike for equal seeds, and at the same value for all`() throws {
    func found(_ seed: UInt64) throws -> Falsified {
      let settings = PropertySettings(cases: 2000, seed: seed)
      return try #require(
        try check("", .array(of: .int(in: 0...100)), settings: settings) { list, _ in list.reduce(0, +) < 250 }
          .falsified)
    }
    #expect(try found(7).evaluations == found(7).evaluations)
    #expect(Set(try (1...50).map { try found($0).value }) == ["[50, 100, 100]"])
  }

  @Test func `that throws is told with what it threw, and shrinks to no other failure`() throws {
    struct Tall: Error {}
    struct Odd: Error {}
    let report = try check("", .int(in: 0...1_000_000), settings: PropertySettings(cases: 2000, seed: 1)) { number, _ in
      if number > 700 { throw Tall() }
      if number % 2 == 1, number > 200 { throw Odd() }
      return true
    }
    let found = try #require(report.falsified)
    #expect([found.reason, found.value] == ["Tall()", "701"] || [found.reason, found.value] == ["Odd()", "201"])
  }

  @Test func `with few values is tried on each, and on each once`() throws {
    var seen: [String] = []
    let report = try check("", zip(.bool, .int(in: -1...1))) { pair, _ in
      seen.append("\(pair)")
      return true
    }
    #expect(report.isExhaustive)
    #expect(report.held == 6)
    #expect(seen.count == 6)
    #expect(Set(seen).count == 6)
    #expect(try !check("", .int) { _, _ in true }.isExhaustive)
  }

  @Test func `that discards nearly all cases is no success`() throws {
    let error = #expect(throws: PropertyError.self) {
      try forAll("rare", .int, settings: PropertySettings(cases: 50)) { number in
        try assume(number == 123_456_789)
        return true
      }
    }
    guard case .discarded("rare", let cases, _)? = error else { throw Falsely() }
    #expect(cases > 1000)
  }

  @Test func `that was judged on no case is no success`() {
    let filtered = Gen<Int>.int(in: 0...9).filter { $0 > 9 }
    #expect(throws: PropertyError.self) { try forAll(filtered) { _ in true } }
    #expect(throws: PropertyError.self) { try forAll(Gen<Int> { _ in throw Discard.refused }) { _ in true } }
    #expect(throws: PropertyError.self) {
      try forAll(.bool) { _ in
        try assume(false)
        return true
      }
    }
  }

  @Test func `over a filtered range is tried on each value that is left`() throws {
    var seen: [Int] = []
    let report = try check("", Gen<Int>.int(in: 0...20).filter { $0 % 3 == 0 }) { number, _ in
      seen.append(number)
      return true
    }
    #expect(report.isExhaustive)
    #expect(seen == [0, 3, 6, 9, 12, 15, 18])
  }

  @Test func `passes on what the generator throws`() {
    struct Broken: Error {}
    #expect(throws: Broken.self) { try forAll(Gen<Int> { _ in throw Broken() }) { _ in true } }
    #expect(throws: Broken.self) {
      try forAll(Gen<Int>.int.map { number in if number > 100 { throw Broken() } else { number } }) { _ in true }
    }
  }

  @Test func `that depends on more than its value is called so`() throws {
    var calls = 0
    let report = try check("", .int) { _, _ in
      calls += 1
      return calls != 30
    }
    let found = try #require(report.falsified)
    #expect(found.isFlaky)
    #expect(found.description.contains("held when that was tried again"))
  }

  @Test func `is driven up by a score to where chance does not come`() throws {
    let gen = zip(.int(in: 0...1_000_000), .int(in: 0...1_000_000))
    func found(_ targeting: (((Int, Int)) -> Double)?) -> String? {
      do {
        try forAll(gen, settings: PropertySettings(cases: 5000), targeting: targeting) { one, two in
          one + two < 1_999_990
        }
        return nil
      } catch {
        return (error as? Falsified)?.value
      }
    }
    #expect(found { Double($0 + $1) } == "(999990, 1000000)")
  }

  @Test func `of a case that is replayed is judged on that case alone`() throws {
    func replay(_ text: String) throws -> PropertyReport {
      try check("", .array(of: .int(in: 0...100)), settings: .replaying(text)) { list, _ in list.count < 2 }
    }
    #expect(try replay("1 5 1 6 0").falsified?.value == "[5, 6]")
    #expect(try replay("1 5 0").held == 1)
    #expect(throws: PropertyError.unreadable("1 (")) { try replay("1 (") }
    #expect(throws: PropertyError.noCase("1 5 1")) { try replay("1 5 1") }
    // Above its range, a choice becomes the highest of it.
    #expect(try replay("1 5000 1 6 0").falsified?.value == "[100, 6]")
  }

  private struct Falsely: Error {}
}

@Suite struct `Kept cases` {
  private func run(_ store: ExamplesInMemory, limit: Int, cases: Int = 200) throws -> PropertyReport {
    try check("sums", .array(of: .int(in: 0...100)), settings: PropertySettings(cases: cases, store: store)) {
      list, _ in
      list.reduce(0, +) < limit
    }
  }

  @Test func `come first the next time, and stay when they hold by now`() throws {
    let store = ExamplesInMemory()
    let first = try #require(try run(store, limit: 250).falsified)
    #expect(store.examples(of: "sums").map(\.text) == [first.tokens.text])
    let again = try #require(try run(store, limit: 250).falsified)
    #expect(again.number == 0)
    #expect(again.value == first.value)
    #expect(again.description.contains("shrunk from a kept case"))
    #expect(try run(store, limit: 100_000).falsified == nil)
    #expect(store.examples(of: "sums").map(\.text) == [first.tokens.text])
    #expect(store.examples(of: "others") == [])
  }

  @Test func `are kept of no property without a name`() {
    #expect(throws: PropertyError.nameless) {
      try forAll(.int(in: 0...100), settings: PropertySettings(store: ExamplesInMemory())) { $0 < 50 }
    }
  }

  @Test func `survive a generator that has changed`() throws {
    let store = ExamplesInMemory()
    _ = try run(store, limit: 250)
    let kept = try check("sums", .array(of: .int(in: 0...90)), settings: PropertySettings(cases: 0, store: store)) {
      list, _ in list.reduce(0, +) < 200
    }
    #expect(kept.falsified?.value == "[20, 90, 90]")
  }

  @Test(arguments: ["", "5", "( 1", "1 )", "(x 1 )", "(1 -2 )", "(1 2", ")("]) func `have a text`(text: String) {
    let tokens = Tokens(text: text)
    #expect((tokens != nil) == ["", "5"].contains(text))
    if let tokens { #expect(tokens.text == text) }
  }
}

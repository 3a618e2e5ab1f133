import Check
import Testing

/// Values of a generator, by a property that collects them and holds.
private func draws<Value>(_ gen: Gen<Value>, cases: Int = 2000, seed: UInt64 = 1) throws -> [Value] {
  var values: [Value] = []
  try forAll(gen, settings: PropertySettings(cases: cases, seed: seed)) { value in
    values.append(value)
    return true
  }
  return values
}

/// The simplest value of a generator that a condition refuses.
private func simplest<Value>(_ gen: Gen<Value>, seed: UInt64 = 1, but holds: @escaping (Value) -> Bool) throws -> String
{
  let settings = PropertySettings(cases: 20_000, seed: seed)
  return try #require(try check("", gen, settings: settings) { value, _ in holds(value) }.falsified).value
}

@Suite struct `Generators` {
  private func reachesItsEdges<Value: FixedWidthInteger & Sendable>(_ type: Value.Type) throws {
    let values = try draws(Gen<Value>.any)
    #expect(values.contains(.min) && values.contains(.max) && values.contains(0), "\(type)")
    #expect(Set(values).count > 100, "\(type)")
  }

  @Test func `integers of every width reach both edges`() throws {
    try reachesItsEdges(Int8.self)
    try reachesItsEdges(Int16.self)
    try reachesItsEdges(Int32.self)
    try reachesItsEdges(Int64.self)
    try reachesItsEdges(UInt8.self)
    try reachesItsEdges(UInt16.self)
    try reachesItsEdges(UInt32.self)
    try reachesItsEdges(UInt64.self)
  }

  @Test(arguments: [-5 ... -2, -5...5, 0...0, 3...9, -1...100, -100...1, Int.min...Int.min + 3, Int.max - 3...Int.max])
  func `integers stay in their range, and small ranges are tried whole`(range: ClosedRange<Int>) throws {
    #expect(try draws(.int(in: range)).sorted() == Array(range))
  }

  @Test func `the simplest number is zero, what is nearest to it, or what was said`() throws {
    #expect(try simplest(.int) { _ in false } == "0")
    #expect(try simplest(.int(in: -9 ... -4)) { _ in false } == "-4")
    #expect(try simplest(.int(in: 4...9)) { _ in false } == "4")
    #expect(try simplest(.int(in: 0...100, toward: 50)) { _ in false } == "50")
    #expect(try simplest(.int(in: 0...100, toward: 50)) { $0 > 47 } == "47")
    #expect(try simplest(.int) { $0 > -1000 } == "-1000")
    #expect(try simplest(Gen<UInt64>.any) { $0 < 1 << 63 } == "\(UInt64(1) << 63)")
  }

  @Test func `lists have every length that was asked for, and no other`() throws {
    #expect(Set(try draws(.array(of: .bool, count: 2...5)).map(\.count)) == [2, 3, 4, 5])
    #expect(Set(try draws(.array(of: .int, count: 3)).map(\.count)) == [3])
    #expect(try simplest(.array(of: .int, count: 2...5)) { _ in false } == "[0, 0]")
    #expect(try simplest(.array(of: .int, count: 2...5)) { $0.reduce(0, &+) < 7 } == "[0, 7]")
  }

  @Test func `sets, dictionaries, optionals and strings shrink to what matters`() throws {
    #expect(try simplest(.set(of: .int)) { $0.count < 1 || !$0.contains { $0 > 4 } } == "[5]")
    #expect(try simplest(.dictionary(of: .int, to: .bool)) { !$0.values.contains(true) } == "[0: true]")
    #expect(try simplest(.optional(.int)) { ($0 ?? 0) < 20 } == "Optional(20)")
    #expect(try simplest(.string(of: .ascii)) { $0.count < 3 } == "aaa")
    #expect(try simplest(.string()) { $0.unicodeScalars.allSatisfy(\.isASCII) }.count == 1)
  }

  @Test func `floating-point numbers shrink to whole ones`() throws {
    #expect(try simplest(.finite) { $0 < 2.5 } == "3.0")
    #expect(try draws(.finite).allSatisfy(\.isFinite))
    #expect(try draws(Gen<Double>.any).contains { $0.isNaN })
    #expect(try draws(.double(in: 1...2)).allSatisfy((1...2).contains))
  }

  @Test func `alternatives shrink to the first that fails`() throws {
    #expect(try simplest(.oneOf(.just("a"), .just("b"), .just("c"))) { $0 == "a" } == "b")
    #expect(try simplest(.element(of: [3, 1, 2])) { _ in false } == "3")
    let weighted = try draws(.frequency((9, .int(in: 0...1_000_000)), (1, .just(-1))))
    #expect((50...500).contains(weighted.count { $0 == -1 }))
  }

  @Test func `bind shrinks both halves`() throws {
    let pairs = Gen<Int>.int(in: 0...1000).flatMap { low in Gen<Int>.int(in: low...2000).map { (low, $0) } }
    for seed in 1...20 as ClosedRange<UInt64> {
      #expect(try simplest(pairs, seed: seed) { $0.1 - $0.0 < 10 || $0.0 < 5 } == "(5, 15)")
    }
  }

  @Test func `a filter lets nothing through that it refuses, while shrinking either`() throws {
    let even = Gen<Int>.int(in: 0...100_000).filter { $0 % 2 == 0 }
    #expect(try draws(even).allSatisfy { $0 % 2 == 0 })
    #expect(try simplest(even) { $0 < 1001 } == "1002")
    let nonEmpty = Gen<[Int]>.array(of: .int).filter { !$0.isEmpty }.map { $0.first! }
    #expect(try simplest(nonEmpty) { $0 < 9 } == "9")
  }

  @Test func `steps drawn one by one are deleted one by one`() throws {
    let gen = Gen { source in
      var log: [String] = []
      try source.repeats(0...50) { _ in log.append(try source.flag() ? "open \(try source.pick(3))" : "wait") }
      return log
    }
    #expect(try simplest(gen) { !$0.contains("open 2") } == #"["open 2"]"#)
  }

  @Test func `equal seeds draw equal values, and others do not`() throws {
    #expect(try draws(.array(of: .int), seed: 3) == draws(.array(of: .int), seed: 3))
    #expect(try draws(.array(of: .int), seed: 3) != draws(.array(of: .int), seed: 4))
  }

  @Test func `the first case is the simplest, and the first ones are small`() throws {
    let lists = try draws(.array(of: .int))
    #expect(lists.first == [])
    #expect(lists.prefix(10).allSatisfy { $0.count <= 4 })
    #expect(lists.contains { $0.count > 20 })
  }

  @Test func `a generator may catch a refusal and go on`() throws {
    let gen = Gen { source in
      let first = try? source.draw(zip(.int, Gen<Int>.int(in: 0...9).filter { $0 == 7 }))
      return (first?.1 ?? -1, try source.draw(.int(in: 0...99)))
    }
    #expect(try simplest(gen) { $0.1 < 40 } == "(-1, 40)")
  }

  @Test func `long lists shrink as well`() throws {
    let long = Gen<[Int]>.array(of: .int(in: 0...1000), count: 0...800)
    #expect(try simplest(long) { $0.count < 300 } == "\(Array(repeating: 0, count: 300))")
    #expect(try simplest(long) { $0.count < 300 || !$0.contains(500) }.hasSuffix("0, 0, 500]"))
  }
}

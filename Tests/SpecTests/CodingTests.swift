import Spec
import Testing

/// One field of each sort.
struct Zoo: Blank, Hashable, Keyed {
  enum Beast: UInt8, CaseIterable { case ant, bee, cow }
  var flag = false
  var small: UInt8 = 0
  var bounded: UInt32 = 0
  var wide: UInt64 = 0
  var signed: Int32 = 0
  var beast = Beast.ant
  var perhaps: Beast?
  var cub: Cub?
  var pair = [Cub(), Cub()]
  var pack: [Cub] = []
  var line = Fifo<Cub>()
  var litter = DistinctFifo<Cub>()
  var herd = KeyedSet<Cub>()
  var event = Toy.Event.go

  var key: UInt64 { wide }

  struct Cub: Blank, Hashable, Keyed, Identified {
    var name: UInt16 = 0
    var age: UInt8 = 0
    var key: UInt64 { UInt64(name) }
    var identity: Key { Key(key) }
    mutating func fields(_ f: inout Fields) {
      f("name", &name)
      f("age", &age, max: 9)
    }
  }

  mutating func fields(_ f: inout Fields) {
    f("flag", &flag)
    f("small", &small)
    f("bounded", &bounded, max: 1000)
    f("wide", &wide)
    f("signed", &signed)
    f("beast", &beast)
    f("perhaps", &perhaps)
    f("cub", &cub)
    f.each("pair", &pair)
    f.list("pack", &pack, max: 5)
    f.queue("line", &line, max: 300)
    f.queue("litter", &litter, max: 300)
    f.members("herd", &herd, max: 300)
    f("event", &event)
  }
}

@Suite struct `Coding` {
  @Test(arguments: 1...4) func `what is decoded is what was encoded, and unequal values encode unequally`(seed: UInt64)
  {
    check(Zoo(), seed)
    check(Toy(), seed)
    check(Toy.Event(), seed)
    check(Toy.Effect(), seed)
    check(Duo(), seed)
    check(Duo.Event(), seed)
    check(Duo.Effect(), seed)
    check(Provider(), seed)
    check(Provider.Event(), seed)
    check(Provider.Effect(), seed)
    check(Budget(scopes: [.init(budget: 1), .init(budget: 2)]), seed)
    check(Budget.Event(), seed)
    check(Budget.Effect(), seed)
    check(Obligation<Toy.Effect>(), seed)
    check(Key(), seed)
  }

  private func check<C: Coded & Equatable>(
    _ blank: C, _ seed: UInt64, at location: SourceLocation = #_sourceLocation
  ) {
    let sampler = Sampler(SplitMix64(seed: seed))
    var seen: [(value: C, bytes: [UInt8])] = []
    for _ in 0..<200 {
      var value = blank
      sampler.draw(&value)
      let encoded = bytes(of: value)
      var decoded = blank
      encoded.withUnsafeBytes { raw in
        var reader = ByteReader(raw)
        decoded.fields(&reader)
        #expect(reader.isAtEnd && !reader.failed, sourceLocation: location)
      }
      #expect(decoded == value, sourceLocation: location)
      for other in seen.suffix(40) {
        #expect((other.bytes == encoded) == (other.value == value), sourceLocation: location)
      }
      seen.append((value, encoded))
    }
  }

  @Test func `decoding overwrites whatever was there`() {
    let sampler = Sampler(SplitMix64(seed: 5))
    var old = Zoo()
    for _ in 0..<100 {
      var value = Zoo()
      sampler.draw(&value)
      bytes(of: value).withUnsafeBytes { raw in
        var reader = ByteReader(raw)
        old.fields(&reader)
      }
      #expect(old == value)
    }
  }

  @Test func `bytes that end too soon, or hold too much, are noticed`() {
    var zoo = Zoo()
    zoo.line.append(Zoo.Cub(name: 1, age: 2))
    let whole = bytes(of: zoo)
    for count in 0..<whole.count {
      whole.prefix(count).withUnsafeBytes { raw in
        var reader = ByteReader(raw)
        var decoded = Zoo()
        decoded.fields(&reader)
        #expect(reader.failed)
      }
    }
    [UInt8](arrayLiteral: 3).withUnsafeBytes { raw in
      var reader = ByteReader(raw)
      var beast = Zoo.Beast.cow
      reader("beast", &beast)
      #expect(reader.failed)
      #expect(beast == .ant)
    }
  }

  @Test(arguments: [
    ("bounded", Zoo(bounded: 1001)), ("age", Zoo(cub: Zoo.Cub(age: 10))),
    ("age", Zoo(pack: [Zoo.Cub(), Zoo.Cub(age: 200)])), ("pack", Zoo(pack: Array(repeating: Zoo.Cub(), count: 6))),
  ])
  func `a value above its maximum is reported with the field's name`(field: String, zoo: Zoo) {
    var zoo = zoo
    let buffer = ByteBuffer()
    withExtendedLifetime(buffer) {
      var writer = ByteWriter(buffer)
      zoo.fields(&writer)
      #expect(writer.overflow?.field == field)
    }
  }

  @Test func `condensed queues and sets change with their content, queues with their order as well`() {
    let (a, b) = (Zoo.Cub(name: 1, age: 1), Zoo.Cub(name: 2, age: 2))
    func line(_ cubs: [Zoo.Cub]) -> [UInt8] {
      var zoo = Zoo()
      for cub in cubs { zoo.line.append(cub) }
      return bytes(of: zoo, condenses: true)
    }
    func herd(_ cubs: [Zoo.Cub]) -> [UInt8] {
      var zoo = Zoo()
      for cub in cubs { zoo.herd.insert(cub) }
      return bytes(of: zoo, condenses: true)
    }
    #expect(Set([[], [a], [b], [a, b], [b, a], [a, a]].map(line)).count == 6)
    #expect(Set([[], [a], [b], [a, b]].map(herd)).count == 4)
    #expect(herd([a, b]) == herd([b, a]))
    #expect(line([a, b]).count == line(Array(repeating: a, count: 200)).count)
  }

  @Test func `a value survives being printed and read`() {
    let sampler = Sampler(SplitMix64(seed: 9))
    for _ in 0..<100 {
      var event = Toy.Event()
      sampler.draw(&event)
      var cub = Zoo.Cub()
      sampler.draw(&cub)
      let reader = TextReader(Dictionary(uniqueKeysWithValues: Printer.lines(of: cub).map { ($0.path, $0.value) }))
      var fields = Fields(reader)
      var read = Zoo.Cub()
      read.fields(&fields)
      #expect(read == cub)
      #expect(reader.remarks == [])
    }
    let reader = TextReader(["beast": "dog", "wide": "x", "bounded": "2000", "nobody": "1"])
    var fields = Fields(reader)
    var zoo = Zoo()
    zoo.fields(&fields)
    let expected = [
      "bounded is 2000, above its maximum 1000", "wide is \"x\", not a number",
      "beast is \"dog\", not one of ant, bee, cow", "there is no field \"nobody\" here; the fie",
    ]
    #expect(reader.remarks.map { String($0.prefix(40)) } == expected)
  }
}

@Suite struct `Queues and sets` {
  @Test(arguments: 1...6) func `a queue behaves like an array`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var queue = Fifo<Zoo.Cub>()
    var array: [Zoo.Cub] = []
    for step in 0..<2_000 {
      // Long stretches of growth and of decay, so that the memory is compacted on the way.
      let grows = (step / 250) % 2 == 0
      switch Int.random(in: 0..<20, using: &random) {
      case 0 where step % 3 == 0:
        let name = UInt16.random(in: 0..<8, using: &random)
        queue.keep { $0.name != name }
        array.removeAll { $0.name == name }
      case 1 where step % 37 == 0:
        queue.removeAll()
        array.removeAll()
      case ..<(grows ? 15 : 6):
        let cub = Zoo.Cub(name: .random(in: 0..<8, using: &random), age: .random(in: 0..<9, using: &random))
        queue.append(cub)
        array.append(cub)
      default:
        #expect(queue.popFirst() == (array.isEmpty ? nil : array.removeFirst()))
      }
      #expect(queue.count == array.count && queue.isEmpty == array.isEmpty)
      guard step % 10 == 0 else { continue }
      #expect(Array(queue) == array)
      var fresh = Fifo<Zoo.Cub>()
      for cub in array { fresh.append(cub) }
      #expect(fresh == queue && fresh.orderDigest == queue.orderDigest && fresh.hashValue == queue.hashValue)
    }
  }

  @Test(arguments: 1...6) func `a queue without duplicates behaves like an array, and finds what is in it`(seed: UInt64)
  {
    var random = SplitMix64(seed: seed)
    var queue = DistinctFifo<Zoo.Cub>()
    var array: [Zoo.Cub] = []
    for step in 0..<4_000 {
      let grows = (step / 500) % 2 == 0
      let cub = Zoo.Cub(name: .random(in: 0..<200, using: &random), age: .random(in: 0..<9, using: &random))
      let known = array.first { $0.name == cub.name }
      switch Int.random(in: 0..<20, using: &random) {
      case 0 where step % 50 == 0:
        queue.removeAll()
        array.removeAll()
      case ..<(grows ? 16 : 6):
        #expect(queue.append(cub) == (known == nil))
        if known == nil { array.append(cub) }
      default:
        #expect(queue.popFirst() == (array.isEmpty ? nil : array.removeFirst()))
      }
      #expect(queue.count == array.count && queue.isEmpty == array.isEmpty)
      #expect(queue.element(cub.identity) == array.first { $0.name == cub.name })
      guard step % 10 == 0 else { continue }
      #expect(Array(queue) == array && array.allSatisfy { queue.element($0.identity) == $0 })
      var fresh = DistinctFifo<Zoo.Cub>()
      for cub in array { fresh.append(cub) }
      #expect(fresh == queue && fresh.orderDigest == queue.orderDigest && fresh.hashValue == queue.hashValue)
    }
  }

  /// The search for which begins at one of three places.
  private struct Twin: Blank, Hashable, Identified {
    var name: UInt32 = 0
    struct Name: Coded, Equatable {
      var name: UInt32
      var digest: UInt64 { UInt64(name % 3) * 2 + 1 }
      mutating func fields(_ f: inout Fields) { f("name", &name) }
    }
    var identity: Name { Name(name: name) }
    mutating func fields(_ f: inout Fields) { f("name", &name) }
  }

  @Test(arguments: 1...4) func `a queue without duplicates finds those whose identities collide`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var queue = DistinctFifo<Twin>()
    var array: [Twin] = []
    for step in 0..<3_000 {
      let twin = Twin(name: .random(in: 0..<120, using: &random))
      if UInt64.random(in: 0..<10, using: &random) < (step / 400 % 2 == 0 ? 7 : 3) {
        let isNew = !array.contains(twin)
        #expect(queue.append(twin) == isNew)
        if isNew { array.append(twin) }
      } else {
        #expect(queue.popFirst() == (array.isEmpty ? nil : array.removeFirst()))
      }
      #expect((queue.element(twin.identity) != nil) == array.contains(twin))
      guard step % 20 == 0 else { continue }
      #expect(array.allSatisfy { queue.element($0.identity) == $0 } && Array(queue) == array)
    }
  }

  @Test func `a queue without duplicates finds what is in it and nothing else while many pass through it`() {
    var queue = DistinctFifo<Zoo.Cub>()
    func cub(_ number: Int) -> Zoo.Cub { Zoo.Cub(name: UInt16(truncatingIfNeeded: number), age: UInt8(number % 10)) }
    for number in 0..<240_000 {
      let isNew = queue.append(cub(number))
      #expect(isNew)
      while queue.count > (number < 120_000 ? 50_000 : 65_535) { queue.popFirst() }
      if number == 90_000 || number == 200_000 { while queue.count > 100 { queue.popFirst() } }
      guard number % 97 == 0 else { continue }
      let isNewAgain = queue.append(cub(number))
      #expect(!isNewAgain)
      for back in [0, queue.count / 2, queue.count - 1] {
        #expect(queue.element(cub(number - back).identity) == cub(number - back))
      }
      #expect(queue.element(cub(number + 1).identity) == nil)
    }
  }

  // Seeds of which the first two fill a table with what was taken out, until no place is free.
  @Test(arguments: [(8...12, 15), (9...24, 1), (20...49, 49)])
  func `a short queue without duplicates takes in ever more`(
    counts: ClosedRange<Int>, seed: UInt64
  ) {
    var random = SplitMix64(seed: seed)
    var queue = DistinctFifo<Zoo.Cub>()
    var array: [UInt16] = []
    var wanted = counts.lowerBound
    for number in 0..<200_000 {
      // Mostly few, now and then as many as may be.
      if number % 7 == 0 {
        wanted = .random(
          in: counts.lowerBound...(Bool.random(using: &random) ? counts.upperBound : counts.lowerBound + 2),
          using: &random)
      }
      while array.count >= wanted {
        #expect(queue.popFirst()?.name == array.removeFirst())
      }
      let name = UInt16(truncatingIfNeeded: number)
      guard queue.append(Zoo.Cub(name: name, age: 0)) else {
        Issue.record("\(name) was not taken in behind \(array)")
        return
      }
      array.append(name)
      guard number % 16 == 0 else { continue }
      let isNewAgain = queue.append(Zoo.Cub(name: array[array.count / 2], age: 1))
      #expect(!isNewAgain && Array(queue).map(\.name) == array)
    }
  }

  @Test(arguments: 1...6) func `a set behaves like a dictionary`(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    var set = KeyedSet<Zoo.Cub>()
    var dictionary: [UInt64: Zoo.Cub] = [:]
    for step in 0..<2_000 {
      let grows = (step / 400) % 2 == 0
      let name = UInt16.random(in: 0..<300, using: &random)
      let cub = Zoo.Cub(name: name, age: .random(in: 0..<9, using: &random))
      if Int.random(in: 0..<10, using: &random) < (grows ? 8 : 2) {
        set.insert(cub)
        dictionary[cub.key] = cub
      } else {
        // Half the time the lowest key, which is taken out without moving the rest.
        let key = Bool.random(using: &random) ? set.first?.key ?? 0 : cub.key
        #expect(set.remove(key: key) == dictionary.removeValue(forKey: key))
      }
      #expect(set.count == dictionary.count && set.isEmpty == dictionary.isEmpty)
      #expect(set.element(key: cub.key) == dictionary[cub.key])
      #expect(set.contains(key: cub.key) == (dictionary[cub.key] != nil))
      guard step % 10 == 0 else { continue }
      #expect(Array(set) == dictionary.values.sorted { $0.key < $1.key })
      var fresh = KeyedSet<Zoo.Cub>()
      for cub in dictionary.values { fresh.insert(cub) }
      #expect(fresh == set && fresh.setDigest == set.setDigest)
    }
  }

  @Test func `an element takes the place of the one with its key`() {
    var set = KeyedSet<Zoo.Cub>()
    for name in [UInt16(5), 1, 3] { set.insert(Zoo.Cub(name: name, age: 1)) }
    for name in [UInt16(5), 1, 3] {
      set.insert(Zoo.Cub(name: name, age: 7))
      #expect(set.count == 3)
      #expect(set.element(key: UInt64(name)) == Zoo.Cub(name: name, age: 7))
    }
    var fresh = KeyedSet<Zoo.Cub>()
    for name in [UInt16(1), 3, 5] { fresh.insert(Zoo.Cub(name: name, age: 7)) }
    #expect(set == fresh && set.setDigest == fresh.setDigest)
  }

  @Test func `equal contents digest equally, whatever happened before`() {
    var queue = Fifo<Zoo.Cub>()
    for name in 0..<200 { queue.append(Zoo.Cub(name: UInt16(name), age: 0)) }
    while queue.popFirst() != nil {}
    #expect(queue.orderDigest == Fifo<Zoo.Cub>().orderDigest)
    #expect(queue == Fifo<Zoo.Cub>())
  }

  @Test func `digests tell values apart by which words stand together, not by the words alone`() {
    var words: Set<UInt64> = []
    var pairs: Set<UInt64> = []
    for name in UInt16(0)..<300 {
      for age in UInt8(0)..<10 {
        words.insert(Zoo.Cub(name: name, age: age).digest)
        var set = KeyedSet<Zoo.Cub>()
        set.insert(Zoo.Cub(name: name, age: age))
        set.insert(Zoo.Cub(name: 300, age: 9 - age))
        pairs.insert(set.setDigest)
      }
    }
    #expect(words.count == 3_000 && pairs.count == 3_000)
    func digest(_ cubs: [(UInt16, UInt8)]) -> UInt64 {
      var set = KeyedSet<Zoo.Cub>()
      for (name, age) in cubs { set.insert(Zoo.Cub(name: name, age: age)) }
      return set.setDigest
    }
    #expect(digest([(1, 2), (3, 4)]) != digest([(1, 4), (3, 2)]))
  }
}

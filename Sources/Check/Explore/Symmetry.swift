import Spec

/// Renames interchangeable identities in packed states, and picks of each set of states that differ by names alone the
/// one that stands for all.
///
/// Each identity has a *signature*, the same whatever it is called: a sum over the parts of the state of how the part
/// looks from where it stands. How a part looks is found once for each value, by walking all the renamings of that one
/// value: two identities look the same where a renaming that leaves the value as it is takes one to the other. The
/// representative has its identities in the order of their signatures. Identities with equal signatures that can yet be
/// told apart are tried in every order, and the least state is taken: so exactly one state of each set is chosen.
///
/// - Complexity: O(*parts* × *identities*) for a state, beyond what is looked up; O(*renamings of the value* ×
///   *identities*) once for each value of a part.
///
/// Source: McKay and Piperno, *Practical graph isomorphism, II* (2014), for individualisation by orbits; Ip and Dill,
/// *Better verification through symmetry* (1996).
@usableFromInline final class Symmetry {
  let plan: SymmetryPlan
  private unowned(unsafe) let walker: PartWalker
  private let partCount: Int
  private let positions: Int

  /// The image of a code in a part under a generator, by `(generator × parts + part, code)`.
  @exclusivity(unchecked) private var images = PairCache()
  @exclusivity(unchecked) private var events = PairCache()
  @exclusivity(unchecked) private var effects = PairCache()
  /// For each `(part, code)` where its looks begin, in units of ``positions``.
  @exclusivity(unchecked) private var looks = PairCache()
  @exclusivity(unchecked) private var colours = Flat<UInt64>()
  @exclusivity(unchecked) private var lookCount = 0

  private let signature: UnsafeMutablePointer<UInt64>
  private let scratch: UnsafeMutablePointer<UInt32>
  /// The generator that exchanges a position with the next; -1 at the end of a class.
  private let generators: [Int]
  /// The generators by which the last state was made its representative.
  @exclusivity(unchecked) private(set) var applied: [Int] = []
  /// States whose ties were too many to try in every order; another of the same set may have been kept as well.
  @exclusivity(unchecked) private(set) var unresolved = 0

  /// Renamings of one value, and orders of tied identities, that are tried before giving up on exactness.
  private static var most: Int { 100_000 }

  init(_ plan: SymmetryPlan, _ walker: PartWalker) {
    self.plan = plan
    self.walker = walker
    partCount = walker.partCount
    positions = plan.positions
    signature = .allocate(capacity: max(1, positions))
    signature.initialize(repeating: 0, count: max(1, positions))
    scratch = .allocate(capacity: partCount)
    scratch.initialize(repeating: 0, count: partCount)
    var generators = Array(repeating: -1, count: positions)
    for (number, generator) in plan.generators.enumerated() { generators[generator.position] = number }
    self.generators = generators
  }

  deinit {
    signature.deallocate()
    scratch.deallocate()
    colours.free()
  }

  /// What the tables hold, roughly.
  var bytes: Int { images.bytes + events.bytes + effects.bytes + looks.bytes + colours.bytes }

  // MARK: - Representatives

  /// Replaces a state by the one that stands for it.
  ///
  /// - Returns: How many states it stands for; ``Swift/Int/max`` for more than can be counted.
  @discardableResult func represent(_ codes: UnsafeMutablePointer<UInt32>) -> Int {
    applied.removeAll(keepingCapacity: true)
    sign(codes)
    for it in plan.classes { sort(it, codes) }
    return settleTies(codes)
  }

  /// The representative of a whole state, and the generators that led to it.
  @usableFromInline func represented(_ codes: inout [UInt32]) -> [Int] {
    codes.withUnsafeMutableBufferPointer { _ = represent($0.baseAddress!) }
    return applied
  }

  private func sign(_ codes: UnsafeMutablePointer<UInt32>) {
    signature.update(repeating: 0, count: positions)
    for part in 0..<partCount {
      let look = looks[UInt32(truncatingIfNeeded: part), codes[part]] ?? findLooks(part, codes[part])
      let row = colours.at(Int(look) * positions)
      for position in 0..<positions { signature[position] &+= row[position] }
    }
  }

  private func sort(_ it: SymmetryPlan.Class, _ codes: UnsafeMutablePointer<UInt32>) {
    for end in it.first..<(it.first + it.count) {
      var at = end
      while at > it.first, signature[at] < signature[at - 1] {
        swapAt(at - 1)
        apply(generators[at - 1], codes)
        applied.append(generators[at - 1])
        at -= 1
      }
    }
  }

  private func swapAt(_ position: Int) {
    let kept = signature[position]
    signature[position] = signature[position + 1]
    signature[position + 1] = kept
  }

  private func settleTies(_ codes: UnsafeMutablePointer<UInt32>) -> Int {
    var tied: [Int] = []
    var areAlike = true
    var count = 1
    for it in plan.classes {
      var run = 0
      for place in 0..<it.count {
        // One identity after the other: so many orders of those before, and as many places for this one, but that
        // those of a run are not told apart.
        run += 1
        count = count.saturatingProduct(place + 1)
        if count < .max { count /= run }
        let position = it.first + place
        if place + 1 < it.count, signature[position] == signature[position + 1] {
          tied.append(generators[position])
          if !leaves(generators[position], codes) { areAlike = false }
        } else {
          run = 0
        }
      }
    }
    return areAlike ? count : count.saturatingProduct(tryOrders(of: tied, codes))
  }

  /// Whether a generator leaves a state as it is.
  private func leaves(_ generator: Int, _ codes: UnsafeMutablePointer<UInt32>) -> Bool {
    let parts = plan.generators[generator].parts
    return (0..<partCount).allSatisfy { image(generator, $0, codes[$0]) == codes[parts[$0]] }
  }

  /// Takes the least of the states that tied identities can be ordered into.
  ///
  /// - Returns: How many these are.
  private func tryOrders(of tied: [Int], _ codes: UnsafeMutablePointer<UInt32>) -> Int {
    let start = Array(UnsafeBufferPointer(start: codes, count: partCount))
    var orders = [start]
    var ways: [[Int]] = [[]]
    var seen: Set<[UInt32]> = [start]
    var next = 0
    var least = 0
    while next < orders.count {
      if isBefore(orders[next], orders[least]) { least = next }
      for generator in tied {
        var order = orders[next]
        order.withUnsafeMutableBufferPointer { apply(generator, $0.baseAddress!) }
        if seen.insert(order).inserted {
          orders.append(order)
          ways.append(ways[next] + [generator])
        }
      }
      next += 1
      if orders.count > Self.most {
        unresolved += 1
        break
      }
    }
    for part in 0..<partCount { codes[part] = orders[least][part] }
    applied += ways[least]
    return orders.count
  }

  /// An order by content, the same in every run.
  private func isBefore(_ a: [UInt32], _ b: [UInt32]) -> Bool {
    for part in 0..<partCount where a[part] != b[part] { return content(part, a[part]) < content(part, b[part]) }
    return false
  }

  private func content(_ part: Int, _ code: UInt32) -> UInt64 {
    let kind = walker.plan.kinds[part]
    walker.ensure(kind, code)
    return walker.mirrors[kind].hashes[Int(code)].low
  }

  // MARK: - Renaming

  /// Exchanges two neighbours in a state.
  func apply(_ generator: Int, _ codes: UnsafeMutablePointer<UInt32>) {
    plan.generators[generator].parts.withUnsafeBufferPointer { parts in
      for part in 0..<partCount { scratch[parts[part]] = image(generator, part, codes[part]) }
    }
    codes.update(from: scratch, count: partCount)
  }

  /// What stands in the image of a part, once what stands in the part is renamed.
  @inline(__always) func image(_ generator: Int, _ part: Int, _ code: UInt32) -> UInt32 {
    let place = UInt32(truncatingIfNeeded: generator &* partCount &+ part)
    if let known = images[place, code] { return known }
    return findImage(generator, part, code, place)
  }

  @inline(never) private func findImage(_ generator: Int, _ part: Int, _ code: UInt32, _ place: UInt32) -> UInt32 {
    let kind = walker.plan.kinds[part]
    walker.ensure(kind, code)
    let image: UInt32
    switch kind {
    case PartPlan.Kind.ledger: image = walker.code(ofLedger: renamed(walker.ledgers[Int(code)], generator))
    case PartPlan.Kind.channel: image = walker.code(ofQueue: renamed(part, walker.events(of: code), generator))
    case PartPlan.Kind.purses: image = walker.code(ofPurses: renamed(walker.pursed[Int(code)], generator))
    default: image = walker.typed.renameMachine(generator, part, code)
    }
    images.insert(place, code, image)
    return image
  }

  private func renamed(
    _ entries: ContiguousArray<PartWalker.Entry>, _ generator: Int
  ) -> ContiguousArray<PartWalker.Entry> {
    var result: ContiguousArray<PartWalker.Entry> = []
    for entry in entries {
      var it = entry
      it.contract = UInt16(plan.generators[generator].contracts[Int(entry.contract)])
      it.effect = effect(generator, entry.effect)
      walker.ensure(PartPlan.Kind.effect, it.effect)
      walker.insert(it, &result)
    }
    return result
  }

  private func renamed(
    _ part: Int, _ queue: ContiguousArray<UInt32>, _ generator: Int
  ) -> ContiguousArray<UInt32> {
    let renamed = ContiguousArray(queue.map { event(generator, $0) })
    guard walker.channelOrders[part - walker.firstChannel] == .board else { return renamed }
    return ContiguousArray(renamed.sorted { rank($0) < rank($1) })
  }

  private func renamed(_ value: PartWalker.PurseValue, _ generator: Int) -> PartWalker.PurseValue {
    var result = value
    let it = plan.generators[generator]
    for purse in value.left.indices { result.left[it.purses[purse]] = value.left[purse] }
    result.echoes = ContiguousArray(
      value.echoes.map { (UInt16(it.contracts[Int($0.contract)]), event(generator, $0.event)) }
        .sorted { ($0.0, rank($0.1)) < ($1.0, rank($1.1)) }
        .map { (contract: $0.0, event: $0.1) })
    return result
  }

  private func rank(_ event: UInt32) -> UInt64 {
    walker.ensure(PartPlan.Kind.event, event)
    return walker.eventRanks[Int(event)]
  }

  func event(_ generator: Int, _ code: UInt32) -> UInt32 {
    if let known = events[UInt32(generator), code] { return known }
    let image = walker.typed.renameEvent(generator, code)
    events.insert(UInt32(generator), code, image)
    return image
  }

  private func effect(_ generator: Int, _ code: UInt32) -> UInt32 {
    if let known = effects[UInt32(generator), code] { return known }
    let image = walker.typed.renameEffect(generator, code)
    effects.insert(UInt32(generator), code, image)
    return image
  }

  // MARK: - Looks

  private struct Value: Hashable {
    let part: Int
    let code: UInt32
  }

  /// Walks all renamings of what stands in a part, and notes for each how it looks from every position.
  @inline(never) private func findLooks(_ part: Int, _ code: UInt32) -> UInt32 {
    var values = [Value(part: part, code: code)]
    var places = [values[0]: 0]
    // For each value a renaming that leads to it from the first: where each position goes.
    var ways = [(0..<positions).map { UInt8($0) }]
    var blocks = Blocks(positions)
    var next = 0
    while next < values.count, values.count <= Self.most {
      for (number, generator) in plan.generators.enumerated() {
        let from = values[next]
        let image = Value(part: generator.parts[from.part], code: image(number, from.part, from.code))
        let way = ways[next].map { Self.move($0, generator.position) }
        if let known = places[image] {
          blocks.join(way, ways[known])
        } else {
          places[image] = values.count
          values.append(image)
          ways.append(way)
        }
      }
      next += 1
    }
    let isWhole = values.count <= Self.most
    let least = values.indices.min {
      (values[$0].part, content(values[$0].part, values[$0].code))
        < (values[$1].part, content(values[$1].part, values[$1].code))
    }!
    let seed = Self.mixed(content(values[least].part, values[least].code), UInt64(values[least].part))
    let labels = blocks.labels(seenFrom: ways[least])
    for (index, value) in values.enumerated() where looks[UInt32(value.part), value.code] == nil {
      let start = lookCount * positions
      for _ in 0..<positions { colours.append(0) }
      if isWhole {
        for position in 0..<positions {
          colours[start + Int(ways[index][position])] = Self.mixed(seed, UInt64(labels[position]))
        }
      }
      looks.insert(UInt32(value.part), value.code, UInt32(lookCount))
      lookCount += 1
    }
    return looks[UInt32(part), code]!
  }

  private static func move(_ position: UInt8, _ swapped: Int) -> UInt8 {
    Int(position) == swapped ? position + 1 : Int(position) == swapped + 1 ? position - 1 : position
  }

  private static func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = (a ^ (b &+ 1) &* 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return product.high ^ product.low
  }
}

/// Positions that renamings which leave a value as it is take to each other.
private struct Blocks {
  private var roots: [Int]

  init(_ count: Int) { roots = Array(0..<count) }

  private func root(_ position: Int) -> Int {
    var at = position
    while roots[at] != at { at = roots[at] }
    return at
  }

  /// Takes in that two renamings lead to the same value: one, undone after the other, leaves it as it is.
  mutating func join(_ way: [UInt8], _ known: [UInt8]) {
    for position in way.indices {
      let back = known.firstIndex(of: way[position])!
      roots[root(position)] = root(back)
    }
  }

  /// For each position the least place that its block has after a renaming.
  func labels(seenFrom way: [UInt8]) -> [UInt8] {
    roots.indices.map { position in
      roots.indices.filter { root($0) == root(position) }.map { way[$0] }.min()!
    }
  }
}

extension Int {
  /// The sum, or the largest number, which stands for more than can be counted.
  func saturatingSum(_ other: Int) -> Int {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? .max : sum
  }

  fileprivate func saturatingProduct(_ other: Int) -> Int {
    let (product, isOver) = multipliedReportingOverflow(by: other)
    return isOver ? .max : product
  }
}

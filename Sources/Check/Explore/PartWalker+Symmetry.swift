import Spec

// States up to the names of interchangeable identities.
extension PartWalker {
  /// From here on states are taken for each other that differ by names alone.
  @usableFromInline @discardableResult func adopt(_ plan: SymmetryPlan) -> Symmetry {
    let symmetry = Symmetry(plan, self)
    self.symmetry = symmetry
    return symmetry
  }

  /// Replaces the state at hand by the one that stands for it, and its hash.
  func represent() {
    guard let symmetry else { return }
    symmetry.represent(codes)
    ensureAll()
    (low, high) = hash(of: Array(UnsafeBufferPointer(start: codes, count: partCount)))
  }

  /// How many renamings drawn at random a state is held against, and how many rotations at most.
  private static var drawn: Int { 2 }
  private static var rotations: Int { 8 }

  /// Holds the claim that identities are interchangeable against the state at hand: renamed, it must break the same
  /// laws, and be followed by the same states, renamed.
  ///
  /// Each exchange of neighbours is tried, the rotations, which give every identity the part of every other, and some
  /// renamings drawn by the state's hash: a state that stands for others has its identities in order, and most of those
  /// it stands for are no neighbours of it.
  ///
  /// - Returns: What is wrong, and after which successor; nil where nothing is.
  func asymmetry(hash: (low: UInt64, high: UInt64)) -> (words: String, ordinal: Int?)? {
    guard let symmetry else { return nil }
    self.symmetry = nil
    let state = Array(UnsafeBufferPointer(start: codes, count: partCount))
    defer {
      self.symmetry = symmetry
      put(state)
      before.update(from: codes, count: partCount)
    }
    let plain = Batch()
    expand(hash: hash, into: plain)
    for number in symmetry.plan.generators.indices {
      if let words = halfRenamed(number, state, symmetry) { return (words, nil) }
      if let found = difference([number], state, plain, symmetry) { return found }
    }
    var chance = SplitMix64(seed: hash.low)
    let round = symmetry.plan.rotation
    var rotated = round
    for _ in 1..<max(1, min(Self.rotations + 1, symmetry.plan.classes.map(\.count).max() ?? 0)) {
      if let found = difference(rotated, state, plain, symmetry) { return found }
      rotated += round
    }
    for _ in 0..<Self.drawn {
      if let found = difference(symmetry.plan.renaming(by: &chance), state, plain, symmetry) { return found }
    }
    return nil
  }

  /// What an exchange of two does that no exchange does.
  private func halfRenamed(_ generator: Int, _ state: [UInt32], _ symmetry: Symmetry) -> String? {
    put(state)
    symmetry.apply(generator, codes)
    let image = Array(UnsafeBufferPointer(start: codes, count: partCount))
    ensureAll()
    symmetry.apply(generator, codes)
    let words = symmetry.plan.words([generator])
    if !state.elementsEqual(UnsafeBufferPointer(start: codes, count: partCount)) {
      return "\(words) twice does not give the state back"
    }
    put(state)
    return typed.isRenamedWhole(generator, image)
      ? nil : "\(words) makes one machine depend on what stands in another"
  }

  /// Where what can follow a state, renamed, is not what can follow the renamed state.
  private func difference(
    _ renaming: [Int], _ state: [UInt32], _ plain: Batch, _ symmetry: Symmetry
  ) -> (words: String, ordinal: Int?)? {
    put(state)
    for generator in renaming { symmetry.apply(generator, codes) }
    ensureAll()
    let renamed = Batch()
    expand(hash: hash(of: Array(UnsafeBufferPointer(start: codes, count: partCount))), into: renamed)
    let words = symmetry.plan.words(renaming)
    if plain.findings.count(where: { $0.ordinal == nil }) != renamed.findings.count(where: { $0.ordinal == nil }) {
      return ("\(words) makes a law hold that did not, or the other way round", nil)
    }
    put(state)
    if let ordinal = unmatched(plain, renamed, renaming, symmetry) {
      return ("\(words) does not commute with \(typed.describeMove(ordinal))", ordinal)
    }
    return plain.count == renamed.count ? nil : ("\(words) makes possible what was not", nil)
  }

  private func put(_ state: [UInt32]) {
    for part in 0..<partCount { codes[part] = state[part] }
  }

  /// The first successor of the state at hand whose image is none of the image's successors.
  private func unmatched(_ plain: Batch, _ renamed: Batch, _ renaming: [Int], _ symmetry: Symmetry) -> Int? {
    var left: [Target: Int] = [:]
    for ordinal in 0..<renamed.count {
      left[Target(hash: renamed.lows[ordinal], isBroken: renamed.successors[ordinal].isBroken), default: 0] += 1
    }
    let state = Array(UnsafeBufferPointer(start: codes, count: partCount))
    defer { put(state) }
    for ordinal in 0..<plain.count {
      put(state)
      for index in plain.changes(of: ordinal) { codes[Int(plain.changes[index].part)] = plain.changes[index].code }
      for generator in renaming { symmetry.apply(generator, codes) }
      let image = hash(of: Array(UnsafeBufferPointer(start: codes, count: partCount)))
      let target = Target(hash: image.low, isBroken: plain.successors[ordinal].isBroken)
      guard let count = left[target], count > 0 else { return ordinal }
      left[target] = count - 1
    }
    return nil
  }

  private struct Target: Hashable {
    let hash: UInt64
    let isBroken: Bool
  }
}

extension SymmetryPlan {
  /// A renaming that chance picks, as exchanges of neighbours one after the other: all are equally likely.
  func renaming(by chance: inout SplitMix64) -> [Int] {
    var renaming: [Int] = []
    for it in classes {
      for place in 1..<max(1, it.count) {
        // The identity at this place goes to a place not behind it.
        let wanted = chance.below(place + 1)
        renaming += (wanted..<place).reversed().map { exchange(at: it.first + $0) }
      }
    }
    return renaming
  }

  /// Each identity becomes the next of its class, and the last the first, as exchanges of neighbours.
  var rotation: [Int] {
    classes.flatMap { it in (0..<max(0, it.count - 1)).reversed().map { exchange(at: it.first + $0) } }
  }

  /// The generator that exchanges a position with the next.
  private func exchange(at position: Int) -> Int { generators.firstIndex { $0.position == position }! }

  /// A renaming in words: `exchanging 1 and 2 of the managers`, or `renaming the managers 0, 1, 2 to 2, 0, 1`.
  func words(_ renaming: [Int]) -> String {
    if renaming.count == 1 {
      let generator = generators[renaming[0]]
      return "exchanging \(generator.swap.first) and \(generator.swap.second) of the "
        + classes[generator.identities].name
    }
    var places = Array(0..<positions)
    for generator in renaming {
      let first = generators[generator].position
      places = places.map { $0 == first ? first + 1 : $0 == first + 1 ? first : $0 }
    }
    let told = classes.compactMap { it -> String? in
      let moved = (it.first..<(it.first + it.count)).filter { places[$0] != $0 }
      if moved.isEmpty { return nil }
      return "the \(it.name) \(moved.map { "\($0 - it.first)" }.joined(separator: ", ")) to "
        + moved.map { "\(places[$0] - it.first)" }.joined(separator: ", ")
    }
    return "renaming \(told.joined(separator: " and "))"
  }
}

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

  /// Holds the claim that identities are interchangeable against the state at hand: the state with two of them
  /// exchanged must break the same laws, and be followed by the same states with the two exchanged.
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
    for (number, generator) in symmetry.plan.generators.enumerated() {
      let words =
        "exchanging \(generator.swap.first) and \(generator.swap.second) of the "
        + symmetry.plan.classes[generator.identities].name
      put(state)
      symmetry.apply(number, codes)
      let image = Array(UnsafeBufferPointer(start: codes, count: partCount))
      ensureAll()
      symmetry.apply(number, codes)
      if !state.elementsEqual(UnsafeBufferPointer(start: codes, count: partCount)) {
        return ("\(words) twice does not give the state back", nil)
      }
      put(state)
      if !typed.isRenamedWhole(number, image) {
        return ("\(words) makes one machine depend on what stands in another", nil)
      }
      put(image)
      let renamed = Batch()
      expand(hash: self.hash(of: image), into: renamed)
      if plain.findings.filter({ $0.ordinal == nil }).count != renamed.findings.filter({ $0.ordinal == nil }).count {
        return ("\(words) makes a law hold that did not, or the other way round", nil)
      }
      put(state)
      if let ordinal = unmatched(plain, renamed, number, symmetry) {
        return ("\(words) does not commute with \(typed.describeMove(ordinal))", ordinal)
      }
      if plain.count != renamed.count { return ("\(words) makes possible what was not", nil) }
    }
    return nil
  }

  private func put(_ state: [UInt32]) {
    for part in 0..<partCount { codes[part] = state[part] }
  }

  /// The first successor of the state at hand whose image is none of the image's successors.
  private func unmatched(_ plain: Batch, _ renamed: Batch, _ generator: Int, _ symmetry: Symmetry) -> Int? {
    var left: [Target: Int] = [:]
    for ordinal in 0..<renamed.count {
      left[Target(hash: renamed.lows[ordinal], isBroken: renamed.successors[ordinal].isBroken), default: 0] += 1
    }
    let state = Array(UnsafeBufferPointer(start: codes, count: partCount))
    defer { put(state) }
    for ordinal in 0..<plain.count {
      put(state)
      for index in plain.changes(of: ordinal) { codes[Int(plain.changes[index].part)] = plain.changes[index].code }
      symmetry.apply(generator, codes)
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

import Machines

extension TuneRequest {
  /// The axes of the search: those that were given, or the usual ones as far as the profile can express them (DEC-12).
  func axes(_ profile: ServerProfile, _ warnings: inout [String]) throws(TuneRequestError) -> KnobAxes {
    var axes = KnobAxes()
    let unable = "the profile '\(profile.id)' has no words for it"
    if let kvBitsAxis {
      axes.kvBits = try bits("--kv-bits-axis", kvBitsAxis, profile)
    } else {
      let known = axes.kvBits.filter { bits in bits.number.map { profile.kvBits["\($0)"] != nil } ?? true }
      let left = axes.kvBits.filter { !known.contains($0) }.map(\.word)
      if !left.isEmpty { warnings.append("kv_bits \(left.joined(separator: " and ")) left out: \(unable)") }
      axes.kvBits = known
    }
    if let maxBatchAxis {
      if profile.maxBatch.isEmpty { throw TuneRequestError("--max-batch-axis", unable) }
      axes.maxBatch = try numbers("--max-batch-axis", maxBatchAxis)
    } else if profile.maxBatch.isEmpty {
      warnings.append("max_batch is 1 throughout: \(unable)")
      axes.maxBatch = [1]
    }
    if let maxContextAxis, !maxContextAxis.isEmpty {
      if profile.maxContext.isEmpty { throw TuneRequestError("--max-context-axis", unable) }
      axes.maxContext = try contexts("--max-context-axis", maxContextAxis)
    } else if profile.maxContext.isEmpty {
      warnings.append("max_context is the target throughout, and not passed on: \(unable)")
    }
    let count = axes.kvBits.count * axes.maxBatch.count * max(1, axes.maxContext.count)
    guard count <= 1024 else {
      throw TuneRequestError("--max-batch-axis", "the axes make \(count) cells; at most 1024 can be measured")
    }
    return axes
  }

  private func bits(
    _ flag: String, _ given: String, _ profile: ServerProfile
  ) throws(TuneRequestError) -> [Knobs.KVBits] {
    let list = try CellList(flag, given)
    var axis: [Knobs.KVBits] = []
    for (index, cell) in list.cells.enumerated() {
      guard let bits = Knobs.KVBits.allCases.first(where: { $0.word == cell }) else {
        throw TuneRequestError(flag, "cell \(index + 1) is '\(cell)'; a cell is unset, 4 or 8")
      }
      if let number = bits.number, profile.kvBits["\(number)"] == nil {
        throw TuneRequestError(
          flag, "cell \(index + 1) is \(number), which the profile '\(profile.id)' has no words for")
      }
      axis.append(bits)
    }
    return axis
  }

  private func numbers(_ flag: String, _ given: String) throws(TuneRequestError) -> [UInt32] {
    let list = try CellList(flag, given)
    var axis: [UInt32] = []
    for (index, cell) in list.cells.enumerated() {
      guard cell.allSatisfy({ ("0"..."9").contains($0) }), let number = UInt32(cell), number > 0, number <= 1 << 20
      else {
        throw TuneRequestError(flag, "cell \(index + 1) is '\(cell)'; a cell is a whole number from 1 to 1048576")
      }
      if let earlier = axis.firstIndex(of: number) {
        throw TuneRequestError(flag, "cell \(index + 1) is '\(cell)', as is cell \(earlier + 1)")
      }
      axis.append(number)
    }
    return axis
  }

  /// Absolute caps in ascending order, none below the target.
  private func contexts(_ flag: String, _ given: String) throws(TuneRequestError) -> [UInt32] {
    let list = try CellList(flag, given)
    var axis: [UInt32] = []
    for (index, cell) in list.cells.enumerated() {
      let place = "cell \(index + 1) is '\(cell)'"
      guard cell.allSatisfy({ ("0"..."9").contains($0) }), let number = UInt32(cell), number > 0,
        number <= UInt32.max / 2
      else { throw TuneRequestError(flag, "\(place); a cell is a whole number of tokens") }
      guard number >= targetContext else {
        throw TuneRequestError(flag, "\(place), below the target of \(targetContext); cells are caps, not additions")
      }
      if let earlier = axis.firstIndex(of: number) {
        throw TuneRequestError(flag, "\(place), as is cell \(earlier + 1)")
      }
      if let last = axis.last, last > number {
        throw TuneRequestError(flag, "\(place), below cell \(index) (\(last)); give them in ascending order")
      }
      axis.append(number)
    }
    return axis
  }
}

/// A list as it is typed, with commas between its cells.
struct CellList {
  /// At least one, none empty, each without the blanks around it, no text twice.
  let cells: [String]

  init(_ flag: String, _ given: String) throws(TuneRequestError) {
    // Empty cells are kept, so that they can be refused (T-1).
    let cells = given.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmingWhitespace)
    if let empty = cells.firstIndex(of: "") {
      throw TuneRequestError(
        flag, given.isEmpty ? "it is empty; leave it out, or give a list" : "cell \(empty + 1) of '\(given)' is empty")
    }
    for (index, cell) in cells.enumerated() {
      if let earlier = cells[..<index].firstIndex(where: { $0.utf8.elementsEqual(cell.utf8) }) {
        throw TuneRequestError(flag, "cell \(index + 1) is '\(cell)', as is cell \(earlier + 1)")
      }
    }
    self.cells = cells
  }
}

extension Knobs.KVBits {
  /// As it is typed and told: `unset`, `4` or `8`.
  public var word: String { number.map { "\($0)" } ?? "unset" }
}

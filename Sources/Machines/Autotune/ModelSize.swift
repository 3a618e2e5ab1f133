/// How large a model is, as far as its name tells.
///
///     ModelSize(name: "mlx-community/Qwen2.5-32B-Instruct-4bit")   // 32 billion parameters of 4 bits
///     ModelSize(name: "Mixtral-8x7B")                              // 56 billion of 16 bits
///     ModelSize(name: "some-finetune")                             // nil
///
/// Source: chapter 11, *Stage 1* (DEC-16).
public struct ModelSize: Hashable, Sendable {
  public let parameters: UInt64
  /// Bits of each parameter: 4, 8 or 16.
  public let bits: UInt8

  public init(parameters: UInt64, bits: UInt8) {
    self.parameters = parameters
    self.bits = bits
  }

  /// Reads the last part of a path or repository's name, and where that tells nothing, the whole of it.
  public init?(name: String) {
    let last = name.split(separator: "/").last.map(String.init) ?? name
    guard let parameters = Self.parameters(in: last) ?? Self.parameters(in: name) else { return nil }
    self.init(parameters: parameters, bits: Self.bits(in: name.lowercased()))
  }

  /// What a flag such as `8B` or `0.5B` stands for, in parameters; nil for anything else.
  public static func parameters(of flag: String) -> UInt64? {
    let known = parameters(in: flag)
    let isWhole = flag.allSatisfy { $0.isNumber || $0 == "." || "bBmM".contains($0) }
    return isWhole && flag.filter({ "bBmM".contains($0) }).count == 1 ? known : nil
  }

  /// The weight of all parameters, in bits.
  var weight: UInt128 { UInt128(parameters) * UInt128(bits) }

  /// The largest number that a `B` or an `M` follows, which no letter or digit follows in turn.
  private static func parameters(in name: String) -> UInt64? {
    let characters = Array(name)
    var largest: UInt64?
    for end in characters.indices where "bBmM".contains(characters[end]) {
      if end + 1 < characters.count, characters[end + 1].isLetter || characters[end + 1].isNumber { continue }
      let unit: UInt128 = "bB".contains(characters[end]) ? 1_000_000_000 : 1_000_000
      let head = characters[..<end]
      let factors = head.suffix(head.count - (head.lastIndex { !isOfNumber($0) }.map { $0 + 1 } ?? 0))
      guard let value = product(of: factors, unit) else { continue }
      largest = max(largest ?? 0, value)
    }
    return largest
  }

  private static func isOfNumber(_ character: Character) -> Bool {
    ("0"..."9").contains(character) || character == "." || character == "x"
  }

  /// The product of numbers between `x`s, such as `8x7` or `1.5`, in units.
  private static func product(of factors: ArraySlice<Character>, _ unit: UInt128) -> UInt64? {
    var product = unit
    for factor in factors.split(separator: "x", omittingEmptySubsequences: false) {
      let halves = factor.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
      guard (1...2).contains(halves.count), halves.allSatisfy({ !$0.isEmpty && $0.count <= 6 }),
        let digits = UInt128(halves.joined())
      else { return nil }
      let decimals = halves.count == 2 ? halves[1].count : 0
      product = product * digits / (0..<decimals).reduce(1) { power, _ in power * 10 }
      if product > UInt128(UInt64.max) { return nil }
    }
    return UInt64(product)
  }

  private static func bits(in name: String) -> UInt8 {
    if ["4bit", "4-bit", "q4", "awq"].contains(where: name.contains) { return 4 }
    if ["8bit", "8-bit", "q8", "fp8"].contains(where: name.contains) { return 8 }
    return 16
  }
}

/// The candidates of a run in the order of their list, by size.
public struct CandidateSizes: Sendable {
  /// In the order of the list; nil where a name does not tell.
  public let sizes: [ModelSize?]

  public init(_ sizes: [ModelSize?]) { self.sizes = sizes }
  public init(names: [String]) { sizes = names.map { ModelSize(name: $0) } }

  /// The candidates that nobody probed and that are smaller than the one chosen, in the order of the list (AC-17).
  public func alternates(to chosen: Int) -> [Int] {
    sizes.indices.filter { $0 > chosen && isSmaller($0, than: chosen) }
  }

  /// The candidates that are larger than the one chosen, in the order of the list.
  public func larger(than chosen: Int) -> [Int] {
    sizes.indices.filter { $0 != chosen && isSmaller(chosen, than: $0) }
  }

  /// Some candidates from the smallest to the largest: how reasons are told (FR-A.4, FR-H.4).
  public func ascending(_ candidates: [Int]) -> [Int] {
    let known = candidates.compactMap { candidate in sizes[candidate].map { (candidate, $0) } }
    guard known.count == candidates.count else { return candidates.sorted(by: >) }
    return known.sorted { ($0.1.weight, $1.0) < ($1.1.weight, $0.0) }.map(\.0)
  }

  /// The candidates with at least and at most so many parameters, both included, in the order of the list (FR-C.2).
  ///
  /// One whose name tells no size is kept: nothing speaks against it.
  public func within(_ least: UInt64?, _ most: UInt64?) -> [Int] {
    sizes.indices.filter { candidate in
      guard let parameters = sizes[candidate]?.parameters else { return true }
      return least.map { $0 <= parameters } ?? true && most.map { parameters <= $0 } ?? true
    }
  }

  /// Where a size is unknown, the place in the list stands for it: later is smaller.
  private func isSmaller(_ candidate: Int, than other: Int) -> Bool {
    guard let size = sizes[candidate], let otherSize = sizes[other] else { return candidate > other }
    return size.weight < otherSize.weight
  }
}

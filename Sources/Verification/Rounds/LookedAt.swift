/// What a round has looked at to its end: what was open there and is not found again is closed, and nothing else.
public struct LookedAt: Sendable {
  private var units: Set<AuditUnit> = []
  /// Codes that were not looked for in a unit all the same.
  private var codes: [AuditUnit: Set<String>] = [:]
  /// The mutants that were not tried, in the words by which findings name them, by their machine's unit.
  private var untried: [AuditUnit: [String]] = [:]

  public init(_ units: Set<AuditUnit> = []) { self.units = units }

  /// - Parameter codes: What was not looked for.
  public mutating func finish(_ unit: AuditUnit, without codes: Set<String> = []) {
    units.insert(unit)
    self.codes[unit] = codes
  }

  /// Finishes what is known of a machine's mutants, but for those that were not tried.
  public mutating func finish(mutantsOf machine: String, untried: [String]) {
    let unit = AuditUnit(.mutants, machine)
    units.insert(unit)
    self.untried[unit] = untried
  }

  /// Whether a finding would have been found again, were it still so.
  public func covers(_ finding: AuditFinding) -> Bool {
    units.contains(finding.unit) && codes[finding.unit]?.contains(finding.code) != true
      && untried[finding.unit]?.contains { finding.words.hasPrefix("\($0): ") } != true
  }
}

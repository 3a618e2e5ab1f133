/// What an audit looks at, the quickest and most telling first.
public enum AuditCheck: String, Codable, CaseIterable, Sendable {
  /// Chapters that cannot be read, broken links, requirements that nothing holds.
  case chapters
  /// The rule books and routes alone.
  case books
  /// Machines whose published rules may only be added to.
  case locks
  case scenarios
  /// Every state of the worlds of the usual size.
  case worlds
  /// Runs at random of the worlds without an end; of a machine that has none, of its first world.
  case random
  /// The pages of `docs/`.
  case docs
  /// Small mistakes put into the machines, as many as the time allows.
  case mutants

  /// What is done, as a report says it.
  public var words: String {
    switch self {
    case .chapters: "chapters read, links followed, requirements traced"
    case .books: "rule books and routes read"
    case .locks: "locked rule books compared"
    case .scenarios: "scenarios run"
    case .worlds: "worlds explored"
    case .random: "worlds run at random"
    case .docs: "pages compared"
    case .mutants: "mutants tried"
    }
  }

  /// Whether the check is of one machine at a time, or of the package.
  public var isOfMachines: Bool { self != .chapters && self != .docs }
}

/// One piece of an audit: a check of one machine, or of the package.
public struct AuditUnit: Codable, Hashable, Sendable, CustomStringConvertible {
  public let check: AuditCheck
  /// The machine's name; empty where the check is of the package.
  public let machine: String

  public init(_ check: AuditCheck, _ machine: String = "") {
    self.check = check
    self.machine = machine
  }

  /// The machine, or the check where it is of the package.
  public var owner: String { machine.isEmpty ? check.rawValue : machine }

  public var description: String { machine.isEmpty ? check.rawValue : "\(check.rawValue) of \(machine)" }
}

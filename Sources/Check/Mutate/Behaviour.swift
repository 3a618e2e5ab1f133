import Spec
import Synchronization

/// What an exploration says of a world, for comparison with that of a mutant.
public struct Behaviour: Codable, Equatable, Sendable {
  public let world: String
  public let distinct: Int
  public let generated: Int
  public let depth: Int
  /// Stands for every step: the state before, what was received and sent, and the state after, in any order.
  public let steps: UInt64
  /// What the exploration found and did not hold against the design, by code, and the coverage it missed in words.
  let remarks: Set<String>

  init(_ report: ExplorationReport, steps: UInt64) {
    world = report.world
    distinct = report.distinct
    generated = report.generated
    depth = report.depth
    self.steps = steps
    remarks = Set(report.findings.map { Behaviour.remark($0.finding) })
  }

  /// Coverage is told apart by its words; other remarks quote payloads, and are told apart by their code.
  static func remark(_ finding: Finding) -> String {
    ["never-met", "rule-never-fired"].contains(finding.code) ? "\(finding.code) \(finding.words)" : finding.code
  }
}

/// Whether two explorations of one world visited the same states by the same steps, which sent the same effects.
///
/// What a contract promises does not show in a step, and what refuses an event shows in none.
func sameBehaviour(_ one: Behaviour, _ other: Behaviour) -> Bool {
  one.distinct == other.distinct && one.generated == other.generated && one.depth == other.depth
    && one.steps == other.steps
}

/// Sums up the steps that an exploration judges, so that two explorations can be compared.
///
/// It watches as a law that always holds. The sum does not depend on the order of the steps, so that workers may share
/// one.
public final class StepSum: Sendable {
  @usableFromInline let sum = Atomic<UInt64>(0)

  public init() {}

  public var value: UInt64 { sum.load(ordering: .relaxed) }

  /// The law to judge.
  @inlinable public func law<S: System>(of design: Design<S>) -> Property<S, S.Event, S.Effect> {
    let check = StepCheck<S, S.Event, S.Effect> { before in
      let start = before.digest
      return { step in
        var word = StepSum.mixed(start, step.after.digest)
        for event in step.received { word = StepSum.mixed(word, event.digest) }
        for effect in step.sent { word = StepSum.mixed(word, effect.digest &+ 1) }
        self.add(word)
        return true
      }
    }
    return Property(name: "steps are summed up", citations: [], source: SourceLine("", 0), kind: .alwaysStep(check))
  }

  @usableFromInline func add(_ word: UInt64) { sum.wrappingAdd(word, ordering: .relaxed) }

  /// One word of two, of which neither can stand for the other.
  ///
  /// Source: the finaliser of SplitMix64.
  @inlinable static func mixed(_ one: UInt64, _ other: UInt64) -> UInt64 {
    var word = (one &* 0x9E37_79B9_7F4A_7C15) ^ (other &+ 0xD1B5_4A32_D192_ED03)
    word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
    word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
    return word ^ word >> 31
  }
}

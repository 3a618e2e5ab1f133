/// The one definition of a machine: rules in phase blocks, declared silences, contracts and properties.
///
/// The description is rich (names, prose, citations); ``Program`` is its lean form for the step.
public struct RuleBook<M: Machine>: Sendable {
  public let title: String
  public let words: String
  public internal(set) var rules: [Rule<M>]
  public let silences: [Silence<M>]
  public internal(set) var contracts: [Contract<M.Event, M.Effect>]
  public let properties: [Property<M, M.Event, M.Effect>]
  /// What each phase means.
  public let phaseWords: [M.Phase: String]
  /// The phases in which the machine may stay for ever; an end elsewhere is a deadlock.
  public let resting: Set<M.Phase>
  /// The event that every host of the machine receives first after a crash, if it is told.
  public let recovery: M.Event?
  /// Whether a crash resets the machine to its start rather than restoring it from the journal.
  public let isVolatile: Bool

  public init(
    _ title: String, _ words: String = "", resting: M.Phase..., recovery: M.Event? = nil, isVolatile: Bool = false,
    @RuleBookBuilder<M> _ parts: () -> [BookPart<M>]
  ) {
    self.title = title
    self.words = words
    self.resting = Set(resting)
    self.recovery = recovery
    self.isVolatile = isVolatile
    var rules: [Rule<M>] = []
    var silences: [Silence<M>] = []
    var contracts: [Contract<M.Event, M.Effect>] = []
    var properties: [Property<M, M.Event, M.Effect>] = []
    var phaseWords: [M.Phase: String] = [:]
    for part in parts().flatMap(\.parts) {
      switch part {
      case .block(let phases, let words, let block):
        rules += block
        if phases.count == 1, !words.isEmpty { phaseWords[phases[0]] = words }
      case .silence(let silence): silences.append(silence)
      case .contract(let contract): contracts.append(contract)
      case .property(let property): properties.append(property)
      case .section: break
      }
    }
    self.rules = rules
    self.silences = silences
    self.contracts = contracts
    self.properties = properties
    self.phaseWords = phaseWords
  }

  /// Why an event is refused in a state: the first guard that says no, for each rule that could have fired.
  public func refusals(_ machine: M, _ event: M.Event) -> [Refusal] {
    var refusals: [Refusal] = []
    for rule in rules where rule.kind == event.kind && rule.phases.contains(machine.phase) {
      guard let index = rule.refusing(machine, event) else { continue }
      refusals.append(
        Refusal(rule: rule.name, guardName: rule.guards[index].name, code: rule.guards[index].code))
    }
    if refusals.isEmpty {
      for silence in silences where silence.covers(machine.phase, event.kind) {
        if case .refused(let code) = silence.kind {
          refusals.append(Refusal(rule: "", guardName: silence.reason, code: code))
        }
      }
    }
    return refusals
  }
}

/// An event that no rule handles in some phases, by decision.
public struct Silence<M: Machine>: Sendable {
  public enum Kind: Hashable, Sendable {
    /// Nothing happens, and that is right.
    case ignored
    /// It cannot happen; if it does, something is wrong.
    case impossible
    /// The sender is told no. The reason completes "refused, because it is not so that …".
    case refused(code: String?)
  }
  public let kind: Kind
  public let phases: [M.Phase]
  public let event: String
  public let eventKind: Int
  public let reason: String
  public let source: SourceLine

  @usableFromInline init(
    kind: Kind, phases: [M.Phase], event: String, eventKind: Int, reason: String, source: SourceLine
  ) {
    self.kind = kind
    self.phases = phases
    self.event = event
    self.eventKind = eventKind
    self.reason = reason
    self.source = source
  }

  public func covers(_ phase: M.Phase, _ kind: Int) -> Bool { eventKind == kind && phases.contains(phase) }
}

import Spec

/// Stands between the controller, which decides on every tick, and the switch, which takes time and is not free.
///
/// *Watching*, it carries a decision out as soon as neither cooldown nor dwell holds it back. *Validating*, it asks
/// whether the target is ready; *switching*, it waits for the attempt to end. One decision may wait meanwhile.
///
/// Source: chapter 3.
public struct TopologyCoordinator: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable { case watching, validating, switching, closed }

  public var phase = Phase.watching
  /// The topology in force.
  public internal(set) var topology: Topology
  /// Where a validation or a switch leads.
  public internal(set) var target: Topology?
  /// The decision that waits until nothing holds it back (CRD-4).
  public internal(set) var pending: Topology?
  /// Ticks in this topology, up to as many as count.
  public internal(set) var dwell: UInt8 = 0
  /// Ticks until the controller may begin another attempt.
  public internal(set) var cooldown: UInt8 = 0

  public init(topology: Topology) { self.topology = topology }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("topology", &topology)
    f("target", &target)
    f("pending", &pending)
    f("dwell", &dwell, max: UInt8(Parameters.dwellTicks))
    f("cooldown", &cooldown, max: UInt8(Parameters.cooldownTicks))
  }

  public static let book = RuleBook<Self>(
    "Topology coordinator", "Decides when a decision about the topology is carried out.", resting: .watching, .closed
  ) {
    decisions
    forcing
    orders
    attempts
    closing
    silences
    contracts
    laws
  }
}

// MARK: - Rules

extension TopologyCoordinator {
  static let decisions = Section<Self> {
    In(.watching, "No attempt is under way.") {
      On(.tick, "nothing is to be changed", cites: .`CRD-2`, .`CRD-4`)
        .when("no other topology is wanted") { coordinator, decision in coordinator.wanted(decision) == nil }
        .then { coordinator, _ in
          coordinator.pending = nil
          coordinator.tick()
        }
      Otherwise(.tick, "hold the decision back: the last attempt is too recent", cites: .`CRD-1`, .`CRD-3`, .`CRD-4`)
        .when("the cooldown is not over") { coordinator, _ in coordinator.cooldown > 0 }
        .emit(.blocked) { _, _ in .cooldown }
        .then { coordinator, decision in
          coordinator.pending = coordinator.wanted(decision)
          coordinator.tick()
        }
      Otherwise(.tick, "hold the decision back: the topology is too new", cites: .`CRD-1`, .`CRD-3`, .`CRD-4`)
        .when("the dwell is not over") { coordinator, _ in coordinator.dwell < Parameters.dwellTicks }
        .emit(.blocked) { _, _ in .dwell }
        .then { coordinator, decision in
          coordinator.pending = coordinator.wanted(decision)
          coordinator.tick()
        }
      Otherwise(.tick, "validate the target", cites: .`CRD-4`, .`CRD-5`)
        .then { coordinator, decision in
          coordinator.target = coordinator.wanted(decision)
          coordinator.pending = nil
          coordinator.tick()
        }
        .emit(.validate) { coordinator, _ in coordinator.target! }
        .emit(.validationTimer)
        .go(.validating)
    }
    In(.validating, "The target is asked whether it is ready.") {
      On(.tick, "give the validation up: the team is to stay", cites: .`CRD-4`)
        .when("it is decided to stay") { coordinator, decision in
          decision == .stay || decision.topology == coordinator.topology
        }
        .cancel(.validate)
        .cancel(.validationTimer)
        .then { coordinator, _ in
          coordinator.target = nil
          coordinator.pending = nil
          coordinator.tick()
        }
        .go(.watching)
    }
    In(.validating, .switching) {
      Otherwise(.tick, "nothing new is wanted while an attempt is under way", cites: .`CRD-2`, .`CRD-4`)
        .when("no other topology is wanted than the target") { coordinator, decision in
          coordinator.wantedNext(decision) == nil
        }
        .then { coordinator, _ in
          coordinator.pending = nil
          coordinator.tick()
        }
      Otherwise(.tick, "hold the decision back: an attempt is under way", cites: .`CRD-3`, .`CRD-4`)
        .emit(.blocked) { _, _ in .inProgress }
        .then { coordinator, decision in
          coordinator.pending = coordinator.wantedNext(decision)
          coordinator.tick()
        }
    }
  }

  static let forcing = Section<Self> {
    In(.watching) {
      On(.force, "the chain is in force already", cites: .`CRD-2`, .`CRD-8`)
        .when("the chain is in force") { coordinator, _ in coordinator.topology == .chain }
        .then { coordinator, _ in
          coordinator.pending = nil
          coordinator.tick()
        }
      Otherwise(.force, "take the team to the chain", cites: .`CRD-8`, .I5)
        .then { coordinator, _ in
          coordinator.begin(.chain)
          coordinator.tick()
        }
        .emit(.start) { _, _ in .chain }
        .go(.switching)
    }
    In(.validating) {
      On(.force, "give the validation up: the chain is in force", cites: .`CRD-8`)
        .when("the chain is in force") { coordinator, _ in coordinator.topology == .chain }
        .cancel(.validate)
        .cancel(.validationTimer)
        .then { coordinator, _ in
          coordinator.target = nil
          coordinator.pending = nil
          coordinator.tick()
        }
        .go(.watching)
      Otherwise(.force, "take the team to the chain instead", cites: .`CRD-8`, .I5)
        .cancel(.validate)
        .cancel(.validationTimer)
        .then { coordinator, _ in
          coordinator.begin(.chain)
          coordinator.tick()
        }
        .emit(.start) { _, _ in .chain }
        .go(.switching)
    }
    In(.switching) {
      On(.force, "wait for the switch to end", cites: .`CRD-3`, .`CRD-8`)
        .emit(.blocked) { _, _ in .inProgress }
        .then { coordinator, _ in
          coordinator.pending = nil
          coordinator.tick()
        }
    }
  }

  static let orders = Section<Self> {
    In(.watching, .validating) {
      On(.order, "what is ordered is in force already", cites: .`CRD-9`)
        .when("the topology is in force") { coordinator, topology in coordinator.topology == topology }
        .emit(.blocked) { _, _ in .inForce }
    }
    In(.watching) {
      Otherwise(.order, "carry the order out", cites: .`CRD-9`)
        .then { coordinator, topology in coordinator.begin(topology) }
        .emit(.start) { _, topology in topology }
        .go(.switching)
    }
    In(.validating) {
      Otherwise(.order, "carry the order out instead", cites: .`CRD-9`)
        .cancel(.validate)
        .cancel(.validationTimer)
        .then { coordinator, topology in coordinator.begin(topology) }
        .emit(.start) { _, topology in topology }
        .go(.switching)
    }
    In(.switching) {
      On(.order, "refuse the order: a switch is under way", cites: .`CRD-9`, .`SW-2`).emit(.blocked) { _, _ in
        .inProgress
      }
    }
  }

  static let attempts = Section<Self> {
    In(.validating) {
      On(.ready, "begin the switch", cites: .`CRD-5`)
        .cancel(.validationTimer)
        .emit(.start) { coordinator, _ in coordinator.target! }
        .go(.switching)
      On(.notReady, "give it up: the target is not ready", cites: .`CRD-1`, .`CRD-5`)
        .cancel(.validationTimer)
        .emit(.blocked) { _, _ in .prevalidation }
        .then { coordinator, _ in coordinator.end() }
        .go(.watching)
      On(.validationDeadline, "give it up: nobody has answered in time", cites: .`CRD-1`, .`CRD-5`)
        .cancel(.validate)
        .emit(.blocked) { _, _ in .prevalidation }
        .then { coordinator, _ in coordinator.end() }
        .go(.watching)
    }
    In(.switching, "The switch is under way.") {
      On(.committed, "the target is in force", cites: .`CRD-1`)
        .then { coordinator, _ in
          coordinator.topology = coordinator.target!
          coordinator.dwell = 0
          coordinator.end()
        }
        .go(.watching)
      On(.aborted, "everything is as it was", cites: .`CRD-1`)
        .then { coordinator, _ in coordinator.end() }
        .go(.watching)
    }
  }

  static let closing = Section<Self> {
    In(.watching) {
      On(.close, "the team is over").then { coordinator, _ in coordinator.pending = nil }.go(.closed)
    }
    In(.validating) {
      On(.close, "give the validation up: the team is over", cites: .`CRD-5`)
        .cancel(.validate)
        .cancel(.validationTimer)
        .then { coordinator, _ in
          coordinator.target = nil
          coordinator.pending = nil
        }
        .go(.closed)
    }
  }

  static let contracts = Section<Self> {
    Answers(.validate, faults: .lost) {
      Owed {
        Answer(.ready)
        Answer(.notReady)
      }
    }
    Timer(
      .validationTimer, after: Parameters.validationDeadline, fires: .validationDeadline, afterCrash: .fromStart)
    Answers(.start) {
      Owed {
        Answer(.committed)
        Answer(.aborted)
      }
    }
    Notice(.blocked)
  }

  static let silences = Section<Self> {
    Ignored(.tick, .force, .order, in: .closed, because: "the team is over")
    Impossible(.close, in: .switching, because: "closing a team ends the switch that is under way first")
    Impossible(.close, in: .closed, because: "a team is closed once")
    Impossible(
      .ready, .notReady, .validationDeadline, in: .watching, .switching, .closed,
      because: "leaving the validation gives up its answer and its timer")
    Impossible(
      .committed, .aborted, in: .watching, .validating, .closed, because: "a switch ends once, and only one is begun")
  }
}

// MARK: - What rules say

extension TopologyCoordinator {
  /// The topology that a decision, or the pending one, asks for; nil where it is in force.
  func wanted(_ decision: Decision) -> Topology? {
    let wanted = decision == .undecided ? pending : decision.topology
    return wanted == topology ? nil : wanted
  }

  /// The same while an attempt is under way, after which its target may be in force.
  func wantedNext(_ decision: Decision) -> Topology? {
    let wanted = decision == .undecided ? pending : decision.topology
    return wanted == target ? nil : wanted
  }

  mutating func tick() {
    if dwell < Parameters.dwellTicks { dwell += 1 }
    if cooldown > 0 { cooldown -= 1 }
  }

  /// Whatever else was wanted is forgotten.
  mutating func begin(_ topology: Topology) {
    target = topology
    pending = nil
  }

  mutating func end() {
    target = nil
    cooldown = UInt8(Parameters.cooldownTicks)
  }
}

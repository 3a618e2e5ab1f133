import Spec

/// Two-phase commit, as Gray and Lamport wrote it: managers prepare, a coordinator decides, and messages stay readable.
///
/// What it teaches: the network is a *board*. Nothing is lost and nothing is consumed, so a message may be read late,
/// read twice, or never, and the protocol must not care. The coordinator and each manager know nothing of each other
/// but what they read there.
///
/// In a world with crashes the coordinator forgets what it has only heard, and reads the board again; what it decided
/// is durable. Left out on purpose: a coordinator that stays away. A manager that has prepared then waits for ever,
/// which is the protocol's well-known weakness and no error of the model.
///
/// Source: Gray and Lamport, *Consensus on transaction commit* (2006); chapter 90.
public struct TwoPhaseCommit: System {
  public var coordinator: Coordinator
  public var managers: [Manager]

  /// - Parameter managers: How many resource managers, 1 to 16.
  public init(managers: Int) {
    coordinator = Coordinator(managers: managers)
    self.managers = Array(repeating: Manager(), count: managers)
  }

  public enum Event: Signals {
    case coordinator(Coordinator.Event)
    case manager(Int, Manager.Event)
  }
  public enum Effect: Signals {
    case coordinator(Coordinator.Effect)
    case manager(Int, Manager.Effect)
  }

  public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    switch event {
    case .coordinator(let event): stepper.step(&coordinator, event, host: 0, Effect.coordinator)
    case .manager(let index, let event):
      stepper.step(&managers[index], event, host: 1 + index) { Effect.manager(index, $0) }
    }
  }

  public mutating func fields(_ f: inout Fields) {
    f("coordinator", &coordinator)
    f.each("managers", &managers)
  }

  public static let design: Design<Self> = Self.design(managers: 5)

  /// - Parameters:
  ///   - crashes: How often the process that all run in goes down, at most.
  ///   - coordinator: Its book, or a mutant of it; by default the one that suits the crashes.
  public static func design(
    managers: Int, crashes: Int = 0, coordinator: RuleBook<Coordinator>? = nil
  ) -> Design<Self> {
    let coordinator = coordinator ?? (crashes > 0 ? Coordinator.forgetful : Coordinator.book)
    return Design(
      crashes > 0 ? "two-phase-commit-crashing" : "two-phase-commit", title: "Two-phase commit",
      chapter: "90-two-phase-commit.md", worlds: [world(managers, crashes: crashes)]
    ) {
      Host("coordinator", coordinator, at: \.coordinator, events: .coordinator, effects: .coordinator)
      for index in 0..<managers {
        Host(
          "manager \(index)", Manager.book, at: { $0.managers[index] }, events: .manager(index),
          effects: .manager(index))
      }
      for index in 0..<managers {
        Route(.prepared, of: .manager(index), to: .coordinator, as: .prepared, over: .board, on: "network") {
          UInt8(index)
        }
        Route(.commit, of: .coordinator, to: .manager(index), as: .commit, over: .board, on: "network")
        Route(.abort, of: .coordinator, to: .manager(index), as: .abort, over: .board, on: "network")
      }
      Interchangeable("managers", count: managers) { system, swap in
        swap(&system.managers)
        swap(&system.coordinator.prepared)
      } event: { event, swap in
        switch event {
        case .coordinator(var it):
          if it.kind == Coordinator.Event.firstNumbered { it.number = swap(it.number) }
          event = .coordinator(it)
        case .manager(let index, let it): event = .manager(swap(index), it)
        }
      } effect: { effect, swap in
        if case .manager(let index, let it) = effect { effect = .manager(swap(index), it) }
      }
      Always(
        "no manager commits while another aborts", cites: Requirement.`TPC-1`,
        when: { system in system.managers.contains { $0.phase == .committed } }
      ) { system in
        !system.managers.contains { $0.phase == .aborted }
      }
    }
  }

  /// The sizes that are listed.
  public static let sizes = [3, 5, 7, 8, 9].map { Self.design(managers: $0) }

  /// The same with crashes: how many managers, how many crashes.
  public static let crashing = [(3, 2), (5, 1), (5, 2)].map { Self.design(managers: $0, crashes: $1) }

  static func world(_ managers: Int, crashes: Int) -> World<Self> {
    World(
      crashes > 0 ? "\(managers),\(crashes)" : "\(managers)",
      "\(managers) resource managers" + (crashes > 0 ? ", \(crashes == 1 ? "1 crash" : "\(crashes) crashes")" : ""),
      start: { TwoPhaseCommit(managers: managers) }
    ) {
      for index in 0..<managers {
        Input(.manager(index), .prepare)
        Input(.manager(index), .giveUp)
      }
      Input(.coordinator, .decideCommit)
      Input(.coordinator, .decideAbort)
      if crashes > 0 { Crashes(atMost: crashes) }
    }
  }
}

/// Decides, once, for everybody.
public struct Coordinator: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case deciding, committed, aborted }
  public typealias Requirement = Machines.Requirement
  public var phase = Phase.deciding
  /// The managers known to have prepared.
  public var prepared: [Bool]

  init(managers: Int) { prepared = Array(repeating: false, count: managers) }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f.flags("prepared", &prepared)
  }

  public struct Event: Note {
    public static let names = ["decideCommit", "decideAbort", "recovered", "prepared"]
    static let firstNumbered = 3
    public let kind: Int
    var number: UInt8
  }
  public struct Effect: Note {
    public static let names = ["commit", "abort"]
    static let firstNumbered = 2
    public let kind: Int
    var number: UInt8
  }

  /// Never goes down.
  public static let book = RuleBook<Self>("Coordinator", "", resting: .deciding, .committed, .aborted) {
    decisions
    Impossible(.recovered, in: .deciding, .committed, .aborted, because: "it never goes down")
  }

  /// Is told of a restart, and has forgotten what it only heard.
  public static let forgetful = forgetful(isDecisionDurable: true)

  /// - Parameter isDecisionDurable: Whether a crash leaves what it decided, as it must.
  public static func forgetful(isDecisionDurable: Bool) -> RuleBook<Self> {
    RuleBook<Self>(
      "Coordinator", "", resting: .deciding, .committed, .aborted, recovery: Signal<Event, Void>.recovered.make(())
    ) {
      decisions
      In(.deciding) {
        On(.recovered, "begin to read the board again", cites: .`TPC-4`)
          .then { coordinator, _ in coordinator.prepared = coordinator.prepared.map { _ in false } }
      }
      isDecisionDurable ? durable : lost
      restarts
    }
  }

  private static let durable = Section<Self> {
    Ignored(.recovered, in: .committed, .aborted, because: "what it decided is durable")
  }
  private static let lost = Section<Self> {
    In(.committed, .aborted) { On(.recovered, "forget what was decided").go(.deciding) }
  }
  private static let restarts = Section<Self> {
    AlwaysStep("a restart loses what it heard, and no decision", cites: .`TPC-4`, before: { $0.phase }) { phase, step in
      step.received(.recovered).isEmpty
        || step.after.phase == phase && (phase != .deciding || !step.after.prepared.contains(true))
    }
    SometimesStep("it goes down knowing of somebody", cites: .`TPC-4`, before: { $0.prepared.contains(true) }) {
      $0 && !$1.received(.recovered).isEmpty
    }
  }

  /// What both do.
  private static let decisions = Section<Self> {
    In(.deciding, "Nothing is decided.") {
      On(.prepared, "note who has prepared", cites: .`TPC-2`)
        .then { coordinator, manager in coordinator.prepared[Int(manager)] = true }
      On(.decideCommit, "commit", cites: .`TPC-2`)
        .when("every manager has prepared") { coordinator, _ in coordinator.prepared.allSatisfy(\.self) }
        .emit(.commit)
        .go(.committed)
      On(.decideAbort, "abort").emit(.abort).go(.aborted)
    }
    Refused(.prepared, in: .committed, .aborted, unless: "nothing is decided yet")
    Refused(.decideCommit, in: .committed, .aborted, unless: "nothing is decided yet")
    Refused(.decideAbort, in: .committed, .aborted, unless: "nothing is decided yet")
    AlwaysStep("what it announces is what it decided", cites: .`TPC-2`, before: \.phase) { phase, step in
      func decides(_ decided: Bool, _ other: Phase) -> Int {
        decided && step.after.phase == other && phase != other ? 1 : 0
      }
      return step.sent(.commit).count == decides(!step.received(.decideCommit).isEmpty, .committed)
        && step.sent(.abort).count == decides(!step.received(.decideAbort).isEmpty, .aborted)
    }
    AlwaysStep(
      "who says that it is prepared is noted, and that alone decides nothing", cites: .`TPC-2`, before: { $0.phase }
    ) { phase, step in
      let told = step.received(.prepared)
      return told.isEmpty || step.after.phase == phase && told.allSatisfy { step.after.prepared[Int($0)] }
    }
    Sometimes("the coordinator commits", cites: .`TPC-2`) { $0.phase == .committed }
  }
}

/// Holds a share of the transaction.
public struct Manager: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case working, prepared, committed, aborted }
  public typealias Requirement = Machines.Requirement
  public var phase = Phase.working

  public mutating func fields(_ f: inout Fields) { f("phase", &phase) }

  public struct Event: Note {
    public static let names = ["prepare", "giveUp", "commit", "abort"]
    static let firstNumbered = 4
    public let kind: Int
    var number: UInt8
  }
  public struct Effect: Note {
    public static let names = ["prepared"]
    static let firstNumbered = 1
    public let kind: Int
    var number: UInt8
  }

  public static let book = RuleBook<Self>("Manager", "", resting: .working, .prepared, .committed, .aborted) {
    In(.working, "It may still decide for itself.") {
      On(.prepare, "prepare, and say so", cites: .`TPC-2`).emit(.prepared).go(.prepared)
      On(.giveUp, "abort by itself", cites: .`TPC-3`).go(.aborted)
    }
    In(.working, .prepared, .committed, .aborted) {
      On(.commit, "learn that all commit").go(.committed)
      On(.abort, "learn that all abort").go(.aborted)
    }
    Refused(.prepare, in: .prepared, .committed, .aborted, unless: "it is still working")
    Refused(.giveUp, in: .prepared, .committed, .aborted, unless: "it is still working")
    AlwaysStep("a manager does as it is told", cites: .`TPC-1`, before: { _ in () }) { _, step in
      (step.received(.commit).isEmpty || step.after.phase == .committed)
        && (step.received(.abort).isEmpty || step.after.phase == .aborted)
    }
    AlwaysStep("who gives up while it works is aborted", cites: .`TPC-3`, before: { $0.phase }) { phase, step in
      phase != .working || step.received(.giveUp).isEmpty || step.after.phase == .aborted
    }
    AlwaysStep("it says once that it is prepared, when it prepares", cites: .`TPC-2`, before: { $0.phase }) {
      phase, step in
      step.sent(.prepared).count == (phase == .working && step.after.phase == .prepared ? 1 : 0)
    }
  }
}

// MARK: - Tokens

extension Signal<Coordinator.Event, Void> {
  public static var decideCommit: Self { plain(0) }
  static var decideAbort: Self { plain(1) }
  static var recovered: Self { plain(2) }
}
extension Signal<Coordinator.Event, UInt8> { static var prepared: Self { numbered(3) } }
extension Signal<Coordinator.Effect, Void> {
  public static var commit: Self { plain(0) }
  static var abort: Self { plain(1) }
}
extension Signal<Manager.Event, Void> {
  static var prepare: Self { plain(0) }
  static var giveUp: Self { plain(1) }
  static var commit: Self { plain(2) }
  static var abort: Self { plain(3) }
}
extension Signal<Manager.Effect, Void> { static var prepared: Self { plain(0) } }

// MARK: - The joint tokens

extension TwoPhaseCommit {
  fileprivate static let hostNames = ["coordinator"] + (0..<16).map { "manager \($0)" }
}
extension Signal<TwoPhaseCommit.Event, Coordinator.Event> {
  static var coordinator: Self {
    Signal("coordinator", kind: 0, Carrier.coordinator) { if case .coordinator(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TwoPhaseCommit.Event, Manager.Event> {
  static func manager(_ index: Int) -> Self {
    Signal("manager \(index)", kind: 1 + index, { Carrier.manager(index, $0) }) {
      if case .manager(index, let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<TwoPhaseCommit.Effect, Coordinator.Effect> {
  static var coordinator: Self {
    Signal("coordinator", kind: 0, Carrier.coordinator) { if case .coordinator(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TwoPhaseCommit.Effect, Manager.Effect> {
  static func manager(_ index: Int) -> Self {
    Signal("manager \(index)", kind: 1 + index, { Carrier.manager(index, $0) }) {
      if case .manager(index, let it) = $0 { it } else { nil }
    }
  }
}
extension TwoPhaseCommit.Event {
  public static let names = TwoPhaseCommit.hostNames
  public var kind: Int { if case .manager(let index, _) = self { 1 + index } else { 0 } }
  public init() { self = .coordinator(Coordinator.Event()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.coordinator(Coordinator.Event())] + (0..<16).map { .manager($0, Manager.Event()) })
    switch self {
    case .coordinator(var it):
      it.fields(&f)
      self = .coordinator(it)
    case .manager(let index, var it):
      it.fields(&f)
      self = .manager(index, it)
    }
  }
}
extension TwoPhaseCommit.Effect {
  public static let names = TwoPhaseCommit.hostNames
  public var kind: Int { if case .manager(let index, _) = self { 1 + index } else { 0 } }
  public init() { self = .coordinator(Coordinator.Effect()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.coordinator(Coordinator.Effect())] + (0..<16).map { .manager($0, Manager.Effect()) })
    switch self {
    case .coordinator(var it):
      it.fields(&f)
      self = .coordinator(it)
    case .manager(let index, var it):
      it.fields(&f)
      self = .manager(index, it)
    }
  }
}

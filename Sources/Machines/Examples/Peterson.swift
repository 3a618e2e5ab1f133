import Spec

/// Peterson's lock for two processes, over a word each and a word that says whose turn it is.
///
/// What it teaches: fairness. A process takes its next step when it is *owed* one, so "who wants to enter does" is a
/// promise about fair runs, and the lock keeps it. The memory is a machine of its own; to wait is to be refused by it.
///
/// Source: Peterson (1981); chapter 0.
public struct Peterson: System {
  public var processes: [Process]
  public var memory: Memory

  public init() {
    processes = [Process(), Process()]
    memory = Memory()
  }

  public enum Event: Signals {
    case process(Int, Process.Event)
    case memory(Memory.Event)
  }
  public enum Effect: Signals {
    case process(Int, Process.Effect)
    case memory(Memory.Effect)
  }

  public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    switch event {
    case .process(let number, let event):
      stepper.step(&processes[number], event, host: number) { Effect.process(number, $0) }
    case .memory(let event): stepper.step(&memory, event, host: 2, Effect.memory)
    }
  }

  public mutating func fields(_ f: inout Fields) {
    f.each("processes", &processes)
    f("memory", &memory)
  }

  public static let design: Design<Self> = Self.design()

  /// - Parameter memory: Its book, or a mutant of it.
  public static func design(memory: RuleBook<Memory> = Memory.book) -> Design<Self> {
    let world = World<Self>("2", "two processes that enter again and again", start: { Peterson() }) {
      for number in 0..<2 { Input(.process(number), .want) }
    }
    return Design("peterson", title: "Peterson's lock", chapter: "00-examples.md", worlds: [world]) {
      for number in 0..<2 {
        Host(
          "process \(number)", Process.book, at: { $0.processes[number] }, events: .process(number),
          effects: .process(number))
      }
      Host("memory", memory, at: \.memory, events: .memory, effects: .memory)
      for number in 0..<2 {
        Route(.raise, of: .process(number), to: .memory, as: .raise, over: .together) { UInt8(number) }
        Route(.yield, of: .process(number), to: .memory, as: .yield, over: .together) { UInt8(number) }
        Route(.enter, of: .process(number), to: .memory, as: .enter, over: .together) { UInt8(number) }
        Route(.lower, of: .process(number), to: .memory, as: .lower, over: .together) { UInt8(number) }
      }
      Always("the two are never critical at the same time", cites: Requirement.`PET-1`) { system in
        !system.processes.allSatisfy { $0.phase == .critical }
      }
      LeadsTo(
        "process 0 enters when it wants to", cites: Requirement.`PET-2`,
        from: { $0.processes[0].phase == .wanting }, to: { $0.processes[0].phase == .critical })
      LeadsTo(
        "process 1 enters when it wants to", cites: Requirement.`PET-2`,
        from: { $0.processes[1].phase == .wanting }, to: { $0.processes[1].phase == .critical })
    }
  }
}

/// Wants to enter, says so, gives way, waits, enters, leaves.
public struct Process: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case outside, wanting, yielding, waiting, critical }
  public typealias Requirement = Machines.Requirement
  public var phase = Phase.outside

  public mutating func fields(_ f: inout Fields) { f("phase", &phase) }

  public struct Event: Note {
    public static let names = ["want", "go"]
    static let firstNumbered = 2
    public let kind: Int
    var number: UInt8
  }
  public struct Effect: Note {
    public static let names = ["step", "raise", "yield", "enter", "lower"]
    static let firstNumbered = 5
    public let kind: Int
    var number: UInt8
  }

  public static let book = RuleBook<Self>("Process", "", resting: .outside) {
    In(.outside) { On(.want, "want to enter").emit(.step).go(.wanting) }
    In(.wanting) { On(.go, "say so", cites: .`PET-1`).emit(.raise).emit(.step).go(.yielding) }
    In(.yielding) { On(.go, "give way", cites: .`PET-2`).emit(.yield).emit(.step).go(.waiting) }
    In(.waiting) { On(.go, "enter", cites: .`PET-1`).emit(.enter).emit(.step).go(.critical) }
    In(.critical) { On(.go, "leave").emit(.lower).go(.outside) }
    Refused(.want, in: .wanting, .yielding, .waiting, .critical, unless: "it is outside")
    Impossible(.go, in: .outside, because: "it is owed no step there")
    Answers(.step) { Owed { Answer(.go) } }
    Sometimes("a process is critical", cites: .`PET-2`) { $0.phase == .critical }
  }
}

/// The three words that the processes share.
public struct Memory: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case shared }
  public typealias Requirement = Machines.Requirement
  public var phase = Phase.shared
  /// Who wants to enter.
  public var wants = [false, false]
  /// Who goes first when both do.
  public var turn: UInt8 = 0

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f.flags("wants", &wants)
    f("turn", &turn, max: 1)
  }

  public struct Event: Note {
    public static let names = ["raise", "yield", "enter", "lower"]
    static let firstNumbered = 0
    public let kind: Int
    var number: UInt8
  }
  public struct Effect: Note {
    public static let names = ["none"]
    static let firstNumbered = 1
    public let kind: Int
    var number: UInt8
  }

  public static let book = RuleBook<Self>("Memory", "", resting: .shared) {
    In(.shared) {
      On(.raise, "note who wants to enter").then { memory, who in memory.wants[Int(who)] = true }
      On(.yield, "let the other go first").then { memory, who in memory.turn = 1 - who }
      On(.enter, "let it enter", cites: .`PET-1`)
        .when("the other does not want to, or it is this one's turn") { memory, who in
          !memory.wants[Int(1 - who)] || memory.turn == who
        }
      On(.lower, "note who is outside").then { memory, who in memory.wants[Int(who)] = false }
    }
  }
}

// MARK: - Tokens

extension Signal<Process.Event, Void> {
  static var want: Self { plain(0) }
  static var go: Self { plain(1) }
}
extension Signal<Process.Effect, Void> {
  static var step: Self { plain(0) }
  static var raise: Self { plain(1) }
  static var yield: Self { plain(2) }
  static var enter: Self { plain(3) }
  static var lower: Self { plain(4) }
}
extension Signal<Memory.Event, UInt8> {
  public static var raise: Self { numbered(0) }
  public static var yield: Self { numbered(1) }
  public static var enter: Self { numbered(2) }
  public static var lower: Self { numbered(3) }
}

extension Signal<Peterson.Event, Process.Event> {
  static func process(_ number: Int) -> Self {
    Signal("process \(number)", kind: number, { Carrier.process(number, $0) }) {
      if case .process(number, let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<Peterson.Event, Memory.Event> {
  static var memory: Self {
    Signal("memory", kind: 2, Carrier.memory) { if case .memory(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Peterson.Effect, Process.Effect> {
  static func process(_ number: Int) -> Self {
    Signal("process \(number)", kind: number, { Carrier.process(number, $0) }) {
      if case .process(number, let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<Peterson.Effect, Memory.Effect> {
  static var memory: Self {
    Signal("memory", kind: 2, Carrier.memory) { if case .memory(let it) = $0 { it } else { nil } }
  }
}
extension Peterson.Event {
  public static let names = ["process 0", "process 1", "memory"]
  public var kind: Int { if case .process(let number, _) = self { number } else { 2 } }
  public init() { self = .process(0, Process.Event()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.process(0, Process.Event()), .process(1, Process.Event()), .memory(Memory.Event())])
    switch self {
    case .process(let number, var it):
      it.fields(&f)
      self = .process(number, it)
    case .memory(var it):
      it.fields(&f)
      self = .memory(it)
    }
  }
}
extension Peterson.Effect {
  public static let names = ["process 0", "process 1", "memory"]
  public var kind: Int { if case .process(let number, _) = self { number } else { 2 } }
  public init() { self = .process(0, Process.Effect()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.process(0, Process.Effect()), .process(1, Process.Effect()), .memory(Memory.Effect())])
    switch self {
    case .process(let number, var it):
      it.fields(&f)
      self = .process(number, it)
    case .memory(var it):
      it.fields(&f)
      self = .memory(it)
    }
  }
}

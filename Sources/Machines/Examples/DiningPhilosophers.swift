import Spec

/// Dining philosophers round a table with one fork between neighbours; the last one takes the left fork first.
///
/// What it teaches: a philosopher and a fork move *together*, or not at all. Taking a fork is one step of two machines,
/// and a fork that is held refuses it. With everybody right-handed the table comes to rest with one fork in each hand;
/// one left-handed philosopher breaks the circle.
///
/// Source: Dijkstra, *Hierarchical ordering of sequential processes* (1971); chapter 91.
public struct DiningPhilosophers: System {
  public var philosophers: [Philosopher]
  public var forks: [Fork]

  /// - Parameter count: How many philosophers, and forks, 2 to 16.
  public init(count: Int) {
    philosophers = Array(repeating: Philosopher(), count: count)
    forks = Array(repeating: Fork(), count: count)
  }

  public enum Event: Signals {
    case philosopher(Int, Philosopher.Event)
    case fork(Int, Fork.Event)
  }
  public enum Effect: Signals {
    case philosopher(Int, Philosopher.Effect)
    case fork(Int, Fork.Effect)
  }

  public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    switch event {
    case .philosopher(let number, let event):
      stepper.step(&philosophers[number], event, host: number * 2) { Effect.philosopher(number, $0) }
    case .fork(let number, let event):
      stepper.step(&forks[number], event, host: number * 2 + 1) { Effect.fork(number, $0) }
    }
  }

  public mutating func fields(_ f: inout Fields) {
    f.each("philosophers", &philosophers)
    f.each("forks", &forks)
  }

  public static let design: Design<Self> = Self.design(count: 5)
  /// The sizes that are listed.
  public static let sizes = [3, 5, 8, 12].map { Self.design(count: $0) }

  /// - Parameter isLastLeftHanded: Whether the last philosopher takes the forks in the other order.
  public static func design(count: Int, isLastLeftHanded: Bool = true) -> Design<Self> {
    let world = World<Self>("\(count)", "\(count) philosophers", start: { DiningPhilosophers(count: count) }) {
      for number in 0..<count { Input(.philosopher(number), .next) }
    }
    return Design(
      "dining-philosophers", title: "Dining philosophers", chapter: "91-dining-philosophers.md", worlds: [world]
    ) {
      for number in 0..<count {
        Host(
          "philosopher \(number)", Philosopher.book, at: { $0.philosophers[number] }, events: .philosopher(number),
          effects: .philosopher(number))
        Host("fork \(number)", Fork.book, at: { $0.forks[number] }, events: .fork(number), effects: .fork(number))
      }
      for number in 0..<count {
        let isLeftHanded = isLastLeftHanded && number == count - 1
        let right = isLeftHanded ? (number + 1) % count : number
        let left = isLeftHanded ? number : (number + 1) % count
        Route(.takeFirst, of: .philosopher(number), to: .fork(right), as: .take, over: .together)
        Route(.takeSecond, of: .philosopher(number), to: .fork(left), as: .take, over: .together)
        Route(.putSecond, of: .philosopher(number), to: .fork(left), as: .put, over: .together)
        Route(.putFirst, of: .philosopher(number), to: .fork(right), as: .put, over: .together)
      }
      Always("neighbours do not eat at the same time", cites: Requirement.`DIN-1`) { table in
        !table.philosophers.indices.contains { number in
          table.philosophers[number].phase == .eating
            && table.philosophers[(number + 1) % table.philosophers.count].phase == .eating
        }
      }
    }
  }
}

/// Thinks, takes two forks one after the other, eats, and puts them back in the other order.
public struct Philosopher: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case thinking, hasOne, eating, done }
  public typealias Requirement = Machines.Requirement
  public var phase = Phase.thinking

  public mutating func fields(_ f: inout Fields) { f("phase", &phase) }

  public struct Event: Note {
    public static let names = ["next"]
    static let firstNumbered = 1
    public let kind: Int
    var number: UInt8
  }
  public struct Effect: Note {
    public static let names = ["takeFirst", "takeSecond", "putSecond", "putFirst"]
    static let firstNumbered = 4
    public let kind: Int
    var number: UInt8
  }

  // Nobody rests with a fork in hand: an end with one is a deadlock.
  public static let book = RuleBook<Self>("Philosopher", "", resting: .thinking) {
    In(.thinking) { On(.next, "take the first fork").emit(.takeFirst).go(.hasOne) }
    In(.hasOne) { On(.next, "take the second fork", cites: .`DIN-1`).emit(.takeSecond).go(.eating) }
    In(.eating) { On(.next, "put the second fork back").emit(.putSecond).go(.done) }
    In(.done) { On(.next, "put the first fork back").emit(.putFirst).go(.thinking) }
    AlwaysStep("who takes the first fork reaches for the second", cites: .`DIN-3`, before: \.phase) { phase, step in
      step.sent(.takeFirst).count == (step.after.phase == .hasOne && phase != .hasOne ? 1 : 0)
    }
    AlwaysStep("who puts the second fork back puts the first back next", cites: .`DIN-3`, before: \.phase) {
      phase, step in
      step.sent(.putSecond).count == (step.after.phase == .done && phase != .done ? 1 : 0)
    }
    Sometimes("a philosopher eats", cites: .`DIN-2`) { $0.phase == .eating }
  }
}

/// Lies on the table or is held.
public struct Fork: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case free, held }
  public typealias Requirement = Machines.Requirement
  public var phase = Phase.free

  public mutating func fields(_ f: inout Fields) { f("phase", &phase) }

  public struct Event: Note {
    public static let names = ["take", "put"]
    static let firstNumbered = 2
    public let kind: Int
    var number: UInt8
  }
  public struct Effect: Note {
    public static let names = ["none"]
    static let firstNumbered = 1
    public let kind: Int
    var number: UInt8
  }

  public static let book = RuleBook<Self>("Fork", "", resting: .free, .held) {
    In(.free) { On(.take, "be taken", cites: .`DIN-1`).go(.held) }
    In(.held) { On(.put, "be put back").go(.free) }
    Refused(.take, in: .held, unless: "it is free")
    Impossible(.put, in: .free, because: "only who holds it puts it back")
  }
}

// MARK: - Tokens

extension Signal<Philosopher.Event, Void> { static var next: Self { plain(0) } }
extension Signal<Philosopher.Effect, Void> {
  static var takeFirst: Self { plain(0) }
  static var takeSecond: Self { plain(1) }
  static var putSecond: Self { plain(2) }
  static var putFirst: Self { plain(3) }
}
extension Signal<Fork.Event, Void> {
  static var take: Self { plain(0) }
  static var put: Self { plain(1) }
}

extension DiningPhilosophers {
  fileprivate static let hostNames = (0..<16).flatMap { ["philosopher \($0)", "fork \($0)"] }
}
extension Signal<DiningPhilosophers.Event, Philosopher.Event> {
  static func philosopher(_ number: Int) -> Self {
    Signal("philosopher \(number)", kind: number * 2, { Carrier.philosopher(number, $0) }) {
      if case .philosopher(number, let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<DiningPhilosophers.Event, Fork.Event> {
  static func fork(_ number: Int) -> Self {
    Signal("fork \(number)", kind: number * 2 + 1, { Carrier.fork(number, $0) }) {
      if case .fork(number, let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<DiningPhilosophers.Effect, Philosopher.Effect> {
  static func philosopher(_ number: Int) -> Self {
    Signal("philosopher \(number)", kind: number * 2, { Carrier.philosopher(number, $0) }) {
      if case .philosopher(number, let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<DiningPhilosophers.Effect, Fork.Effect> {
  static func fork(_ number: Int) -> Self {
    Signal("fork \(number)", kind: number * 2 + 1, { Carrier.fork(number, $0) }) {
      if case .fork(number, let it) = $0 { it } else { nil }
    }
  }
}
extension DiningPhilosophers.Event {
  public static let names = DiningPhilosophers.hostNames
  public var kind: Int {
    switch self {
    case .philosopher(let number, _): number * 2
    case .fork(let number, _): number * 2 + 1
    }
  }
  public init() { self = .philosopher(0, Philosopher.Event()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, (0..<16).flatMap { [.philosopher($0, Philosopher.Event()), .fork($0, Fork.Event())] })
    switch self {
    case .philosopher(let number, var it):
      it.fields(&f)
      self = .philosopher(number, it)
    case .fork(let number, var it):
      it.fields(&f)
      self = .fork(number, it)
    }
  }
}
extension DiningPhilosophers.Effect {
  public static let names = DiningPhilosophers.hostNames
  public var kind: Int {
    switch self {
    case .philosopher(let number, _): number * 2
    case .fork(let number, _): number * 2 + 1
    }
  }
  public init() { self = .philosopher(0, Philosopher.Effect()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, (0..<16).flatMap { [.philosopher($0, Philosopher.Effect()), .fork($0, Fork.Effect())] })
    switch self {
    case .philosopher(let number, var it):
      it.fields(&f)
      self = .philosopher(number, it)
    case .fork(let number, var it):
      it.fields(&f)
      self = .fork(number, it)
    }
  }
}

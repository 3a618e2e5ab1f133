import Spec

/// A sender that moves its receivers from epoch to epoch, over bounded channels and in two phases.
///
/// What it teaches: answers outlive their questions. An attempt that was given up leaves answers under way, and they
/// arrive during the next attempt; only a number on each attempt tells them apart. Each receiver takes a message into a
/// buffer of its own and works on it while nobody looks: steps of different receivers commute, and a search need not
/// try them in every order.
///
/// Source: chapter 92; the topology switch of chapter 1 is its grown-up form.
public struct EpochSwitch: System {
  public var sender: Sender
  public var receivers: [Receiver]

  /// - Parameters:
  ///   - messages: How many messages are sent at most, up to 7.
  ///   - attempts: How many attempts to switch are made at most, up to 7.
  ///   - work: Steps that a receiver takes over each message before it looks at the next, up to 3.
  public init(receivers: Int = 2, messages: UInt8, attempts: UInt8, work: UInt8 = 0) {
    sender = Sender(messages: messages, attempts: attempts, receivers: receivers)
    self.receivers = Array(repeating: Receiver(work: work), count: receivers)
  }

  public enum Event: Signals {
    case sender(Sender.Event)
    case receiver(Int, Receiver.Event)
  }
  public enum Effect: Signals {
    case sender(Sender.Effect)
    case receiver(Int, Receiver.Effect)
  }

  public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    switch event {
    case .sender(let event): stepper.step(&sender, event, host: 0, Effect.sender)
    case .receiver(let number, let event):
      stepper.step(&receivers[number], event, host: 1 + number) { Effect.receiver(number, $0) }
    }
  }

  public mutating func fields(_ f: inout Fields) {
    f("sender", &sender)
    f.each("receivers", &receivers)
  }

  public static let design: Design<Self> = Self.design("4,3,3", messages: 4, room: 3, attempts: 3)
  /// The sizes that are listed: messages, room in a channel, attempts.
  public static let sizes = [
    Self.design("2,2,1", messages: 2, room: 2, attempts: 1), design,
    Self.design("7,4,7", messages: 7, room: 4, attempts: 7),
    Self.design("4x4,3,3", receivers: 4, messages: 4, room: 3, attempts: 3),
    Self.design("3x7,4,7", receivers: 3, messages: 7, room: 4, attempts: 7),
  ]
  /// The same with receivers that work: how many, messages, attempts, steps of work.
  public static let buffered = [
    Self.design("3,2,1,2", receivers: 3, messages: 2, room: 2, attempts: 1, work: 2),
    Self.design("4,2,1,3", receivers: 4, messages: 2, room: 2, attempts: 1, work: 3),
    Self.design("4,3,2,3", receivers: 4, messages: 3, room: 2, attempts: 2, work: 3),
    Self.design("5,2,1,3", receivers: 5, messages: 2, room: 2, attempts: 1, work: 3),
  ]

  /// - Parameter sender: Its book, or a mutant of it.
  public static func design(
    _ name: String, receivers: Int = 2, messages: UInt8, room: Int, attempts: UInt8, work: UInt8 = 0,
    sender: RuleBook<Sender> = Sender.book
  ) -> Design<Self> {
    let world = World<Self>(
      name,
      "\(receivers) receivers, \(messages) messages, room for \(room) in each channel, \(attempts) attempts"
        + (work > 0 ? ", \(work) steps of work" : ""),
      start: { EpochSwitch(receivers: receivers, messages: messages, attempts: attempts, work: work) }
    ) {
      Input(.sender, .send)
      Input(.sender, .prepare)
      Input(.sender, .giveUp)
      if work > 0 {
        for number in 0..<receivers { Input(.receiver(number), .work) }
      }
      Channels(of: room)
    }
    return Design(
      work > 0 ? "epoch-switch-buffered" : "epoch-switch", title: "Epoch switch", chapter: "92-epoch-switch.md",
      worlds: [world]
    ) {
      Host("sender", sender, at: \.sender, events: .sender, effects: .sender)
      for number in 0..<receivers {
        Host(
          "receiver \(number)", work > 0 ? Receiver.buffering : Receiver.book, at: { $0.receivers[number] },
          events: .receiver(number),
          effects: .receiver(number))
      }
      for number in 0..<receivers {
        Route(.data, of: .sender, to: .receiver(number), as: .data, over: .held, on: "down \(number)")
        Route(.hold, of: .sender, to: .receiver(number), as: .hold, over: .held, on: "down \(number)")
        Route(.commit, of: .sender, to: .receiver(number), as: .commit, over: .held, on: "down \(number)")
        Route(.abort, of: .sender, to: .receiver(number), as: .abort, over: .held, on: "down \(number)")
        Route(.held, of: .receiver(number), to: .sender, as: .held, over: .held, on: "up \(number)") {
          $0 + UInt8(number) * 8
        }
      }
      Interchangeable("receivers", count: receivers) { system, swap in
        swap(&system.receivers)
        swap(&system.sender.holding)
      } event: { event, swap in
        switch event {
        case .sender(var it):
          if it.kind == Sender.Event.firstNumbered { it.number = swap(it.number / 8) * 8 + it.number % 8 }
          event = .sender(it)
        case .receiver(let number, let it): event = .receiver(swap(number), it)
        }
      } effect: { effect, swap in
        if case .receiver(let number, let it) = effect { effect = .receiver(swap(number), it) }
      }
    }
  }
}

/// Sends, and decides when an epoch ends.
public struct Sender: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case open, preparing }
  public typealias Requirement = Machines.Requirement
  public var phase = Phase.open
  public var epoch: UInt8 = 0
  /// The attempt at hand, or the last one.
  public var attempt: UInt8 = 0
  public var messagesLeft: UInt8
  public let attempts: UInt8
  /// Which receivers hold for this attempt.
  public var holding: [Bool]

  init(messages: UInt8, attempts: UInt8, receivers: Int) {
    messagesLeft = messages
    self.attempts = attempts
    holding = Array(repeating: false, count: receivers)
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("epoch", &epoch, max: 7)
    f("attempt", &attempt, max: 7)
    f("messages left", &messagesLeft, max: 7)
    f.flags("holding", &holding)
  }

  public struct Event: Note {
    public static let names = ["send", "prepare", "giveUp", "held"]
    static let firstNumbered = 3
    public let kind: Int
    var number: UInt8
  }
  public struct Effect: Note {
    public static let names = ["abort", "data", "hold", "commit"]
    static let firstNumbered = 1
    public let kind: Int
    var number: UInt8
  }

  public static let book = RuleBook<Self>("Sender", "", resting: .open) {
    In(.open, "Messages flow.") {
      On(.send, "send to every receiver", cites: .`EPS-1`)
        .when("messages are left") { sender, _ in sender.messagesLeft > 0 }
        .then { sender, _ in sender.messagesLeft -= 1 }
        .emit(.data) { sender, _ in sender.epoch }
      On(.prepare, "begin an attempt", cites: .`EPS-2`)
        .when("attempts are left") { sender, _ in sender.attempt < sender.attempts }
        .then { sender, _ in sender.attempt += 1 }
        .emit(.hold) { sender, _ in sender.attempt }
        .go(.preparing)
      On(.held, "drop a late answer", cites: .`EPS-2`)
    }
    In(.preparing, "Receivers are asked to hold.") {
      On(.held, "commit when all hold", cites: .`EPS-2`)
        .when("it answers this attempt") { sender, answer in answer % 8 == sender.attempt }
        .when("no other is awaited") { sender, answer in
          sender.holding.indices.allSatisfy { sender.holding[$0] || $0 == Int(answer / 8) }
        }
        .then { sender, _ in
          sender.epoch += 1
          sender.holding = sender.holding.map { _ in false }
        }
        .emit(.commit) { sender, _ in sender.epoch }
        .go(.open)
      Otherwise(.held, "note who holds", cites: .`EPS-2`)
        .when("it answers this attempt") { sender, answer in answer % 8 == sender.attempt }
        .then { sender, answer in sender.holding[Int(answer / 8)] = true }
      Otherwise(.held, "drop an answer to an earlier attempt", cites: .`EPS-2`)
      On(.giveUp, "give the attempt up", cites: .`EPS-3`)
        .then { sender, _ in sender.holding = sender.holding.map { _ in false } }
        .emit(.abort)
        .go(.open)
    }
    Refused(.send, in: .preparing, unless: "no attempt is under way")
    Refused(.prepare, in: .preparing, unless: "no attempt is under way")
    Refused(.giveUp, in: .open, unless: "an attempt is under way")
    Always("nobody is noted as holding between attempts", cites: .`EPS-2`) { sender in
      sender.phase == .preparing || !sender.holding.contains(true)
    }
    AlwaysStep("who is noted as holding has answered this attempt", cites: .`EPS-2`, before: { $0.holding }) {
      holding, step in
      let answered = step.after.answered(by: step.received(.held))
      return holding.indices.allSatisfy { holding[$0] || !step.after.holding[$0] || answered.contains($0) }
    }
    AlwaysStep("it commits when every receiver holds", cites: .`EPS-2`, before: { $0.holding }) { holding, step in
      let answered = step.after.answered(by: step.received(.held))
      return step.sent(.commit).isEmpty || holding.indices.allSatisfy { holding[$0] || answered.contains($0) }
    }
    AlwaysStep("each message is sent once", cites: .`EPS-1`, before: { $0.messagesLeft }) { left, step in
      step.after.messagesLeft + UInt8(step.sent(.data).count) == left
    }
    Always("who waits for nobody has committed", cites: .`EPS-2`) { sender in
      sender.phase == .open || sender.holding.contains(false)
    }
    Always("no more attempts are made than there are", cites: .`EPS-4`) { $0.attempt <= $0.attempts }
    AlwaysStep("each attempt asks to hold, by a number of its own", cites: .`EPS-2`, before: { ($0.phase, $0.attempt) })
    {
      before, step in
      let begins = before.0 == .open && step.after.phase == .preparing
      return step.sent(.hold) == (begins ? [before.1 + 1] : []) && step.after.attempt == before.1 + (begins ? 1 : 0)
    }
    AlwaysStep("who answers this attempt is noted", cites: .`EPS-2`, before: { $0.phase }) { phase, step in
      phase == .open || step.after.phase == .open
        || step.after.answered(by: step.received(.held)).allSatisfy { step.after.holding[$0] }
    }
    Sometimes("an attempt is committed", cites: .`EPS-3`) { $0.epoch > 0 }
  }

  /// The receivers that say with these answers that they hold for the attempt at hand.
  private func answered(by answers: [UInt8]) -> [Int] {
    answers.filter { $0 % 8 == attempt }.map { Int($0 / 8) }
  }
}

/// Takes messages of its epoch, and holds when asked to.
public struct Receiver: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case open, working, holding }
  public typealias Requirement = Machines.Requirement
  public var phase = Phase.open
  public var epoch: UInt8 = 0
  /// Whether the last message taken was of another epoch.
  public var tookForeign = false
  /// Steps left to do on the message in its buffer.
  public var workLeft: UInt8 = 0
  public let work: UInt8

  init(work: UInt8) { self.work = work }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("epoch", &epoch, max: 7)
    f("took foreign", &tookForeign)
    f("work left", &workLeft, max: 3)
  }

  public struct Event: Note {
    public static let names = ["work", "abort", "data", "hold", "commit"]
    static let firstNumbered = 2
    public let kind: Int
    var number: UInt8
  }
  public struct Effect: Note {
    public static let names = ["held"]
    static let firstNumbered = 0
    public let kind: Int
    var number: UInt8
  }

  /// Takes each message at once.
  public static let book = RuleBook<Self>("Receiver", "", resting: .open) {
    In(.open, "It takes what comes.") {
      On(.data, "take a message", cites: .`EPS-1`)
        .then { receiver, epoch in receiver.tookForeign = epoch != receiver.epoch }
    }
    attempts
    Impossible(.work, in: .open, .working, .holding, because: "there is nothing to do")
    Impossible(.data, in: .working, because: "it never works")
    Impossible(.hold, in: .working, because: "it never works")
    Impossible(.abort, in: .working, because: "it never works")
    Impossible(.commit, in: .working, because: "it never works")
  }

  /// Takes each message into a buffer, and works on it before it looks at the next.
  public static let buffering = RuleBook<Self>("Receiver", "", resting: .open) {
    In(.open, "It takes what comes.") {
      On(.data, "take a message into the buffer", cites: .`EPS-1`)
        .then { receiver, epoch in
          receiver.tookForeign = epoch != receiver.epoch
          receiver.workLeft = receiver.work
        }
        .go(.working)
    }
    In(.working, "It looks at nothing but its buffer.") {
      On(.work, "finish the message", cites: .`EPS-5`)
        .when("one step is left") { receiver, _ in receiver.workLeft == 1 }
        .then { receiver, _ in receiver.workLeft = 0 }
        .go(.open)
      Otherwise(.work, "work on the message", cites: .`EPS-5`).then { receiver, _ in receiver.workLeft -= 1 }
    }
    attempts
    AlwaysStep("each step of work is one less to do", cites: .`EPS-5`, before: { $0 }) { before, step in
      if step.received(.work).isEmpty { return true }
      if before.phase != .working { return step.after == before }
      return step.after.workLeft + 1 == before.workLeft && (step.after.phase == .open) == (step.after.workLeft == 0)
    }
    Refused(.work, in: .open, .holding, unless: "it has a message in its buffer")
    Refused(.data, in: .working, unless: "it takes messages now")
    Refused(.hold, in: .working, unless: "it takes messages now")
    Refused(.abort, in: .working, unless: "it takes messages now")
    Refused(.commit, in: .working, unless: "it takes messages now")
  }

  /// What both do about attempts to switch.
  private static let attempts = Section<Self> {
    In(.open) {
      On(.hold, "hold, and say so", cites: .`EPS-2`).emit(.held) { _, attempt in attempt }.go(.holding)
    }
    In(.holding, "It waits to hear how the attempt ends.") {
      On(.commit, "begin the epoch", cites: .`EPS-1`).then { receiver, epoch in receiver.epoch = epoch }.go(.open)
      On(.abort, "go on in the old epoch", cites: .`EPS-3`).go(.open)
    }
    Impossible(.abort, in: .open, because: "it heard of the attempt first")
    Impossible(.commit, in: .open, because: "it heard of the attempt first")
    Impossible(.data, in: .holding, because: "nothing is sent during an attempt")
    Impossible(.hold, in: .holding, because: "it heard how the last attempt ended first")
    Always("it takes no message of another epoch", cites: .`EPS-1`) { !$0.tookForeign }
    Always("work is left only on what is in the buffer", cites: .`EPS-1`) { $0.phase == .working || $0.workLeft == 0 }
    AlwaysStep("it says that it holds when it does", cites: .`EPS-2`, before: { _ in () }) { _, step in
      step.sent(.held) == (step.after.phase == .holding ? step.received(.hold) : [])
    }
  }
}

// MARK: - Tokens

extension Signal<Sender.Event, Void> {
  static var send: Self { plain(0) }
  static var prepare: Self { plain(1) }
  static var giveUp: Self { plain(2) }
}
extension Signal<Sender.Event, UInt8> {
  /// The attempt, and eight times the receiver.
  static var held: Self { numbered(3) }
}
extension Signal<Sender.Effect, Void> { static var abort: Self { plain(0) } }
extension Signal<Sender.Effect, UInt8> {
  static var data: Self { numbered(1) }
  static var hold: Self { numbered(2) }
  static var commit: Self { numbered(3) }
}
extension Signal<Receiver.Event, Void> {
  static var work: Self { plain(0) }
  static var abort: Self { plain(1) }
}
extension Signal<Receiver.Event, UInt8> {
  static var data: Self { numbered(2) }
  static var hold: Self { numbered(3) }
  static var commit: Self { numbered(4) }
}
extension Signal<Receiver.Effect, UInt8> { static var held: Self { numbered(0) } }

extension EpochSwitch {
  fileprivate static let hostNames = ["sender"] + (0..<8).map { "receiver \($0)" }
}
extension Signal<EpochSwitch.Event, Sender.Event> {
  static var sender: Self {
    Signal("sender", kind: 0, Carrier.sender) { if case .sender(let it) = $0 { it } else { nil } }
  }
}
extension Signal<EpochSwitch.Event, Receiver.Event> {
  static func receiver(_ number: Int) -> Self {
    Signal("receiver \(number)", kind: 1 + number, { Carrier.receiver(number, $0) }) {
      if case .receiver(number, let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<EpochSwitch.Effect, Sender.Effect> {
  static var sender: Self {
    Signal("sender", kind: 0, Carrier.sender) { if case .sender(let it) = $0 { it } else { nil } }
  }
}
extension Signal<EpochSwitch.Effect, Receiver.Effect> {
  static func receiver(_ number: Int) -> Self {
    Signal("receiver \(number)", kind: 1 + number, { Carrier.receiver(number, $0) }) {
      if case .receiver(number, let it) = $0 { it } else { nil }
    }
  }
}
extension EpochSwitch.Event {
  public static let names = EpochSwitch.hostNames
  public var kind: Int { if case .receiver(let number, _) = self { 1 + number } else { 0 } }
  public init() { self = .sender(Sender.Event()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.sender(Sender.Event())] + (0..<8).map { .receiver($0, Receiver.Event()) })
    switch self {
    case .sender(var it):
      it.fields(&f)
      self = .sender(it)
    case .receiver(let number, var it):
      it.fields(&f)
      self = .receiver(number, it)
    }
  }
}
extension EpochSwitch.Effect {
  public static let names = EpochSwitch.hostNames
  public var kind: Int { if case .receiver(let number, _) = self { 1 + number } else { 0 } }
  public init() { self = .sender(Sender.Effect()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.sender(Sender.Effect())] + (0..<8).map { .receiver($0, Receiver.Effect()) })
    switch self {
    case .sender(var it):
      it.fields(&f)
      self = .sender(it)
    case .receiver(let number, var it):
      it.fields(&f)
      self = .receiver(number, it)
    }
  }
}

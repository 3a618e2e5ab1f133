import CXXHash
import Spec

/// Runs one system: owns its state, steps it, writes each step to the journal, and hands effects to the driver.
///
/// Everything happens on one ``Loop``. A step is in the journal before its effects leave the process: ``flush()``
/// commits the group and then lets the driver perform. The answer to an obligation that was cancelled is dropped and
/// counted, in the same critical section as the step.
///
/// - Complexity: A step costs the rule, a fingerprint of the state's fields (queues by digest) and a journal row; no
///   allocation once warm, save for the obligation it opens.
public final class Host<S: System> {
  /// The state after the last step.
  @exclusivity(unchecked) public var state: S
  public let design: Design<S>
  public let loop: Loop
  public let journal: Journal?
  /// Which of the journal's systems this host runs.
  public let place: Int
  /// A snapshot is taken after so many records; nil takes none by itself.
  public let snapshotInterval: UInt64?
  @exclusivity(unchecked) @usableFromInline var snapshotDue: UInt64
  @exclusivity(unchecked) public var ledger: Ledger<S>
  @exclusivity(unchecked) public var counts = HostCounts()
  public weak var driver: (any Driver<S>)?
  /// What the last step left is read here.
  public let stepper: Stepper<S>
  /// Told of each step, in this order.
  @exclusivity(unchecked) public var observers: ContiguousArray<any StepObserver<S>> = []
  /// Where the time of each step is observed; nil to spare two readings of the system's clock.
  @exclusivity(unchecked) public var stepTimes: StepTimes?
  @usableFromInline let eventBytes = ByteBuffer()
  @usableFromInline let effectBytes = ByteBuffer()
  @usableFromInline let stateBytes = ByteBuffer()
  /// By contract.
  @usableFromInline let isTimer: [Bool]
  /// Deeds of steps that are not committed yet.
  @exclusivity(unchecked) @usableFromInline var pending: ContiguousArray<Duty> = []
  /// Deeds of the group that is being performed.
  @exclusivity(unchecked) @usableFromInline var group: ContiguousArray<Duty> = []
  @usableFromInline var isFlushing = false

  /// Something to be performed, and whether it may have been performed before a crash.
  @usableFromInline typealias Duty = (deed: Ledger<S>.Deed, at: UInt64, isAgain: Bool)

  /// What an event came to.
  public struct Receipt: Sendable {
    public let outcome: Outcome
    /// The guards that refused, where they did.
    public let refusals: [Refusal]
    public let record: UInt64

    @inlinable init(outcome: Outcome, refusals: [Refusal], record: UInt64) {
      self.outcome = outcome
      self.refusals = refusals
      self.record = record
    }
  }

  /// - Precondition: No direct routes of the design lead in a circle: a step of it might never end.
  /// - Parameters:
  ///   - design: The system.
  ///   - start: The state before the first step; for a host that recovers, any state of the same configuration.
  ///   - loop: What everything of the host happens on.
  ///   - journal: Where steps are kept; nil to keep none.
  ///   - place: Which of the systems in the journal's header this is.
  ///   - snapshotInterval: How many records lie between two snapshots; nil to take none. A snapshot costs the bytes of
  ///     the state, and spares a recovery some 600 nanoseconds for each record before it.
  @inlinable public init(
    _ design: Design<S> = S.design, start: S, loop: Loop, journal: Journal? = nil, place: Int = 0,
    snapshotInterval: Int? = nil
  ) {
    if let circle = design.routeCycles.first {
      preconditionFailure("\(design.name) cannot be hosted: \(circle.words)")
    }
    self.design = design
    self.loop = loop
    self.journal = journal
    self.place = place
    self.snapshotInterval = snapshotInterval.map { UInt64(max(1, $0)) }
    snapshotDue = (journal?.lastNumber ?? 0) + (self.snapshotInterval ?? 0)
    state = start
    ledger = Ledger(design)
    isTimer = design.contracts.map { $0.contract.options.timer != nil }
    stepper = Stepper(design)
  }

  /// An event that nobody asked for.
  @inlinable @discardableResult public func send(_ event: S.Event) throws(JournalError) -> Receipt {
    try step(event, .input, refusalsWanted: true)
  }

  /// The answer to an open obligation, which a machine that must take part may refuse: the obligation then stays open,
  /// and the driver answers again. An answer to a closed one is dropped; one outside the contract is recorded as
  /// such, and the machine is not asked.
  ///
  /// - Returns: nil if the machine was not asked.
  @inlinable @discardableResult public func answer(_ ticket: UInt64, with event: S.Event) throws(JournalError)
    -> Receipt?
  {
    switch ledger.admission(of: ticket, event) {
    case .late:
      counts.late += 1
      return nil
    case .offContract:
      counts.offContract += 1
      try record(event, .offContract(ticket: ticket), .ignored)
      return nil
    case .admitted(let entry, let next):
      ledger.advance(entry, to: next)
      return try step(event, .answer(ticket: ticket), refusalsWanted: false)
    }
  }

  /// Rows that a group gathers, where effects need not wait for the commit.
  public static var groupRows: Int { 2048 }

  /// Commits the steps of the group. Called before the loop sleeps, whatever the driver.
  @inlinable public func commit() throws(JournalError) { try journal?.commit() }

  /// Lets the driver perform what the steps since the last flush have sent; commits them first, where effects reach
  /// beyond the process, or once the group is large.
  ///
  /// What the driver or a channel brings about while it performs is a group of its own: committed, then performed.
  @inlinable public func flush() throws(JournalError) {
    // A driver that flushes while it performs is served by the loop below.
    guard !isFlushing else { return }
    isFlushing = true
    defer { isFlushing = false }
    var passes = 0
    repeat {
      if passes == Loop.turnMax {
        // Machines that answer each other over channels without end must not keep the loop from its other work.
        loop.schedule(at: loop.now) { [weak self] in try self?.flush() }
        return
      }
      passes += 1
      if let journal, driver?.reachesBeyondProcess ?? true || journal.pendingRows >= Self.groupRows {
        try journal.commit()
      }
      swap(&pending, &group)
      // Asked once for all of them: to look behind a weak reference costs as much as many an effect.
      let driver = driver
      for index in group.indices { perform(group[index], driver) }
      group.removeAll(keepingCapacity: true)
    } while try deliverChannels() || !pending.isEmpty
  }

  @inlinable func step(_ event: S.Event, _ cause: Record.Cause, refusalsWanted: Bool) throws(JournalError) -> Receipt {
    let began = stepTimes == nil ? 0 : Loop.clock
    let outcome = stepper.step(&state, event)
    var refusals: [Refusal] = []
    switch outcome {
    case .fired: counts.fired += 1
    case .refused:
      counts.refused += 1
      if refusalsWanted {
        let refused = stepper.refusedTogether ?? event
        refusals = design.hosts[refused.kind].refusals(state, refused)
      }
    case .ignored: counts.ignored += 1
    case .unexpected: counts.unexpected += 1
    }
    let number = nextNumber
    let now = loop.now
    ledger.settle(stepper, record: number, at: now) { pending.append(($0, now, false)) }
    try record(event, cause, outcome, at: now)
    if let stepTimes { stepTimes.observe(Double(Loop.clock &- began) / 1e9, event.kind, outcome) }
    if !observers.isEmpty { observe(event, cause, outcome, at: now) }
    return Receipt(outcome: outcome, refusals: refusals, record: number)
  }

  // Inlinable, so that whoever knows the system asks nobody what an observer is.
  @inlinable @inline(never) func observe(
    _ event: S.Event, _ cause: Record.Cause, _ outcome: Outcome, at now: UInt64
  ) {
    for index in 0..<observers.count { observers[index].stepped(self, event, cause, outcome, at: now) }
  }

  @inlinable var nextNumber: UInt64 { (journal?.lastNumber ?? counts.steps) + 1 }

  /// - Parameter event: nil for a crash, which has none.
  @inlinable func record(
    _ event: S.Event?, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64? = nil
  ) throws(JournalError) {
    counts.steps += 1
    guard let journal else { return }
    eventBytes.count = 0
    if var event {
      var writer = ByteWriter(eventBytes)
      event.fields(&writer)
    }
    if case .offContract = cause { stepper.clear() }
    stepper.encodeOrders(into: effectBytes)
    Ledger.cover(&state, ledger.digest, into: stateBytes)
    let fingerprint = XXH3_64bits(stateBytes.bytes.baseAddress, stateBytes.count)
    let fired = stepper.fired
    let result = fired.withUnsafeBytes { bytes in
      Result { () throws(JournalError) in
        try journal.append(
          nanoseconds: nanoseconds ?? loop.now, place: place, cause: cause, event: eventBytes.bytes, outcome: outcome,
          fired: bytes, effects: effectBytes.bytes, state: fingerprint)
      }
    }
    _ = try result.get()
    if snapshotInterval != nil, journal.lastNumber >= snapshotDue { try keepSnapshot() }
  }

  /// Takes a snapshot of where the host stands; it becomes durable with the group.
  ///
  /// - Complexity: O(*bytes of the state and of the open obligations*).
  public func keepSnapshot() throws(JournalError) {
    guard let journal else { return }
    snapshotDue = journal.lastNumber + (snapshotInterval ?? 0)
    Ledger.cover(&state, ledger.digest, into: stateBytes)
    let fingerprint = XXH3_64bits(stateBytes.bytes.baseAddress, stateBytes.count)
    stateBytes.count = 0
    var writer = ByteWriter(stateBytes)
    state.fields(&writer)
    effectBytes.count = 0
    writer = ByteWriter(effectBytes)
    ledger.fields(&writer)
    try journal.append(
      Snapshot(
        number: journal.lastNumber, nanoseconds: journal.lastNanoseconds, chain: journal.lastChain, place: place,
        book: design.bookDigest, fingerprint: fingerprint, state: Array(stateBytes.bytes),
        ledger: Array(effectBytes.bytes), memory: driver?.memory ?? []))
  }

  @inlinable func perform(_ item: Duty, _ driver: (any Driver<S>)?) {
    switch item.deed {
    case .opened(let entry) where item.isAgain: performAgain(entry, at: item.at, driver)
    case .opened(let entry):
      if isTimer[entry.contract] { startTimer(entry) }
      driver?.perform(entry.effect, ticket: entry.ticket, at: item.at)
    case .notice(_, let effect): driver?.notice(effect, at: item.at)
    case .cancelled(let ticket, _): driver?.cancelled(ticket: ticket)
    case .posted: break
    case .breach(let breach): counts.breaches.append(breach)
    }
  }

  /// After a crash: what may have been performed before is, by its contract, performed again or found again.
  @usableFromInline func performAgain(_ entry: Ledger<S>.Entry, at nanoseconds: UInt64, _ driver: (any Driver<S>)?) {
    if isTimer[entry.contract] { startTimer(entry) }
    if design.contracts[entry.contract].contract.options.afterCrash == .resumed {
      driver?.resume(entry.effect, ticket: entry.ticket, stage: entry.stage, at: nanoseconds)
    } else {
      driver?.performAgain(entry.effect, ticket: entry.ticket, at: nanoseconds)
    }
  }

  @inlinable func startTimer(_ entry: Ledger<S>.Entry) {
    let contract = design.contracts[entry.contract].contract
    guard let event = contract.stages[0].answers[0].draw(entry.effect).first,
      let duration = contract.duration(of: entry.effect)
    else { return }
    let ticket = entry.ticket
    fire(ticket, event, at: entry.openedAt + duration.nanoseconds)
  }

  /// Fires a timer; while a machine that must take part refuses, again and again.
  @usableFromInline func fire(_ ticket: UInt64, _ event: S.Event, at instant: UInt64) {
    loop.schedule(at: instant) { [weak self] in
      guard let self else { return }
      _ = try answer(ticket, with: event)
      if stepper.refusedTogether != nil { fire(ticket, event, at: loop.now + Self.retryNanoseconds) }
    }
  }

  /// How long a timer waits for a machine that must take part: a millisecond.
  static var retryNanoseconds: UInt64 { 1_000_000 }

  /// Delivers from each channel once; returns whether anything was delivered.
  @inlinable func deliverChannels() throws(JournalError) -> Bool {
    var hasDelivered = false
    for channel in ledger.channels.indices {
      let order = design.channels[channel].order!
      let candidates = order.isOrdered ? ledger.channels[channel].prefix(1) : ledger.channels[channel][...]
      guard let event = candidates.first(where: { !order.waits || isTaken($0) }) else { continue }
      _ = ledger.take(event, from: channel, order)
      _ = try step(event, .delivery(channel: channel), refusalsWanted: false)
      // What a machine that must take part refuses stays under way until something else has happened.
      if stepper.refusedTogether == nil { hasDelivered = true }
    }
    return hasDelivered
  }

  /// Whether the receiver would not refuse this now.
  @inlinable func isTaken(_ event: S.Event) -> Bool { design.hosts[event.kind].refusals(state, event).isEmpty }
}

/// What a host has seen, by outcome.
public struct HostCounts: Sendable {
  public var steps: UInt64 = 0
  public var fired = 0
  public var refused = 0
  public var ignored = 0
  public var unexpected = 0
  /// Answers to obligations that were closed before: dropped by the fence.
  public var late = 0
  public var offContract = 0
  public var breaches: [Breach] = []

  public init() {}
}

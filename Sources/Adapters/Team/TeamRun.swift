import Engine
import Machines
import Spec

/// Drives a team through a workload: sends its messages, lets its agents work and pay, tells what its controller
/// decided, carries out orders, and counts.
///
/// Agents are offered one copy per turn while they are idle; a handler works for the agent's service time and then
/// acknowledges, or makes the call that its message costs. When nothing is left to send and every queue is empty, the
/// team is closed.
public final class TeamRun: Driver {
  public typealias S = Machines.Team
  public let workload: Workload
  public let host: Host<Machines.Team>
  public internal(set) var summary: TeamSummary
  let loop: Loop
  private let isDurable: Bool
  private let pays: Bool
  private let decides: Bool
  /// Whether agents and queues are asked before a switch that the controller wants; otherwise every target counts as
  /// ready.
  public var validates = true
  var identities: MessageIdentities
  var traffic: StormTraffic?
  /// Actions not yet due, by index.
  var nextAction = 0
  /// How long the run was dead altogether, in nanoseconds: its actions come as much later.
  var outages: UInt64 = 0
  /// The number of the episode that runs; 0 before the first.
  var episode: UInt32 = 0
  /// The episode of the actions that a killed run took; one that nobody names is the first.
  lazy var passedEpisode: UInt32 = pays && !workload.namesEpisodes ? 1 : 0
  /// The messages that cost something, or whose handlers fare in a way of their own.
  var asked: [MessageIdentity: WorkloadMessage] = [:]
  /// What becomes of the calls that were asked for, by their copies' acceptance numbers.
  var calls: [UInt64: Handler] = [:]
  /// How long calls took, where time is limited, and the models of those under way by their reservations.
  var callTimes: CallTimes
  var callModels: [UInt64: String] = [:]
  var isIdle: [Bool]
  /// What the agents said of themselves, and which of them hang.
  public var readiness: Readiness
  /// Where what is spent today is shared with other runs. Only a run on the real clock has days.
  public var dayBook: DayBook?
  private var dayBookFailure: DayBookError?
  /// What the controller decided, where so far only the time that it took was told.
  var owedTick: Decision?
  /// The instant of the last tick.
  private var lastTick: UInt64?
  /// Whether a tick is due that nothing of the workload asks for.
  private var isTicking = false
  private var lastClock: UInt64 = 0
  /// The next moment for which the run wakes up, in milliseconds; `max` for none.
  private var wakesAt = UInt64.max
  private var attempt: SwitchAttempt?
  private var isClosed = false
  /// Called after each turn of the loop.
  var onTurn: (() -> Void)?
  /// Called now and then with what has been done so far.
  public var onProgress: ((TeamSummary) -> Void)?
  /// Called when a switch has been reported, with the times of its attempt; nil for a topology already in force.
  public var onAttempt: ((AttemptTimes?) -> Void)?
  /// Called when the agents have been asked whether they are well, with the nanoseconds since each last said so; nil
  /// for one that never did.
  public var onValidation: (([UInt64?]) -> Void)?
  /// Called when an episode begins, with its number and task.
  public var onEpisode: ((UInt32, String) -> Void)?

  /// - Parameters:
  ///   - journal: Where each step is kept; nil to keep none.
  ///   - seed: Seeds message identities where there is no journal, whose header has the seed; nil draws one.
  ///   - isDurable: Whether each step is committed before its effects are performed.
  ///   - snapshotInterval: How many records lie between two snapshots; nil to take none.
  public init(
    _ workload: Workload, loop: Loop, journal: Journal?, seed: UInt64? = nil, isDurable: Bool = false,
    snapshotInterval: Int? = nil
  ) {
    self.isDurable = isDurable
    self.workload = workload
    pays = workload.pays
    decides = workload.decides
    self.loop = loop
    identities = MessageIdentities(seed: journal?.header.seed ?? seed ?? .random(in: 0...(.max)))
    callTimes = CallTimes(models: workload.limits.isTimed ? workload.models : [])
    isIdle = Array(repeating: true, count: workload.agents.count)
    readiness = Readiness(workload.agents)
    host = Host(
      start: TeamRun.start(workload), loop: loop, journal: journal, snapshotInterval: snapshotInterval)
    summary = TeamSummary()
    host.driver = self
  }

  /// The state that a workload's team begins in.
  public static func start(_ workload: Workload) -> Machines.Team {
    Machines.Team(roles: workload.budgetRoles, topology: workload.topology, budget: workload.limits.budget)
  }

  /// Runs the workload to its end and closes the journal.
  public func run() throws {
    loop.onTurn = { [unowned self] in try turn() }
    loop.onIdle = { [unowned self] in try host.commit() }
    // A run that was killed between its last step and the end of its journal has nothing left to do.
    isClosed = host.state.control.phase == .closed
    // What the handlers of a killed run held is theirs again before they are offered anything.
    try host.flush()
    if !isClosed { try begin() }
    if nextAction < workload.actions.count { schedule(workload.actions[nextAction]) }
    if !isClosed { try loop.run { isClosed } }
    try dayBook?.keep(host.state.budget)
    try host.journal?.close()
    summary.late = host.counts.late
    summary.offContract = host.counts.offContract
    summary.steps = Int(host.counts.steps)
    summary.nanoseconds = loop.now
  }

  /// What comes before the workload's first action, or before those that a killed run left.
  private func begin() throws {
    if pays { try tellDay() }
    // A workload that costs something, and names no episodes, is one.
    if pays, !workload.namesEpisodes, host.state.budget.phase == .idle { try beginEpisode("") }
    if let decision = owedTick { try tick(decision) }
    keepTicking()
  }

  // MARK: - A turn

  private func turn() throws {
    try tellTime()
    try sendStorm()
    try offerCopies()
    try host.flush()
    if let failure = dayBookFailure { throw failure }
    awaitNextMoment()
    onTurn?()
    onProgress?(summary)
    guard nothingLeft else { return }
    try host.send(.control(.shutdown))
    try host.flush()
    isClosed = true
  }

  private var nothingLeft: Bool {
    nextAction >= workload.actions.count && (workload.storm == nil || traffic?.isExhausted == true)
      && host.state.control.phase == .stable && host.state.coordinator.phase == .watching
      && host.state.coordinator.pending == nil && isIdle.allSatisfy(\.self)
      && host.state.router.mailboxes.allSatisfy { $0.live == 0 }
  }

  /// The clock comes in as an event: every so often, and whenever the head of a queue would otherwise be delivered
  /// after its time.
  private func tellTime() throws {
    let now = loop.now / 1_000_000
    guard now > lastClock, now >= lastClock + Parameters.clockGranularity.milliseconds || isTimeFor(now) else {
      return
    }
    lastClock = now
    try host.send(.router(.clock(now)))
    if pays { try tellDay() }
  }

  /// The UTC day, by the clock on the wall; the days of a virtual clock are all the same.
  private func tellDay() throws {
    guard loop.time == .real else { return }
    let day = UInt32(Loop.sinceEpoch / 86_400_000_000_000)
    if day > host.state.budget.day { try host.send(.budget(.day(day))) }
    guard let dayBook, host.state.budget.phase != .closed else { return }
    try dayBook.keep(host.state.budget)
    let elsewhere = try dayBook.spentElsewhere(on: host.state.budget.day)
    // The first time it is told in any case: a run that shares its day goes on as one that does.
    if elsewhere != host.state.budget.elsewhere || !host.state.budget.isShared {
      try host.send(.budget(.spentElsewhere(elsewhere)))
    }
  }

  /// Before a call is made, it is in the day book: what a killed run had spent is never less than what that says.
  ///
  /// - Returns: Whether it is there; otherwise the call is not made, and the run ends.
  func isInDayBook() -> Bool {
    do {
      try dayBook?.keep(host.state.budget)
      return true
    } catch {
      dayBookFailure = error
      return false
    }
  }

  /// While a decision waits, or a counter of ticks is under way, the controller is asked on and says nothing.
  private func keepTicking() {
    guard decides, !isTicking, host.state.isRestless else { return }
    isTicking = true
    loop.schedule(after: Parameters.tickInterval) { [unowned self] in
      isTicking = false
      if host.state.isRestless, !isTickInstant { try tick(.undecided) }
      keepTicking()
    }
  }

  /// One instant is one tick (DEC-36).
  private func tick(_ decision: Decision) throws {
    lastTick = loop.now
    owedTick = nil
    try host.send(.health(.tick(decision)))
  }

  /// Whether the controller has decided at this instant, or is about to.
  private var isTickInstant: Bool {
    let due = workload.actions[nextAction...].prefix { $0.at.nanoseconds + outages <= loop.now }
    return lastTick == loop.now || due.contains(where: \.isDecision)
  }

  /// Whether the workload decides once more at the instant of the action that was taken last.
  var decidesAgain: Bool {
    guard nextAction > 0 else { return false }
    let instant = workload.actions[nextAction - 1].at
    return workload.actions[nextAction...].prefix { $0.at == instant }.contains(where: \.isDecision)
  }

  /// Whether something happens by this time.
  private func isTimeFor(_ now: UInt64) -> Bool {
    if let moment = host.state.router.nextMoment, moment <= now { return true }
    return host.state.router.mailboxes.contains { mailbox in
      mailbox.active.lines.contains { $0.first.map { $0.expires < now } ?? false }
    }
  }

  /// While a switch quiesces the time is told even if nothing else happens, so that the dead do not block it (SW-5).
  private func keepTellingTime() {
    loop.schedule(after: Parameters.clockGranularity) { [unowned self] in
      if host.state.router.phase == .diverting { keepTellingTime() }
    }
  }

  /// Wakes the run up for the retries that fall due and the leases that lapse, even if nothing else happens.
  private func awaitNextMoment() {
    guard let moment = host.state.router.nextMoment, moment < wakesAt else { return }
    wakesAt = moment
    loop.schedule(at: moment * 1_000_000) { [unowned self] in wakesAt = .max }
  }

  private func offerCopies() throws {
    for place in isIdle.indices where isIdle[place] && !host.state.router.mailboxes[place].active.isEmpty {
      try host.send(.router(.dequeue(Agent(place))))
    }
  }

  // MARK: - What the workload asks for

  private func schedule(_ action: WorkloadAction) {
    loop.schedule(at: action.at.nanoseconds + outages) { [unowned self] in
      // First the time: what has expired holds no slot against whoever writes now (RTR-15).
      if loop.now / 1_000_000 >= lastClock + Parameters.clockGranularity.milliseconds { try tellTime() }
      nextAction += 1
      try take(action.kind)
      if nextAction < workload.actions.count { schedule(workload.actions[nextAction]) }
    }
  }

  private func take(_ kind: WorkloadAction.Kind) throws {
    switch kind {
    case .send(let message): try send(message)
    case .switchTo(let topology): try order(topology)
    case .cancelSwitch:
      let receipt = try host.send(.control(.cancel))
      if let refusal = receipt.refusals.first { summary.refuse(refusal, copies: 1, isSwitch: true) }
    case .beginEpisode(let task): try beginEpisode(task)
    case .decide(let made):
      summary.decisions += 1
      // What is decided at one instant is one tick: each decision takes its time, and the last one counts.
      owedTick = decidesAgain ? nil : made.decision
      try host.send(.health(.decided(UInt32(clamping: Int((made.policyMilliseconds * 1_000).rounded(.up))))))
      guard let decision = owedTick else { return }
      try tick(decision)
      if host.state.health.withholds(made.decision) { summary.withheld += 1 }
      keepTicking()
    }
  }

  /// A switch that the workload asks for is an order of whoever runs the team.
  private func order(_ topology: Topology) throws {
    summary.switchesAsked += 1
    let coordinator = host.state.coordinator
    let receipt = try host.send(.health(.order(topology)))
    if let refusal = receipt.refusals.first {
      summary.refuse(refusal, copies: 1, isSwitch: true)
    } else if coordinator.phase == .switching {
      summary.switchesRefused["switch_in_progress", default: 0] += 1
    } else if coordinator.topology == topology {
      summary.switchesIdle += 1
    }
  }

  private func beginEpisode(_ task: String) throws {
    episode += 1
    if host.state.budget.phase == .running { try host.send(.budget(.endEpisode)) }
    try host.send(.budget(.beginEpisode(episode)))
    onEpisode?(episode, task)
  }

  /// Keeps what is to become of a message.
  func remember(_ message: WorkloadMessage, as identity: MessageIdentity) {
    if message.cost != nil || !message.handling.isUsual { asked[identity] = message }
  }

  private func send(_ asked: WorkloadMessage) throws {
    let message = identities.message(asked, episode: episode, at: loop.now / 1_000_000)
    remember(
      asked, as: MessageIdentity(episode: message.episode, high: message.idHigh, low: message.idLow))
    let before = host.state.router.accepted
    let receipt = try host.send(.router(.route(message)))
    let copies = asked.copyCount(agentCount: workload.agents.count)
    summary.offered += copies
    if let refusal = receipt.refusals.first {
      summary.refuse(refusal, copies: copies, isSwitch: false)
      attempt?.dropped[refusal.code ?? refusal.name, default: 0] += copies
    } else {
      summary.routed += Int(host.state.router.accepted - before)
    }
  }

  /// A storm is sent as fast as the team takes it: a bounded number of copies live at any time.
  private func sendStorm() throws {
    guard workload.storm != nil, nextAction >= workload.actions.count else { return }
    if traffic == nil { beginStorm() }
    var sent = 0
    while sent < Loop.turnMax / 2, liveCopies < TeamRun.stormLiveMax, let next = traffic?.next() {
      try take(next)
      // Messages are drawn for the topology in force: the one asked for rules only once it is committed.
      if case .switchTo = next { traffic?.topology = host.state.router.topology }
      sent += 1
    }
  }

  func beginStorm() {
    traffic = workload.storm?.traffic(agentCount: workload.agents.count, topology: host.state.router.topology)
  }

  private static let stormLiveMax = 1024
  private var liveCopies: Int { host.state.router.mailboxes.reduce(0) { $0 + $1.live } }

  // MARK: - Effects

  /// The team's handlers are in this process and die with it; whoever asks for a durable run is told nothing that a
  /// power failure could take back.
  public var reachesBeyondProcess: Bool { isDurable }

  public func perform(_ effect: Machines.Team.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    switch effect {
    case .handlers(.handle(let copy)): handle(copy, ticket)
    case .handlers(.call(let call)): make(call, ticket)
    case .coordinator(.validate): validate(ticket)
    case .control(.prepare(let target)):
      attempt = SwitchAttempt(target: target, began: nanoseconds)
      prepare(ticket)
    case .control(.quiesceTimer):
      // After a crash nobody knows when the attempt began.
      if attempt == nil {
        attempt = SwitchAttempt(target: host.state.control.target ?? host.state.control.topology, began: nanoseconds)
      }
      attempt?.quiesced = nanoseconds
      keepTellingTime()
    default: break
    }
  }

  public func notice(_ effect: Machines.Team.Effect, at nanoseconds: UInt64) {
    switch effect {
    case .router(.recorded(let ending)):
      summary.endings[ending.how, default: 0] += 1
      if ending.how != .acknowledged { attempt?.dropped[ending.how.word, default: 0] += 1 }
    case .control(.topologyChanged(let change)):
      traffic?.topology = change.to
      summary.epoch = change.epoch
    case .control(.finished(let report)):
      let times = summary.finish(report, attempt, at: nanoseconds, told: loop.now)
      onAttempt?(times)
      attempt = nil
      keepTicking()
    default: summary.take(effect)
    }
  }
}

extension Machines.Team {
  /// Whether a tick on which nothing is decided would still change something.
  fileprivate var isRestless: Bool {
    control.phase != .closed
      && (coordinator.pending != nil || coordinator.cooldown > 0 || coordinator.dwell < Parameters.dwellTicks
        || health.phase == .pinning)
  }
}

/// The instants of a switch in flight, in nanoseconds of the run.
struct SwitchAttempt {
  let target: Topology
  let began: UInt64
  var quiesced: UInt64?
  /// The copies that were refused or dropped since then.
  var dropped: [String: Int] = [:]

  func times(finished: UInt64, told: UInt64) -> AttemptTimes {
    AttemptTimes(
      prepare: (quiesced ?? finished) - began, quiesce: quiesced.map { finished - $0 }, finish: told - finished,
      total: told - began)
  }
}

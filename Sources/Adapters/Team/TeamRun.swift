import Engine
import Machines
import Spec

/// Drives a team through a workload: sends its messages, lets its agents work, asks for its switches, and counts.
///
/// Agents are offered one copy per turn while they are idle; a handler works for the agent's service time and then
/// acknowledges. When nothing is left to send and every queue is empty, the team is closed.
public final class TeamRun: Driver {
  public typealias S = TopologySwitch
  public let workload: Workload
  public let host: Host<TopologySwitch>
  public private(set) var summary: TeamSummary
  private let loop: Loop
  private let isDurable: Bool
  var identities: MessageIdentities
  var traffic: StormTraffic?
  /// Actions not yet due, by index.
  var nextAction = 0
  /// The number of the episode that runs; 0 before the first.
  var episode: UInt32 = 0
  /// What handlers are to do with messages that say so, until their copies have ended with the run.
  private var handling: [MessageIdentity: WorkloadHandling] = [:]
  private var isIdle: [Bool]
  private var lastClock: UInt64 = 0
  /// The next moment for which the run wakes up, in milliseconds; `max` for none.
  private var wakesAt = UInt64.max
  private var attempt: SwitchAttempt?
  private var isClosed = false
  /// Called now and then with what has been done so far.
  public var onProgress: ((TeamSummary) -> Void)?
  /// Called when a switch has been reported, with the times of its attempt; nil for a topology already in force.
  public var onAttempt: ((AttemptTimes?) -> Void)?
  /// Called when an episode begins, with its number and task.
  public var onEpisode: ((UInt32, String) -> Void)?

  /// - Parameters:
  ///   - journal: Where each step is kept; nil to keep none.
  ///   - seed: Seeds message identities; nil draws them from the system.
  ///   - isDurable: Whether each step is committed before its effects are performed.
  ///   - snapshotInterval: How many records lie between two snapshots; nil to take none.
  public init(
    _ workload: Workload, loop: Loop, journal: Journal?, seed: UInt64?, isDurable: Bool = false,
    snapshotInterval: Int? = nil
  ) {
    self.isDurable = isDurable
    self.workload = workload
    self.loop = loop
    identities = MessageIdentities(seed: seed)
    isIdle = Array(repeating: true, count: workload.agents.count)
    host = Host(
      start: TeamRun.start(workload), loop: loop, journal: journal, snapshotInterval: snapshotInterval)
    summary = TeamSummary()
    host.driver = self
  }

  /// The state that a workload's team begins in.
  public static func start(_ workload: Workload) -> TopologySwitch {
    TopologySwitch(agents: workload.agents.count, topology: workload.topology)
  }

  /// Runs the workload to its end and closes the journal.
  public func run() throws {
    loop.onTurn = { [unowned self] in try turn() }
    loop.onIdle = { [unowned self] in try host.commit() }
    // A run that was killed between its last step and the end of its journal has nothing left to do.
    isClosed = host.state.control.phase == .closed
    if nextAction < workload.actions.count { schedule(workload.actions[nextAction]) }
    if isClosed { try host.flush() } else { try loop.run { isClosed } }
    try host.journal?.close()
    summary.late = host.counts.late
    summary.offContract = host.counts.offContract
    summary.steps = Int(host.counts.steps)
    summary.nanoseconds = loop.now
  }

  // MARK: - A turn

  private func turn() throws {
    try tellTime()
    try sendStorm()
    try offerCopies()
    try host.flush()
    awaitNextMoment()
    onProgress?(summary)
    guard nothingLeft else { return }
    try host.send(.control(.shutdown))
    try host.flush()
    isClosed = true
  }

  private var nothingLeft: Bool {
    nextAction >= workload.actions.count && (workload.storm == nil || traffic?.isExhausted == true)
      && host.state.control.phase == .stable && isIdle.allSatisfy(\.self)
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
    loop.schedule(at: action.at.nanoseconds) { [unowned self] in
      nextAction += 1
      try take(action.kind)
      if nextAction < workload.actions.count { schedule(workload.actions[nextAction]) }
    }
  }

  private func take(_ kind: WorkloadAction.Kind) throws {
    switch kind {
    case .send(let message): try send(message)
    case .switchTo(let topology):
      summary.switchesAsked += 1
      let receipt = try host.send(.control(.request(topology)))
      if let refusal = receipt.refusals.first { summary.refuse(refusal, copies: 1, isSwitch: true) }
    case .cancelSwitch:
      let receipt = try host.send(.control(.cancel))
      if let refusal = receipt.refusals.first { summary.refuse(refusal, copies: 1, isSwitch: true) }
    case .beginEpisode(let task):
      episode += 1
      onEpisode?(episode, task)
    // The system hosted here has no coordinator that would hear of it.
    case .decide: summary.decisionsUnheard += 1
    }
  }

  /// Keeps what handlers are to do with a message.
  func remember(_ asked: WorkloadMessage, as identity: MessageIdentity) {
    if !asked.handling.isUsual { handling[identity] = asked.handling }
  }

  private func send(_ asked: WorkloadMessage) throws {
    let message = identities.message(asked, episode: episode, at: loop.now / 1_000_000)
    remember(asked, as: MessageIdentity(high: message.idHigh, low: message.idLow))
    // The system hosted here has no budget guard that would be asked first.
    if asked.cost != nil { summary.costsUnheard += 1 }
    let before = host.state.router.accepted
    let receipt = try host.send(.router(.route(message)))
    let copies = asked.copyCount(agentCount: workload.agents.count)
    summary.offered += copies
    if let refusal = receipt.refusals.first {
      summary.refuse(refusal, copies: copies, isSwitch: false)
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

  public func perform(_ effect: TopologySwitch.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    switch effect {
    case .router(.deliver(let copy)): deliver(copy, ticket)
    case .control(.prepare):
      attempt = SwitchAttempt(began: nanoseconds)
      loop.schedule(after: .milliseconds(workload.preparationMilliseconds)) { [unowned self] in
        try host.answer(ticket, with: .control(.prepared))
      }
    case .control(.quiesceTimer):
      // After a crash nobody knows when the attempt began.
      if attempt == nil { attempt = SwitchAttempt(began: nanoseconds) }
      attempt?.quiesced = nanoseconds
      keepTellingTime()
    default: break
    }
  }

  private func deliver(_ copy: Copy, _ ticket: UInt64) {
    let place = Int(copy.receiver.place)
    isIdle[place] = false
    summary.delivered += 1
    let handler = Handler(copy, workload.agents[place], handling[MessageIdentity(copy)] ?? WorkloadHandling())
    loop.schedule(after: .nanoseconds(handler.nanoseconds)) { [unowned self] in
      isIdle[place] = true
      switch handler.ending {
      case .acknowledged: try host.answer(ticket, with: .router(.acknowledged(copy.lease)))
      case .failed: try host.answer(ticket, with: .router(.failed(copy.lease)))
      case .silent: break
      }
    }
  }

  public func notice(_ effect: TopologySwitch.Effect, at nanoseconds: UInt64) {
    switch effect {
    case .router(.recorded(let ending)): summary.endings[ending.how, default: 0] += 1
    case .control(.topologyChanged(let change)):
      traffic?.topology = change.to
      summary.epoch = change.epoch
    case .control(.finished(let report)):
      let times = summary.finish(report, attempt, at: nanoseconds, told: loop.now)
      onAttempt?(times)
      attempt = nil
    default: break
    }
  }
}

/// The instants of a switch in flight, in nanoseconds of the run.
struct SwitchAttempt {
  let began: UInt64
  var quiesced: UInt64?

  func times(finished: UInt64, told: UInt64) -> AttemptTimes {
    AttemptTimes(
      prepare: (quiesced ?? finished) - began, quiesce: quiesced.map { finished - $0 }, finish: told - finished,
      total: told - began)
  }
}

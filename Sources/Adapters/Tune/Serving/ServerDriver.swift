import Dispatch
import Engine
import Foundation
import Machines
import Platform
import Spec

/// Performs the effects of the provider: one model server at a time, its port, its requests.
///
/// Source: chapter 10.
final class ServerDriver {
  private let order: TuneOrder
  private let loop: Loop
  private let work: LoopWork
  /// Names this run in the environment of its servers.
  private let mark: String
  private let answer: (UInt64, Provider.Event) throws -> Void
  private let warn: (String) -> Void
  private let note: (String) -> Void

  /// Tickets whose answers are still wanted, each with what breaks its work off.
  private var open: [UInt64: Cancellation] = [:]
  private var server: Server?
  /// The model of the last start.
  private var model = ""
  private var client = HTTPClient()
  private(set) var notes = ProbeNotes()
  /// How long the weights take to load, fetching included; it never enters what is measured (FR-D.1).
  private var loading: LoadTime?
  /// The wait for the server's readiness.
  private var readyTicket: UInt64?
  /// Of the last start: nobody of it may live when the next one is made.
  private var family: ServerFamily?
  /// Sockets that listened at the port, at other addresses, when it was last found free.
  private var bystanders: Set<UInt64> = []
  /// The wait for which the port's holder was last looked up.
  private var holderTicket: UInt64?
  private var hasToldOpen = false
  private var hasToldPath = false
  /// Found once for each model, while its weights are loaded: what is measured of it has prompts of one size.
  private var scale = PromptScale()
  /// What has come about while the scale is being found.
  private var due: (ticket: UInt64, event: Provider.Event)?

  private final class Server {
    let ticket: UInt64
    let log: BoundedLog
    let process: ChildProcess?
    let pid: pid_t
    let watch: ProcessWatch?
    let family: ServerFamily
    let purpose: Launch.Purpose
    var portWatch: PortWatch?
    var isEnded = false
    /// Whether its end is our doing.
    var isAskedToEnd = false

    init(_ ticket: UInt64, _ log: BoundedLog, _ process: ChildProcess, mark: String, for purpose: Launch.Purpose) {
      (self.ticket, self.log, self.process, self.pid, self.watch) = (ticket, log, process, process.pid, nil)
      self.purpose = purpose
      family = ServerFamily(leader: pid, mark: mark)
    }

    /// One that an earlier process started.
    init(
      _ ticket: UInt64, _ log: BoundedLog, adopted pid: pid_t, _ watch: ProcessWatch, mark: String,
      for purpose: Launch.Purpose
    ) {
      (self.ticket, self.log, self.process, self.pid, self.watch) = (ticket, log, nil, pid, watch)
      self.purpose = purpose
      family = ServerFamily(leader: pid, mark: mark)
    }

    var isAlive: Bool { process?.isAlive ?? ProcessTable.isAlive(pid) }
  }

  init(
    _ order: TuneOrder, loop: Loop, work: LoopWork, mark: String, warn: @escaping (String) -> Void,
    note: @escaping (String) -> Void, answer: @escaping (UInt64, Provider.Event) throws -> Void
  ) {
    self.order = order
    self.loop = loop
    self.work = work
    self.mark = mark
    self.warn = warn
    self.note = note
    self.answer = answer
  }

  func perform(_ effect: Provider.Effect, _ ticket: UInt64) {
    switch effect {
    case .awaitPort: awaitPort(ticket, open(ticket))
    case .spawn(let launch): spawn(launch, ticket)
    case .awaitReady: awaitReady(ticket, open(ticket), since: loop.now)
    case .warmUp: warmUp(ticket, open(ticket))
    case .request: request(ticket, open(ticket))
    case .readyTimer, .graceTimer, .terminate, .portHeld, .ready, .reply, .ended, .stuck: break
    }
  }

  func notice(_ effect: Provider.Effect) {
    switch effect {
    case .terminate: terminate()
    case .portHeld:
      let words = port.isFree ? Self.words(left: family?.members ?? []) : "port \(order.port) is held by \(holder)"
      warn("warning: the server has ended, and \(words)")
    default: break
    }
  }

  /// What is known of the last start, once: what comes after it is not about that one.
  func takeNotes() -> ProbeNotes {
    defer { notes = ProbeNotes() }
    return notes
  }

  func cancelled(_ ticket: UInt64) { open.removeValue(forKey: ticket)?.cancel() }

  private func open(_ ticket: UInt64) -> Cancellation {
    let cancellation = Cancellation()
    open[ticket] = cancellation
    return cancellation
  }

  private func close(_ ticket: UInt64, _ event: Provider.Event) throws {
    guard open.removeValue(forKey: ticket) != nil else { return }
    try answer(ticket, event)
  }

  // MARK: - The port

  private var port: LocalPort { LocalPort(order.port) }

  private func awaitPort(_ ticket: UInt64, _ cancellation: Cancellation) {
    guard !cancellation.isCancelled else { return }
    // Answered in a turn of its own: a driver that answers while it performs would step before its step is over.
    loop.schedule(after: .zero) { [self] in
      guard open[ticket] != nil else { return }
      let isFree = port.isFree
      let left = isFree ? family?.members ?? [] : []
      if isFree, left.isEmpty {
        bystanders = port.sockets
        family = nil
        return try close(ticket, .portFree)
      }
      if isFree {
        notes.refusal = Self.words(left: left)
      } else if holderTicket != ticket {
        // Looked at once for each wait: to find the holder is to look at every process's files.
        holderTicket = ticket
        notes.refusal = "port \(order.port) is held by \(holder)"
      }
      loop.schedule(after: .milliseconds(50)) { [self] in awaitPort(ticket, cancellation) }
    }
  }

  private var holder: String {
    port.listeners.first?.words ?? "a process that cannot be seen"
  }

  /// What is told of processes that outlive their server.
  static func words(left: [pid_t]) -> String {
    "what the server started lives on: " + left.map { "pid \($0)" }.joined(separator: ", ") + ", SIGKILL disabled"
  }

  // MARK: - The process

  private func spawn(_ launch: Launch, _ ticket: UInt64) {
    notes = ProbeNotes()
    client = HTTPClient()
    if launch.purpose == .prewarm { scale = PromptScale() }
    model = order.candidates[Int(launch.candidate)]
    loading = launch.purpose == .prewarm ? LoadTime(began: loop.now) : nil
    let words = order.profile.launchWords(model: model, port: order.port, launch.knobs)
    var environment = order.environment.merging(order.profile.environment) { $1 }
    environment.merge(ServerMark.variables(markOf(ticket))) { $1 }
    do {
      try FileManager.default.createDirectory(atPath: order.logFolder, withIntermediateDirectories: true)
      let name = LogName.of(model: model, port: order.port, at: Date(), run: mark, mark: markOf(ticket))
      let log = try BoundedLog(creating: order.logFolder + "/" + name)
      let process = try ChildProcess(
        Command(order.profile.program, words: words, environment: environment), output: log.descriptor)
      let server = Server(ticket, log, process, mark: markOf(ticket), for: launch.purpose)
      self.server = server
      family = server.family
      if !order.profile.isDetached { server.portWatch = PortWatch(port, for: server.family, besides: bystanders) }
      notes.pid = process.pid
      let ended = work.handler { [self] (ending: ChildProcess.Ending) in try tellEnd(of: server, ending) }
      loop.schedule(after: .zero) { [self] in
        try answer(ticket, .spawned)
        // Only now, so that its end never comes before its beginning.
        process.whenEnded(ended)
      }
    } catch {
      notes.refusal = "\(error)"
      warn("error: \(error)")
      loop.schedule(after: .zero) { [self] in try answer(ticket, .spawnFailed) }
    }
  }

  private func markOf(_ ticket: UInt64) -> String { "\(mark)-\(ticket)" }

  /// The log of a start that an earlier process made; nil where it came to none.
  private func foundLog(_ ticket: UInt64) -> String? {
    LogName.find(mark: markOf(ticket), in: order.logFolder).map { order.logFolder + "/" + $0 }
  }

  /// Finds the server that an earlier process started under this ticket, and says what is missing.
  func resume(_ launch: Launch, _ ticket: UInt64, stage: Int) {
    let marked = ServerFamily(leader: nil, mark: markOf(ticket))
    self.family = marked
    // Its children carry the mark as well; the one that was started first leads its session.
    let family = marked.members
    let isToldAsSpawned = stage > 0
    let path = foundLog(ticket)
    guard let pid = family.first(where: { getsid($0) == $0 }), let watch = try? ProcessWatch(pid),
      let log = path.flatMap({ try? BoundedLog(reopening: $0) })
    else {
      // Children that outlived it are asked here: nobody knows them by their session any more.
      for pid in family { kill(pid, SIGTERM) }
      let log = path.map { BoundedLog.tail(of: $0) } ?? ""
      let wasStarted = path != nil
      loop.schedule(after: .zero) { [self] in
        if !isToldAsSpawned { try answer(ticket, wasStarted ? .spawned : .spawnFailed) }
        if isToldAsSpawned || wasStarted { try answer(ticket, .exited(evidence(in: log))) }
      }
      return
    }
    let server = Server(ticket, log, adopted: pid, watch, mark: markOf(ticket), for: launch.purpose)
    self.server = server
    self.family = server.family
    if !order.profile.isDetached { server.portWatch = PortWatch(port, for: server.family, besides: []) }
    notes.pid = pid
    let ended = work.handler { [self] (_: Bool) in try tellEnd(of: server, .unknown) }
    loop.schedule(after: .zero) { [self] in
      if !isToldAsSpawned { try answer(ticket, .spawned) }
      watch.start { ended(true) }
    }
  }

  private func evidence(in log: String, _ ending: ChildProcess.Ending = .unknown) -> LoadEvidence {
    LoadEvidence(
      log: log, integrityMarkers: order.profile.integrityMarkers, hasCrashed: ending.isCrash,
      // It may have fetched all of them before it failed.
      isCached: !order.isCold(model))
  }

  /// Tells what came about before the server was asked for its scale.
  private func tellDue() throws {
    guard let (ticket, event) = due else { return }
    due = nil
    try close(ticket, event)
  }

  /// Says once that the process has ended.
  private func tellEnd(of server: Server, _ ending: ChildProcess.Ending) throws {
    guard !server.isEnded else { return }
    server.isEnded = true
    try tellDue()
    // One that finds its port taken is not at fault.
    if let readyTicket, open[readyTicket] != nil, let stranger = server.portWatch?.stranger() {
      try tellStranger(stranger, readyTicket)
    }
    let log = server.log.tail()
    let found = evidence(in: log, ending)
    let lines = ProbeNotes.telling(log, found, markers: order.profile.integrityMarkers)
    // How a process ends that we ask to is our doing, and says nothing of it.
    let words = [server.isAskedToEnd ? nil : ending.words, lines].compactMap { $0 }.joined(separator: ": ")
    if notes.ending == nil, !words.isEmpty { notes.ending = words }
    try answer(server.ticket, .exited(found))
  }

  /// The end comes before whatever was answered after it.
  private func tellEndIfOver() throws {
    if let server, !server.isAlive { try tellEnd(of: server, server.process?.ending ?? .unknown) }
  }

  private func terminate() {
    guard let server else { return }
    server.isAskedToEnd = true
    // Many servers end only when their connections have, and an idle one would keep them for nothing.
    client = HTTPClient()
    // Its children are its own to end; those that it leaves behind are asked when it has ended (PRV-9).
    if server.isAlive {
      kill(server.pid, SIGTERM)
    } else {
      let left = server.family.members
      // Nobody is left who could start others.
      if left.isEmpty { family = nil }
      for pid in left { kill(pid, SIGTERM) }
    }
  }

  /// Has the server end at once, asking twice, and waits until it is gone and the port free: where the loop itself has
  /// failed.
  func stopNow() {
    guard server != nil else { return }
    let grace = order.plan.stopGrace.duration
    for _ in 0..<2 where server?.isAlive == true {
      terminate()
      wait(atMost: grace) { server?.isAlive == false }
    }
    if let server, server.isAlive { warn("warning: pid \(server.pid) alive, SIGKILL disabled") }
    terminate()
    wait(atMost: grace) { port.isFree && family?.members.isEmpty != false }
    let left = family?.members ?? []
    if !left.isEmpty { warn("warning: \(Self.words(left: left))") }
    server?.isEnded = true
    letGo()
  }

  private func wait(atMost patience: Duration, until holds: () -> Bool) {
    let deadline = ContinuousClock.now + patience
    while !holds(), ContinuousClock.now < deadline { usleep(20_000) }
  }

  /// Lets go of the last server when the run is over. One that still lives is asked to end once more; one that is stuck
  /// lives on.
  func letGo() {
    if let server, !server.isEnded { terminate() }
    server?.log.close()
    server?.process?.reap()
    server = nil
  }

  // MARK: - Readiness

  /// - Parameter began: When it was first asked. A question comes after a small part of the time that it has taken so
  ///   far: one that loads in a moment is not waited for longer than it takes, and one that takes minutes is not asked
  ///   all the time.
  private func awaitReady(_ ticket: UInt64, _ cancellation: Cancellation, since began: UInt64) {
    readyTicket = ticket
    let client = client
    let request = HTTPRequest.get(
      address + order.profile.readyPath, timeout: Parameters.readinessPollTimeout)
    let (process, portWatch) = (server?.process, server?.portWatch)
    work.start {
      let answer = try? client.fetch(request, cancellation: cancellation)
      // Whatever a stranger says, or does not say, is not the server's.
      if let stranger = portWatch?.stranger() { return Readiness.stranger(stranger) }
      guard answer?.0.isSuccess == true else { return .notYet(answer?.0.status) }
      // A server that fails may answer once and end: its end is a moment behind its answer.
      if let process { return process.waitForEnd(atMost: Parameters.readySettle) == nil ? .ready : .ended }
      return .ready
    } then: { [self] readiness in
      guard open[ticket] != nil else { return }
      switch readiness {
      case .stranger(let stranger):
        try tellStranger(stranger, ticket)
      case .ready:
        try tellEndIfOver()
        findScale(unless: order.profile.warmsUp, cancellation, then: (ticket, .responded(true)))
      case .ended:
        try tellEndIfOver()
        try close(ticket, .responded(false))
      case .notYet(let status):
        tellUnknownPath(status)
        let pause = Duration.nanoseconds(Int64(Double(loop.now - began) * Parameters.readinessPollShare))
        let (least, most) = (Parameters.readinessPollIntervalLeast, Parameters.readinessPollInterval)
        loop.schedule(after: min(max(pause, least), most)) { [self] in
          if open[ticket] != nil { awaitReady(ticket, cancellation, since: began) }
        }
      }
    }
  }

  /// Says that somebody took the port while the server loaded.
  private func tellStranger(_ stranger: Listener, _ ticket: UInt64) throws {
    notes.stranger = "port \(order.port) was taken by \(stranger.words) while the server loaded"
    try close(ticket, .strangerResponded)
  }

  private enum Readiness {
    case ready, ended
    /// Who listens in the server's stead, or beside it.
    case stranger(Listener)
    /// With the status of its answer, where it answered.
    case notYet(Int?)
  }

  /// Says once that a server listens which knows nothing of the path at which it is asked: it may take an hour
  /// otherwise until somebody learns of it.
  private func tellUnknownPath(_ status: Int?) {
    guard let status, [404, 405, 410, 501].contains(status) || (300..<400).contains(status), !hasToldPath else {
      return
    }
    hasToldPath = true
    warn(
      "warning: the server answers HTTP \(status) at \(order.profile.readyPath), where its profile has it asked "
        + "whether it is ready; it is asked on\n  try: interlock provider check")
  }

  private var address: String { "http://127.0.0.1:\(order.port)" }

  // MARK: - Requests

  private func warmUp(_ ticket: UInt64, _ cancellation: Cancellation) {
    ask(words: 16, tokensMax: 8, cancellation) { [self] completion in
      guard let fault = completion.fault else {
        return findScale(unless: false, cancellation, then: (ticket, .warmedUp))
      }
      notes.ending = "the warm-up failed: \(fault)"
      try tellEndIfOver()
      try close(ticket, .warmUpFailed(server.map { evidence(in: $0.log.tail()) } ?? .none))
    }
  }

  /// Asks a server that loads weights how many tokens it makes of words, by two short prompts that nobody measures, so
  /// that those that are measured have the size they should. Where it does not say, a word counts as a token.
  ///
  /// - Parameter answer: What has come about already, and is told afterwards. A server that ends meanwhile has not
  ///   ended before it.
  private func findScale(
    unless isDone: Bool, _ cancellation: Cancellation, then answer: (ticket: UInt64, event: Provider.Event)
  ) {
    due = answer
    let next = { [self] in
      loop.schedule(after: .zero) { [self] in
        try tellDue()
        try tellEndIfOver()
      }
    }
    guard !isDone, server?.purpose == .prewarm else { return next() }
    if !hasToldOpen, let address = port.openAddresses.first {
      hasToldOpen = true
      warn("warning: the server listens at \(address), where others reach it; have its profile bind 127.0.0.1")
    }
    if let loading { note("\(model) is loaded after \(loading.words(at: loop.now))") }
    let words = PromptScale.probeWords(targetContext: order.plan.targetContext)
    // Shorter than any that is measured, so that one which takes longer than the gate is no loss; but where the gate is
    // narrow, the reason should be the gate, and not a prompt of the wrong size.
    let patience = max(order.plan.gate.duration, .seconds(10))
    ask(words: 0, tokensMax: 1, within: patience, cancellation) { [self] short in
      guard let frame = short.promptTokens else { return next() }
      ask(words: words, tokensMax: 1, within: patience, cancellation) { [self] long in
        if let tokens = long.promptTokens { scale = PromptScale(frame: frame, words: words, tokens) ?? scale }
        next()
      }
    }
  }

  private func request(_ ticket: UInt64, _ cancellation: Cancellation) {
    let share = Double(order.plan.targetContext) * Parameters.promptShare
    ask(words: scale.words(filling: share), tokensMax: Parameters.completionTokensMax, cancellation) {
      [self] completion in
      try tellEndIfOver()
      guard open[ticket] != nil else { return }
      var completion = completion
      if let stranger = server?.portWatch?.stranger() {
        // Nobody knows who answered.
        completion.fault = .transport("port \(order.port) is shared with \(stranger.words)")
      }
      notes.sentTokens = Int(share)
      note(completion)
      try close(ticket, .replied(Replicate(completion)))
    }
  }

  private func ask(
    words: Int, tokensMax: Int, within patience: Duration? = nil, _ cancellation: Cancellation,
    then: @escaping (Completion) throws -> Void
  ) {
    // Over a connection of its own: what went over it before would have a part in its times, as where a server sends
    // in small pieces and waits for each to be acknowledged. None is left idle, for servers that serve one at a time.
    client = HTTPClient()
    let client = client
    let process = server?.process
    let request = CompletionRequest(
      server: address, model: model, prompt: Prompt.text(words: words),
      tokensMax: tokensMax, timeout: patience ?? requestTimeout, stopTokens: order.profile.allStopTokens)
    work.start {
      let completion = client.complete(request, cancellation: cancellation)
      // A connection that breaks is often a process that ends, which is told a moment later.
      if case .transport = completion.fault {
        _ = process?.waitForEnd(atMost: .milliseconds(300))
      } else if completion.fault == nil {
        // So does one that ends with its reply.
        _ = process?.waitForEnd(atMost: Parameters.readySettle)
      }
      return completion
    } then: { completion in
      try then(completion)
    }
  }

  private var requestTimeout: Duration {
    max(order.profile.requestTimeout, order.plan.gate.duration + Parameters.requestTimeoutBeyondGate)
  }

  private func note(_ completion: Completion) {
    if let fault = completion.fault { notes.faults.append("\(fault)") }
    if let tokens = completion.promptTokens { notes.promptTokens.append(tokens) }
    if completion.fault == nil, completion.tokensAreEstimated { notes.isEstimate = true }
    if let rate = completion.decodeRate { notes.decodeRates.append(rate) }
  }
}

extension ChildProcess.Ending {
  /// Whether it ended by a signal, or with the status by which a shell tells of one.
  fileprivate var isCrash: Bool {
    switch self {
    case .exited(let status): status > 128
    case .signalled: true
    case .unknown: false
    }
  }

  /// For people.
  var words: String {
    switch self {
    case .exited(let status): "status \(status)"
    case .signalled(let signal): "signal \(signal)"
    case .unknown: "ended"
    }
  }
}

extension Replicate {
  /// Whole numbers, converted once.
  init(_ completion: Completion) {
    switch completion.fault {
    case .transport, .cancelled: self.init(.transport)
    case .timedOut: self.init(.timedOut)
    case .status: self.init(.status)
    case .streamError: self.init(.streamError)
    case .empty: self.init(.empty)
    case .leak: self.init(.leak)
    case nil:
      let total = completion.total?.wholeMicroseconds ?? 0
      self.init(
        firstToken: Microseconds(completion.firstText?.wholeMicroseconds ?? 0),
        rate: Rate(tokens: UInt64(max(0, completion.tokens)), microseconds: total))
    }
  }
}

extension Duration {
  /// Rounded to the nearest.
  fileprivate var wholeMicroseconds: UInt64 {
    let (seconds, attoseconds) = components
    return UInt64(max(0, seconds)) * 1_000_000 + UInt64(max(0, attoseconds) + 500_000_000_000) / 1_000_000_000_000
  }
}

import Engine
import Foundation
import Machines
import Platform
import Spec

/// Drives a run of autotune: joins the effects of its machines to processes, ports, files, services and the database.
///
///     let run = try AutotuneRun(order, loop: Loop(.real), journal: nil, output: terminal)
///     let conclusion = try run.run()
///     exit(conclusion.exitCode)
///
/// Each machine's effects have a driver of their own; this joins them, and knows what one of them must tell another.
public final class AutotuneRun: Driver {
  public typealias S = Autotune
  public let order: TuneOrder
  // Foundation has a Host as well.
  public let host: Engine.Host<Autotune>
  public let runID: String
  private let loop: Loop
  private let work: LoopWork
  private let output: any TuneOutput
  private var book: TuneBook!
  private var server: ServerDriver!
  private var service: LiveServiceDriver!
  private var configuration: ConfigurationDriver!
  private var conclusion: Conclusion?
  private var hasCrashed = false

  /// - Parameters:
  ///   - journal: Where each step is kept; nil to keep none.
  ///   - runID: Of a run that goes on after a crash; nil for a new one.
  ///   - manager: Of the operator's services; nil for that of this system.
  ///   - now: What time it is, by which a backup of the configuration is named.
  public init(
    _ order: TuneOrder, loop: Loop, journal: Journal?, output: any TuneOutput, runID: String? = nil,
    manager: (any ServiceManager)? = nil, now: @escaping () -> Date = Date.init
  ) {
    self.order = order
    self.loop = loop
    self.output = output
    let id = runID ?? UUID().uuidString.lowercased()
    self.runID = id
    work = LoopWork(loop)
    host = Engine.Host(start: Autotune(order.plan), loop: loop, journal: journal)
    let warn = { (line: String) in output.warn(line) }
    book = TuneBook(order, runID: id, work: work, output: output)
    server = ServerDriver(
      order, loop: loop, work: work, mark: id, warn: warn, note: { output.note($0) }
    ) { [unowned self] ticket, event in try host.answer(ticket, with: .provider(event)) }
    service = LiveServiceDriver(
      order, runID: id, manager: manager ?? order.serviceManager, loop: loop, work: work, warn: warn
    ) { [unowned self] ticket, event in try host.answer(ticket, with: .service(event)) }
    configuration = ConfigurationDriver(
      order.configurationPath, token: id, loop: loop, values: { [unowned self] in found }, now: now, warn: warn
    ) { [unowned self] ticket, event in try host.answer(ticket, with: .apply(event)) }
    host.driver = self
    host.observers.append(self)
  }

  /// Runs until it is over, and says how it ended.
  ///
  /// - Throws: A ``JournalError`` where a step cannot be kept. By then the server has ended and the service is
  ///   back; the row says `internal_error`, as it did from the beginning.
  public func run() throws -> Conclusion {
    try host.send(.run(.begin))
    return try finish()
  }

  /// Goes on after a crash, to put away what was left: the server, the operator's service, the row.
  ///
  /// - Returns: nil where it had not begun: then it has left nothing.
  /// - Throws: ``OtherRun`` where another run is under way: that has put away what this one left.
  /// - Precondition: The journal is a continued one, and the run has the name that it had.
  @discardableResult public func resume() throws -> Conclusion? {
    hasCrashed = true
    try book.reopen()
    service.recall()
    try host.recover()
    guard host.state.run.phase != .idle else {
      try host.flush()
      try host.journal?.close()
      book.letGo()
      return nil
    }
    return try finish()
  }

  /// Another run has the database.
  public struct OtherRun: Error, Equatable, CustomStringConvertible {
    public let pid: pid_t?

    public init(pid: pid_t?) { self.pid = pid }

    public var description: String {
      "another run is under way\(pid.map { " (pid \($0))" } ?? "")\n  try: again when it has ended"
    }
  }

  /// Runs until something holds, and leaves everything as it then is, save the lock, which only a living process has:
  /// for tests of what a crash leaves.
  package func runUntil(_ holds: () -> Bool) throws {
    try host.send(.run(.begin))
    loop.onTurn = { [unowned self] in try host.flush() }
    try host.flush()
    try loop.run(keepsWaiting: true, until: holds)
    try host.commit()
    book.letGo()
  }

  private func finish() throws -> Conclusion {
    loop.onTurn = { [unowned self] in try host.flush() }
    loop.onIdle = { [unowned self] in try host.commit() }
    do {
      try host.flush()
      try loop.run(keepsWaiting: true) { conclusion != nil }
      try host.journal?.close()
    } catch {
      // The machines cannot go on, where their journal cannot be written for one. What they owe is done without them.
      server.stopNow()
      service.startAgainNow()
      book.concludeBroken()
      throw error
    }
    server.letGo()
    return conclusion!
  }

  /// A way to end the run from any thread, a signal's for one: it puts everything away first.
  public var stopper: @Sendable (StopCause) -> Void {
    work.handler { [unowned self] cause in _ = try host.send(.run(.stop(cause))) }
  }

  // MARK: - Effects

  public func perform(_ effect: Autotune.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    switch effect {
    case .run(let effect): perform(effect, ticket)
    case .service(let effect): service.perform(effect, ticket)
    case .prewarm(.checkCache(let candidate)): checkCache(candidate, ticket)
    case .selection(.record(let trial)):
      let isRecorded = book.record(trial, server.takeNotes(), cut: cutWord)
      answer(ticket, .selection(isRecorded ? .recorded : .recordFailed))
    case .search(.record(let trial)):
      let isRecorded = book.record(trial, server.takeNotes(), cut: cutWord)
      answer(ticket, .search(isRecorded ? .recorded : .recordFailed))
    case .search(.mark(let cell)):
      let isMarked = book.mark(candidate: host.state.search.candidate, cell: cell)
      answer(ticket, .search(isMarked ? .marked : .markFailed))
    case .provider(let effect): server.perform(effect, ticket)
    case .apply(let effect): configuration.perform(effect, ticket)
    case .selection, .prewarm, .search, .probe: break
    }
  }

  private func perform(_ effect: TuneRun.Effect, _ ticket: UInt64) {
    switch effect {
    case .setUp:
      loop.schedule(after: .zero) { [self] in
        try book.setUp { [self] event in try host.answer(ticket, with: .run(event)) }
      }
    case .recommend(let recommendation):
      book.recommend(recommendation)
      answer(ticket, .run(.recommended))
    case .conclude(let conclusion):
      if conclusion.isApplied { tellApplied() }
      service.tellLeftDown()
      // Nothing is owed any more: what came back is back, and of what did not the command was told.
      service.forget()
      let isStored = book.conclude(conclusion, crashed: hasCrashed)
      answer(ticket, .run(isStored ? .concluded : .concludeFailed))
    default: break
    }
  }

  public func notice(_ effect: Autotune.Effect, at nanoseconds: UInt64) {
    switch effect {
    case .run(.finished(let conclusion)): self.conclusion = conclusion
    case .provider(let effect): server.notice(effect)
    case .service(let effect): service.notice(effect)
    default: break
    }
  }

  public func cancelled(ticket: UInt64) {
    server.cancelled(ticket)
    service.cancelled(ticket)
  }

  public func resume(_ effect: Autotune.Effect, ticket: UInt64, stage: Int, at nanoseconds: UInt64) {
    guard case .provider(.spawn(let launch)) = effect else {
      preconditionFailure("\(Printer.line(of: effect)) is resumed after a crash, and nobody holds anything for it")
    }
    server.resume(launch, ticket, stage: stage)
  }

  /// In a turn of its own: a driver does not step while it performs.
  private func answer(_ ticket: UInt64, _ event: Autotune.Event) {
    loop.schedule(after: .zero) { [self] in try host.answer(ticket, with: event) }
  }

  private func checkCache(_ candidate: UInt16, _ ticket: UInt64) {
    let isCold = order.isCold(order.candidates[Int(candidate)])
    answer(ticket, .prewarm(.cacheChecked(isCold)))
  }

  /// What a row says that was cut short.
  private var cutWord: String {
    switch host.state.run.reason {
    case .interrupted: "interrupted"
    case .budgetExhaustedNoModelSelected, .budgetExhaustedWithPartialRecommendation: "budget exhausted"
    default: "cut short"
    }
  }

  private func tellApplied() {
    let values = found
    output.say(
      "applied: model=\(values.model ?? "unset") kv_bits=\(values.kvBits.map { "\($0)" } ?? "unset") "
        + "max_context_override=\(values.maxContext ?? 0) max_concurrency_override=\(values.maxConcurrency ?? 0) "
        + "backup=\(configuration.keptAt ?? "none")")
    if service.hasBroughtBack {
      // Whoever reads this file serves what stands in it by now.
      if order.profile.configuration == nil {
        output.warn(
          "hint: what was stopped for the run was started again as it was, and its command line was not changed: "
            + "it serves this only where it reads '\(order.configurationPath)' itself")
      }
      return
    }
    let commands = service.restartCommands
    output.warn(
      ([
        "hint: a server takes it up when it is started again"
          + (commands.isEmpty ? "" : "; the command line of its unit was not changed")
      ]
        + commands.map { "  type: \($0)" }).joined(separator: "\n"))
  }

  /// What the run has found, as a configuration says it.
  private var found: ServingConfiguration {
    let (run, cells) = (host.state.run, order.plan.cells)
    guard let best = run.best, cells.indices.contains(Int(best.cell)) else { return ServingConfiguration() }
    let knobs = cells[Int(best.cell)]
    return ServingConfiguration(
      model: order.candidates[Int(run.candidate)], kvBits: knobs.kvBits.number, maxContext: Int(knobs.maxContext),
      maxConcurrency: Int(knobs.maxBatch), keys: order.profile.configuration?.keys ?? ServingKeys())
  }
}

extension AutotuneRun: StepObserver {
  /// A run that is to end does not wait for a set-up that takes long.
  public func stepped(
    _ host: Engine.Host<Autotune>, _ event: Autotune.Event, _ cause: Record.Cause, _ outcome: Outcome,
    at nanoseconds: UInt64
  ) {
    switch event {
    case .run(.stop), .run(.deadlinePassed): if host.state.run.phase == .settingUp { book.breakOffSetUp() }
    default: break
    }
  }
}

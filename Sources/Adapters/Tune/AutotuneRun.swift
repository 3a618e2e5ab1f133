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
  public init(
    _ order: TuneOrder, loop: Loop, journal: Journal?, output: any TuneOutput, runID: String? = nil
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
    server = ServerDriver(order, loop: loop, work: work, mark: id, warn: warn) { [unowned self] ticket, event in
      try host.answer(ticket, with: .provider(event))
    }
    service = LiveServiceDriver(
      order, loop: loop, work: work, survey: RunMemo.read(order)?.survey,
      keep: { try RunMemo(runID: id, survey: $0).write(order) }, warn: warn
    ) { [unowned self] ticket, event in try host.answer(ticket, with: .service(event)) }
    configuration = ConfigurationDriver(order.configurationPath, token: id, loop: loop, warn: warn) {
      [unowned self] ticket, event in try host.answer(ticket, with: .apply(event))
    }
    host.driver = self
  }

  /// Runs until it is over, and says how it ended.
  ///
  /// - Throws: A ``JournalError`` where a step cannot be kept. The server is then asked to end; the rest is put away by
  ///   ``resume()``.
  public func run() throws -> Conclusion {
    try host.send(.run(.begin))
    return try finish()
  }

  /// Goes on after a crash, to put away what was left: the server, the operator's service, the row.
  ///
  /// - Precondition: The journal is a continued one, and the run has the name that it had.
  public func resume() throws -> Conclusion {
    hasCrashed = true
    book.reopen()
    try host.recover()
    return try finish()
  }

  /// Runs until something holds, and leaves everything as it then is: for tests of what a crash leaves.
  package func runUntil(_ holds: () -> Bool) throws {
    try host.send(.run(.begin))
    loop.onTurn = { [unowned self] in try host.flush() }
    try host.flush()
    try loop.run(keepsWaiting: true, until: holds)
    try host.commit()
  }

  private func finish() throws -> Conclusion {
    loop.onTurn = { [unowned self] in try host.flush() }
    loop.onIdle = { [unowned self] in try host.commit() }
    // Whatever ends the loop itself, such as a journal that cannot be written, leaves no server behind.
    defer { server.letGo() }
    try host.flush()
    try loop.run(keepsWaiting: true) { conclusion != nil }
    try host.journal?.close()
    RunMemo.remove(order)
    return conclusion!
  }

  /// A way to end the run from any thread, a signal's for one: it puts everything away first.
  public var stopper: @Sendable (StopCause) -> Void {
    work.handler { [unowned self] cause in _ = try host.send(.run(.stop(cause))) }
  }

  /// Tokens per second after the first of them, request by request, of the server that was started last.
  public var decodeRates: [Double] { server.notes.decodeRates }

  // MARK: - Effects

  public func perform(_ effect: Autotune.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    switch effect {
    case .run(let effect): perform(effect, ticket)
    case .service(let effect): service.perform(effect, ticket)
    case .prewarm(.checkCache(let candidate)): checkCache(candidate, ticket)
    case .selection(.record(let trial)):
      let isRecorded = book.record(trial, server.notes, cut: cutWord)
      answer(ticket, .selection(isRecorded ? .recorded : .recordFailed))
    case .search(.record(let trial)):
      let isRecorded = book.record(trial, server.notes, cut: cutWord)
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
      let found = book.find(
        candidate: recommendation.candidate, recommendation.best, isPartial: recommendation.isPartial)
      configuration.values = ServingConfiguration(
        model: order.candidates[found.candidate], kvBits: found.knobs.kvBits.number,
        maxContext: Int(found.knobs.maxContext), maxConcurrency: Int(found.knobs.maxBatch))
      answer(ticket, .run(.recommended))
    case .conclude(let conclusion):
      if conclusion.isApplied { tellApplied() }
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
    guard case .provider(.spawn) = effect else {
      preconditionFailure("\(Printer.line(of: effect)) is resumed after a crash, and nobody holds anything for it")
    }
    server.resume(ticket, stage: stage)
  }

  /// In a turn of its own: a driver does not step while it performs.
  private func answer(_ ticket: UInt64, _ event: Autotune.Event) {
    loop.schedule(after: .zero) { [self] in try host.answer(ticket, with: event) }
  }

  private func checkCache(_ candidate: UInt16, _ ticket: UInt64) {
    let isCold = WeightCache(environment: order.environment).isCold(order.candidates[Int(candidate)])
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
    let values = configuration.values
    output.say(
      "applied: model=\(values.model ?? "unset") kv_bits=\(values.kvBits.map { "\($0)" } ?? "unset") "
        + "max_context_override=\(values.maxContext ?? 0) max_concurrency_override=\(values.maxConcurrency ?? 0) "
        + "backup=\(configuration.backup ?? "none")")
  }
}

import Engine
import Foundation
import Spec
import Testing

private typealias Gate = Solo<Turnstile>

/// Keeps what it is asked to perform.
private final class Recorder: Driver {
  typealias S = Gate
  var performed: [(effect: Turnstile.Effect, ticket: UInt64)] = []
  var notices: [Turnstile.Effect] = []
  var cancelled: [UInt64] = []
  var onPerform: (() throws -> Void)?
  let reachesBeyondProcess: Bool

  init(reachesBeyondProcess: Bool = true) { self.reachesBeyondProcess = reachesBeyondProcess }

  func perform(_ effect: Gate.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    performed.append((effect.inner, ticket))
    try? onPerform?()
  }
  func notice(_ effect: Gate.Effect, at nanoseconds: UInt64) { notices.append(effect.inner) }
  func cancelled(ticket: UInt64) { cancelled.append(ticket) }
}

@Suite struct `A host` {
  private let loop = Loop(.virtual)
  private let recorder = Recorder()

  private func host(_ journal: Journal? = nil, driver: Recorder? = nil) -> Engine.Host<Gate> {
    let host = Engine.Host(start: Gate(Turnstile()), loop: loop, journal: journal)
    host.driver = driver ?? recorder
    return host
  }

  private func send(_ event: Turnstile.Event, to host: Engine.Host<Gate>) throws -> Engine.Host<Gate>.Receipt {
    defer { try? host.flush() }
    return try host.send(Sole(event))
  }

  @Test func `direct routes in a circle cannot be hosted`() async {
    await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let echo = RuleBook<Turnstile>("Echo", resting: .shut) {
        In(.shut) { On(.coin, "say it again").emit(.counted) { _, value in value } }
      }
      let design = Design<Solo<Turnstile>>("echo", title: "Echo", chapter: "", worlds: []) {
        Host("machine", echo, at: \.machine, events: .machine, effects: .machine)
        Route(.counted, of: .machine, to: .machine, as: .coin, over: .direct)
      }
      _ = Host(design, start: Solo(Turnstile()), loop: Loop(.virtual))
    }
  }

  @Test func `tells what an event came to, and which guard refused it`() throws {
    let host = host()
    let refused = try send(.coin(0), to: host)
    #expect(refused.outcome == .refused)
    #expect(
      refused.refusals == [Refusal(rule: "check the coin", guardName: "the coin is not a button", code: "button")])
    guard case .fired = try send(.coin(2), to: host).outcome else {
      Issue.record("the coin was not taken")
      return
    }
    #expect(try send(.coin(2), to: host).refusals.map(\.code) == ["busy"])
    #expect(try send(.reset, to: host).refusals.isEmpty)
    #expect(try send(.reset, to: host).outcome == .ignored)
    #expect(host.counts.refused == 2)
    #expect(host.counts.ignored == 1)
  }

  @Test func `takes the answer of an open obligation, once`() throws {
    let host = host()
    _ = try send(.coin(5), to: host)
    let ticket = try #require(recorder.performed.first?.ticket)
    #expect(ticket == 256, "record 1, place 0")
    guard case .fired? = try host.answer(ticket, with: Sole(.good))?.outcome else {
      Issue.record("the answer was not taken")
      return
    }
    #expect(host.state.machine.phase == .open)
    #expect(try host.answer(ticket, with: Sole(.good)) == nil, "the obligation is closed")
    #expect(host.counts.late == 1)
    #expect(host.state.machine.phase == .open, "the machine was not asked")
  }

  @Test func `drops the answer of an obligation that was cancelled`() throws {
    let host = host()
    _ = try send(.coin(5), to: host)
    let ticket = try #require(recorder.performed.first?.ticket)
    _ = try send(.reset, to: host)
    #expect(recorder.cancelled == [ticket])
    #expect(try host.answer(ticket, with: Sole(.bad)) == nil)
    #expect(host.counts.late == 1)
    #expect(host.counts.unexpected == 0)
  }

  @Test func `records an answer outside its contract, and keeps the obligation open`() throws {
    let host = host()
    _ = try send(.coin(5), to: host)
    let ticket = try #require(recorder.performed.first?.ticket)
    #expect(try host.answer(ticket, with: Sole(.push)) == nil)
    #expect(host.counts.offContract == 1)
    #expect(host.state.machine.phase == .checking)
    #expect(host.ledger.count == 1)
    #expect(try host.answer(ticket, with: Sole(.bad)) != nil)
  }

  @Test func `fires a timer at its instant, and not once it is cancelled`() throws {
    let host = host()
    loop.schedule(at: 1_000_000) { _ = try send(.coin(1), to: host) }
    loop.schedule(at: 2_000_000) {
      try host.answer(recorder.performed[0].ticket, with: Sole(.good)); try host.flush()
    }
    var phases: [Turnstile.Phase] = []
    loop.schedule(at: 21_999_999) { phases.append(host.state.machine.phase) }
    loop.schedule(at: 22_000_001) { phases.append(host.state.machine.phase) }
    // A second visitor passes in time: his timer is cancelled.
    loop.schedule(at: 30_000_000) { _ = try send(.coin(1), to: host) }
    loop.schedule(at: 31_000_000) {
      try host.answer(
        recorder.performed.last { if case .check = $0.effect { true } else { false } }!.ticket, with: Sole(.good))
      try host.flush()
    }
    loop.schedule(at: 40_000_000) { _ = try send(.push, to: host) }
    try loop.run { false }
    #expect(phases == [.open, .shut])
    #expect(host.state.machine.passed == 1)
    #expect(host.counts.late == 1, "the cancelled timer's answer")
    #expect(host.counts.unexpected == 0)
  }

  @Test func `journals a step before its effects leave the process`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for reaches in [true, false] {
      let path = folder.appendingPathComponent("\(reaches).sqlite").path
      let header = JournalHeader(
        system: "turnstile", book: 0, start: [], world: "test", created: "1970-01-01", clock: .virtual)
      let driver = Recorder(reachesBeyondProcess: reaches)
      let host = host(try Journal(creating: path, header: header), driver: driver)
      var seen: [Int] = []
      driver.onPerform = { seen.append(try JournalReader(reading: path).records().records.count) }
      _ = try send(.coin(3), to: host)
      #expect(seen == [reaches ? 1 : 0], "a second reader sees the record when, and only when, the effect may leave")
      try host.commit()
      #expect(try JournalReader(reading: path).records().records.count == 1)
      try host.journal?.close()
    }
  }

  @Test func `writes what it did, step by step`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("run.sqlite").path
    let header = JournalHeader(
      system: "turnstile", book: 0, start: [], world: "test", created: "1970-01-01", clock: .virtual)
    let host = host(try Journal(creating: path, header: header))
    _ = try send(.coin(0), to: host)
    _ = try send(.coin(3), to: host)
    try host.answer(recorder.performed[0].ticket, with: Sole(.good))
    try host.flush()
    _ = try send(.push, to: host)
    try host.journal?.close()
    let (records, fault) = try JournalReader(reading: path).records()
    #expect(fault == nil)
    #expect(records.map(\.outcome.word) == ["refused", "fired", "fired", "fired"])
    #expect(records.map(\.cause) == [.input, .input, .answer(ticket: 2 * 256), .input])
    #expect(records.map { $0.fired.map(\.rule) } == [[], [0], [1], [4]])
    #expect(records[0].state != records[1].state)
    #expect(recorder.notices == [.counted(1)])
  }
}

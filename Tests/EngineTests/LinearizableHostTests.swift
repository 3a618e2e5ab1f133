import Check
import Engine
import Foundation
import Machines
import Spec
import Synchronization
import Testing

private typealias Gate = Solo<Turnstile>

/// Real threads ask real hosts; the book says whether what they were told can be.
@Suite struct `Concurrent senders` {
  @Test func `a turnstile serves four threads as if one at a time`() throws {
    var fired = 0
    for run in 0..<25 {
      let loop = Loop(.virtual)
      let door = Door(Engine.Host(start: Gate(Turnstile()), loop: loop))
      let recorder = HistoryRecorder<Gate>()
      let errors = try Lanes(loop: loop, count: 4).run { lane in
        var random = SplitMix64(seed: UInt64(run * 4 + lane))
        for _ in 0..<25 {
          let event: Turnstile.Event = [.coin(0), .coin(1), .push, .reset][random.below(4)]
          let reply = try recorder.record(Sole(event), lane: lane) { try door.send(Sole(event)) }
          guard case .check? = reply.sent?.first?.inner else { continue }
          // Whoever paid answers for the coin: in time, or after somebody has reset the gate.
          let answer = Sole<Turnstile.Event>(random.below(4) == 0 ? .bad : .good)
          let ticket = reply.record * 256
          try recorder.record(answer, ticket: ticket, lane: lane) { try door.answer(ticket, with: answer) }
        }
      }
      #expect(errors.isEmpty)
      let verdict = try Linearizability.check(recorder.history, against: Gate(Turnstile()))
      #expect(verdict.isLinearizable, "run \(run): \(verdict)")
      fired += recorder.history.operations.count { $0.response?.outcome.isFired ?? false }
    }
    #expect(fired > 100, "somebody passes: \(fired)")
  }

  @Test func `the topology switch serves four threads as if one at a time`() throws {
    var committed = 0
    for run in 0..<25 {
      let start = TopologySwitch(agents: 3, topology: .flat, limits: RouterLimits(capacity: 4))
      let loop = Loop(.virtual)
      let door = Door(Engine.Host(start: start, loop: loop))
      let recorder = HistoryRecorder<TopologySwitch>()
      let errors = try Lanes(loop: loop, count: 4).run { lane in
        var random = SplitMix64(seed: UInt64(run * 4 + lane))
        for number in 0..<30 {
          let event = Self.event(lane: lane, number: number, &random)
          let reply = try recorder.record(event, lane: lane) { try door.send(event) }
          // What a step sends is answered by whoever brought it about; some of it, never.
          for (place, effect) in (reply.sent ?? []).filter(\.isOwed).enumerated() where random.below(8) > 0 {
            guard let answer = effect.answer else { continue }
            let ticket = reply.record * 256 + UInt64(place)
            try recorder.record(answer, ticket: ticket, lane: lane) { try door.answer(ticket, with: answer) }
          }
        }
      }
      #expect(errors.isEmpty)
      let verdict = try Linearizability.check(recorder.history, against: start)
      #expect(verdict.isLinearizable, "run \(run): \(verdict)")
      committed += recorder.history.operations.flatMap { $0.response?.sent ?? [] }.count { effect in
        if case .control(.topologyChanged) = effect { true } else { false }
      }
    }
    #expect(committed > 10, "switches commit: \(committed)")
  }

  private static func event(lane: Int, number: Int, _ random: inout SplitMix64) -> TopologySwitch.Event {
    let agent = Agent(random.below(3))
    switch random.below(8) {
    case 0: return .control(.request(Topology.allCases[random.below(Topology.allCases.count)]))
    case 1: return .control(.cancel)
    case 2, 3, 4: return .router(.dequeue(agent))
    default:
      return .router(
        .route(Message(idLow: UInt64(lane * 1_000 + number + 1), from: agent, to: .one(Agent(random.below(3))))))
    }
  }

  @Test func `an operation that throws has no response, and may have taken effect`() throws {
    struct Broken: Error {}
    let recorder = HistoryRecorder<Gate>()
    #expect(throws: Broken.self) { try recorder.record(Sole(.coin(1)), lane: 3) { throw Broken() } }
    recorder.record(Sole(.push), lane: 1) { Reply(.refused) }
    #expect(recorder.history.operations.map(\.lane) == [3, 1])
    #expect(recorder.history.operations.map(\.invoked) == [1, 2])
    #expect(recorder.history.operations.map { $0.response?.instant } == [nil, 3])
    #expect(try Linearizability.check(recorder.history, against: Gate(Turnstile())).isLinearizable)
    // A push at a gate that a coin may have opened was refused all the same: nobody answered for the coin.
    recorder.record(Sole(.coin(1)), lane: 2) { Reply(.refused) }
    #expect(try Linearizability.check(recorder.history, against: Gate(Turnstile())).isLinearizable)
  }

  // MARK: - Broken hosts

  @Test func `a host that decides outside its lock lets two pass on one coin`() throws {
    var start = Turnstile()
    start.phase = .open
    let host = Careless(Gate(start))
    let recorder = HistoryRecorder<Gate>()
    @Sendable func send(_ event: Turnstile.Event, lane: Int, between: () -> Void = {}) {
      recorder.record(Sole(event), lane: lane) { host.send(Sole(event), between: between) }
    }
    let (looked, passed, done) = (Moment(), Moment(), Moment())
    let errors = try Lanes(loop: Loop(.real), count: 2).run { lane in
      if lane == 0 {
        send(.push, lane: 0) {
          looked.come()
          passed.wait()
        }
        done.come()
      } else {
        looked.wait()
        send(.push, lane: 1)
        send(.reset, lane: 1)
        passed.come()
        done.wait()
        send(.push, lane: 1)
      }
    }
    #expect(errors.isEmpty)
    let verdict = try Linearizability.check(recorder.history, against: Gate(start))
    #expect(
      verdict.description == """
        not linearizable: no order explains what 2 operations came to (of 4 checked)

          lane 0  ├a───────┤
          lane 1     ├b─┤

          from  phase=open passed=0
          a  lane 0  push  →  somebody passes; sends counted count=1
          b  lane 1  push  →  somebody passes; sends counted count=1

          after b: a was told “somebody passes; sends counted count=1”, and the book says \
        “refused: it is not so that the gate is open”
        """)
  }

  @Test func `threads that race find the same mistake, and only that`() throws {
    for _ in 0..<5 {
      var start = Turnstile()
      start.phase = .open
      let host = Careless(Gate(start))
      let recorder = HistoryRecorder<Gate>()
      let lookers = Mutex(0)
      let errors = try Lanes(loop: Loop(.real), count: 3).run { lane in
        for _ in 0..<20 {
          recorder.record(Sole(.push), lane: lane) {
            host.send(Sole(.push)) {
              // Nobody decides before everybody has looked; after that they race as they like.
              lookers.withLock { $0 += 1 }
              while lookers.withLock({ $0 < 3 }) { usleep(100) }
            }
          }
        }
      }
      #expect(errors.isEmpty)
      let found = try #require(try Linearizability.check(recorder.history, against: Gate(start)).counterexample)
      #expect(found.checked == 60)
      #expect(found.history.operations.count == 2, "\(found.text)")
      #expect(found.history.operations.allSatisfy { $0.response?.outcome == .fired(rule: 4) })
    }
  }

  @Test func `an actor that waits within a step is no sequential host, and one that does not is`() async throws {
    for waits in [false, true] {
      var start = Turnstile()
      start.phase = .open
      let host = Keeper(Gate(start), waits: waits)
      let recorder = HistoryRecorder<Gate>()
      await withTaskGroup(of: Void.self) { tasks in
        for lane in 0..<6 {
          tasks.addTask { await recorder.record(Sole(.push), lane: lane) { await host.send(Sole(.push)) } }
        }
      }
      let verdict = try Linearizability.check(recorder.history, against: Gate(start))
      #expect(verdict.isLinearizable == !waits)
      if waits { #expect(verdict.counterexample?.history.operations.count == 2) }
    }
  }
}

/// A host that reads its state, decides, and writes it, each for itself.
private final class Careless: Sendable {
  private let kept: Mutex<Gate>

  init(_ state: Gate) { kept = Mutex(state) }

  func send(_ event: Gate.Event, between: () -> Void) -> Reply<Gate> {
    var state = kept.withLock { $0 }
    between()
    let reply = step(&state, event)
    kept.withLock { $0 = state }
    return reply
  }
}

/// An actor that hosts a turnstile; where it waits within a step, others come in between.
private actor Keeper {
  private var state: Gate
  private let waits: Bool
  private var callers = 0

  init(_ state: Gate, waits: Bool) {
    self.state = state
    self.waits = waits
  }

  func send(_ event: Gate.Event) async -> Reply<Gate> {
    var next = state
    callers += 1
    // Until somebody else has come in between.
    while waits, callers < 2 { await Task.yield() }
    let reply = step(&next, event)
    state = next
    return reply
  }
}

private func step(_ state: inout Gate, _ event: Gate.Event) -> Reply<Gate> {
  let stepper = Stepper(Gate.design)
  let outcome = stepper.step(&state, event)
  return Reply(outcome, sent: stepper.leaving)
}

extension Optional where Wrapped == Outcome {
  fileprivate var isFired: Bool { if case .fired? = self { true } else { false } }
}

extension TopologySwitch.Effect {
  /// Whether it opens an obligation, and thereby takes a place among the step's tickets.
  fileprivate var isOwed: Bool {
    switch self {
    case .control(.prepare), .control(.prepareTimer), .control(.quiesceTimer), .router(.deliver): true
    default: false
    }
  }

  /// What its driver would answer; timers answer by themselves.
  fileprivate var answer: TopologySwitch.Event? {
    switch self {
    case .control(.prepare): .control(.prepared)
    case .router(.deliver(let copy)): .router(.acknowledged(copy.lease))
    default: nil
    }
  }
}

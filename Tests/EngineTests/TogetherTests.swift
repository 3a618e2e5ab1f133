import Engine
import Spec
import Testing

/// Two gates: who pushes through the first pays the second with what it counted.
private struct Gates: System {
  var gates = [Turnstile(), Turnstile()]

  typealias Event = Member<Turnstile.Event>
  typealias Effect = Member<Turnstile.Effect>

  mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    let number = Int(event.number)
    return stepper.step(&gates[number], event.inner, host: number) { Effect(number, $0) }
  }

  mutating func fields(_ f: inout Fields) { f.each("gates", &gates) }

  static var design: Design<Self> { design(over: .together) }

  static func design(over: Routing<Self>.Over) -> Design<Self> {
    let first = RuleBook<Turnstile>("First") {
      In(.shut) {
        On(.push, "somebody passes")
          .then { gate, _ in gate.passed += 1 }
          .emit(.counted) { gate, _ in gate.passed }
      }
    }
    let second = RuleBook<Turnstile>("Second") {
      In(.shut) {
        On(.coin, "take the coin")
          .when("the coin is below three", code: "large") { _, value in value < 3 }
          .then { gate, value in gate.passed += value }
        On(.reset, "open").go(.open)
      }
      In(.open) { On(.reset, "shut").go(.shut) }
      Refused(.coin, in: .open, unless: "the gate is shut", code: "busy")
    }
    return Design("gates", title: "Gates", chapter: "", worlds: []) {
      Host("first", first, at: { $0.gates[0] }, events: .member(0), effects: .member(0))
      Host("second", second, at: { $0.gates[1] }, events: .member(1), effects: .member(1))
      Route(.counted, of: .member(0), to: .member(1), as: .coin, over: over)
    }
  }

  var passed: [UInt32] { gates.map(\.passed) }
}

@Suite struct `A host of machines that step together` {
  private func host(over: Routing<Gates>.Over) -> Engine.Host<Gates> {
    Engine.Host(Gates.design(over: over), start: Gates(), loop: Loop(.virtual))
  }

  private func send(_ number: Int, _ event: Turnstile.Event, to host: Engine.Host<Gates>) throws
    -> Engine.Host<Gates>.Receipt
  {
    defer { try? host.flush() }
    return try host.send(Member(number, event))
  }

  @Test func `steps both, or neither and says what the receiver says`() throws {
    let host = host(over: .together)
    guard case .fired = try send(0, .push, to: host).outcome else {
      Issue.record("nobody passed")
      return
    }
    #expect(host.state.passed == [1, 1])
    _ = try send(1, .reset, to: host)
    let busy = try send(0, .push, to: host)
    #expect(busy.outcome == .refused)
    #expect(busy.refusals == [Refusal(rule: "", guardName: "the gate is shut", code: "busy")])
    #expect(host.state.passed == [1, 1])
    _ = try send(1, .reset, to: host)
    _ = try send(0, .push, to: host)
    #expect(host.state.passed == [2, 3])
    let large = try send(0, .push, to: host)
    #expect(large.refusals.map(\.code) == ["large"])
    #expect(large.refusals.map(\.rule) == ["take the coin"])
    #expect(host.state.passed == [2, 3])
    #expect(host.counts.refused == 2 && host.counts.breaches.isEmpty)
  }

  @Test func `a held channel keeps what its receiver refuses, and delivers it later`() throws {
    let host = host(over: .held)
    _ = try send(1, .reset, to: host)
    _ = try send(0, .push, to: host)
    _ = try send(0, .push, to: host)
    #expect(host.state.passed == [2, 0])
    #expect(host.counts.refused == 0)
    _ = try send(1, .reset, to: host)
    #expect(host.state.passed == [2, 3])
    #expect(host.ledger.channels[0].isEmpty)
  }

  @Test func `a board is read once, when its reader takes it`() throws {
    let host = host(over: .board)
    _ = try send(1, .reset, to: host)
    _ = try send(0, .push, to: host)
    #expect(host.state.passed == [1, 0])
    _ = try send(1, .reset, to: host)
    #expect(host.state.passed == [1, 1])
    _ = try send(0, .push, to: host)
    #expect(host.state.passed == [2, 3])
    #expect(host.counts.refused == 0)
  }
}

import Engine
import Foundation
import Spec
import Testing

private typealias Gate = Solo<Turnstile>

@Suite struct `Metrics of a host` {
  private let registry = MetricRegistry()
  private let host: Engine.Host<Gate>

  init() {
    host = Engine.Host(start: Gate(Turnstile()), loop: Loop(.virtual))
    host.observers = [HostMetrics(host.design, registry)]
    host.stepTimes = StepTimes(host.design, registry, bounds: [1e-9, 1])
  }

  private func send(_ events: Turnstile.Event...) throws {
    for event in events {
      try host.send(Sole(event))
      try host.flush()
    }
  }

  private func page() throws -> ExpositionPage {
    let page = try ExpositionPage(registry.text)
    #expect(page.problems == [])
    return page
  }

  @Test func `count rules, refusals by guard, what was ignored, effects, and what is open`() throws {
    try send(.coin(0), .reset, .coin(2), .coin(2), .good, .push)
    let page = try page()
    func steps(_ rule: String) -> Double? { page["interlock_steps_total", ["machine": "machine", "rule": rule]] }
    #expect(steps("check the coin") == 1 && steps("open") == 1 && steps("somebody passes") == 1)
    #expect(steps("stay shut") == 0, "a series is there before its rule has fired")
    func refused(_ guarded: String) -> Double? {
      page["interlock_refusals_total", ["machine": "machine", "guard": guarded]]
    }
    #expect(refused("the coin is not a button") == 1 && refused("the gate is shut") == 1)
    #expect(page["interlock_ignored_total", ["machine": "machine"]] == 1)
    #expect(page["interlock_unexpected_total", ["machine": "machine"]] == 0)
    func sent(_ effect: String) -> Double? {
      page["interlock_effects_total", ["machine": "machine", "effect": effect]]
    }
    #expect(sent("check") == 1 && sent("timer") == 1 && sent("counted") == 1)
    // The check was not answered by its ticket, so it is open still.
    #expect(page["interlock_open_obligations", [:]] == Double(host.ledger.count))
    func timed(_ rule: String) -> Double? {
      page["interlock_step_seconds_count", ["machine": "machine", "rule": rule]]
    }
    #expect(timed("check the coin") == 1 && timed("open") == 1 && timed("somebody passes") == 1)
    #expect(timed("") == 3, "two were refused, one ignored")
    #expect(timed("stay shut") == nil, "a rule that has not fired has no times")
  }

  @Test func `follow what is open up and down`() throws {
    try send(.coin(2))
    #expect(try page()["interlock_open_obligations", [:]] == 1)
    try send(.reset)
    #expect(try page()["interlock_open_obligations", [:]] == 0)
  }

  @Test func `fit the host's own counts after many steps`() throws {
    var random = SplitMix64(seed: 5)
    for _ in 0..<2_000 {
      let event: Turnstile.Event =
        switch random.below(4) {
        case 0: .coin(UInt32(random.below(3)))
        case 1: .push
        case 2: .good
        default: .reset
        }
      try send(event)
    }
    let page = try page()
    func total(_ name: String) -> Int {
      Int(page.values.filter { $0.key.name == name }.values.reduce(0, +))
    }
    #expect(total("interlock_steps_total") == host.counts.fired)
    #expect(total("interlock_refusals_total") == host.counts.refused)
    #expect(total("interlock_ignored_total") == host.counts.ignored)
    #expect(total("interlock_unexpected_total") == host.counts.unexpected)
    #expect(total("interlock_step_seconds_count") == 2_000)
    for (key, count) in page.values where key.name == "interlock_steps_total" && count > 0 {
      #expect(page["interlock_step_seconds_count", key.labels] == count, "\(key)")
    }
  }
}

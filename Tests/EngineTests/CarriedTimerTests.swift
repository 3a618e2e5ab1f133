import Check
import Engine
import Spec
import Testing

/// A machine that sleeps as long as it is told to.
private struct Sleeper: Machine {
  enum Phase: UInt8, CaseIterable, Sendable { case awake, asleep }
  enum Requirement: String, Citation {
    case none
    var text: String { "" }
    var source: String { "" }
  }
  var phase = Phase.awake
  mutating func fields(_ f: inout Fields) { f("phase", &phase) }

  static let book = RuleBook<Self>("Sleeper", resting: .awake) {
    In(.awake) { On(.sleep, "set the alarm").emit(.alarm) { _, milliseconds in milliseconds }.go(.asleep) }
    In(.asleep) { On(.rang, "get up").go(.awake) }
    Refused(.sleep, in: .asleep, unless: "it is awake")
    Impossible(.rang, in: .awake, because: "no alarm is set")
    Timer(.alarm, lasting: { .milliseconds($0) }, fires: .rang, afterCrash: .fromStart)
  }

  enum Event: Signals {
    case sleep(UInt32), rang
    static let names = ["sleep", "rang"]
    var kind: Int { if case .sleep = self { 0 } else { 1 } }
    init() { self = .rang }
    mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.sleep(0), .rang])
      if case .sleep(var milliseconds) = self {
        f("milliseconds", &milliseconds)
        self = .sleep(milliseconds)
      }
    }
  }
  enum Effect: Signals {
    case alarm(UInt32)
    static let names = ["alarm"]
    var kind: Int { 0 }
    init() { self = .alarm(0) }
    mutating func fields(_ f: inout Fields) {
      guard case .alarm(var milliseconds) = self else { return }
      f("milliseconds", &milliseconds)
      self = .alarm(milliseconds)
    }
  }
}

extension Signal<Sleeper.Event, UInt32> {
  fileprivate static var sleep: Self {
    Signal("sleep", kind: 0, Carrier.sleep) { if case .sleep(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Sleeper.Event, Void> {
  fileprivate static var rang: Self { Signal("rang", kind: 1, .rang) }
}
extension Signal<Sleeper.Effect, UInt32> {
  fileprivate static var alarm: Self {
    Signal("alarm", kind: 0, Carrier.alarm) { if case .alarm(let it) = $0 { it } else { nil } }
  }
}

@Suite struct `A timer whose effect says how long it runs` {
  private typealias S = Solo<Sleeper>
  private let design = S.design(
    "sleeper",
    worlds: [
      World<S>("nights", "", start: { Solo(Sleeper()) }) { Input(.machine, .sleep, atMost: 2) { _ in [30, 70] } }
    ])

  @Test func `fires when that time is over`() throws {
    let loop = Loop(.virtual)
    let host = Engine.Host(design, start: Solo(Sleeper()), loop: loop)
    func sleep(_ milliseconds: UInt32) throws {
      try host.send(Sole(.sleep(milliseconds)))
      try host.flush()
    }
    var phases: [Sleeper.Phase] = []
    for instant in [29, 31, 109, 111] as [UInt64] {
      loop.schedule(at: instant * 1_000_000) { phases.append(host.state.machine.phase) }
    }
    loop.schedule(at: 40_000_000) { try sleep(70) }
    try sleep(30)
    try loop.run { false }
    #expect(phases == [.asleep, .awake, .asleep, .awake])
  }

  @Test func `is told so, is sound, and can be explored`() {
    let contract = design.contracts[0].contract
    #expect(contract.duration(of: Sole(.alarm(30))) == .milliseconds(30))
    #expect(contract.options.timer == .init(duration: nil, afterCrash: .fromStart))
    #expect(design.findings.map(\.words) == [])
    let report = explore(design, world: design.worlds[0])
    #expect(
      report.verdict == .ready && report.distinct == 7, "\(report.distinct), \(report.findings.map(\.finding.words))")
  }

  @Test func `a mutant of its contract runs as long`() throws {
    let mutant = try #require(design.edited(host: 0, .contract(0, .admitLate)))
    #expect(mutant.contracts[0].contract.duration(of: Sole(.alarm(30))) == .milliseconds(30))
  }
}

import Dispatch
import Engine
import Spec
import Synchronization
import Testing

@Suite struct `A loop` {
  @Test func `runs actions by their instant, and equal instants in the order they were scheduled`() throws {
    let loop = Loop(.virtual)
    var order: [String] = []
    loop.schedule(at: 30) { order.append("c") }
    loop.schedule(at: 10) { order.append("a") }
    loop.schedule(at: 20) { order.append("b1") }
    loop.schedule(at: 20) { order.append("b2") }
    try loop.run { false }
    #expect(order == ["a", "b1", "b2", "c"])
    #expect(loop.now == 30)
  }

  @Test func `orders any schedule like a stable sort`() throws {
    var random = SplitMix64(seed: 3)
    for _ in 0..<50 {
      let loop = Loop(.virtual)
      let dues = (0..<200).map { _ in UInt64(random.below(40)) }
      var ran: [Int] = []
      for (index, due) in dues.enumerated() { loop.schedule(at: due) { ran.append(index) } }
      try loop.run { false }
      #expect(ran == dues.indices.sorted { (dues[$0], $0) < (dues[$1], $1) })
    }
  }

  @Test func `jumps a virtual clock only when nothing is left to do now`() throws {
    let loop = Loop(.virtual)
    var seen: [UInt64] = []
    loop.schedule(at: 5) {
      seen.append(loop.now)
      loop.schedule(at: 5) { seen.append(loop.now) }
      loop.schedule(after: .nanoseconds(7)) { seen.append(loop.now) }
      loop.schedule(at: 1) { seen.append(loop.now) }
    }
    try loop.run { false }
    #expect(seen == [5, 5, 5, 12])
  }

  @Test func `says when it is about to sleep, and after each turn`() throws {
    let loop = Loop(.virtual)
    var log: [String] = []
    loop.onTurn = { log.append("turn") }
    loop.onIdle = { log.append("idle") }
    loop.schedule(at: 1) { log.append("act") }
    try loop.run { false }
    #expect(
      log == ["turn", "idle", "turn", "act", "turn", "turn", "idle"]
        || log == ["turn", "idle", "act", "turn", "turn", "idle"])
    #expect(log.last == "idle")
    #expect(log.firstIndex(of: "idle")! < log.firstIndex(of: "act")!)
  }

  @Test func `bounds a turn, so that groups stay bounded`() throws {
    let loop = Loop(.virtual)
    var sizes: [Int] = []
    var count = 0
    loop.onTurn = {
      if count > 0 { sizes.append(count) }
      count = 0
    }
    for _ in 0..<(2 * Loop.turnMax + 5) { loop.schedule(at: 0) { count += 1 } }
    try loop.run { false }
    #expect(sizes == [Loop.turnMax, Loop.turnMax, 5])
  }

  @Test func `wakes for what another thread hands in`() throws {
    let loop = Loop(.real)
    let flag = Mutex(false)
    loop.expect()
    let post = loop.poster
    DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(20)) {
      post { flag.withLock { $0 = true } }
    }
    try loop.run { flag.withLock { $0 } }
    #expect(flag.withLock { $0 })
  }

  @Test func `waits on the real clock`() throws {
    let loop = Loop(.real)
    var at: UInt64 = 0
    loop.schedule(after: .milliseconds(15)) { at = loop.now }
    try loop.run { false }
    #expect(at >= 15_000_000)
  }

  @Test func `passes on what an action throws`() {
    struct Broken: Error {}
    let loop = Loop(.virtual)
    loop.schedule(at: 1) { throw Broken() }
    #expect(throws: Broken.self) { try loop.run { false } }
  }
}

import Machines
import Spec
import Testing

@Suite struct `Delivering copies` {
  @Test(arguments: UInt64(1)...5) func `RTR-8: with every class backlogged, the shares are 8 : 3 : 1, and none starves`(
    seed: UInt64
  ) {
    var team = Team(4, .flat)
    var random = SplitMix64(seed: seed)
    var served: [Priority: Int] = [:]
    var waited: [Priority: Int] = [:]
    for _ in 0..<12_000 {
      // Each class from a sender of its own, and never without something waiting.
      for (place, priority) in Priority.allCases.enumerated() {
        while team[3].active.lines[place].count < 1 + random.below(20) { route(&team, place, priority) }
      }
      let delivered = team.dequeue(3)
      guard let copy = delivered else { break }
      team.give(.acknowledged(copy.lease))
      served[copy.priority, default: 0] += 1
      for priority in Priority.allCases {
        waited[priority] = priority == copy.priority ? 0 : waited[priority, default: 0] + 1
        #expect(waited[priority]! < 12)
      }
    }
    let all = Double(served.values.reduce(0, +))
    #expect(all == 12_000)
    for (priority, weight) in [(Priority.final, 8.0), (.draft, 3), (.critic, 1)] {
      let share = Double(served[priority]!) / all
      #expect(abs(share - weight / 12) <= weight / 120, "\(priority): \(share)")
    }
  }

  private func route(_ team: inout Team, _ from: Int, _ priority: Priority) {
    let number = team.system.router.accepted + 1
    team.give(.route(Message(idLow: number, from: Agent(from), to: .one(Agent(3)), priority: priority)))
  }

  @Test func `RTR-10: the odds of an early drop, class by class`() {
    let vectors: [(Priority, occupied: Int, odds: Double)] = [
      (.critic, 6_000, 0), (.critic, 7_000, 0.25), (.critic, 8_000, 0.5), (.critic, 9_000, 0.75), (.draft, 8_000, 0),
      (.draft, 9_000, 0.4), (.draft, 9_500, 0.6), (.final, 9_500, 0), (.final, 9_750, 0.25),
    ]
    for (priority, occupied, odds) in vectors {
      var team = Team(2, .flat)
      for _ in 0..<occupied { team.route(0, 1) }
      #expect(team[1].live == occupied)
      func result(_ draw: Int) -> String {
        var copy = team
        return copy.give(
          .route(Message(idLow: 0, from: Agent(0), to: .one(Agent(1)), priority: priority, draw: UInt16(draw))))
      }
      let edge = Int((odds * 65_536).rounded(.up))
      if edge > 0 { #expect(result(edge - 1) == "wred_drop", "\(priority) \(occupied)") }
      #expect(result(edge) == "fired", "\(priority) \(occupied)")
    }
  }

  @Test func `RTR-10, RTR-11: over seeded draws the drops come to the odds, and a seed reproduces them`() {
    func drops(_ seed: UInt64) -> [Bool] {
      var team = Team(2, .flat)
      for _ in 0..<9_000 { team.route(0, 1) }
      var random = SplitMix64(seed: seed)
      return (0..<20_000).map { _ in
        var copy = team
        let draw = UInt16(truncatingIfNeeded: random.next())
        let message = Message(idLow: 0, from: Agent(0), to: .one(Agent(1)), priority: .draft, draw: draw)
        return copy.give(.route(message)) == "wred_drop"
      }
    }
    let first = drops(3)
    // The mean of 20,000 draws with odds of 0.4 lies within 0.02 except once in ten million times.
    #expect(abs(Double(first.count { $0 }) / 20_000 - 0.4) < 0.02)
    #expect(first == drops(3) && first != drops(4))
  }

  @Test func `RTR-11: copies put back and retries are never dropped early`() {
    var team = Team(2, .flat, limits: RouterLimits(capacity: 4))
    for _ in 0..<2 { team.route(0, 1) }
    let delivered = team.dequeue(1)
    team.give(.failed(delivered!.lease))
    team.quiesce(.chain)
    for _ in 0..<2 { team.give(.route(Message(idLow: 9, from: Agent(0), to: .one(Agent(1)), priority: .critic))) }
    #expect(team[1].live == 4)
    team.give(.clock(1_000))
    team.give(.quiesceDeadline)
    #expect(team[1].live == 4 && team[1].active.count == 4)
  }

  @Test func `RTR-12: of 50,001 identities the oldest is forgotten, and nothing is dropped for being a duplicate`() {
    var team = Team(2, .flat)
    func deliver(_ id: UInt64) -> Bool {
      team.give(.route(Message(idLow: id, from: Agent(0), to: .one(Agent(1)))))
      let copy = team.dequeue(1)!
      team.give(.acknowledged(copy.lease))
      return copy.redelivered
    }
    for id in 1...UInt64(50_000) { #expect(!deliver(id)) }
    #expect(deliver(1))
    #expect(!deliver(50_001))
    #expect(!deliver(1), "evicted by the one before")
    #expect(team[1].seen.entries.count == 50_000 && deliver(50_001) && deliver(3))
  }

  @Test func `RTR-12: a message of another episode with the same identity is another message`() {
    var team = Team(2, .flat)
    for episode in [UInt32(1), 2, 1] {
      team.give(.route(Message(idLow: 5, episode: episode, from: Agent(0), to: .one(Agent(1)))))
    }
    #expect((0..<3).map { _ in team.dequeue(1)!.redelivered } == [false, false, true])
  }

  @Test func `RTR-14: waits double from 100 ms, a tenth more or less, and differ from copy to copy`() {
    var waits: [[UInt64]] = []
    for id in 1...UInt64(200) {
      var random = SplitMix64(seed: id)
      var copy = Copy(
        Message(idHigh: random.next(), idLow: random.next(), from: Agent(0), to: .one(Agent(1))), receiver: Agent(1),
        sequence: id, epoch: 0, expires: 0)
      waits.append(
        (1...8).map { attempt in
          copy.attempt = UInt8(attempt)
          return copy.backoff
        })
    }
    for (index, nominal) in [UInt64(100), 200, 400, 800, 1_600, 3_200, 5_000, 5_000].enumerated() {
      let all = waits.map { $0[index] }
      #expect(all.allSatisfy { $0 >= nominal * 9 / 10 && $0 <= nominal * 11 / 10 })
      #expect(all.min()! < nominal * 93 / 100 && all.max()! > nominal * 107 / 100)
    }
  }

  @Test func `RTR-14: a storm of retries after a long pause comes back spread out`() {
    var team = Team(2, .flat)
    var random = SplitMix64(seed: 8)
    for _ in 0..<1_000 {
      team.give(
        .route(Message(idHigh: random.next(), idLow: random.next(), from: Agent(0), to: .one(Agent(1)))))
      _ = team.dequeue(1)
    }
    // Everybody hangs; the clock goes on after four minutes.
    team.give(.clock(240_000))
    #expect(team[1].leased.isEmpty && team[1].backoff.count == 1_000)
    var returned: [Int] = []
    for tick in 1...12 {
      team.give(.clock(240_000 + UInt64(tick) * 10))
      returned.append(team[1].active.count)
    }
    #expect(returned[7] == 0 && returned[8] > 0 && returned[8] < 200 && returned[9] < 800 && returned[11] == 1_000)
    #expect((0..<1_000).allSatisfy { _ in team.dequeue(1).map { $0.attempt == 1 && $0.redelivered } ?? false })
  }

  @Test func `I1: six deliveries, then the copy is given up`() {
    var team = Team(2, .flat)
    team.route(0, 1)
    for attempt in 0...5 {
      let copy = team.dequeue(1)
      #expect(copy?.attempt == UInt8(attempt) && copy?.redelivered == (attempt > 0))
      #expect(team.give(.failed(copy!.lease)) == "fired")
      #expect(team.sent(.recorded).map(\.how) == (attempt == 5 ? [.maxRetries] : []))
      team.give(.clock(UInt64(attempt + 1) * 10_000))
    }
    #expect(team[1].live == 0)
  }
}

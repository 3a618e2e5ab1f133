import CXXHash
import Spec

// The machines of a state, all of them together, are a *crew*. States of one crew differ in what is open, under way and
// still to be spent, and a protocol has far fewer crews than states: what depends on the machines alone is found out
// once for each crew.
extension PartWalker {
  /// What is known of a crew.
  struct CrewFact: BitwiseCopyable {
    var isKnown = false
    var isResting = true
    var from: UInt32 = 0
    var to: UInt32 = 0
    /// What its machines break, as an index; -1 for nothing.
    var findings: Int32 = -1
    /// What a crash makes of it, as an index; -1 while nobody has asked.
    var recovery: Int32 = -1
  }

  /// Finds the crew of the state at hand, where crews are told apart.
  @inline(__always) func meetCrew() {
    guard usesCrews else { return }
    crewAtHand = Int(crews.number(of: codes))
    if crewAtHand == crewFacts.count { return meetNewCrew() }
    // What inputs come to is asked last.
    interlock_prefetch(crewRounds.at(crewAtHand &* inputCount))
  }

  @inline(never) private func meetNewCrew() {
    crewFacts.append(CrewFact())
    for _ in 0..<inputCount { crewRounds.append(.unknown) }
    // Where most states have a crew of their own, to know it is of no use, and takes memory.
    if crews.count > 1 << 12, crews.count > expansions / 2 { forgetCrews() }
  }

  private func forgetCrews() {
    usesCrews = false
    countDeeds()
    hasDeeds = false
    crewAtHand = -1
    crews = CodeTuples(of: hostCount)
    deedsOfCrews = PairCache()
    crewFacts.forget()
    crewRounds.forget()
    deeds.forget()
    deedChanges.forget()
    deedSteps.forget()
    deedFindings = []
    for span in 0..<spanDeeds.count { spanDeeds[span] = -1 }
  }

  /// What the laws of states say of the crew at hand.
  @inline(__always) func crewFact() -> CrewFact {
    let fact = crewFacts[crewAtHand]
    return fact.isKnown ? fact : findCrewFact()
  }

  @inline(never) private func findCrewFact() -> CrewFact {
    var fact = crewFacts[crewAtHand]
    fact.isKnown = true
    var findings: [Finding] = []
    for host in 0..<hostCount {
      let own = self.fact(host)
      fact.from |= own.from
      fact.to |= own.to
      if !own.isResting { fact.isResting = false }
      if own.findings >= 0 { findings += factFindings[Int(own.findings)] }
    }
    if let joint = typed.judgeState?() {
      fact.from |= joint.from
      fact.to |= joint.to
      findings += joint.findings
    }
    if !findings.isEmpty {
      fact.findings = Int32(factFindings.count)
      factFindings.append(findings)
    }
    crewFacts[crewAtHand] = fact
    return fact
  }

  // MARK: - Crashes

  /// What a crash makes of the machines, and what they send when they are told of it.
  struct Recovery: BitwiseCopyable {
    /// Where their codes begin among those of all recoveries.
    let codes: UInt32
    let orders: Span32
    /// The rules that fired, as host and rule in one word.
    let fired: Span32
    /// Findings, as an index; -1 for none.
    let findings: Int32
    /// What it meets that laws wait for, as an index; -1 for nothing, or nothing any more.
    var meets: Int32
    /// Whether a machine refused that must take part.
    let isRefused: Bool
    /// Whether a field went above its maximum.
    let overflows: Bool
    /// How often it was taken.
    var count = 0
  }

  /// The crash of the machines before the move at hand.
  private var recovery: UnsafeMutablePointer<Recovery> {
    if usesCrews, crewFacts[crewAtHand].recovery >= 0 {
      return recoveries.at(Int(crewFacts[crewAtHand].recovery))
    }
    if !usesCrews { forgetRecoveries() }
    let it = typed.recover()
    let (findings, meets) = (it.verdict.findings, it.verdict.meets)
    if !findings.isEmpty { recoveryFindings.append(findings) }
    if !meets.isEmpty, !meetings.contains(meets) { meetings.append(meets) }
    if usesCrews { crewFacts.at(crewAtHand).pointee.recovery = Int32(recoveries.count) }
    recoveries.append(
      Recovery(
        codes: UInt32(recovered.count),
        orders: Span32(start: UInt32(recoveryOrders.count), count: UInt32(it.orders.count)),
        fired: Span32(start: UInt32(recoveryFirings.count), count: UInt32(it.fired.count)),
        findings: findings.isEmpty ? -1 : Int32(recoveryFindings.count - 1),
        meets: meets.isEmpty ? -1 : Int32(meetings.firstIndex(of: meets)!), isRefused: it.isRefused,
        overflows: it.overflows))
    for code in it.codes { recovered.append(code) }
    for order in it.orders { recoveryOrders.append(order) }
    for (host, rule) in it.fired { recoveryFirings.append(UInt32(host) << 16 | UInt32(rule)) }
    return recoveries.at(recoveries.count - 1)
  }

  /// Takes the state at hand through a crash: its machines together, what is open ledger by ledger.
  ///
  /// - Returns: Whether it can happen here.
  func takeCrash() -> Bool {
    let it = recovery
    if it.pointee.isRefused { return false }
    if it.pointee.findings >= 0 { breaches.append(contentsOf: recoveryFindings[Int(it.pointee.findings)]) }
    let (codes, sent) = (Int(it.pointee.codes), it.pointee.orders)
    if it.pointee.overflows {
      overflows = true
    } else {
      for host in 0..<hostCount { set(host, recovered[codes &+ host]) }
      for host in 0..<hostCount where ledgerParts[host] >= 0 {
        let part = Int(ledgerParts[host])
        set(part, ledger(self.codes[part], crashOp).code)
      }
      change(purses: UInt32(purseCount &- 1))
      for index in sent.range where !carryOut(recoveryOrders[index]) {
        noteFullChannel()
        return false
      }
    }
    it.pointee.count += 1
    if it.pointee.meets >= 0 {
      typed.meet(meetings[Int(it.pointee.meets)])
      it.pointee.meets = -1
    }
    return true
  }

  /// Counts what fired in the crashes that are known, and forgets them: without crews nobody asks for one again.
  private func forgetRecoveries() {
    for place in 0..<recoveries.count {
      for index in recoveries[place].fired.range {
        crashCounts[recoveryFirings[index], default: 0] += recoveries[place].count
      }
    }
    recoveries.removeAll()
    recoveryOrders.removeAll()
    recovered.removeAll()
    recoveryFirings.removeAll()
    recoveryFindings.removeAll(keepingCapacity: true)
  }

  /// How often each rule fired in a crash.
  @usableFromInline var crashFirings: [(host: Int, rule: Int, count: Int)] {
    var counts = crashCounts
    for place in 0..<recoveries.count {
      let it = recoveries[place]
      for index in it.fired.range { counts[recoveryFirings[index], default: 0] += it.count }
    }
    return counts.map { (Int($0 >> 16), Int($0 & 0xFFFF), $1) }
  }

  /// What the tables of crews hold.
  var crewBytes: Int {
    crews.bytes + crewFacts.bytes + crewRounds.bytes + deedsOfCrews.bytes + deeds.bytes + deedChanges.bytes
      + deedSteps.bytes + recoveries.bytes + recoveryOrders.bytes + recovered.bytes + recoveryFirings.bytes
  }

  func freeCrews() {
    crewFacts.free()
    crewRounds.free()
    deeds.free()
    deedChanges.free()
    deedSteps.free()
    recoveries.free()
    recoveryOrders.free()
    recovered.free()
    recoveryFirings.free()
  }
}

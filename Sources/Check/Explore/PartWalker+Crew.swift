import Spec

// What depends on the machines of a state, all of them, and on nothing else of it. The machines together are a *crew*;
// states of one crew differ in what is open, under way and still to be spent, and the typed side is asked once for all.
//
// Laws of states are not: they are asked once in a state, and to find its crew costs as much where most have their own.
extension PartWalker {
  /// The number of all machines before the move at hand.
  private var crew: UInt32 {
    if crewAtHand == .max { crewAtHand = number(of: .max) }
    return crewAtHand
  }

  /// The number of some machines before the move at hand: equal ones have one number.
  ///
  /// - Parameter hosts: A bit for each host; all bits for all machines.
  func number(of hosts: UInt64) -> UInt32 {
    let (high, low) = (UInt32(truncatingIfNeeded: hosts >> 32), UInt32(truncatingIfNeeded: hosts))
    var chain = hosts == .max ? 0 : number(high, low, in: &companies)
    for host in 0..<hostCount where hosts >> UInt64(host) & 1 != 0 {
      chain = number(chain, before[host], in: &chains)
    }
    return chain
  }

  private func number(_ first: UInt32, _ second: UInt32, in numbers: inout PairCache) -> UInt32 {
    if let known = numbers[first, second] { return known }
    chainCount += 1
    numbers.insert(first, second, chainCount)
    return chainCount
  }

  /// What the laws that look at more than one machine say of a step by this event.
  func jointFindings(of event: UInt32) -> [Finding] {
    let crew = crew
    if let known = jointSteps[crew, event] { return known == 0 ? [] : jointStepFindings[Int(known) - 1] }
    let findings = typed.judgeStep(event, false)
    if !findings.isEmpty { jointStepFindings.append(findings) }
    jointSteps.insert(crew, event, findings.isEmpty ? 0 : UInt32(jointStepFindings.count))
    return findings
  }

  /// What a crash makes of the machines, and what they send when they are told of it.
  struct Recovery: BitwiseCopyable {
    /// Where their codes begin among those of all recoveries.
    let codes: UInt32
    let orders: Span32
    /// The rules that fired, as host and rule in one word.
    let fired: Span32
    /// Findings, as an index; -1 for none.
    let findings: Int32
    /// Whether a machine refused that must take part.
    let isRefused: Bool
    /// Whether a field went above its maximum.
    let overflows: Bool
    /// How often it was taken.
    var count = 0
  }

  /// The crash of the machines before the move at hand.
  private var recovery: UnsafeMutablePointer<Recovery> {
    let crew = crew
    if let known = recoveriesOfCrews[crew, 0] { return recoveries.at(Int(known)) }
    let it = typed.recover()
    if !it.findings.isEmpty { recoveryFindings.append(it.findings) }
    recoveriesOfCrews.insert(crew, 0, UInt32(recoveries.count))
    recoveries.append(
      Recovery(
        codes: UInt32(recovered.count), orders: Span32(start: UInt32(orders.count), count: UInt32(it.orders.count)),
        fired: Span32(start: UInt32(recoveryFirings.count), count: UInt32(it.fired.count)),
        findings: it.findings.isEmpty ? -1 : Int32(recoveryFindings.count - 1), isRefused: it.isRefused,
        overflows: it.overflows))
    for code in it.codes { recovered.append(code) }
    for order in it.orders { orders.append(order) }
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
        set(part, ledger(self.codes[part], number(of: .crash)).code)
      }
      let purse = pursed[Int(self.codes[purses])].left.count - 1
      set(purses, self.purses(self.codes[purses], .spend(purse)))
      for index in sent.range where !carryOut(orders[index]) {
        noteFullChannel()
        return false
      }
    }
    it.pointee.count += 1
    return true
  }

  /// How often each rule fired in a crash.
  @usableFromInline var crashFirings: [(host: Int, rule: Int, count: Int)] {
    (0..<recoveries.count).flatMap { place in
      recoveries[place].fired.range.map {
        (Int(recoveryFirings[$0] >> 16), Int(recoveryFirings[$0] & 0xFFFF), recoveries[place].count)
      }
    }
  }

  /// What the tables of crews hold.
  var crewBytes: Int {
    companies.bytes + chains.bytes + spanEnds.bytes + jointSteps.bytes + recoveriesOfCrews.bytes + recoveries.bytes
      + recovered.bytes
      + recoveryFirings.bytes
  }

  func freeCrews() {
    recoveries.free()
    recovered.free()
    recoveryFirings.free()
  }
}

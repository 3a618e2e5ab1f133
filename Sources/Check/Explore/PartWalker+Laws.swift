import Spec

// Laws that neither a machine's state nor a single transition decides: a machine that is sent several events in a step
// is judged over all of them, some laws look at several machines, and some ask what the world holds.
extension PartWalker {
  /// Whether a machine took several of the step's transitions.
  func isRevisited(_ host: Int) -> Bool {
    var times = 0
    for index in 0..<stepped.count where Int(transitions.at(Int(stepped[index])).pointee.host) == host { times += 1 }
    return times > 1
  }

  /// Judges the machines that were sent several events in the step, each over all of them.
  func judgeSpans() {
    for host in 0..<hostCount where visited >> UInt64(host) & 1 != 0 && isRevisited(host) {
      let flaw = span(of: host)
      if flaw >= 0 { note(flaws[Int(flaw)].verdict) }
    }
  }

  /// What a machine breaks in all that it did in the step: as an index, -1 for nothing. It depends on the transitions
  /// that it took alone.
  private func span(of host: Int) -> Int32 {
    var number = UInt32.max
    for index in 0..<stepped.count where Int(transitions.at(Int(stepped[index])).pointee.host) == host {
      number = self.number(number, stepped[index])
    }
    if spanFlaws[Int(number)] != -2 { return spanFlaws[Int(number)] }
    received.removeAll()
    for index in 0..<stepped.count {
      let number = Int(stepped[index])
      if Int(transitions.at(number).pointee.host) == host { received.append(tidings[number].event) }
    }
    spanFlaws[Int(number)] = flaw(Flaw(verdict: typed.judgeSpan(host, before[host])))
    return spanFlaws[Int(number)]
  }

  /// The number of a row of transitions, by the number of what comes before the last one, `.max` for nothing.
  func number(_ first: UInt32, _ second: UInt32) -> UInt32 {
    if let known = spans[first, second] { return known }
    let number = UInt32(spanFlaws.count)
    spans.insert(first, second, number)
    spanFlaws.append(-2)
    spanDeeds.append(-1)
    return number
  }

  /// What the laws that look at several machines say of the step that was taken.
  func jointVerdict() -> StepVerdict {
    received.removeAll()
    sent.removeAll()
    for index in 0..<stepped.count {
      let it = tidings[Int(stepped[index])]
      received.append(it.event)
      for place in it.sent.range { sent.append(sentEffects[place]) }
    }
    return typed.judgeJoint()
  }

  /// What they say of an event that changes nothing.
  func idleVerdict(of event: UInt32) -> StepVerdict {
    received.removeAll()
    sent.removeAll()
    received.append(event)
    return typed.judgeJoint()
  }

  // MARK: - What the world holds

  func judgeHeld(_ batch: Batch) {
    let findings = heldFact()
    guard findings >= 0 else { return }
    batch.isBroken = true
    for finding in factFindings[Int(findings)] { batch.findings.append((finding, nil)) }
  }

  /// What laws say of the state at hand that ask what the world holds, as an index; -1 for nothing.
  func heldFact() -> Int32 {
    for place in 0..<heldParts.count { heldCodes[place] = codes[Int(heldParts[place])] }
    let number = Int(held.number(of: heldCodes.base))
    if number < heldFindings.count { return heldFindings[number] }
    let findings = typed.judgeHeld()
    heldFindings.append(findings.isEmpty ? -1 : Int32(factFindings.count))
    if !findings.isEmpty { factFindings.append(findings) }
    return heldFindings[number]
  }

  /// What the tables of all these hold.
  var lawBytes: Int {
    spans.bytes + spanFlaws.bytes + spanDeeds.bytes + tidings.bytes + sentEffects.bytes + held.bytes
      + heldFindings.bytes
  }
}

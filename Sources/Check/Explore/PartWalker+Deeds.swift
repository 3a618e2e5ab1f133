import Spec

// What an event does to a crew, with all that it leads to over direct routes: found out once, by taking it.
extension PartWalker {
  struct Deed: BitwiseCopyable {
    /// The host that the event was given to, and what that made of it.
    let owner: UInt16
    let outcome: OutcomeKind
    /// Whether a field went above its maximum.
    let overflows: Bool
    /// Whether a machine that must take part refused: the move is not possible.
    let isUndone: Bool
    /// What it breaks, as an index; -1 for nothing.
    var findings: Int32
    /// Which steps it is that some law waits for, as an index; -1 for none, or none any more.
    var meets: Int32
    /// The machines that it changes, with their codes after it.
    let changes: Span32
    let orders: Span32
    /// The transitions taken.
    let steps: Span32
    /// Stands for what was received and sent.
    let mark: UInt64
    /// What the state's hash becomes more.
    let shift: (low: UInt64, high: UInt64)
    /// How often it was taken.
    var count = 0
  }

  /// The number of what an event does to the crew at hand.
  @inline(__always) func deed(_ event: UInt32) -> Int {
    let crew = UInt32(truncatingIfNeeded: crewAtHand)
    if let known = deedsOfCrews[crew, event] { return Int(known) }
    let number = findDeed(event)
    deedsOfCrews.insert(crew, event, UInt32(number))
    return number
  }

  /// Takes the event's step, and notes what became of it; the state at hand is then as before.
  @inline(never) func findDeed(_ event: UInt32) -> Int {
    begin()
    let (first, hash) = (undo.count, (low, high))
    let outcome = step(event, transition(Int(eventHosts[Int(event)]), event))
    // Whether its orders can be carried out is not said yet, nor what it meets therefore.
    if !isUndone { judgeStep() }
    let met = meets
    for index in 0..<stepped.count { transitions.at(Int(stepped[index])).pointee.count &-= 1 }
    var number = plainDeed(outcome, from: first, hash)
    if !breaches.isEmpty || !met.isEmpty {
      var it = deeds[number]
      it.count = 0
      if !breaches.isEmpty {
        it.findings = Int32(deedFindings.count)
        deedFindings.append(Array(breaches))
      }
      if !met.isEmpty {
        if !meetings.contains(met) { meetings.append(met) }
        it.meets = Int32(meetings.firstIndex(of: met)!)
      }
      number = deeds.count
      deeds.append(it)
    }
    takeBack(to: first)
    (low, high) = hash
    begin()
    return number
  }

  /// What the transitions taken come to, apart from what laws say of them: crews differ in that alone, so that a
  /// protocol has far fewer of these than crews have deeds.
  private func plainDeed(_ outcome: OutcomeKind, from first: Int, _ hash: (low: UInt64, high: UInt64)) -> Int {
    var sequence = UInt32.max
    for index in 0..<stepped.count { sequence = number(sequence, stepped[index]) }
    if spanDeeds[Int(sequence)] >= 0 { return Int(spanDeeds[Int(sequence)]) }
    var changes = Span32(start: UInt32(deedChanges.count), count: 0)
    for index in first..<undo.count {
      let change = undo[index]
      // Of one that changed twice, the code before it is that of the first.
      if changes.range.contains(where: { deedChanges[$0].part == change.part }) { continue }
      deedChanges.append(Change(part: change.part, code: codes[Int(change.part)]))
      changes.count += 1
    }
    spanDeeds[Int(sequence)] = Int32(deeds.count)
    deeds.append(
      Deed(
        owner: UInt16(truncatingIfNeeded: owner), outcome: outcome, overflows: overflows, isUndone: isUndone,
        findings: -1, meets: -1, changes: changes, orders: ordersTaken(),
        steps: Span32(start: UInt32(deedSteps.count), count: UInt32(stepped.count)), mark: mark,
        shift: (low &- hash.low, high &- hash.high)))
    for index in 0..<stepped.count { deedSteps.append(stepped[index]) }
    return deeds.count - 1
  }

  /// The orders of the transitions taken, one behind the other.
  private func ordersTaken() -> Span32 {
    if taken.count == 0 { return Span32(start: 0, count: 0) }
    if taken.count == 1 { return transitions[Int(taken[0])].orders }
    let start = orders.count
    for place in 0..<taken.count {
      for index in transitions[Int(taken[place])].orders.range { orders.append(orders[index]) }
    }
    return Span32(start: UInt32(start), count: UInt32(orders.count - start))
  }

  /// Lets the event do to the state at hand what it does to its crew; the orders are left to be carried out.
  @inline(__always) func take(deed number: Int) -> OutcomeKind {
    let it = deeds.at(number)
    acting = number
    owner = Int(it.pointee.owner)
    mark = it.pointee.mark
    overflows = it.pointee.overflows
    isUndone = it.pointee.isUndone
    if isUndone { return it.pointee.outcome }
    it.pointee.count &+= 1
    for index in it.pointee.changes.range {
      let change = deedChanges[index]
      undo.append(Change(part: change.part, code: codes[Int(change.part)]))
      codes[Int(change.part)] = change.code
    }
    low = low &+ it.pointee.shift.low
    if isWide { high = high &+ it.pointee.shift.high }
    if it.pointee.findings >= 0 { breaches.append(contentsOf: deedFindings[Int(it.pointee.findings)]) }
    return it.pointee.outcome
  }

  /// Tells the laws that wait for such a step that it was taken.
  @inline(never) func meet(deed number: Int) {
    typed.meet(meetings[Int(deeds[number].meets)])
    deeds.at(number).pointee.meets = -1
  }

  /// Counts the transitions of all deeds as taken, so often as those were.
  func countDeeds() {
    for number in 0..<deeds.count {
      let it = deeds.at(number)
      for index in it.pointee.steps.range { transitions.at(Int(deedSteps[index])).pointee.count &+= it.pointee.count }
      it.pointee.count = 0
    }
  }
}

import Spec

extension Trace {
  /// The run as messages between its machines and the world, with the law that broke at its end.
  ///
  /// - Parameters:
  ///   - finding: The law that broke; nil where none did.
  ///   - last: Of a longer run, only so many steps, those at its end.
  public func sequence(ending finding: Finding? = nil, last: Int = .max) -> MessageSequence {
    var teller = SequenceTeller()
    for (index, step) in steps.enumerated() {
      if index == steps.count - last { teller.forget() }
      if index == loopsFrom { teller.rows.append(.across("from here round and round")) }
      teller.tell(step)
    }
    if loopsFrom == steps.count {
      teller.rows.append(.across("and so it may stay for ever"))
    } else if let loopsFrom {
      teller.rows.append(.across("and again from step \(steps[loopsFrom].number)"))
    }
    if finding?.code == Finding.deadlock.code, let standstill { teller.tell(standstill) }
    if let finding { teller.rows.append(.across("✗ \(finding.words)")) }
    return teller.sequence
  }
}

/// Gathers the rows of a sequence while hosts are still known by their places in the design.
private struct SequenceTeller {
  private static let world = -1
  var rows: [MessageSequence.Row] = []
  private var names: [Int: String] = [world: "world"]
  private var used: Set<Int> = []
  /// What was put into a channel and has not come out of it, with its sender.
  private var underWay: [(posted: TraceEvent.Posted, sender: Int)] = []

  /// Leaves out what was told so far; who sent what is still under way remains known.
  mutating func forget() { (rows, used) = ([], []) }

  mutating func tell(_ step: TraceStep) {
    var number: Int? = step.number
    if step.cause == .crash {
      rows.append(.across("\(step.number) \(step.what)"))
      number = nil
    }
    if step.cause == .host { rows.append(.across("\(step.number) \(step.what)")) }
    if case .loss(let from, let to) = step.cause {
      message(number, from ?? Self.world, to, step.what, .lost)
      return
    }
    for event in step.events {
      names[event.host] = event.hostName
      let (from, manner) = origin(of: event, step.cause, isFirst: number != nil)
      message(number, from, event.host, event.words, manner)
      number = nil
      tell(after: event)
    }
    for it in step.expectations {
      if let host = it.host, names[host] != nil {
        note(host, "✓ \(it.words)")
      } else {
        rows.append(.across("✓ \(it.words)"))
      }
    }
  }

  /// Who may not stay where it is.
  mutating func tell(_ standstill: Standstill) {
    for machine in standstill.machines where !machine.isResting {
      names[machine.host] = machine.name
      note(machine.host, "may not stay in \(machine.phase)")
    }
  }

  /// What follows when a machine has received an event.
  private mutating func tell(after event: TraceEvent) {
    if event.rule == nil {
      let reasons = event.refusals.map(\.words)
      note(event.host, reasons.isEmpty ? event.outcome : reasons.joined(separator: "; "))
    }
    if let phase = event.entered { note(event.host, phase) }
    for effect in event.sent {
      let words = effect.hasPrefix(event.hostName + " ") ? String(effect.dropFirst(event.hostName.count + 1)) : effect
      message(nil, event.host, Self.world, words, .atOnce)
    }
    for name in event.cancelled { message(nil, event.host, Self.world, "forget \(name)", .atOnce) }
    for it in event.posted {
      names[it.host] = it.hostName
      underWay.append((it, event.host))
    }
  }

  private mutating func origin(
    of event: TraceEvent, _ cause: TraceStep.Cause, isFirst: Bool
  ) -> (from: Int, MessageSequence.Manner) {
    if let sender = event.sender { return (sender, .atOnce) }
    guard isFirst else { return (Self.world, .atOnce) }
    switch cause {
    case .answer: return (Self.world, .answer)
    case .delivery(let channel):
      let place = underWay.firstIndex {
        $0.posted.channel == channel && $0.posted.host == event.host && $0.posted.words == event.words
      }
      // What lay in a channel before the run began is the world's.
      return (place.map { underWay[$0].sender } ?? Self.world, .channel)
    case .input, .loss, .crash, .host: return (Self.world, .atOnce)
    }
  }

  private mutating func message(
    _ step: Int?, _ from: Int, _ to: Int, _ words: String, _ manner: MessageSequence.Manner
  ) {
    used.formUnion([from, to])
    rows.append(.message(.init(step: step, from: from, to: to, words: words, manner: manner)))
  }

  private mutating func note(_ host: Int, _ words: String) {
    used.insert(host)
    rows.append(.note(at: host, words))
  }

  /// The rows with hosts numbered from left to right, the world first.
  var sequence: MessageSequence {
    let order = used.sorted()
    let places = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    return MessageSequence(
      lifelines: order.map { names[$0] ?? "host \($0)" },
      rows: rows.map { row in
        switch row {
        case .message(let it):
          .message(
            .init(step: it.step, from: places[it.from]!, to: places[it.to]!, words: it.words, manner: it.manner))
        case .note(let host, let words): .note(at: places[host]!, words)
        case .across: row
        }
      })
  }
}

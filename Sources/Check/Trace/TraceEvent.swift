import Spec

/// One event of a step, and what its machine made of it.
public struct TraceEvent: Sendable {
  /// The machine that received it, by its place in the design and by name.
  public let host: Int
  public let hostName: String
  /// The machine whose effect it was, over a direct route within the step; nil for the event that began the step.
  public let sender: Int?
  /// The event with its payload, as its machine names it.
  public let words: String
  /// The rule that fired; nil where none did.
  public let rule: String?
  public let outcome: String
  /// The guards that said no, with their rules.
  public let refusals: [Refusal]
  /// The rules that were asked before the one that fired, each with the guard that said no.
  public let passedOver: [Refusal]
  /// The phase that it entered, where that is another one.
  public let entered: String?
  /// Effects that left for the world, and those that it asks the world to forget.
  public let sent: [String]
  public let cancelled: [String]
  /// Events put into a channel.
  public let posted: [Posted]

  public struct Posted: Hashable, Sendable {
    public let channel: Int
    public let host: Int
    public let hostName: String
    public let words: String
  }
}

extension TraceEvent {
  /// Steps again what a step received, one machine at a time, so that each event can be told by itself.
  ///
  /// - Parameter state: The state before the step, with everything that a crash puts back already done.
  static func retell<S: System>(
    _ received: some Sequence<S.Event>, from state: S, _ design: Design<S>
  ) -> [TraceEvent] {
    let stepper = Stepper(design)
    var state = state
    var senders: [Int] = []
    var next = 0
    var told: [TraceEvent] = []
    for event in received {
      let sender = next < senders.count ? senders[next] : nil
      if sender != nil { next += 1 }
      let host = design.hosts[event.kind]
      let phase = host.phase(state)
      let refusals = host.refusals(state, event)
      let passedOver = host.passedOver(state, event)
      let outcome = stepper.stepAlone(&state, event)
      senders += repeatElement(host.index, count: stepper.received.count)
      let isRefused = outcome == .refused
      told.append(
        TraceEvent(
          host: host.index, hostName: host.name, sender: sender, words: host.own(Printer.line(of: event)),
          rule: stepper.fired.first.map { host.book.rules[Int($0.rule)].name }, outcome: outcome.word,
          refusals: isRefused ? refusals : [], passedOver: isRefused ? [] : passedOver,
          entered: host.phase(state) == phase ? nil : host.book.phases[host.phase(state)].name,
          sent: stepper.orders.compactMap { if case .emit(_, let it) = $0 { Printer.line(of: it) } else { nil } },
          cancelled: stepper.orders.compactMap { design.cancelled(by: $0) },
          posted: stepper.orders.compactMap { order in
            guard case .post(let channel, let event) = order else { return nil }
            let to = design.hosts[event.kind]
            return Posted(
              channel: channel, host: to.index, hostName: to.name, words: to.own(Printer.line(of: event)))
          }))
    }
    return told
  }
}

extension Design {
  /// What an order asks the world to forget, in words.
  fileprivate func cancelled(by order: Stepper<S>.Order) -> String? {
    switch order {
    case .cancel(let contract, let key):
      contracts[contract].contract.isKeyed ? "\(contracts[contract].name) \(key)" : contracts[contract].name
    case .cancelAll(let contract): "every \(contracts[contract].name)"
    case .emit, .post, .stray: nil
    }
  }
}

extension Hosted {
  /// The rules that say no to an event, up to the one that fires.
  fileprivate func passedOver(_ state: S, _ event: S.Event) -> [Refusal] {
    var refusals: [Refusal] = []
    verdicts(state, event) { rule, refusing in
      guard let refusing else { return }
      let asked = book.rules[rule]
      refusals.append(
        Refusal(rule: asked.name, guardName: asked.guards[refusing].name, code: asked.guards[refusing].code))
    }
    return refusals
  }

  /// An event or effect in words, without the name of its host.
  func own(_ words: String) -> String {
    words.hasPrefix(name + " ") ? String(words.dropFirst(name.count + 1)) : words
  }
}

import Spec

/// Why nothing can happen where a run ends: for each machine, what was tried of it and which guards said no.
public struct Standstill: Sendable {
  public let machines: [Machine]

  public struct Machine: Sendable {
    /// The machine, by its place in the design and by name.
    public let host: Int
    public let name: String
    public let phase: String
    /// Whether it may stay there for ever.
    public let isResting: Bool
    /// What could come to it, and why that changes nothing.
    public let tried: [Tried]
    /// Rules of its phase whose event nothing brings: `"ask" waits for go`.
    public let waiting: [(rule: String, event: String)]
    /// Effects whose answer was lost.
    public let lost: [String]
  }

  /// One event that could come, and others that are refused alike.
  public struct Tried: Sendable {
    public let who: String
    public let what: String
    /// Why it changes nothing, line by line.
    public internal(set) var reasons: [String]
    /// How many more events of the kind come to the same.
    public internal(set) var others = 0
  }

  /// Where nothing can happen in a configuration although some machine is not at rest; nil anywhere else.
  @usableFromInline init?<S: System>(_ walk: Walk<S>, _ configuration: Configuration<S>) {
    let design = walk.design
    if design.hosts.allSatisfy({ $0.isResting(configuration.state) }) { return nil }
    var moves: [Move<S.Event>] = []
    walk.moves(of: configuration, into: &moves)
    var tried = design.hosts.map { _ in [(event: Int, tried: Tried)]() }
    for move in moves {
      var next = configuration
      let consequence = walk.take(move, in: &next)
      if case .next = consequence { return nil }
      guard let event = move.event else { continue }
      let (who, what) = walk.describe(move, in: configuration)
      let it = Tried(who: who, what: what, reasons: Self.reasons(consequence, event, walk, configuration, next))
      let kind = design.hosts[event.kind].eventKind(event)
      let same = tried[event.kind].firstIndex {
        $0.event == kind && $0.tried.who == who && $0.tried.reasons == it.reasons
      }
      if let same { tried[event.kind][same].tried.others += 1 } else { tried[event.kind].append((kind, it)) }
    }
    machines = design.hosts.map { host in
      let phase = host.phase(configuration.state)
      let came = Set(tried[host.index].map(\.event))
      return Machine(
        host: host.index, name: host.name, phase: host.book.phases[phase].name,
        isResting: host.isResting(configuration.state), tried: tried[host.index].map(\.tried),
        waiting: host.book.rules.filter { $0.phases.contains(phase) && !came.contains($0.event) }
          .map { ($0.name, host.book.events[$0.event]) },
        lost: configuration.obligations.filter {
          $0.condition == .lost && $0.effect.kind == host.index
        }.map { host.own(Printer.line(of: $0.effect)) })
    }
  }

  /// Why a move came to nothing, after it was tried.
  private static func reasons<S: System>(
    _ consequence: Consequence, _ event: S.Event, _ walk: Walk<S>, _ before: Configuration<S>, _ after: Configuration<S>
  ) -> [String] {
    let design = walk.design
    if case .unchanged(let outcome) = consequence {
      let refusals = design.hosts[event.kind].refusals(before.state, event)
      return refusals.isEmpty || outcome != .refused ? [outcome.word] : refusals.map(\.words)
    }
    if let other = walk.stepper.refusedTogether {
      let host = design.hosts[other.kind]
      let refusals = host.refusals(after.state, other)
      let head = "\(host.name) must take part with \(host.own(Printer.line(of: other)))"
      return refusals.isEmpty ? ["\(head), and cannot"] : refusals.map { "\(head), and it is \($0.words)" }
    }
    for case .post(let channel, _) in walk.stepper.orders
    where after.channels[channel].events.count >= walk.world.channelCapacity {
      return ["no room in the channel of \(design.channels[channel].effectName)"]
    }
    return ["a machine or channel that must take part is not ready"]
  }

  /// Each machine that is not at rest, and what was refused by one that is.
  public var lines: [String] {
    machines.flatMap { machine -> [String] in
      let refused = machine.tried.map { tried in
        "\(tried.who)  \(tried.what)\(tried.others == 0 ? "" : " (and \(tried.others) more like it)"): "
          + tried.reasons.joined(separator: "; ")
      }
      if machine.isResting {
        return refused.isEmpty ? [] : ["\(machine.name) may stay in \(machine.phase)"] + refused.map { "  \($0)" }
      }
      let lost = machine.lost.map { "the answer to \($0) was lost" }
      let waiting = machine.waiting.map { "\"\($0.rule)\" waits for \($0.event), which nothing brings" }
      let all = refused + lost + waiting
      return ["\(machine.name) may not stay in \(machine.phase)"]
        + (all.isEmpty ? ["no rule leads out of it"] : all).map { "  \($0)" }
    }
  }
}

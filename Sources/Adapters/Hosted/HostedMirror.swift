import Check
import Engine
import Spec

/// What the semantics make of the steps that a host takes: the explorer's configuration after each record.
///
/// It hears of each step, takes it by itself, and compares: the outcome, the state, and what is open.
final class HostedMirror<S: System>: StepObserver {
  /// What an obligation is to the contracts, whatever its ticket.
  struct Identity: Hashable {
    let contract: Int
    let key: Key
    let stage: Int
    let isUnwanted: Bool
  }

  private let walk: Walk<S>
  /// After each record, by its number; the first is the start.
  private(set) var configurations: [Configuration<S>]
  /// The open obligations after each record, by ticket.
  private(set) var tickets: [[UInt64: Identity]] = [[:]]
  /// The move of the world that is about to come as an input.
  var input: Move<S.Event>?
  /// The first difference, in words.
  private(set) var difference: String?
  /// What happened, for whoever wants the run told.
  private var told: [Told] = []

  private enum Told {
    /// A step of the semantics, with words for a crash.
    case step(Move<S.Event>, Outcome, before: Configuration<S>, after: Configuration<S>, as: String?)
    case host(who: String, what: String)
  }

  init(_ walk: Walk<S>) {
    self.walk = walk
    configurations = [walk.start]
  }

  var last: Configuration<S> { configurations[configurations.count - 1] }

  func stepped(
    _ host: Engine.Host<S>, _ event: S.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64
  ) {
    guard difference == nil else { return }
    var next = last
    let before = next
    guard let (move, expected) = take(event, cause, &next) else { return tell("host", walk.describe(event)) }
    told.append(.step(move, expected, before: before, after: next, as: nil))
    if expected != outcome {
      return differ("\(walk.describe(event)) came to \(outcome.word), and to \(expected.word) by the semantics")
    }
    keep(next, host)
  }

  /// The process came back, and its journal ends with this record.
  ///
  /// - Parameter words: What befell it.
  func crash(after record: UInt64, _ host: Engine.Host<S>, _ words: String) {
    configurations.removeSubrange((Int(record) + 1)...)
    tickets.removeSubrange((Int(record) + 1)...)
    var next = last
    let purses = next.purses
    // A crash of the host is not one of those that the world can afford.
    next.purses[next.purses.count - 1].left = 1
    let before = next
    let consequence = walk.take(Move(.crash, nil), in: &next)
    if case .blocked = consequence { differ("a machine refuses what the crash tells it") }
    told.append(.step(Move(.crash, nil), .ignored, before: before, after: next, as: words))
    next.purses = purses
    keep(next, host)
  }

  // MARK: - The run in words

  /// Notes what is no step of the machines: a commit, time that goes by, a fault of the process.
  func tell(_ who: String, _ what: String) { told.append(.host(who: who, what: what)) }

  /// The run so far, as every counterexample is told.
  var trace: Trace {
    var trace = Trace()
    for it in told {
      switch it {
      case .host(let who, let what): trace.append(who: who, what: what)
      case .step(let move, let outcome, let before, let after, let words):
        // Taken once more, so that what it received is at hand.
        var next = before
        _ = walk.take(move, in: &next)
        trace.append(move, outcome, walk, before, after, as: words)
      }
    }
    return trace
  }

  // MARK: -

  private func take(
    _ event: S.Event, _ cause: Record.Cause, _ next: inout Configuration<S>
  ) -> (Move<S.Event>, Outcome)? {
    let before = next
    let move: Move<S.Event>
    switch cause {
    case .input:
      guard let input else {
        differ("\(walk.describe(event)) came as an input that nobody gave")
        return nil
      }
      move = input
      self.input = nil
    case .answer(let ticket):
      guard let answered = answer(ticket, event, in: next) else {
        differ("\(walk.describe(event)) answers nothing that is open by the semantics")
        return nil
      }
      move = answered
    case .delivery(let channel):
      guard let position = next.channels[channel].events.firstIndex(of: event) else {
        differ("\(walk.describe(event)) is under way in no channel of the semantics")
        return nil
      }
      move = Move(.delivery(channel: channel, position: position), event)
    case .offContract, .crash:
      differ("\(walk.describe(event)) was outside its contract")
      return nil
    }
    switch walk.take(move, in: &next) {
    case .next(let outcome): return (move, outcome)
    case .unchanged(let outcome):
      next = before
      return (move, outcome)
    case .blocked:
      // A machine that must take part refuses: nothing has happened.
      next = before
      return (move, .refused)
    }
  }

  /// Whether a machine that must take part refuses this answer now.
  func isBlocked(_ ticket: UInt64, _ event: S.Event) -> Bool {
    guard let move = answer(ticket, event, in: last) else { return false }
    var next = last
    if case .blocked = walk.take(move, in: &next) { return true }
    return false
  }

  private func answer(_ ticket: UInt64, _ event: S.Event, in configuration: Configuration<S>) -> Move<S.Event>? {
    guard let identity = tickets[tickets.count - 1][ticket],
      let index = configuration.obligations.firstIndex(where: { Identity($0) == identity })
    else { return nil }
    let answers = walk.design.contracts[identity.contract].contract.stages[identity.stage].answers
    let effect = configuration.obligations[index].effect
    return answers.firstIndex { $0.admits(effect, event) }.map { Move(.answer(obligation: index, answer: $0), event) }
  }

  private func keep(_ next: Configuration<S>, _ host: Engine.Host<S>) {
    let open = Dictionary(uniqueKeysWithValues: host.ledger.open.map { ($0.ticket, Identity($0)) })
    if HostedMirror.bytes(next.state) != HostedMirror.bytes(host.state) {
      differ("the state of the host is another than by the semantics")
    }
    if counted(open.values) != counted(next.obligations.map { Identity($0) }) {
      differ("what is open at the host is something else than by the semantics")
    }
    configurations.append(next)
    tickets.append(open)
  }

  private func differ(_ words: String) { difference = difference ?? words }

  private func counted(_ identities: some Sequence<Identity>) -> [Identity: Int] {
    Dictionary(identities.map { ($0, 1) }, uniquingKeysWith: +)
  }

  private static func bytes(_ state: S) -> [UInt8] {
    var state = state
    let buffer = ByteBuffer()
    var writer = ByteWriter(buffer)
    state.fields(&writer)
    return Array(buffer.bytes)
  }
}

extension HostedMirror.Identity {
  init(_ obligation: Obligation<S.Effect>) {
    self.init(
      contract: Int(obligation.contract), key: obligation.key, stage: Int(obligation.stage),
      isUnwanted: obligation.condition == .unwanted)
  }

  init(_ entry: Ledger<S>.Entry) {
    self.init(contract: entry.contract, key: entry.key, stage: entry.stage, isUnwanted: entry.isUnwanted)
  }
}

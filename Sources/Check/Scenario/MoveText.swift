import Spec

/// Moves as the lines of a scenario, so that a run that was found can be written down and taken again.
///
///     router.route from=0 to=1          an input
///     answer switch.prepared agent=1    the answer of an open obligation
///     lose switch.prepare               its answer will never come
///     deliver two.take number=1         what waits in a channel
///     drop two.take number=1            what waits in a channel is lost
///     repeat two.take number=1          an answer or a delivery that comes again
///     crash                             a crash, and the recovery from it
///
/// Where that would fit two open obligations, or two channels, ` of ` follows, with the effect that was sent.
extension Walk {
  /// The line that means this move in this configuration.
  func line(of move: Move<S.Event>, in configuration: Configuration<S>) -> String {
    switch move.kind {
    case .input: return EventText.write(move.event!)
    case .answer(let index, _):
      let rivals = configuration.obligations.indices.filter { index in
        answer(of: index, in: configuration, by: move.event!) != nil
      }
      let obligation = configuration.obligations[index]
      return "answer \(EventText.write(move.event!))\(rivals.first == index ? "" : of(obligation))"
    case .lose(let index, _):
      let obligation = configuration.obligations[index]
      let rivals = configuration.obligations.filter { $0.contract == obligation.contract && $0.condition == .open }
      let isFirst = rivals.first?.key == obligation.key
      return isFirst ? "lose \(design.contracts[Int(obligation.contract)].name)" : "lose\(of(obligation))"
    case .delivery(let channel, _): return "deliver \(EventText.write(move.event!))\(over(channel, configuration))"
    case .loseDelivery(let channel, _):
      return "drop \(EventText.write(configuration.channels[channel].events[0]))\(over(channel, configuration))"
    case .repeatAnswer, .repeatDelivery: return "repeat \(EventText.write(move.event!))"
    case .crash: return "crash"
    }
  }

  private func of(_ obligation: Obligation<S.Effect>) -> String { " of \(EventText.write(obligation.effect))" }

  /// Which channel, where others hold the same event.
  private func over(_ channel: Int, _ configuration: Configuration<S>) -> String {
    guard let event = configuration.channels[channel].events.first else { return "" }
    let first = configuration.channels.firstIndex { $0.events.contains(event) }
    return first == channel ? "" : " of \(channelName(channel))"
  }

  /// The sender and effect of the first route over a channel.
  private func channelName(_ channel: Int) -> String {
    let route = design.channels[channel]
    return "\(design.hosts[route.fromHost].name).\(route.effectName)"
  }

  /// The place of the answer that this event is to an open obligation.
  private func answer(of index: Int, in configuration: Configuration<S>, by event: S.Event) -> Int? {
    let obligation = configuration.obligations[index]
    guard obligation.condition != .lost else { return nil }
    return design.contracts[Int(obligation.contract)].contract.stages[Int(obligation.stage)].answers
      .firstIndex { $0.admits(obligation.effect, event) }
  }
}

// MARK: - Reading

extension Walk {
  /// What a line asks for.
  enum Asked {
    case move(Move<S.Event>)
    /// An input, whether or not the world lists it.
    case input(S.Event)
    /// No answer to this obligation will come, whether or not the world has a purse for it.
    case lose(obligation: Int)

    /// What was asked as a trace tells it.
    var move: Move<S.Event> {
      switch self {
      case .move(let move): move
      case .input(let event): Move(.input(0), event)
      case .lose(let index): Move(.lose(obligation: index, purse: 0), nil)
      }
    }
  }

  enum Unasked: Error {
    /// The words mean nothing that the design knows.
    case unknown(String)
    /// They mean something that cannot happen here.
    case impossible(String)

    var words: String {
      switch self {
      case .unknown(let words), .impossible(let words): words
      }
    }
  }

  /// What a line that is no input begins with.
  static var verbs: Set<String> { ["answer", "lose", "deliver", "drop", "repeat", "crash"] }

  /// What a line means in a configuration.
  func asked(_ line: [String], in configuration: Configuration<S>) throws(Unasked) -> Asked {
    guard let verb = line.first, Self.verbs.contains(verb) else { return .input(try event(line)) }
    let place = line.firstIndex(of: "of")
    let given = Array(line[1..<(place ?? line.count)])
    let source = place.map { Array(line[($0 + 1)...]) } ?? []
    switch verb {
    case "answer": return .move(try answer(given, of: source, configuration))
    case "lose": return try lose(given, of: source, configuration)
    case "crash": return try fault(configuration, "the world has no crash left") { $0 == .crash }
    case "deliver":
      let event = try event(given)
      return try pass(source, configuration, "no channel holds this event where it can be delivered") { move, channel in
        if case .delivery(channel, _) = move.kind { move.event == event } else { false }
      }
    case "drop":
      let event = try event(given)
      return try pass(source, configuration, "no channel can lose this event") { move, channel in
        if case .loseDelivery(channel, _) = move.kind {
          configuration.channels[channel].events.first == event
        } else {
          false
        }
      }
    default:
      let event = try event(given)
      return try first(configuration, "nothing here can come again as this event") { move in
        switch move.kind {
        case .repeatAnswer, .repeatDelivery: move.event == event
        default: false
        }
      }
    }
  }

  private func event(_ words: [String]) throws(Unasked) -> S.Event {
    switch EventText.read(words, as: S.Event(), "event") {
    case .success(let event):
      guard design.hosts.indices.contains(event.kind) else { throw .unknown("the world has no such machine") }
      return event
    case .failure(let problem): throw .unknown(problem.words)
    }
  }

  private func effect(_ words: [String]) throws(Unasked) -> S.Effect? {
    if words.isEmpty { return nil }
    switch EventText.read(words, as: S.Effect(), "effect") {
    case .success(let effect): return effect
    case .failure(let problem): throw .unknown(problem.words)
    }
  }

  private func answer(
    _ words: [String], of source: [String], _ configuration: Configuration<S>
  ) throws(Unasked) -> Move<S.Event> {
    let event = try event(words)
    let effect = try effect(source)
    for index in configuration.obligations.indices {
      if let effect, configuration.obligations[index].effect != effect { continue }
      if let number = answer(of: index, in: configuration, by: event) {
        return Move(.answer(obligation: index, answer: number), event)
      }
    }
    throw .impossible("no open obligation admits this answer; open are \(open(configuration))")
  }

  private func lose(
    _ words: [String], of source: [String], _ configuration: Configuration<S>
  ) throws(Unasked) -> Asked {
    let effect = try effect(source)
    let name = words.joined(separator: " ")
    let index = configuration.obligations.firstIndex { obligation in
      guard obligation.condition != .lost else { return false }
      return effect.map { obligation.effect == $0 } ?? (design.contracts[Int(obligation.contract)].name == name)
    }
    guard let index else { throw .impossible("no such obligation is open; open are \(open(configuration))") }
    var moves: [Move<S.Event>] = []
    self.moves(of: configuration, into: &moves)
    for move in moves {
      if case .lose(index, _) = move.kind { return .move(move) }
    }
    return .lose(obligation: index)
  }

  /// The first move over a channel, or over the one that is named.
  private func pass(
    _ source: [String], _ configuration: Configuration<S>, _ otherwise: String,
    _ isWanted: (Move<S.Event>, Int) -> Bool
  ) throws(Unasked) -> Asked {
    let name = source.joined(separator: " ")
    let channels = design.channels.indices.filter { name.isEmpty || channelName($0) == name }
    if channels.isEmpty { throw .unknown("no channel is called \"\(name)\"") }
    return try first(configuration, otherwise) { move in channels.contains { isWanted(move, $0) } }
  }

  private func fault(
    _ configuration: Configuration<S>, _ otherwise: String, _ isWanted: (Move<S.Event>.Kind) -> Bool
  ) throws(Unasked) -> Asked {
    try first(configuration, otherwise) { isWanted($0.kind) }
  }

  private func first(
    _ configuration: Configuration<S>, _ otherwise: String, _ isWanted: (Move<S.Event>) -> Bool
  ) throws(Unasked) -> Asked {
    var moves: [Move<S.Event>] = []
    self.moves(of: configuration, into: &moves)
    guard let move = moves.first(where: isWanted) else { throw .impossible(otherwise) }
    return .move(move)
  }

  /// The names of the open obligations.
  func open(_ configuration: Configuration<S>) -> String {
    let names = configuration.obligations.map { design.contracts[Int($0.contract)].name }
    return names.isEmpty ? "none" : names.joined(separator: ", ")
  }
}

extension Walk {
  /// Carries out what a line asked for; an input that the world lists is paid for from its purse.
  func carryOut(_ asked: Asked, in configuration: inout Configuration<S>) -> Consequence {
    switch asked {
    case .move(let move): return take(move, in: &configuration)
    case .lose(let index):
      breaches.removeAll()
      stepper.clear()
      configuration.obligations[index].condition = .lost
      return .next(.ignored)
    case .input(let event):
      if let listed = listed(event, in: configuration) { return take(listed, in: &configuration) }
      breaches.removeAll()
      stepper.clear()
      let outcome = step(event, in: &configuration)
      return stepper.refusedTogether == nil ? .next(outcome) : .blocked
    }
  }

  /// The input among those that the world lists here.
  private func listed(_ event: S.Event, in configuration: Configuration<S>) -> Move<S.Event>? {
    var moves: [Move<S.Event>] = []
    self.moves(of: configuration, into: &moves)
    return moves.first { move in
      if case .input = move.kind { move.event == event } else { false }
    }
  }
}

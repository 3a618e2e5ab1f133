/// The operational semantics: which moves a configuration admits, and what each comes to.
///
/// The explorer, the fuzzer, the auditor and the scenario runner all walk through here; none has a semantics of its
/// own. Inside a move, in this order: the answered obligation closes or advances; the first rule that holds fires;
/// cancellations and emissions take effect; direct routes run to completion; obligations are put in canonical order.
public final class Walk<S: System> {
  public let design: Design<S>
  public let world: World<S>
  public let stepper: Stepper<S>
  /// Breaches of the last move.
  @exclusivity(unchecked) public var breaches: [Breach] = []
  @inlinable public var hasBreaches: Bool { !breaches.isEmpty }
  @usableFromInline let holdsAnything: Bool
  /// Where volatile machines begin again after a crash.
  @usableFromInline lazy var origin: S = world.start()
  @usableFromInline let repeatable: Set<UInt16>
  /// What can happen, whatever the configuration, in the order in which moves are listed.
  public let groups: [MoveGroup]
  /// Whether a move may turn out to be impossible only when it is half done.
  public let mayBlock: Bool
  /// The moves of inputs that look at nothing: memory of its own, which is read without counting references.
  @usableFromInline let fixed: [UnsafeMutableBufferPointer<Move<S.Event>>?]

  @inlinable public init(_ design: Design<S>, _ world: World<S>) {
    self.design = design
    self.world = world
    stepper = Stepper(design)
    stepper.isRecording = true
    holdsAnything = design.contracts.contains { $0.contract.options.holds != nil }
    groups = MoveGroup.all(of: design, world)
    mayBlock = design.channelCount > 0 || design.bindsSteps
    let start = world.inputs.allSatisfy(\.looksAtState) ? nil : world.start()
    fixed = world.inputs.enumerated().map { index, input in
      if input.looksAtState { return nil }
      let events = input.draw(start!)
      let moves = UnsafeMutableBufferPointer<Move<S.Event>>.allocate(capacity: events.count)
      _ = moves.initialize(from: events.map { Move(.input(index), $0) })
      return moves
    }
    repeatable = Set(
      design.contracts.indices.filter { index in
        let contract = design.contracts[index]
        // A fence hides repeats: only contracts that admit late answers show them.
        return contract.contract.options.faults.contains(.repeated) && contract.contract.options.late == .admitted
          && world.faults.contains {
            $0.fault == .repeated && $0.host == contract.host && $0.effect == contract.contract.effect
          }
      }.map(UInt16.init))
  }

  deinit {
    for moves in fixed {
      moves?.deinitialize()
      moves?.deallocate()
    }
  }

  @inlinable public var start: Configuration<S> { Configuration(world, channels: design.channelCount) }

  @inlinable func pays(_ fault: World<S>.FaultPurse, _ contract: UInt16) -> Bool {
    let contract = design.contracts[Int(contract)]
    return contract.host == fault.host && contract.contract.effect == fault.effect
      && contract.contract.options.faults.contains(fault.fault)
  }

  /// Whether some purse can still pay for a repeated answer of this contract.
  @inlinable func canRepeat(_ contract: UInt16, _ configuration: Configuration<S>) -> Bool {
    world.faults.indices.contains {
      world.faults[$0].fault == .repeated && pays(world.faults[$0], contract)
        && configuration.purses[world.inputs.count + $0].left > 0
    }
  }

  /// Keeps an answer for repetition, in canonical order: by contract, then by its encoding.
  @inlinable func remember(_ echo: Echo<S.Event>, _ configuration: inout Configuration<S>) {
    guard !configuration.echoes.contains(echo) else { return }
    func rank(_ it: Echo<S.Event>) -> (UInt16, UInt64) { (it.contract, it.event.digest) }
    let place = configuration.echoes.firstIndex { rank(echo) < rank($0) } ?? configuration.echoes.count
    configuration.echoes.insert(echo, at: place)
  }

  /// Whether the move is owed: fairness promises it (a delivery, or an answer of an owed stage).
  @inlinable public func isOwed(_ move: Move<S.Event>, in configuration: Configuration<S>) -> Bool {
    switch move.kind {
    case .delivery(let channel, _): design.channels[channel].order != .board
    case .answer(let index, _): isOwed(configuration.obligations[index])
    default: false
    }
  }

  @inlinable public func isOwed(_ obligation: Obligation<S.Effect>) -> Bool {
    obligation.condition == .open
      && design.contracts[Int(obligation.contract)].contract.stages[Int(obligation.stage)].isOwed
  }

  // MARK: - What it comes to

  /// Takes a move. ``breaches`` tells what broke on the way.
  @inlinable public func take(_ move: Move<S.Event>, in configuration: inout Configuration<S>) -> Consequence {
    let consequence = carryOut(move, in: &configuration)
    return stepper.refusedTogether == nil ? consequence : .blocked
  }

  @inlinable func carryOut(_ move: Move<S.Event>, in configuration: inout Configuration<S>) -> Consequence {
    if !breaches.isEmpty { breaches.removeAll(keepingCapacity: true) }
    stepper.clear()
    switch move.kind {
    case .input(let index):
      let outcome = deliver(move.event!, &configuration)
      guard case .fired = outcome else {
        if outcome == .unexpected { return .next(outcome) }
        return .unchanged(outcome)
      }
      if world.inputs[index].limit != nil { configuration.purses[index].left -= 1 }
      return settle(&configuration, outcome)
    case .answer(let index, let number):
      let outcome = answer(index, number, move.event!, &configuration)
      return settle(&configuration, outcome)
    case .delivery(let channel, let position):
      let order = design.channels[channel].order!
      if order != .board { configuration.channels[channel].events.remove(at: position) }
      let outcome = deliver(move.event!, &configuration)
      if order.waits, outcome == .refused || (order == .board && outcome == .ignored) { return .unchanged(outcome) }
      return settle(&configuration, outcome)
    case .lose(let index, let purse):
      configuration.obligations[index].condition = .lost
      configuration.purses[purse].left -= 1
      return .next(.ignored)
    case .loseDelivery(let channel, let purse):
      configuration.channels[channel].events.removeFirst()
      configuration.purses[purse].left -= 1
      return .next(.ignored)
    case .repeatDelivery(_, let purse):
      configuration.purses[purse].left -= 1
      return settle(&configuration, deliver(move.event!, &configuration))
    case .repeatAnswer(_, let purse):
      configuration.purses[purse].left -= 1
      let echoes = configuration.echoes.filter { canRepeat($0.contract, configuration) }
      configuration.echoes = echoes
      return settle(&configuration, deliver(move.event!, &configuration))
    case .crash:
      return crash(&configuration)
    }
  }

  /// An event out of the blue, whether or not the world lists it: how scenarios give inputs.
  @inlinable public func step(_ event: S.Event, in configuration: inout Configuration<S>) -> Outcome {
    let outcome = deliver(event, &configuration)
    _ = settle(&configuration, outcome)
    return outcome
  }

  @inlinable func answer(
    _ index: Int, _ number: Int, _ event: S.Event, _ configuration: inout Configuration<S>
  ) -> Outcome {
    let obligation = configuration.obligations[index]
    let contract = design.contracts[Int(obligation.contract)].contract
    if let next = contract.stages[Int(obligation.stage)].answers[number].next {
      configuration.obligations[index].stage = UInt8(next)
    } else {
      configuration.obligations.remove(at: index)
    }
    if repeatable.contains(obligation.contract), canRepeat(obligation.contract, configuration) {
      remember(Echo(contract: obligation.contract, event: event), &configuration)
    }
    let outcome = deliver(event, &configuration)
    if outcome == .refused, contract.options.late == .fenced {
      breaches.append(
        Breach(.minor, "refused-answer", "the answer \(describe(event)) was current, and the guards refused it"))
    }
    return outcome
  }

  @inlinable func deliver(_ event: S.Event, _ configuration: inout Configuration<S>) -> Outcome {
    let outcome = stepper.step(&configuration.state, event)
    note(event, outcome)
    return outcome
  }

  /// Notes what broke in the step that the stepper holds.
  @inlinable func note(_ event: S.Event, _ outcome: Outcome) {
    if outcome == .unexpected {
      breaches.append(Breach(.major, "unexpected-event", "\(describe(event)) was not expected here"))
    }
    if let trouble = stepper.trouble {
      breaches.append(
        Breach(
          .major, "routed-event-refused",
          "\(describe(stepper.received[trouble.event])), routed to it, was \(trouble.outcome.word)"))
    }
  }

  /// Lets the step's orders take effect, in order.
  @inlinable func settle(_ configuration: inout Configuration<S>, _ outcome: Outcome) -> Consequence {
    for order in stepper.orders {
      switch order {
      case .emit(let contract, let effect): open(contract, effect, &configuration)
      case .cancel(let contract, let key):
        if let index = configuration.obligations.firstIndex(where: {
          Int($0.contract) == contract && $0.key == key && $0.condition != .unwanted
        }) {
          cancel(index, &configuration)
        }
      case .cancelAll(let contract):
        for index in configuration.obligations.indices.reversed()
        where Int(configuration.obligations[index].contract) == contract
          && configuration.obligations[index].condition != .unwanted
        { cancel(index, &configuration) }
      case .post(let channel, let event):
        if !post(event, &configuration.channels[channel].events, design.channels[channel].order!) { return .blocked }
      case .stray(let effect):
        breaches.append(
          Breach(.major, "stray-effect", "\(Printer.line(of: effect)) has neither contract, route nor notice"))
      }
    }
    return .next(outcome)
  }

  /// Puts an event under way; returns whether there was room for it.
  @inlinable func post(_ event: S.Event, _ events: inout [S.Event], _ order: ChannelOrder) -> Bool {
    if order == .board {
      if events.contains(event) { return true }
      // In an order that does not depend on when it was posted.
      let rank = event.digest
      events.insert(event, at: events.firstIndex { rank < $0.digest } ?? events.count)
      return true
    }
    if events.count >= world.channelCapacity { return false }
    events.append(event)
    return true
  }

  @inlinable func open(_ index: Int, _ effect: S.Effect, _ configuration: inout Configuration<S>) {
    let contract = design.contracts[index].contract
    if contract.isNotice { return }
    let opened = Obligation(contract: index, key: contract.key(effect), effect: effect)
    if let open = configuration.obligations.firstIndex(where: {
      Int($0.contract) == index && $0.key == opened.key && $0.condition != .unwanted
    }) {
      switch contract.options.again {
      case .replaces: configuration.obligations[open] = opened
      case .joins: break
      case .finding:
        breaches.append(
          Breach(
            .major, "identity-open",
            "\(design.contracts[index].name) \(opened.key) was sent while an answer to it is still open"))
      }
      return
    }
    insert(opened, &configuration)
  }

  @inlinable func cancel(_ index: Int, _ configuration: inout Configuration<S>) {
    let contract = design.contracts[Int(configuration.obligations[index].contract)]
    if contract.contract.options.holds != nil {
      breaches.append(
        Breach(
          .major, "cancelled-holding", "\(contract.name) holds something and cannot be cancelled, only asked to stop"))
    }
    // An answer that is lost cannot come late either.
    var cancelled = configuration.obligations.remove(at: index)
    if contract.contract.options.late == .admitted, cancelled.condition == .open {
      cancelled.condition = .unwanted
      insert(cancelled, &configuration)
    }
  }

  /// Puts an obligation in its canonical place: by contract, key, condition and stage.
  @inlinable func insert(_ obligation: Obligation<S.Effect>, _ configuration: inout Configuration<S>) {
    func rank(_ it: Obligation<S.Effect>) -> (UInt16, Key, UInt8, UInt8) {
      (it.contract, it.key, it.condition.rawValue, it.stage)
    }
    let place = configuration.obligations.firstIndex { rank(obligation) < rank($0) } ?? configuration.obligations.count
    configuration.obligations.insert(obligation, at: place)
  }

  /// One process, one crash: every host goes down, obligations do as their contracts say, and whoever wants to is told.
  @inlinable func crash(_ configuration: inout Configuration<S>) -> Consequence {
    configuration.purses[configuration.purses.count - 1].left -= 1
    configuration.obligations.removeAll { options($0).afterCrash == .forgotten }
    for index in configuration.obligations.indices
    where options(configuration.obligations[index]).afterCrash == .reissued
      && configuration.obligations[index].condition == .lost
    {
      configuration.obligations[index].condition = .open
    }
    let outcome = recover(&configuration.state)
    return settle(&configuration, outcome)
  }

  /// Takes the machines through a crash; ``breaches`` tells what broke on the way.
  ///
  /// To whoever judges it, the crash is one step of all the machines it told.
  @inlinable @discardableResult public func recover(_ state: inout S) -> Outcome {
    if !breaches.isEmpty { breaches.removeAll(keepingCapacity: true) }
    return stepper.recover(&state, start: origin) { note($0, $1) }
  }

  @inlinable func options(_ obligation: Obligation<S.Effect>) -> ContractOptions {
    design.contracts[Int(obligation.contract)].contract.options
  }

  // MARK: - What it means

  @inlinable public func holdings(of configuration: Configuration<S>) -> Holdings {
    guard holdsAnything else { return Holdings() }
    var counts: [String: Int] = [:]
    for obligation in configuration.obligations {
      if let thing = design.contracts[Int(obligation.contract)].contract.options.holds {
        counts[thing, default: 0] += 1
      }
    }
    return Holdings(counts)
  }

  /// The event as its host would say it: `router.dequeue agent=1`.
  public func describe(_ event: S.Event) -> String { Printer.line(of: event) }

  /// What routes that share a channel call it, or the effect that alone goes over it.
  private func name(of channel: Int) -> String {
    design.channels[channel].channel ?? design.channels[channel].effectName
  }

  /// The move in words.
  public func describe(_ move: Move<S.Event>, in configuration: Configuration<S>) -> (who: String, what: String) {
    switch move.kind {
    case .delivery(let channel, _): ("channel \(name(of: channel))", describe(move.event!))
    case .answer: ("answer", describe(move.event!))
    case .input: ("input", describe(move.event!))
    case .lose(let index, _):
      ("fault", "the answer to \(Printer.line(of: configuration.obligations[index].effect)) is lost")
    case .loseDelivery(let channel, _): ("fault", "a delivery of \(design.channels[channel].effectName) is lost")
    case .repeatAnswer, .repeatDelivery: ("fault", "\(describe(move.event!)) comes again")
    case .crash: ("fault", "crash and recovery")
    }
  }
}

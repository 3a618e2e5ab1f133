// What can happen next, group by group.

/// One kind of thing that can happen to a system in a world, whatever the configuration: an input, a fault, the answers
/// of a contract, the deliveries of a channel.
public enum MoveGroup: Hashable, Sendable {
  case deliveries(channel: Int)
  case answers(contract: Int)
  case input(Int)
  case fault(Int)
  case crash

  /// The groups of a world, in the order in which moves are listed.
  @usableFromInline static func all<S: System>(of design: Design<S>, _ world: World<S>) -> [MoveGroup] {
    design.channels.indices.map { .deliveries(channel: $0) }
      + design.contracts.indices.map { .answers(contract: $0) } + world.inputs.indices.map { .input($0) }
      + world.faults.indices.map { .fault($0) } + (world.crashes > 0 ? [.crash] : [])
  }

  public var isFault: Bool {
    switch self {
    case .fault, .crash: true
    case .deliveries, .answers, .input: false
    }
  }
}

extension Walk {
  /// Lists the moves in an order that depends on the configuration alone.
  @inlinable public func moves(of configuration: Configuration<S>, into moves: inout [Move<S.Event>]) {
    moves.removeAll(keepingCapacity: true)
    for channel in configuration.channels.indices { addDeliveries(channel, of: configuration, to: &moves) }
    for index in configuration.obligations.indices { addAnswers(index, of: configuration, to: &moves) }
    for index in world.inputs.indices { addInput(index, of: configuration, to: &moves) }
    for number in world.faults.indices { addFault(number, of: configuration, to: &moves) }
    if canCrash(configuration) { moves.append(Move(.crash, nil)) }
  }

  /// Lists the moves of one group, in the order in which they stand among all.
  @inlinable public func moves(
    of configuration: Configuration<S>, in group: MoveGroup, into moves: inout [Move<S.Event>]
  ) {
    moves.removeAll(keepingCapacity: true)
    switch group {
    case .deliveries(let channel): addDeliveries(channel, of: configuration, to: &moves)
    case .answers(let contract):
      for index in configuration.obligations.indices
      where Int(configuration.obligations[index].contract) == contract {
        addAnswers(index, of: configuration, to: &moves)
      }
    case .input(let index): addInput(index, of: configuration, to: &moves)
    case .fault(let number): addFault(number, of: configuration, to: &moves)
    case .crash: if canCrash(configuration) { moves.append(Move(.crash, nil)) }
    }
  }

  /// The moves of a group, where they are the same in every configuration that has them; nil elsewhere. They live as
  /// long as this walk.
  @inlinable public func fixedMoves(
    of configuration: Configuration<S>, in group: MoveGroup
  ) -> UnsafeBufferPointer<Move<S.Event>>? {
    guard case .input(let index) = group, mayGive(index, configuration) else { return nil }
    return fixed[index].map { UnsafeBufferPointer($0) }
  }

  /// Lists the groups that may have moves, as places in ``groups``: cheap to ask, and none that has any is missing.
  @inlinable public func groups(of configuration: Configuration<S>, into present: inout ContiguousArray<Int>) {
    present.removeAll(keepingCapacity: true)
    var place = 0
    for channel in configuration.channels.indices where !configuration.channels[channel].events.isEmpty {
      present.append(channel)
    }
    place = configuration.channels.count
    var last = -1
    for index in configuration.obligations.indices where configuration.obligations[index].condition != .lost {
      let contract = Int(configuration.obligations[index].contract)
      if contract != last { present.append(place + contract) }
      last = contract
    }
    place += design.contracts.count
    for index in world.inputs.indices where mayGive(index, configuration) { present.append(place + index) }
    place += world.inputs.count
    for number in world.faults.indices where configuration.purses[world.inputs.count + number].left > 0 {
      present.append(place + number)
    }
    if canCrash(configuration) { present.append(place + world.faults.count) }
  }

  @inlinable func mayGive(_ input: Int, _ configuration: Configuration<S>) -> Bool {
    world.inputs[input].limit == nil || configuration.purses[input].left > 0
  }

  @inlinable func canCrash(_ configuration: Configuration<S>) -> Bool {
    configuration.purses[configuration.purses.count - 1].left > 0
  }

  @inlinable func addDeliveries(
    _ channel: Int, of configuration: Configuration<S>, to moves: inout [Move<S.Event>]
  ) {
    let count = configuration.channels[channel].events.count
    if count == 0 { return }
    for position in 0..<(design.channels[channel].order!.isOrdered ? 1 : count) {
      moves.append(
        Move(.delivery(channel: channel, position: position), configuration.channels[channel].events[position]))
    }
  }

  @inlinable func addAnswers(_ index: Int, of configuration: Configuration<S>, to moves: inout [Move<S.Event>]) {
    let obligation = configuration.obligations[index]
    if obligation.condition == .lost { return }
    let answers = design.contracts[Int(obligation.contract)].contract.stages[Int(obligation.stage)].answers
    for number in answers.indices {
      for event in answers[number].draw(obligation.effect) {
        moves.append(Move(.answer(obligation: index, answer: number), event))
      }
    }
  }

  @inlinable func addInput(_ index: Int, of configuration: Configuration<S>, to moves: inout [Move<S.Event>]) {
    if !mayGive(index, configuration) { return }
    if let known = fixed[index] {
      moves.append(contentsOf: known)
    } else {
      for event in world.inputs[index].draw(configuration.state) { moves.append(Move(.input(index), event)) }
    }
  }

  @inlinable func addFault(_ number: Int, of configuration: Configuration<S>, to moves: inout [Move<S.Event>]) {
    let fault = world.faults[number]
    let purse = world.inputs.count + number
    if configuration.purses[purse].left == 0 { return }
    switch fault.fault {
    case .lost:
      for (index, obligation) in configuration.obligations.enumerated()
      where obligation.condition == .open && pays(fault, obligation.contract) {
        moves.append(Move(.lose(obligation: index, purse: purse), nil))
      }
      for (channel, route) in design.channels.enumerated()
      where route.fromHost == fault.host && route.effect == fault.effect && route.isLossy
        && !configuration.channels[channel].events.isEmpty
      {
        moves.append(Move(.loseDelivery(channel: channel, purse: purse), nil))
      }
    case .repeated:
      for (index, echo) in configuration.echoes.enumerated() where pays(fault, echo.contract) {
        moves.append(Move(.repeatAnswer(echo: index, purse: purse), echo.event))
      }
      for (channel, route) in design.channels.enumerated()
      where route.fromHost == fault.host && route.effect == fault.effect && route.isRepeating {
        guard let head = configuration.channels[channel].events.first else { continue }
        moves.append(Move(.repeatDelivery(channel: channel, purse: purse), head))
      }
    }
  }
}

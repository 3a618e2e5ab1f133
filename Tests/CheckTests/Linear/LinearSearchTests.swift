import Check
import Spec
import Testing

/// The search against every order there is, and against histories that have one by construction.
@Suite struct `The search for an order` {
  @Test func `agrees with every order tried one by one, and shrinks to what is needed`() throws {
    var random = SplitMix64(seed: 5)
    var verdicts = [0, 0]
    for _ in 0..<3_000 {
      let history = arbitrary(&random)
      let verdict = try Linearizability.check(history, against: Solo(Registers()))
      #expect(verdict.isLinearizable == isExplicable(history.operations), "\(history)")
      verdicts[verdict.isLinearizable ? 1 : 0] += 1
      switch verdict {
      case .linearizable(let order): #expect(isExplained(history.operations, by: order), "\(history)")
      case .not(let found): judge(found)
      case .undecided: Issue.record("\(verdict)")
      }
    }
    #expect(verdicts.allSatisfy { $0 > 500 }, "both verdicts are put to the test: \(verdicts)")
  }

  /// Fails as it stands, and each response in it is needed.
  private func judge(_ found: LinearCounterexample<Solo<Registers>>) {
    let all = found.history.operations + found.others.operations
    #expect(!isExplicable(all, from: found.start), "\(found.text)")
    for index in found.history.operations.indices {
      var weaker = all
      weaker[index].response = nil
      #expect(isExplicable(weaker, from: found.start), "operation \(index) is not needed:\n\(found.text)")
    }
  }

  @Test(arguments: 1...4) func `takes ten thousand operations in a few tries each`(lanes: Int) throws {
    let history = Self.served(10_000, lanes: lanes, seed: 7)
    let bounds = LinearBounds(steps: 10_000 * 2 * lanes, time: .seconds(1))
    #expect(try Linearizability.check(history, against: Solo(Registers()), bounds: bounds).isLinearizable)
  }

  @Test func `finds one wrong value among ten thousand operations, and what it takes to see it`() throws {
    var history = Self.served(10_000, lanes: 3, seed: 11)
    let wrong = try #require(
      history.operations.indices.first {
        guard $0 > 7_000, case .read = history.operations[$0].event.inner else { return false }
        return true
      })
    history.operations[wrong].response?.sent = [Sole(.value(250))]
    let found = try #require(try Linearizability.check(history, against: Solo(Registers())).counterexample)
    #expect(found.checked == 10_000)
    #expect(found.history.operations == [history.operations[wrong]])
    judge(found)
  }

  @Test func `parts are searched by themselves, and joined into one order`() throws {
    let history = Self.served(400, lanes: 6, seed: 3)
    let verdict = try Linearizability.check(
      history, against: Solo(Registers()), partitionedBy: { $0.inner.name })
    guard case .linearizable(let order) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(order.count == 400)
    #expect(isExplained(history.operations, by: order))
    // Where one part fails, it alone is told.
    var broken = history
    let wrong = try #require(broken.operations.lastIndex { $0.event.inner == .read(.y) })
    broken.operations[wrong].response?.sent = [Sole(.value(250))]
    let found = try Linearizability.check(
      broken, against: Solo(Registers()), partitionedBy: { $0.inner.name }
    ).counterexample
    #expect(found?.history.operations == [broken.operations[wrong]])
    #expect(found?.others.operations.allSatisfy { $0.event.inner.name == .y } == true)
  }

  @Test func `a part that is proven wrong is told, though one before it was too long to search`() throws {
    let reads = (0..<40).map { Operation.read($0, 0, 0, 100) }
    let wrong = Operation.read(40, 250, 0, 1, in: .y)
    let verdict = try Linearizability.check(
      History(reads + [wrong]), against: Solo(Registers()), bounds: LinearBounds(steps: 8),
      partitionedBy: { $0.inner.name })
    #expect(verdict.counterexample != nil, "\(verdict)")
  }

  // MARK: - Histories

  /// A few operations at random, told values at random.
  private func arbitrary(_ random: inout SplitMix64) -> RegisterHistory {
    History(
      (0..<(1 + random.below(6))).map { lane in
        let from = UInt64(random.below(8))
        let to = from + UInt64(random.below(5))
        let value = UInt8(random.below(3))
        if random.below(2) == 0 { return .read(lane, value, from, to) }
        return .write(lane, value, from, random.below(4) == 0 ? nil : to)
      })
  }

  /// What a correct host would have recorded: each operation takes effect at an instant between its ends.
  static func served(_ count: Int, lanes: Int, seed: UInt64) -> RegisterHistory {
    var random = SplitMix64(seed: seed)
    var machine = Registers()
    var free = Array(repeating: UInt64(0), count: lanes)
    var operations: [RegisterHistory.Operation] = []
    for index in 0..<count {
      // Effects are ten apart; an operation reaches into its neighbours' time, as far as its lane is free.
      let effect = UInt64(index + 1) * 10
      let lane = index % lanes
      let from = max(free[lane] + 1, effect - UInt64(random.below(10)))
      let to = effect + UInt64(random.below(10 * lanes - 9))
      free[lane] = to
      let name: Registers.Name = random.below(2) == 0 ? .x : .y
      if random.below(2) == 0 {
        let value = UInt8(random.below(200))
        if name == .x { machine.x = value } else { machine.y = value }
        operations.append(.write(lane, value, from, to, in: name))
      } else {
        operations.append(.read(lane, name == .x ? machine.x : machine.y, from, to, in: name))
      }
    }
    return History(operations)
  }
}

// MARK: - Every order, one by one

private typealias Operation = RegisterHistory.Operation

/// Whether some order explains the operations: all orders are tried, as the definition has it.
private func isExplicable(_ operations: [Operation], from start: Solo<Registers> = Solo(Registers())) -> Bool {
  func extend(_ machine: Registers, _ left: [Operation]) -> Bool {
    if left.allSatisfy({ $0.response == nil }) { return true }
    return left.indices.contains { index in
      let operation = left[index]
      let precedes = left.contains { ($0.response?.instant ?? .max) < operation.invoked }
      var after = machine
      guard !precedes, perform(operation, on: &after) else { return false }
      var rest = left
      rest.remove(at: index)
      return extend(after, rest)
    }
  }
  return extend(start.machine, operations)
}

private func isExplained(_ operations: [Operation], by order: [Int]) -> Bool {
  var machine = Registers()
  for (place, index) in order.enumerated() {
    let ended = operations[index].response?.instant ?? .max
    guard perform(operations[index], on: &machine) else { return false }
    if order[..<place].contains(where: { operations[$0].invoked > ended }) { return false }
  }
  return Set(order).count == order.count
    && operations.indices.allSatisfy { operations[$0].response == nil || order.contains($0) }
}

/// By hand, so that the book is not asked about itself.
private func perform(_ operation: Operation, on machine: inout Registers) -> Bool {
  switch operation.event.inner {
  case .write(let put):
    if put.name == .x { machine.x = put.value } else { machine.y = put.value }
    return true
  case .read(let name):
    let value = name == .x ? machine.x : machine.y
    return operation.response == nil || operation.response?.sent == [Sole(.value(value))]
  }
}

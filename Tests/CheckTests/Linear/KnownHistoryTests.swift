import Check
import Spec
import Testing

/// Histories whose answers are in the literature.
@Suite struct `Known histories` {
  private func check(_ operations: RegisterHistory.Operation...) throws -> LinearVerdict<Solo<Registers>> {
    try Linearizability.check(History(operations), against: Solo(Registers()))
  }

  private func check(_ operations: QueueHistory.Operation...) throws -> LinearVerdict<Solo<Queue>> {
    try Linearizability.check(History(operations), against: Solo(Queue()))
  }

  // MARK: - Queues: Herlihy and Wing, Linearizability (1990), section 2

  @Test func `items enqueued at once may leave in either order`() throws {
    for (first, second) in [(Queue.Item.Name.x, Queue.Item.Name.y), (.y, .x)] {
      let verdict = try check(
        .enqueue(0, .x, 1, 5), .enqueue(1, .y, 2, 4), .dequeue(1, first, 6, 8), .dequeue(0, second, 9, 10),
        .enqueue(0, .z, 11, nil))
      #expect(verdict.isLinearizable)
    }
  }

  @Test func `an item does not overtake one that was in the queue before it came`() throws {
    let verdict = try check(.enqueue(0, .x, 1, 2), .enqueue(1, .y, 3, 6), .dequeue(0, .y, 4, 7))
    #expect(
      verdict.description == """
        not linearizable: no order explains what 1 operation came to (of 3 checked)

          lane 0     ├a─┤
          lane 1  ├b───────…

          from  items.count=1 items[0].item=x
          a  lane 0  dequeue  →  dequeue; sends taken item=y
          b  lane 1  enqueue item=y  →  whether or not it took effect

          after b: a was told “dequeue; sends taken item=y”, and the book says “dequeue; sends taken item=x”
        """)
  }

  @Test func `an item may be taken before its enqueue returns, or even if it never does`() throws {
    #expect(try check(.enqueue(0, .x, 1, nil), .dequeue(1, .x, 2, 3)).isLinearizable)
    #expect(try check(.enqueue(0, .x, 1, 9), .dequeue(1, .x, 2, 3), .dequeue(1, nil, 4, 5)).isLinearizable)
    #expect(try !check(.dequeue(1, .x, 2, 3), .enqueue(0, .x, 4, nil)).isLinearizable, "it had not begun")
  }

  @Test func `an item is not taken twice`() throws {
    let verdict = try check(
      .enqueue(0, .x, 1, 3), .enqueue(1, .y, 2, 4), .dequeue(0, .y, 5, 7), .dequeue(2, .y, 6, 8))
    #expect(
      verdict.description == """
        not linearizable: no order explains what 2 operations came to (of 4 checked)

          lane 0  ├c────────────────…
                        ├a────┤
          lane 1     ├d─────────────…
          lane 2           ├b────┤

          from  items.count=0
          a  lane 0  dequeue  →  dequeue; sends taken item=y
          b  lane 2  dequeue  →  dequeue; sends taken item=y
          c  lane 0  enqueue item=x  →  whether or not it took effect
          d  lane 1  enqueue item=y  →  whether or not it took effect

          after d, c, a: b was told “dequeue; sends taken item=y”, and the book says “dequeue; sends taken item=x”
        """)
  }

  @Test func `a queue is not empty to one who comes after an enqueue has returned`() throws {
    #expect(try check(.enqueue(0, .x, 1, 3), .dequeue(1, nil, 2, 4)).isLinearizable)
    #expect(try !check(.enqueue(0, .x, 1, 2), .dequeue(1, nil, 3, 4)).isLinearizable)
  }

  // MARK: - Registers: the examples of Porcupine

  @Test func `a read beside a write sees the old value or the new one`() throws {
    #expect(try check(.write(0, 100, 0, 100), .read(1, 100, 25, 75), .read(2, 0, 30, 60)).isLinearizable)
  }

  @Test func `a value that was read is not unread`() throws {
    let verdict = try check(.write(0, 200, 0, 100), .read(1, 200, 10, 30), .read(2, 0, 40, 90))
    #expect(
      verdict.description == """
        not linearizable: no order explains what 2 operations came to (of 3 checked)

          lane 0  ├c─────────────…
          lane 1     ├a─┤
          lane 2           ├b─┤

          from  x=0 y=0
          a  lane 1  read name=x  →  read; sends value is=200
          b  lane 2  read name=x  →  read; sends value is=0
          c  lane 0  write name=x value=200  →  whether or not it took effect

          after c, a: b was told “read; sends value is=0”, and the book says “read; sends value is=200”
        """)
  }

  @Test func `what merely touches in time is taken to overlap`() throws {
    #expect(try check(.write(0, 1, 0, 10), .read(1, 0, 10, 20)).isLinearizable)
    #expect(try !check(.write(0, 1, 0, 10), .read(1, 0, 11, 20)).isLinearizable)
    #expect(try check(.write(0, 1, 5, 5), .read(1, 1, 5, 5), .read(2, 0, 5, 5)).isLinearizable)
  }

  // MARK: - Writes without a response

  @Test func `a write that nobody heard of again takes effect whenever it will, once, or never`() throws {
    #expect(try check(.write(0, 1, 0, nil), .read(1, 0, 10, 20), .read(1, 1, 30, 40)).isLinearizable)
    #expect(try check(.write(0, 1, 0, nil), .read(1, 0, 10, 20), .read(1, 0, 30, 40)).isLinearizable)
    #expect(
      try !check(
        .write(0, 1, 0, nil), .read(1, 1, 10, 20), .write(1, 2, 30, 40), .read(1, 2, 50, 60), .read(1, 1, 70, 80)
      ).isLinearizable)
    // Two of them are two effects, and neither is used up by the other.
    #expect(
      try check(
        .write(0, 1, 0, nil), .write(2, 1, 1, nil), .read(1, 1, 10, 20), .write(1, 2, 30, 40), .read(1, 2, 50, 60),
        .read(1, 1, 70, 80)
      ).isLinearizable)
  }

  // MARK: - What is told

  @Test func `an order is told that explains what was told`() throws {
    let verdict = try check(.read(0, 1, 0, 30), .write(1, 2, 1, 20), .write(2, 1, 2, nil), .read(3, 2, 25, 31))
    guard case .linearizable(let order) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(order == [1, 3, 2, 0])
  }

  @Test func `a history that no run can have is an error`() {
    #expect(throws: HistoryError.endsBeforeItBegins(operation: 1, invoked: 9, ended: 8)) {
      try check(.write(0, 1, 1, 2), .read(0, 1, 9, 8))
    }
    #expect(
      "\(HistoryError.endsBeforeItBegins(operation: 1, invoked: 9, ended: 8))"
        == "operation 1 of the history ends at 8, before it begins at 9")
    #expect(throws: Never.self) { try check() as LinearVerdict<Solo<Queue>> }
  }

  @Test func `a bound that is met is told, and no verdict`() throws {
    let operations = (0..<12).map { RegisterHistory.Operation.write($0, UInt8($0), 0, 100) }
    let verdict = try Linearizability.check(
      History(operations + [.read(12, 99, 0, 100)]), against: Solo(Registers()), bounds: LinearBounds(steps: 500))
    guard case .undecided(let steps) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(steps == 501)
    #expect(verdict.description == "not decided: 501 tries were not enough to find an order, or to exclude all")
  }
}

/// One kind of step: when it may happen, and what it does.
///
/// Everything in it is decided before the step begins: the step itself never has to wait half-way.
struct TabulatedMove: Sendable {
  /// Where the step comes from, such as `input prepare`.
  var source: String
  /// The machine that takes the first event.
  var host: Int
  /// Its rule and what the book calls it; nil where none fires.
  var rule: Int?
  var ruleName: String
  var conditions: [Condition]
  /// What happens before a machine steps: a message is taken, an obligation closes, the world pays.
  var before: [Action]
  var branch: Branch?

  enum Condition: Sendable, Hashable {
    /// A machine is in one of these local states.
    case machine(Int, [UInt32])
    /// A ledger is in one of these.
    case ledger(Int, [UInt32])
    /// Several machines are in one of these combinations of local states.
    case combination(hosts: [Int], [[UInt32]])
    /// An event is on a board, or at this position of a channel.
    case waits(channel: Int, position: Int, event: UInt32)
    case waitsAny(channel: Int)
    /// So many more fit into a channel.
    case room(channel: Int, Int)
    case purse(Int)
  }

  enum Action: Sendable, Hashable {
    case take(channel: Int, position: Int)
    case post(channel: Int, event: UInt32)
    case operate(ledger: Int, operation: Int)
    case spend(Int)
  }

  /// From one local number to another.
  struct Row: Sendable, Hashable {
    let from: UInt32
    let to: UInt32
  }

  /// What one machine does in some of its local states: the same orders in all of them.
  struct Branch: Sendable {
    let host: Int
    let rule: Int?
    var rows: [Row]
    let actions: [Action]
    /// What the next event that came over a direct route does; nil when there is none.
    var next: Stage?
  }

  /// One event sent over a direct route, and what its machine does with it, case by case.
  struct Stage: Sendable {
    let event: UInt32
    /// Whether the step does not happen where its machine refuses: such states have no branch.
    let mustBeTaken: Bool
    var branches: [Branch]
  }

  /// What the move does in any of its ways, before a machine steps and after.
  var actions: [Action] {
    func all(_ branch: Branch) -> [Action] { branch.actions + (branch.next?.branches.flatMap(all) ?? []) }
    return before + (branch.map(all) ?? [])
  }
}

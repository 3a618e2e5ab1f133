import Spec
import Testing

/// Every configuration of a world, breadth first: plain, for small worlds.
struct Exploration<S: System> {
  private(set) var states: [Configuration<S>] = []
  /// For each state, the states a move leads to; those after a breach are not explored.
  private(set) var successors: [[Int]] = []
  private(set) var transitions = 0
  /// The shortest run to each code of a breach, and to each property that failed.
  private(set) var breaches: [String: [String]] = [:]
  private(set) var rules: Set<String> = []

  init(_ design: Design<S>, _ world: World<S>) {
    let walk = Walk(design, world)
    let always = design.properties.compactMap { property in
      if case .always(let holds) = property.kind { (property.name, holds) } else { nil }
    }
    var numbers: [[UInt8]: Int] = [bytes(of: walk.start): 0]
    var origins: [(from: Int, words: String)?] = [nil]
    states = [walk.start]
    func run(to number: Int) -> [String] {
      guard let origin = origins[number] else { return [] }
      return run(to: origin.from) + [origin.words]
    }
    var next = 0
    while next < states.count {
      let before = states[next]
      var reached: [Int] = []
      var moves: [Move<S.Event>] = []
      walk.moves(of: before, into: &moves)
      for move in moves {
        var after = before
        guard case .next = walk.take(move, in: &after) else { continue }
        transitions += 1
        for firing in walk.stepper.fired {
          rules.insert(design.hosts[Int(firing.host)].book.rules[Int(firing.rule)].name)
        }
        let (who, what) = walk.describe(move, in: before)
        let holdings = walk.holdings(of: after)
        let broken =
          walk.breaches.filter { $0.severity <= .major }.map(\.code)
          + always.filter { !$0.1(after.state, holdings) }.map(\.0)
        for code in broken where breaches[code] == nil { breaches[code] = run(to: next) + ["\(who) \(what)"] }
        guard broken.isEmpty else { continue }
        let encoded = bytes(of: after)
        if let known = numbers[encoded] {
          reached.append(known)
        } else {
          numbers[encoded] = states.count
          reached.append(states.count)
          states.append(after)
          origins.append((next, "\(who) \(what)"))
        }
      }
      successors.append(reached)
      next += 1
    }
  }

  /// Whether from each state where the first holds, some run comes to one where the second does.
  func canAlwaysReach(from: (S) -> Bool, to: (S) -> Bool) -> Bool {
    var predecessors = [[Int]](repeating: [], count: states.count)
    for (number, reached) in successors.enumerated() { for after in reached { predecessors[after].append(number) } }
    var reaching = Set(states.indices.filter { to(states[$0].state) })
    var frontier = Array(reaching)
    while let number = frontier.popLast() {
      for before in predecessors[number] where reaching.insert(before).inserted { frontier.append(before) }
    }
    return states.indices.allSatisfy { !from(states[$0].state) || reaching.contains($0) }
  }
}

/// A value as bytes; a field above its maximum is an error of the test.
func bytes(of value: some Coded, condenses: Bool = false) -> [UInt8] {
  var copy = value
  let buffer = ByteBuffer()
  var writer = ByteWriter(buffer, condenses: condenses)
  copy.fields(&writer)
  if let overflow = writer.overflow {
    Issue.record("\(overflow.field) is \(overflow.value), above \(overflow.max)")
  }
  return Array(buffer.bytes)
}

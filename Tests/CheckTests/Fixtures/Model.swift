import Check
import Machines
import Spec

/// A small model in its world, whatever its type, with the search that the semantics itself would make of it.
struct Model: Sendable, CustomStringConvertible {
  let description: String
  let expander: Expander
  let plain: @Sendable () -> PlainSearch

  init<S: System>(_ name: String, _ design: Design<S>, _ world: World<S>) {
    description = name
    expander = Expander(design, world)
    plain = { PlainSearch(design, world) }
  }

  /// A design in its only world.
  init<S: System>(_ name: String, _ design: Design<S>) { self.init(name, design, design.worlds[0]) }

  func explore(_ options: SearchOptions = SearchOptions()) -> ExplorationReport {
    Check.explore(expander, machine: description, world: "world", options: options)
  }
}

/// Every state of a world by the semantics itself, one whole state after the other: what an explorer must agree with.
struct PlainSearch {
  private(set) var distinct = 0
  private(set) var generated = 0
  private(set) var depth = 0
  /// The codes and words of what broke, was not expected, or came to an end.
  private(set) var findings: Set<String> = []

  init<S: System>(_ design: Design<S>, _ world: World<S>) {
    let walk = Walk(design, world)
    let judge = Judge(design)
    var seen: Set<[UInt8]> = [Self.bytes(of: walk.start)]
    var level = [walk.start]
    while !level.isEmpty {
      var next: [Configuration<S>] = []
      for before in level {
        distinct += 1
        let broken = judge.state(before.state, walk.holdings(of: before))
        note(broken)
        guard broken.isEmpty else { continue }
        var moves: [Move<S.Event>] = []
        walk.moves(of: before, into: &moves)
        var isEnd = true
        for move in moves {
          var after = before
          judge.begin(before.state)
          let consequence = walk.take(move, in: &after)
          if case .unchanged = consequence, case .input = move.kind { note(judge.step(before.state, walk.stepper)) }
          guard case .next = consequence else { continue }
          isEnd = false
          generated += 1
          let wrong = judge.step(after.state, walk.stepper)
          note(wrong)
          for breach in walk.breaches { findings.insert("\(breach.code): \(breach.words)") }
          guard wrong.isEmpty, walk.breaches.allSatisfy({ $0.severity > .major }) else { continue }
          if seen.insert(Self.bytes(of: after)).inserted { next.append(after) }
        }
        if isEnd, !design.hosts.allSatisfy({ $0.isResting(before.state) }) {
          findings.insert("deadlock: nothing can happen here, and a machine is not at rest")
        }
      }
      level = next
      if !level.isEmpty { depth += 1 }
    }
  }

  private mutating func note(_ broken: [Finding]) { for it in broken { findings.insert("\(it.code): \(it.words)") } }

  private static func bytes(of value: some Coded) -> [UInt8] {
    var copy = value
    let buffer = ByteBuffer()
    var writer = ByteWriter(buffer)
    copy.fields(&writer)
    return Array(buffer.bytes)
  }
}

extension ExplorationReport {
  /// What a plain search would have found too.
  var told: Set<String> {
    let coverage = Coverage.missedCodes.union(["never-leads"])
    // A plain search does not know which channel was full.
    let full = /\ but what waits for room in the channel of \w+,/
    return Set(
      findings.map(\.finding).filter { !coverage.contains($0.code) }
        .map { "\($0.code): \($0.words.replacing(full, with: ","))" })
  }
}

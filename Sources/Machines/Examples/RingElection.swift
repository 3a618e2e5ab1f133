import Spec

/// Chang and Roberts' election: numbers travel round a ring, and only the highest comes home.
///
/// What it teaches: equal machines that talk over channels of their own, and a law about where every run leads. A node
/// passes on what is higher than its own number and swallows what is lower; the node whose number comes back is
/// elected.
///
/// Source: Chang and Roberts (1979); chapter 94.
public struct RingElection: System {
  public var nodes: [Node]

  /// - Parameter count: How many nodes, 2 to 16; their numbers stand in the ring out of order.
  public init(count: Int) {
    nodes = (0..<count).map { Node(own: UInt8($0 * 2 < count ? $0 * 2 : ($0 * 2 - count) | 1)) }
  }

  public typealias Event = Member<Node.Event>
  public typealias Effect = Member<Node.Effect>

  public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    let number = Int(event.number)
    return stepper.step(&nodes[number], event.inner, host: number) { Effect(number, $0) }
  }

  public mutating func fields(_ f: inout Fields) { f.each("nodes", &nodes) }

  public static let design: Design<Self> = Self.design(count: 4)
  /// The sizes that are listed.
  public static let sizes = [3, 4, 6, 8].map { Self.design(count: $0) }

  public static func design(count: Int, book: RuleBook<Node> = Node.book) -> Design<Self> {
    let world = World<Self>(
      "\(count)", "\(count) nodes, each of which may stand", start: { RingElection(count: count) }
    ) {
      for number in 0..<count { Input(.member(number), .stand) }
      Channels(of: count + 1)
    }
    return Design("ring-election", title: "Ring election", chapter: "94-ring-election.md", worlds: [world]) {
      for number in 0..<count {
        Host("node \(number)", book, at: { $0.nodes[number] }, events: .member(number), effects: .member(number))
      }
      for number in 0..<count {
        Route(.candidate, of: .member(number), to: .member((number + 1) % count), as: .candidate, over: .fifo)
      }
      Always(
        "only the highest number is elected", cites: Requirement.`RNG-1`,
        when: { ring in ring.nodes.contains { $0.phase == .elected } }
      ) { ring in
        let highest = ring.nodes.map(\.own).max()
        return ring.nodes.allSatisfy { $0.phase != .elected || $0.own == highest }
      }
      LeadsTo(
        "who stands sees somebody elected", cites: Requirement.`RNG-2`,
        from: { ring in ring.nodes.contains { $0.phase == .standing } },
        to: { ring in ring.nodes.contains { $0.phase == .elected } })
    }
  }
}

/// One node of the ring.
public struct Node: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case passive, standing, elected }
  public typealias Requirement = Machines.Requirement
  public var phase = Phase.passive
  /// Its own number; no other node has it.
  public var own: UInt8

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("own", &own, max: 15)
  }

  public struct Event: Note {
    public static let names = ["stand", "candidate"]
    static let firstNumbered = 1
    public let kind: Int
    var number: UInt8
  }
  public struct Effect: Note {
    public static let names = ["candidate"]
    static let firstNumbered = 0
    public let kind: Int
    var number: UInt8
  }

  public static let book = RuleBook<Self>("Node", "", resting: .passive, .standing, .elected) {
    In(.passive) {
      On(.stand, "stand for election").emit(.candidate) { node, _ in node.own }.go(.standing)
      On(.candidate, "stand against a lower number", cites: .`RNG-2`)
        .when("the number is lower than its own") { node, number in number < node.own }
        .emit(.candidate) { node, _ in node.own }
        .go(.standing)
    }
    In(.standing) {
      On(.candidate, "be elected", cites: .`RNG-1`)
        .when("the number is its own") { node, number in number == node.own }
        .go(.elected)
      Otherwise(.candidate, "swallow a lower number", cites: .`RNG-1`)
        .when("the number is lower than its own") { node, number in number < node.own }
    }
    In(.passive, .standing) {
      Otherwise(.candidate, "pass a higher number on", cites: .`RNG-1`).emit(.candidate) { _, number in number }
    }
    In(.elected) {
      On(.candidate, "swallow what comes after", cites: .`RNG-1`)
    }
    Refused(.stand, in: .standing, .elected, unless: "it is passive")
    AlwaysStep("a node sends one number on at most", cites: .`RNG-1`, before: { _ in () }) { _, step in
      step.sent.count <= 1
    }
    AlwaysStep("who sends its own number stands, and nobody stands down", cites: .`RNG-2`, before: { $0.phase }) {
      phase, step in
      let mustStand = phase != .passive || step.sent(.candidate).contains(step.after.own)
      return step.after.phase != .passive || !mustStand
    }
    AlwaysStep("who begins to stand sends its own number", cites: .`RNG-2`, before: { $0.phase }) { phase, step in
      phase != .passive || step.after.phase == .passive || step.sent(.candidate) == [step.after.own]
    }
    AlwaysStep("who is elected hears of lower numbers alone", cites: .`RNG-1`, before: { $0.phase }) { phase, step in
      phase != .elected || step.received(.candidate).allSatisfy { $0 < step.after.own }
    }
    Sometimes("a node is elected", cites: .`RNG-2`) { $0.phase == .elected }
  }
}

extension Signal<Node.Event, Void> { static var stand: Self { plain(0) } }
extension Signal<Node.Event, UInt8> { static var candidate: Self { numbered(1) } }
extension Signal<Node.Effect, UInt8> { static var candidate: Self { numbered(0) } }

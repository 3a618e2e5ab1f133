import Spec

/// What exchanging two interchangeable identities does to the places of a state; no types.
///
/// Every renaming is a product of exchanges of neighbours, the *generators*. A generator moves what stands in each part
/// to its image, and renames it there.
@usableFromInline struct SymmetryPlan: Sendable {
  /// What the identities are called, how many of each there are, and where they begin among the positions.
  let classes: [Class]
  @usableFromInline let generators: [Generator]
  /// Identities of all classes together.
  let positions: Int
  /// Why states cannot be taken for each other; empty where they can.
  let obstacles: [String]

  struct Class: Sendable {
    let name: String
    let count: Int
    let first: Int
  }

  @usableFromInline struct Generator: Sendable {
    @usableFromInline let identities: Int
    @usableFromInline let swap: Swap
    /// The position that is exchanged with the next one.
    let position: Int
    /// The image of each part, contract and purse.
    @usableFromInline let parts: [Int]
    let contracts: [Int]
    let purses: [Int]
  }

  @usableFromInline init<S: System>(_ design: Design<S>, _ world: World<S>, _ plan: PartPlan) {
    var classes: [Class] = []
    var generators: [Generator] = []
    var obstacles: [String] = []
    var positions = 0
    for (number, identities) in design.interchangeable.enumerated() {
      classes.append(Class(name: identities.name, count: identities.count, first: positions))
      for first in 0..<max(0, identities.count - 1) {
        let swap = Swap(first, first + 1)
        var images = Images(design, world, plan, identities, swap)
        let generator = Generator(
          identities: number, swap: swap, position: positions + first, parts: images.parts(),
          contracts: images.contracts(), purses: images.purses())
        generators.append(generator)
        for it in images.obstacles where !obstacles.contains(it) { obstacles.append(it) }
      }
      positions += identities.count
    }
    if classes.isEmpty { obstacles.append("\(design.name) declares no interchangeable identities") }
    if positions > 255 { obstacles.append("there are more than 255 interchangeable identities") }
    self.classes = classes
    self.generators = generators
    self.positions = positions
    self.obstacles = obstacles
  }
}

/// Finds where one exchange moves hosts, contracts, channels and purses.
private struct Images<S: System> {
  let design: Design<S>
  let world: World<S>
  let plan: PartPlan
  let identities: Interchange<S>
  let swap: Swap
  let hosts: [Int]
  var obstacles: [String] = []

  init(_ design: Design<S>, _ world: World<S>, _ plan: PartPlan, _ identities: Interchange<S>, _ swap: Swap) {
    self.design = design
    self.world = world
    self.plan = plan
    self.identities = identities
    self.swap = swap
    hosts = design.hosts.map { host in
      var event = host.sample
      identities.event(&event, swap)
      return event.kind
    }
  }

  private mutating func miss(_ what: String) {
    obstacles.append("exchanging \(swap.first) and \(swap.second) of the \(identities.name) leaves \(what) no image")
  }

  mutating func parts() -> [Int] {
    var parts = hosts
    for (host, part) in plan.ledgers.enumerated() where part != nil {
      if let image = plan.ledgers[hosts[host]] {
        parts.append(image)
      } else {
        miss("the obligations of \(design.hosts[host].name)")
        parts.append(part!)
      }
    }
    for (channel, first) in design.channels.enumerated() {
      let images = Set(design.routes.filter { design.channel(of: $0) == channel }.map(image))
      if images.count == 1, let image = images.first! {
        parts.append(plan.firstChannel + image)
      } else {
        miss("the channel of \(first.effectName) from \(design.hosts[first.fromHost].name)")
        parts.append(plan.firstChannel + channel)
      }
    }
    parts.append(plan.purses)
    return parts
  }

  private func image(_ route: Routing<S>) -> Int? {
    design.routes.first {
      $0.fromHost == hosts[route.fromHost] && $0.toHost == hosts[route.toHost] && $0.effect == route.effect
        && $0.event == route.event && $0.over == route.over
    }.flatMap { design.channel(of: $0) }
  }

  mutating func contracts() -> [Int] {
    design.contracts.indices.map { index in
      let joint = design.contracts[index]
      let image = design.contracts.firstIndex {
        $0.host == hosts[joint.host] && $0.contract.effect == joint.contract.effect
      }
      if image == nil { miss("the contract \(joint.name)") }
      return image ?? index
    }
  }

  /// In the order of the world's inputs, its faults, and its crashes.
  mutating func purses() -> [Int] {
    let start = world.start()
    var images: [Int] = []
    for (index, input) in world.inputs.enumerated() {
      let wanted = Set(input.draw(start).map { renamed($0).digest })
      let image = world.inputs.indices.first {
        world.inputs[$0].limit == input.limit && world.inputs[$0].name == input.name
          && (input.looksAtState
            ? host(of: $0, start) == host(of: index, start).map { hosts[$0] }
            : Set(world.inputs[$0].draw(start).map(\.digest)) == wanted)
      }
      if image == nil { miss("the input \(input.name)") }
      images.append(image ?? index)
    }
    for (index, fault) in world.faults.enumerated() {
      let image = world.faults.firstIndex {
        $0.fault == fault.fault && $0.host == hosts[fault.host] && $0.effect == fault.effect && $0.limit == fault.limit
      }
      if image == nil { miss("the fault purse of \(fault.name)") }
      images.append(world.inputs.count + (image ?? index))
    }
    images.append(images.count)
    return images
  }

  private func renamed(_ event: S.Event) -> S.Event {
    var event = event
    identities.event(&event, swap)
    return event
  }

  private func host(of input: Int, _ start: S) -> Int? { world.inputs[input].draw(start).first?.kind }
}

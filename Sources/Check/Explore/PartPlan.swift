import Spec

/// Which parts a state is made of, and what steps need to know of contracts, channels and purses; no types.
///
/// A part is one machine, the obligations of one host, one channel, or what the world may still spend. A step rewrites
/// the parts it touches and no others. Parts stand in this order: machines, obligations, channels, the world's purses.
@usableFromInline struct PartPlan: Sendable {
  @usableFromInline let hosts: Int
  /// For each host the part of its obligations; nil for a host whose contracts are all notices.
  @usableFromInline let ledgers: [Int?]
  @usableFromInline let firstChannel: Int
  @usableFromInline let purses: Int
  @usableFromInline var count: Int { purses + 1 }
  /// The vocabulary of each part's values.
  @usableFromInline let kinds: [Int]
  @usableFromInline let kindCount: Int

  @usableFromInline let contracts: [Contract]
  @usableFromInline let channels: [Channel]
  let inputs: [Input]
  let faults: [Fault]
  let channelCapacity: Int
  /// Whether the world spends faults or crashes.
  let mayFail: Bool
  let mayCrash: Bool

  @usableFromInline enum Kind {
    @usableFromInline static var event: Int { 0 }
    @usableFromInline static var effect: Int { 1 }
    @usableFromInline static var ledger: Int { 2 }
    @usableFromInline static var channel: Int { 3 }
    @usableFromInline static var purses: Int { 4 }
    @usableFromInline static var machines: Int { 5 }
  }

  @usableFromInline struct Contract: Sendable {
    let name: String
    let host: Int
    let effect: Int
    let options: ContractOptions
    let isNotice: Bool
    let stages: [(isOwed: Bool, next: [Int?])]
  }

  @usableFromInline struct Channel: Sendable {
    let name: String
    let fromHost: Int
    let toHost: Int
    let effect: Int
    let isLossy: Bool
    let isRepeating: Bool
    let order: ChannelOrder
  }

  struct Input: Sendable {
    let isLimited: Bool
  }

  struct Fault: Sendable {
    let fault: ContractOptions.Fault
    let host: Int
    let effect: Int
  }

  /// - Parameter machineTypes: For each host a number that is the same for hosts of one machine type.
  @usableFromInline init<S: System>(_ design: Design<S>, _ world: World<S>, machineTypes: [ObjectIdentifier]) {
    hosts = design.hosts.count
    contracts = design.contracts.map { joint in
      Contract(
        name: joint.name, host: joint.host, effect: joint.contract.effect, options: joint.contract.options,
        isNotice: joint.contract.isNotice,
        stages: joint.contract.stages.map { ($0.isOwed, $0.answers.map(\.next)) })
    }
    channels = design.channels.map { route in
      Channel(
        name: route.effectName, fromHost: route.fromHost, toHost: route.toHost, effect: route.effect,
        isLossy: route.isLossy,
        isRepeating: route.isRepeating, order: route.order ?? .fifo)
    }
    inputs = world.inputs.map { Input(isLimited: $0.limit != nil) }
    faults = world.faults.map { Fault(fault: $0.fault, host: $0.host, effect: $0.effect) }
    channelCapacity = world.channelCapacity
    mayCrash = world.crashes > 0
    mayFail = !world.faults.isEmpty || world.crashes > 0

    var kinds: [Int] = []
    var types: [ObjectIdentifier: Int] = [:]
    for type in machineTypes {
      let kind = types[type] ?? Kind.machines + types.count
      types[type] = kind
      kinds.append(kind)
    }
    kindCount = Kind.machines + types.count
    var ledgers: [Int?] = []
    for host in 0..<hosts {
      let answers = contracts.contains { $0.host == host && !$0.isNotice }
      ledgers.append(answers ? kinds.count : nil)
      if answers { kinds.append(Kind.ledger) }
    }
    self.ledgers = ledgers
    firstChannel = kinds.count
    kinds += channels.map { _ in Kind.channel }
    purses = kinds.count
    kinds.append(Kind.purses)
    self.kinds = kinds
  }

  /// Whether a fault purse pays for the answers of a contract.
  func pays(_ fault: Fault, _ contract: Int) -> Bool {
    contracts[contract].host == fault.host && contracts[contract].effect == fault.effect
      && contracts[contract].options.faults.contains(fault.fault)
  }
}

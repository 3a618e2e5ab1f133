/// The open obligations of a running system, by ticket: what a host keeps, and what an auditor keeps beside it.
///
/// A *ticket* is durable and unique: the number of the journal record that opened the obligation, times 256, plus its
/// place among those the record opened. It is the driver's idempotency key and no part of any machine's state.
///
/// The explorer's form of the same is ``Configuration/obligations``; a test holds the two against each other.
public struct Ledger<S: System> {
  public struct Entry {
    public let ticket: UInt64
    public let contract: Int
    public let key: Key
    public let effect: S.Effect
    /// Nanoseconds since the run began; a timer is due its duration later.
    public var openedAt: UInt64
    public var stage: Int
    /// Cancelled, but admitted late.
    public var isUnwanted: Bool

    @inlinable init(
      ticket: UInt64, contract: Int, key: Key, effect: S.Effect, openedAt: UInt64, stage: Int, isUnwanted: Bool
    ) {
      self.ticket = ticket
      self.contract = contract
      self.key = key
      self.effect = effect
      self.openedAt = openedAt
      self.stage = stage
      self.isUnwanted = isUnwanted
    }
  }

  /// What an order of a step came to, for whoever performs effects.
  public enum Deed {
    case opened(Entry)
    case notice(contract: Int, S.Effect)
    case cancelled(ticket: UInt64, contract: Int)
    case posted(channel: Int)
    /// A breach of the contract by the machine itself.
    case breach(Breach)
  }

  public enum Admission {
    /// The contract admits the answer; this obligation closes or advances to the stage.
    case admitted(Entry, next: Int?)
    /// The obligation is closed: the host drops the answer and counts it.
    case late
    /// The contract admits no such answer.
    case offContract(Entry)
  }

  @usableFromInline struct Identity: Hashable {
    @usableFromInline let contract: Int
    @usableFromInline let key: Key
    @inlinable init(contract: Int, key: Key) {
      self.contract = contract
      self.key = key
    }
  }

  /// Of the design, only the contracts: a copy of a ledger should cost few references.
  @usableFromInline let contracts: [SystemContract<S>]
  /// What each step asks of them, by contract: to take a whole contract out costs a dozen references.
  @usableFromInline let terms: [Terms]
  @usableFromInline struct Terms: Sendable {
    @usableFromInline let isNotice: Bool
    @usableFromInline let again: ContractOptions.Again
    @usableFromInline let key: @Sendable (S.Effect) -> Key

    init(_ contract: Contract<S.Event, S.Effect>) {
      (isNotice, again, key) = (contract.isNotice, contract.options.again, contract.key)
    }
  }
  @usableFromInline var entries: [UInt64: Entry] = [:]
  @usableFromInline var tickets: [Identity: UInt64] = [:]
  /// 64 bits that stand for the open identities and their stages, whatever the order they were opened in.
  public var digest: UInt64 = 0
  /// Events under way, by channel.
  public var channels: [[S.Event]]

  /// What the step at hand answers or delivers, where machines that must take part may refuse: then it waits on.
  @usableFromInline enum Taken {
    case answered(Entry)
    case delivered(S.Event, channel: Int, position: Int)
  }
  @usableFromInline var taken: Taken?
  @usableFromInline let mayWait: Bool

  public init(_ design: Design<S>) {
    mayWait = design.bindsSteps
    contracts = design.contracts
    terms = design.contracts.map { Terms($0.contract) }
    channels = Array(repeating: [], count: design.channelCount)
  }

  /// How many obligations one step can open.
  @inlinable static var ticketsOfRecord: UInt64 { 256 }
  @usableFromInline static var tooMany: String {
    "a step sends more than \(ticketsOfRecord) effects that wait for answers: those beyond have no ticket, and are "
      + "not performed"
  }

  public var count: Int { entries.count }
  /// The open obligations, oldest first.
  public var open: [Entry] { entries.values.sorted { $0.ticket < $1.ticket } }

  /// Whether an answer may be given now.
  ///
  /// It changes nothing, and is mutating because a ledger in an object would be copied to be asked.
  ///
  /// - Parameters:
  ///   - ticket: What the obligation goes by.
  ///   - event: The answer.
  @inlinable public mutating func admission(of ticket: UInt64, _ event: S.Event) -> Admission {
    guard let entry = entries[ticket] else { return .late }
    // By index: an answer that is taken out costs three references.
    let answers = contracts[entry.contract].contract.stages[entry.stage].answers
    for index in answers.indices where answers[index].admits(entry.effect, event) {
      return .admitted(entry, next: answers[index].next)
    }
    return .offContract(entry)
  }

  /// Closes the obligation, or advances it: the first thing of a step that answers it.
  @inlinable public mutating func advance(_ entry: Entry, to next: Int?) {
    if mayWait { taken = .answered(entry) }
    digest = digest &- Self.digest(entry)
    guard let next else {
      forget(entry)
      return
    }
    var moved = entry
    moved.stage = next
    entries[entry.ticket] = moved
    digest = digest &+ Self.digest(moved)
  }

  /// Takes an event from a channel that may deliver it now: the head, or any where the order is free.
  @inlinable public mutating func take(_ event: S.Event, from channel: Int, _ order: ChannelOrder) -> Bool {
    guard channel < channels.count, let position = channels[channel].firstIndex(of: event),
      position == 0 || !order.isOrdered
    else { return false }
    channels[channel].remove(at: position)
    if mayWait { taken = .delivered(event, channel: channel, position: position) }
    return true
  }

  /// Lets the orders of a step take effect, and tells what each came to.
  ///
  /// A step that a machine refused which must take part has none: what it answered stays open, and what it delivered
  /// stays under way.
  @inlinable public mutating func settle(
    _ stepper: Stepper<S>, record: UInt64, at nanoseconds: UInt64, _ deed: (Deed) -> Void
  ) {
    if mayWait {
      if stepper.refusedTogether != nil { return putBack() }
      taken = nil
    }
    var place: UInt64 = 0
    // By index: to walk over them counts a reference to each.
    for number in stepper.orders.indices {
      switch stepper.orders[number] {
      case .emit(let index, let effect):
        if terms[index].isNotice {
          deed(.notice(contract: index, effect))
        } else {
          guard place < Self.ticketsOfRecord else {
            deed(.breach(Breach(.major, "too-many-effects", Self.tooMany)))
            continue
          }
          open(index, effect, ticket: record &* Self.ticketsOfRecord &+ place, at: nanoseconds, deed)
          place += 1
        }
      case .cancel(let index, let key): cancel(Identity(contract: index, key: key), deed)
      case .cancelAll(let index):
        for entry in open where entry.contract == index && !entry.isUnwanted {
          cancel(Identity(contract: index, key: entry.key), deed)
        }
      case .post(let channel, let event):
        channels[channel].append(event)
        deed(.posted(channel: channel))
      case .stray(let effect):
        deed(
          .breach(Breach(.major, "stray-effect", "\(Printer.line(of: effect)) has neither contract, route nor notice")))
      }
    }
  }

  @usableFromInline mutating func putBack() {
    switch taken {
    case .answered(let entry):
      if let moved = entries[entry.ticket] { digest = digest &- Self.digest(moved) }
      entries[entry.ticket] = entry
      digest = digest &+ Self.digest(entry)
      let identity = Identity(contract: entry.contract, key: entry.key)
      // One that is admitted late may have left its identity to a later one.
      if tickets[identity] == nil { tickets[identity] = entry.ticket }
    case .delivered(let event, let channel, let position): channels[channel].insert(event, at: position)
    case nil: break
    }
    taken = nil
  }

  @inlinable mutating func open(
    _ index: Int, _ effect: S.Effect, ticket: UInt64, at nanoseconds: UInt64, _ deed: (Deed) -> Void
  ) {
    let key = terms[index].key(effect)
    let identity = Identity(contract: index, key: key)
    // As if it were new, which it mostly is: the table is asked once.
    if let known = tickets.updateValue(ticket, forKey: identity), let entry = entries[known], !entry.isUnwanted {
      switch terms[index].again {
      case .joins:
        tickets[identity] = known
        return
      case .replaces:
        remove(entry)
        deed(.cancelled(ticket: entry.ticket, contract: entry.contract))
      case .finding:
        tickets[identity] = known
        deed(
          .breach(
            Breach(
              .major, "identity-open",
              "\(contracts[index].name) \(key) was sent while an answer to it is still open")))
        return
      }
    }
    let entry = Entry(
      ticket: ticket, contract: index, key: key, effect: effect, openedAt: nanoseconds, stage: 0, isUnwanted: false)
    entries[ticket] = entry
    digest = digest &+ Self.digest(entry)
    deed(.opened(entry))
  }

  @inlinable mutating func cancel(_ identity: Identity, _ deed: (Deed) -> Void) {
    guard let ticket = tickets[identity], var entry = entries[ticket], !entry.isUnwanted else { return }
    switch contracts[entry.contract].contract.options.late {
    case .fenced: remove(entry)
    case .admitted:
      digest = digest &- Self.digest(entry)
      entry.isUnwanted = true
      entries[ticket] = entry
      digest = digest &+ Self.digest(entry)
    }
    deed(.cancelled(ticket: ticket, contract: entry.contract))
  }

  @inlinable mutating func remove(_ entry: Entry) {
    digest = digest &- Self.digest(entry)
    forget(entry)
  }

  /// The identity may stand for a later ticket by now, when this one was cancelled and is admitted late.
  @inlinable mutating func forget(_ entry: Entry) {
    entries[entry.ticket] = nil
    let identity = Identity(contract: entry.contract, key: entry.key)
    if let ticket = tickets.removeValue(forKey: identity), ticket != entry.ticket { tickets[identity] = ticket }
  }

  @inlinable static func digest(_ entry: Entry) -> UInt64 {
    var digest = Digest()
    digest.add(UInt64(entry.contract))
    digest.add(UInt64(entry.stage) * 2 + (entry.isUnwanted ? 1 : 0))
    digest.add(entry.key.major)
    digest.add(entry.key.minor)
    return digest.value
  }
}

extension Ledger {
  /// Writes what a fingerprint covers: the state, its queues as digests, and the open obligations.
  @inlinable public func cover(_ state: inout S, into buffer: ByteBuffer) {
    Self.cover(&state, digest, into: buffer)
  }

  /// The same, of a ledger that is known by its digest: a host that gives its state away need not copy its ledger.
  @inlinable public static func cover(_ state: inout S, _ digest: UInt64, into buffer: ByteBuffer) {
    buffer.count = 0
    var writer = ByteWriter(buffer, condenses: true)
    state.fields(&writer)
    var digest = digest
    writer.word(&digest, max: .max) { _ in nil }
  }
}

extension Stepper {
  /// Writes the orders of the last step, as a journal keeps them.
  @inlinable public func encodeOrders(into buffer: ByteBuffer) {
    buffer.count = 0
    var writer = ByteWriter(buffer)
    func put(_ value: Int, max: UInt64) {
      var word = UInt64(value)
      writer.word(&word, max: max) { _ in nil }
    }
    for number in orders.indices {
      switch orders[number] {
      case .emit(let contract, var effect):
        put(0, max: 0xFF)
        put(contract, max: 0xFFFF)
        effect.fields(&writer)
      case .cancel(let contract, var key):
        put(1, max: 0xFF)
        put(contract, max: 0xFFFF)
        key.fields(&writer)
      case .cancelAll(let contract):
        put(2, max: 0xFF)
        put(contract, max: 0xFFFF)
      case .post(let channel, var event):
        put(3, max: 0xFF)
        put(channel, max: 0xFFFF)
        event.fields(&writer)
      case .stray(var effect):
        put(4, max: 0xFF)
        effect.fields(&writer)
      }
    }
  }
}

extension Design {
  /// 64 bits that stand for the rules' text: a journal names the book it was written under by it.
  public var bookDigest: UInt64 {
    var digest = Digest()
    func put(_ text: String) {
      for byte in text.utf8 { digest.add(UInt64(byte)) }
      digest.add(0x100)
    }
    put(name)
    for route in routes { put("\(route.fromHost).\(route.effect) \(route.toHost).\(route.event) \(route.over)") }
    for host in hosts {
      put(host.name)
      host.book.phases.forEach { put($0.name) }
      host.book.events.forEach(put)
      host.book.effects.forEach(put)
      for rule in host.book.rules {
        put(rule.name)
        rule.phases.forEach { put(String($0)) }
        put(String(rule.event))
        rule.guards.forEach { put($0.name) }
        rule.clauses.forEach { put("\($0.kind)") }
        put(rule.target.map(String.init) ?? "-")
      }
      for silence in host.book.silences { put("\(silence.word) \(silence.event) \(silence.phases) \(silence.reason)") }
      for contract in host.book.contracts {
        let options = contract.options
        put("\(contract.name) \(contract.stages) \(options.late) \(options.again) \(options.afterCrash)")
        put(
          "\(options.faults.map { "\($0)" }.sorted()) \(options.holds ?? "-") \(options.timer.map { "\($0)" } ?? "-")")
      }
    }
    return digest.value
  }
}

/// Steps a system: delivers an event to its host and runs direct routes to completion, first in, first out.
///
/// Scratch memory, one per thread; no part of the state. Once warm, a step allocates nothing. What it holds after a
/// step is for readers; the next step overwrites it.
public final class Stepper<S: System> {
  public let design: Design<S>
  private let boxes: [HostBox]
  /// By lane the contract whose effects take it, -1 where they go another way; read without counting references.
  @usableFromInline let contracts: UnsafeMutablePointer<Int32>
  /// What ``boxes`` own, host by host.
  @usableFromInline let runs: UnsafeMutablePointer<UnsafeMutableRawPointer>
  /// The events of the last step in order: the one given, then those that came over direct routes.
  @exclusivity(unchecked) public var received: ContiguousArray<S.Event> = []
  /// Every effect of the last step, in order; kept only while ``isRecording``.
  @exclusivity(unchecked) public var sent: ContiguousArray<S.Effect> = []
  /// Effects for the world or a channel, and cancellations, in order.
  @exclusivity(unchecked) public var orders: ContiguousArray<Order> = []
  /// The host and rule of each firing of the last step.
  @exclusivity(unchecked) public var fired: ContiguousArray<Firing> = []
  /// Whether a routed event was refused or unexpected; such a step is a finding.
  @exclusivity(unchecked) public var trouble: (event: Int, outcome: Outcome)?
  /// Which of the events received must not be refused, by their places.
  @exclusivity(unchecked) public var bound: ContiguousArray<Int> = []
  /// The event that a machine refused, where the step did not happen for it.
  @exclusivity(unchecked) public var refusedTogether: S.Event?
  @exclusivity(unchecked) public var isRecording = false
  /// What the next ``step(_:_:host:_:)`` does with its machine.
  @exclusivity(unchecked) @usableFromInline var reach = Reach.step

  /// A way to one machine of the state: ``System/receive(_:_:)`` knows where each stands, so explorers go through it.
  @usableFromInline enum Reach {
    case judgeState
    case judgeStep
    case tellMet
    case meet([Int])
    case tellLines
    case step
    case recall(Int)
    case remember(Int)
    case read(UnsafeRawBufferPointer)
    /// Into ``writing``.
    case write
  }
  @exclusivity(unchecked) @usableFromInline var writing: ByteBuffer?
  @exclusivity(unchecked) @usableFromInline var hasReached = false
  /// Whether each machine is judged by its own laws over the step.
  @exclusivity(unchecked) public var isJudging = false
  /// Whether that takes in the laws that walk the whole machine.
  @exclusivity(unchecked) public var judgesDear = true
  /// What the machine to be stepped is remembered under, while one alone is judged; -1 elsewhere.
  @exclusivity(unchecked) public var judgedNumber = -1
  @exclusivity(unchecked) @usableFromInline var stamp = 0
  @exclusivity(unchecked) @usableFromInline var broken: [Int] = []
  @exclusivity(unchecked) @usableFromInline var leads: (from: UInt32, to: UInt32) = (0, 0)
  @exclusivity(unchecked) @usableFromInline var met: [Bool] = []
  /// Whether steps that are judged may yet turn out not to be possible: what they meet is met when ``meet(_:host:of:)``
  /// says so.
  @exclusivity(unchecked) public var isTentative = false
  /// The "sometimes" laws that the machine judged last waited for, by their place in its book.
  @exclusivity(unchecked) public var meets: [Int] = []
  @exclusivity(unchecked) @usableFromInline var told: [(path: String, value: String)] = []
  /// The first field above its maximum in the last machine written.
  @exclusivity(unchecked) @usableFromInline var overflow: (field: String, value: UInt64, max: UInt64)?

  public enum Order: Sendable {
    case emit(contract: Int, S.Effect)
    case post(channel: Int, S.Event)
    case cancel(contract: Int, key: Key)
    case cancelAll(contract: Int)
    /// The effect has neither contract nor route nor notice.
    case stray(S.Effect)
  }

  @frozen public struct Firing: Hashable, Sendable {
    public let host: Int16
    public let rule: Int16

    @inlinable public init(host: Int, rule: Int) {
      self.host = Int16(host)
      self.rule = Int16(rule)
    }
  }

  public init(_ design: Design<S> = S.design) {
    self.design = design
    boxes = design.hosts.map { $0.makeBox() }
    runs = .allocate(capacity: boxes.count)
    for host in boxes.indices { runs[host] = boxes[host].run }
    contracts = .allocate(capacity: max(1, design.lanes.count))
    for (place, lane) in design.lanes.enumerated() {
      if case .contract(let contract) = lane { contracts[place] = Int32(contract) } else { contracts[place] = -1 }
    }
  }

  deinit {
    runs.deallocate()
    contracts.deallocate()
  }

  /// One step of the system. The outcome is that of the event given.
  @inlinable public func step(_ state: inout S, _ event: S.Event) -> Outcome {
    // Most systems have nothing to go back to, and no copy is made of their states.
    guard design.bindsSteps else { return follow(event, &state) }
    let before = state
    let outcome = follow(event, &state)
    guard let refused = refusedTogether else { return outcome }
    state = before
    clear()
    refusedTogether = refused
    return .refused
  }

  /// Delivers an event and what it leads to, up to an event that must not be refused and is.
  @inlinable func follow(_ event: S.Event, _ state: inout S) -> Outcome {
    clear()
    received.append(event)
    let outcome = state.receive(event, self)
    var next = 1
    while next < received.count {
      let routed = received[next]
      let result = state.receive(routed, self)
      if case .fired = result {
      } else if result != .ignored {
        if result == .refused, bound.contains(next) {
          refusedTogether = routed
          return .refused
        }
        note(next, result)
      }
      next += 1
    }
    return outcome
  }

  /// Forgets the last step.
  @inlinable public func clear() {
    // Most are empty, and to ask costs less than to empty them.
    received.removeFew()
    sent.removeFew()
    orders.removeFew()
    fired.removeFew()
    trouble = nil
    bound.removeFew()
    if refusedTogether != nil { refusedTogether = nil }
    stamp &+= 1
  }

  @inlinable func note(_ event: Int, _ outcome: Outcome) {
    if trouble == nil { trouble = (event, outcome) }
  }

  /// Steps one machine and passes on what it sends. Called by ``System/receive(_:_:)``.
  @inlinable public func step<M: Machine>(
    _ machine: inout M, _ event: M.Event, host: Int, _ wrap: (M.Effect) -> S.Effect
  ) -> Outcome {
    let box = runs[host].assumingMemoryBound(to: HostRun<M>.self)
    if case .step = reach {
    } else {
      attend(&machine, box)
      return .ignored
    }
    box.pointee.outbox.removeAll()
    if isJudging {
      box.pointee.judge.begin(machine, event, stamp: stamp, number: judgedNumber, includesDear: judgesDear)
    }
    let outcome = box.pointee.program.step(&machine, event, &box.pointee.outbox)
    guard case .fired(let rule) = outcome else { return outcome }
    fired.append(Firing(host: host, rule: rule))
    if isJudging {
      for case .emit(let effect) in box.pointee.outbox.orders { box.pointee.judge.sent.append(effect) }
    }
    if box.pointee.outbox.orders.isEmpty { return outcome }
    let base = design.laneBases[host]
    var index = 0
    while index < box.pointee.outbox.orders.count {
      switch box.pointee.outbox.orders[index] {
      case .emit(let effect):
        send(wrap(effect), lane: base + effect.kind)
      case .cancel(let kind, let key):
        if contracts[base + kind] >= 0 { orders.append(.cancel(contract: Int(contracts[base + kind]), key: key)) }
      case .cancelAll(let kind):
        if contracts[base + kind] >= 0 { orders.append(.cancelAll(contract: Int(contracts[base + kind]))) }
      }
      index += 1
    }
    return outcome
  }

  @inlinable @inline(__always) func send(_ effect: S.Effect, lane: Int) {
    if isRecording { sent.append(effect) }
    if contracts[lane] >= 0 {
      orders.append(.emit(contract: Int(contracts[lane]), effect))
    } else {
      pass(effect, over: design.lanes[lane])
    }
  }

  @inlinable @inline(__always) func pass(_ effect: S.Effect, over lane: Lane<S>) {
    switch lane {
    case .contract(let contract): orders.append(.emit(contract: contract, effect))
    case .direct(let convert, let isBinding):
      if let event = convert(effect) {
        if isBinding { bound.append(received.count) }
        received.append(event)
      }
    case .channel(let channel, let convert):
      if let event = convert(effect) { orders.append(.post(channel: channel, event)) }
    case .nowhere: orders.append(.stray(effect))
    case .several(let lanes): spread(effect, over: lanes)
    }
  }
}

// MARK: - Several routes of one effect

extension Stepper {
  @usableFromInline func spread(_ effect: S.Effect, over lanes: [Lane<S>]) {
    for lane in lanes { pass(effect, over: lane) }
  }
}

// MARK: - Single machines, for explorers

extension Stepper {
  /// One step of one host: what it routes directly is left in ``received``, and not delivered.
  @inlinable public func stepAlone(_ state: inout S, _ event: S.Event) -> Outcome {
    clear()
    return state.receive(event, self)
  }

  /// For each host, what tells machines of different types apart.
  public var machineTypes: [ObjectIdentifier] { boxes.map(\.machine) }

  /// Puts the machine remembered under a number back into the state.
  ///
  /// - Returns: false when there is none; the state is then unchanged.
  @inlinable public func recall(_ number: Int, host: Int, in state: inout S) -> Bool {
    reach(host, .recall(number), &state)
    return hasReached
  }

  /// Remembers the host's machine under a number.
  ///
  /// - Returns: false when another machine is remembered under it; that one is kept.
  @inlinable public func remember(_ number: Int, host: Int, of state: inout S) -> Bool {
    reach(host, .remember(number), &state)
    return hasReached
  }

  /// The laws of the host's machine that its state breaks, by their place in its book, and where its leads-to
  /// properties begin and end, as bits.
  @inlinable public func judgeState(
    host: Int, of state: inout S
  ) -> (broken: [Int], from: UInt32, to: UInt32) {
    reach(host, .judgeState, &state)
    return (broken, leads.from, leads.to)
  }

  /// The laws of the host's machine that the last step breaks, by their place in its book; judged while
  /// ``isJudging``.
  @inlinable public func judgeStep(host: Int, of state: inout S) -> [Int] {
    reach(host, .judgeStep, &state)
    return broken
  }

  /// Says what the next step's machines are remembered under; see ``judgedNumber``.
  @inlinable public func judgeNext(as number: Int) { judgedNumber = number }

  /// The first law of its own that the last step breaks of a machine that took part in it.
  @inlinable public func firstBrokenByStep(
    of state: inout S, among hosts: ContiguousArray<Bool>
  ) -> (host: Int, law: Int)? {
    for place in received.indices where hosts[received[place].kind] {
      let host = received[place].kind
      reach(host, .judgeStep, &state)
      if !broken.isEmpty { return (host, broken[0]) }
    }
    return nil
  }

  /// The first law of its own that a machine breaks which fired a rule in the last step.
  @inlinable public func firstBrokenState(
    of state: inout S, among hosts: ContiguousArray<Bool>
  ) -> (host: Int, law: Int)? {
    for place in fired.indices where hosts[Int(fired[place].host)] {
      let host = Int(fired[place].host)
      reach(host, .judgeState, &state)
      if !broken.isEmpty { return (host, broken[0]) }
    }
    return nil
  }

  /// Lists the rules of the last step by their numbers among all, where each host's begin at its base.
  @inlinable public func rules(from bases: [Int], into rules: inout ContiguousArray<Int>) {
    if !rules.isEmpty { rules.removeAll(keepingCapacity: true) }
    for place in fired.indices { rules.append(bases[Int(fired[place].host)] + Int(fired[place].rule)) }
  }

  /// Says that what these laws of the host's machine wait for was met.
  @inlinable public func meet(_ laws: [Int], host: Int, of state: inout S) { reach(host, .meet(laws), &state) }

  /// For each property of the host's book, whether it is a "sometimes" that was met.
  @inlinable public func isMet(host: Int, of state: inout S) -> [Bool] {
    reach(host, .tellMet, &state)
    return met
  }

  /// The fields of the host's machine, as paths and values in words.
  @inlinable public func lines(host: Int, of state: inout S) -> [(path: String, value: String)] {
    reach(host, .tellLines, &state)
    return told
  }

  /// Writes the fields of the host's machine; returns the first one above its declared maximum.
  @inlinable public func write(
    host: Int, of state: inout S, into buffer: ByteBuffer
  ) -> (field: String, value: UInt64, max: UInt64)? {
    writing = buffer
    reach(host, .write, &state)
    writing = nil
    return overflow
  }

  /// Reads the fields of the host's machine; returns whether the bytes were such fields.
  @inlinable public func read(host: Int, of state: inout S, from bytes: UnsafeRawBufferPointer) -> Bool {
    reach(host, .read(bytes), &state)
    return hasReached
  }

  @inlinable func reach(_ host: Int, _ way: Reach, _ state: inout S) {
    reach = way
    hasReached = false
    _ = state.receive(design.hosts[host].sample, self)
    reach = .step
  }

  @inlinable func attend<M: Machine>(_ machine: inout M, _ box: UnsafeMutablePointer<HostRun<M>>) {
    switch reach {
    case .step: return
    case .judgeState:
      if !broken.isEmpty { broken.removeAll(keepingCapacity: true) }
      leads = box.pointee.judge.state(machine, &broken, includesDear: judgesDear)
    case .judgeStep:
      if !broken.isEmpty { broken.removeAll(keepingCapacity: true) }
      if !meets.isEmpty { meets.removeAll(keepingCapacity: true) }
      guard box.pointee.judge.stamp == stamp else { return }
      box.pointee.judge.end(machine, &broken)
      if box.pointee.judge.meets.isEmpty { return }
      if isTentative { meets = box.pointee.judge.meets } else { box.pointee.judge.meet(box.pointee.judge.meets) }
    case .meet(let laws): box.pointee.judge.meet(laws)
    case .tellMet: met = box.pointee.judge.isMet
    case .tellLines: told = Printer.lines(of: machine)
    case .recall(let number):
      guard number < box.pointee.remembered.count, let known = box.pointee.remembered[number] else { return }
      machine = known
      hasReached = true
    case .remember(let number):
      while box.pointee.remembered.count <= number { box.pointee.remembered.append(nil) }
      if let known = box.pointee.remembered[number] {
        hasReached = known == machine
      } else {
        box.pointee.remembered[number] = machine
        hasReached = true
      }
    case .write:
      let buffer = writing!
      buffer.count = 0
      var writer = ByteWriter(buffer)
      machine.fields(&writer)
      overflow = writer.overflow
      hasReached = true
    case .read(let bytes):
      var reader = ByteReader(bytes)
      machine.fields(&reader)
      hasReached = !reader.failed && reader.isAtEnd
    }
  }
}

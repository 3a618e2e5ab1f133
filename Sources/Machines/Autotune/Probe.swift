import Spec

/// What is to be measured: a model with its knobs, by so many requests.
public struct ProbeOrder: Blank, Hashable, Sendable {
  public var purpose = Launch.Purpose.selection
  public var candidate: UInt16 = 0
  public var knobs = Knobs()
  public var replicates: UInt16 = 1

  public init() {}

  public init(_ purpose: Launch.Purpose, candidate: UInt16, _ knobs: Knobs, replicates: UInt16) {
    self.purpose = purpose
    self.candidate = candidate
    self.knobs = knobs
    self.replicates = replicates
  }

  public mutating func fields(_ f: inout Fields) {
    f("purpose", &purpose)
    f("candidate", &candidate)
    f("knobs", &knobs)
    f("replicates", &replicates)
  }
}

/// Judges one candidate or cell: starts a fresh server, makes its requests one after the other, stops it.
///
/// Source: chapter 11, *A probe*.
public struct Probe: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable { case idle, starting, asking, unloading, dropping }

  public var phase = Phase.idle
  /// What is measured; nil while nothing is.
  public internal(set) var order: ProbeOrder?
  /// What the requests came to so far, in their order.
  public internal(set) var replicates: [Replicate] = []
  /// The limit that the first token has to keep.
  public internal(set) var gate: Milliseconds
  /// How long a server may take that finds its weights in the cache.
  public internal(set) var patience: Milliseconds

  public init(gate: Milliseconds, patience: Milliseconds) {
    self.gate = gate
    self.patience = patience
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("order", &order)
    f.list("replicates", &replicates, max: 0xFFFF)
    f("gate", &gate)
    f("patience", &patience)
  }

  public static let book = RuleBook<Self>(
    "Probe", "Judges one candidate or cell by requests to a fresh server.", resting: .idle
  ) {
    measuring
    ending
    silences
    laws
  }
}

// MARK: - Rules

extension Probe {
  static let measuring = Section<Self> {
    In(.idle, "Nothing is to be measured.") {
      On(.begin, "start a fresh server", cites: .`PRB-1`)
        .then { probe, order in probe.order = order }
        .emit(.start) { probe, order in
          Launch(order.purpose, candidate: order.candidate, order.knobs, patience: probe.patience)
        }
        .go(.starting)
    }
    In(.starting, "A fresh server is started for it.") {
      On(.ready, "make the first request", cites: .`PRB-2`).emit(.ask) { _, _ in 0 }.go(.asking)
      On(.ended, "it does not even get ready: all requests count as failed", cites: .`PRB-4`)
        .emit(.judged) { probe, end in Judgement(end, errors: probe.order?.replicates ?? 0) }
        .then { probe, _ in probe.forget() }
        .go(.idle)
    }
    In(.asking, "Its requests are made, one after the other.") {
      On(.reply, "a stop token stands in the text: that is enough", cites: .`PRB-3`)
        .when("a stop token leaked") { _, replicate in replicate.fault == .leak }
        .then { probe, replicate in probe.replicates.append(replicate) }
        .emit(.stop)
        .go(.unloading)
      Otherwise(.reply, "make the next request", cites: .`PRB-2`)
        .when("more requests are to be made") { probe, _ in
          probe.replicates.count + 1 < Int(probe.order?.replicates ?? 0)
        }
        .then { probe, replicate in probe.replicates.append(replicate) }
        .emit(.ask) { probe, _ in UInt16(clamping: probe.replicates.count) }
      Otherwise(.reply, "that was the last one: stop the server", cites: .`PRB-2`)
        .then { probe, replicate in probe.replicates.append(replicate) }
        .emit(.stop)
        .go(.unloading)
      On(.ended, "it ended by itself: that is an error at least", cites: .`PRB-4`)
        .emit(.judged) { probe, end in Judgement(end, errors: probe.errors + 1) }
        .then { probe, _ in probe.forget() }
        .go(.idle)
    }
  }

  static let ending = Section<Self> {
    In(.unloading, "Everything is measured; the server is to end.") {
      On(.ended, "judge what was measured", cites: .`PRB-5`)
        .emit(.judged) { probe, _ in Judgement(over: probe.replicates, gate: probe.gate) }
        .then { probe, _ in probe.forget() }
        .go(.idle)
      On(.drop, "it is not wanted any more", cites: .`PRB-6`).go(.dropping)
    }
    In(.starting, .asking) {
      On(.drop, "stop the server: it is not wanted any more", cites: .`PRB-6`).emit(.stop).go(.dropping)
    }
    In(.dropping, "The server is to end; what was measured does not count.") {
      On(.ended, "it is gone", cites: .`PRB-6`)
        .emit(.judged) { probe, _ in Judgement(.dropped, errors: probe.errors) }
        .then { probe, _ in probe.forget() }
        .go(.idle)
    }
    In(.starting, .asking, .unloading, .dropping) {
      On(.stuck, "the server does not end: say so", cites: .`RUN-8`)
        .emit(.judged) { probe, _ in Judgement(.stuck, errors: probe.errors) }
        .then { probe, _ in probe.forget() }
        .go(.idle)
    }
  }

  /// How many requests failed so far.
  var errors: UInt16 { UInt16(clamping: min(replicates.count { $0.fault != nil }, Int(UInt16.max) - 1)) }

  mutating func forget() {
    order = nil
    replicates = []
  }

  static let silences = Section<Self> {
    Impossible(
      .begin, in: .starting, .asking, .unloading, .dropping, because: "one is measured after the other")
    Ignored(.ready, .ended, .stuck, in: .idle, because: "that server was started to load weights")
    Impossible(.ready, in: .asking, .unloading, .dropping, because: "a server is ready once")
    Impossible(
      .reply, in: .idle, .starting, .unloading, .dropping, because: "stopping the server gives up the request")
    Impossible(.drop, in: .idle, .dropping, because: "it is said once, and to whoever has something in hand")
  }

  static let laws = Section<Self> {
    Always("what is measured has an order, and nothing else has", cites: .`PRB-1`) { probe in
      (probe.order == nil) == (probe.phase == .idle)
    }
    Always("no more requests are counted than were ordered", cites: .`PRB-2`) { probe in
      probe.replicates.count <= Int(probe.order?.replicates ?? 0)
    }
    AlwaysStep("a fresh server is started as ordered", cites: .`PRB-1`, before: { $0 }) { before, step in
      step.sent(.start)
        == step.received(.begin).map {
          Launch($0.purpose, candidate: $0.candidate, $0.knobs, patience: before.patience)
        }
    }
    AlwaysStep(
      "requests are made in their order, each when the one before is answered", cites: .`PRB-2`, before: { $0 }
    ) {
      before, step in
      guard let next = step.sent(.ask).first else { return true }
      return step.sent(.ask).count == 1
        && (before.phase == .starting ? next == 0 : Int(next) == before.replicates.count + 1)
        && step.after.phase == .asking
    }
    AlwaysStep(
      "a feasible one has answered as often as ordered, within the gate", cites: .`PRB-5`, .`FR-A.3`, before: { $0 }
    ) {
      before, step in
      step.sent(.judged).allSatisfy { judgement in
        judgement.kind != .feasible
          || before.phase == .unloading && before.replicates.count == Int(before.order?.replicates ?? 0)
            && before.replicates.allSatisfy { $0.fault == nil }
            && (judgement.firstToken?.count ?? .max) <= before.gate.microseconds
      }
    }
    AlwaysStep("each order is judged once", cites: .`PRB-5`, before: \.phase) { phase, step in
      step.sent(.judged).count
        == (phase != .idle && (step.after.phase == .idle || !step.received(.begin).isEmpty) ? 1 : 0)
    }
    AlwaysStep(
      "what has failures has no figures, and tells how many", cites: .`PRB-3`, .`PRB-4`, .`MSR-9`, before: { $0 }
    ) {
      before, step in
      step.sent(.judged).allSatisfy { judgement in
        judgement.errors == before.failures(at: step)
          && (judgement.errors == 0 || judgement.rate == nil && judgement.firstToken == nil)
      }
    }
    AlwaysStep("a leak is the last request", cites: .`PRB-3`, before: { _ in () }) { _, step in
      !step.received(.reply).contains { $0.fault == .leak } || step.sent(.ask).isEmpty && step.sent(.stop).count == 1
    }
    AlwaysStep("what is dropped is not judged feasible", cites: .`PRB-6`, before: \.phase) { phase, step in
      let isDropped = phase == .dropping || !step.received(.drop).isEmpty
      return !isDropped
        || [.dropping, .idle].contains(step.after.phase)
          && step.sent(.judged).allSatisfy { [.dropped, .stuck].contains($0.kind) }
    }
    AlwaysStep("a server that did its part is stopped, once", cites: .`PRB-2`, .`PRB-6`, before: \.phase) {
      phase, step in
      let isDone = step.after.phase == .unloading && phase != .unloading
      let isDropped = !step.received(.drop).isEmpty && [.starting, .asking].contains(phase)
      return step.sent(.stop).count == (isDone || isDropped ? 1 : 0)
    }
    LeadsTo("every probe ends", cites: .`PRB-5`, from: .starting, .asking, .unloading, .dropping, to: .idle)
  }

  /// How many requests count as failed where a judgement is told in this step.
  private func failures(at step: Step<Self, Event, Effect>) -> UInt16 {
    let failed = UInt16(clamping: replicates.count { $0.fault != nil })
    guard !step.received(.ended).isEmpty, step.received(.drop).isEmpty else { return failed }
    switch phase {
    case .starting: return order?.replicates ?? 0
    case .asking: return failed + 1
    case .idle, .unloading, .dropping: return failed
    }
  }
}

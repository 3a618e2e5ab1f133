import Spec

/// Moves a team from one topology to another without losing or reordering a message.
///
/// While *preparing*, the next topology is built beside the current one and nothing stops. While *quiescing*,
/// arrivals wait behind the router's gate and the active queues drain. Then the epoch advances, or everything returns
/// to where it was. Committing and aborting last no longer than one step: the router answers within it, so nobody
/// sees a mix. What is deliberately absent is an intent log: the journal of its host is one, in which the record of the
/// step that commits is the commit point, and from which queues come back as well (chapter 6).
///
/// Source: chapter 1, *The switch*.
public struct Switch: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable { case stable, preparing, quiescing, committing, aborting, closed }

  public var phase = Phase.stable
  public internal(set) var topology: Topology
  public internal(set) var epoch: UInt32 = 0
  /// Where an attempt leads; nil while none is in flight.
  public internal(set) var target: Topology?
  /// Why an attempt is being aborted; nil at any other time.
  public internal(set) var reason: Reason?

  /// Why an attempt ended without a commit.
  public enum Reason: UInt8, CaseIterable, Sendable { case prepareFailed, quiesceTimeout, cancelled }

  public init(topology: Topology) { self.topology = topology }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("topology", &topology)
    f("epoch", &epoch)
    f("target", &target)
    f("reason", &reason)
  }

  public static let book = RuleBook<Self>(
    "Switch", "Moves a team from one topology to another, whole or not at all.", resting: .stable, .closed
  ) {
    prepare
    quiesce
    finish
    silences
    contracts
    laws
  }
}

// MARK: - Rules

extension Switch {
  static let prepare = Section<Self> {
    In(.stable, "Traffic flows on one topology.") {
      On(.request, "begin a switch", cites: .`SW-4`, .`SW-2`)
        .when("the target is another topology") { machine, target in machine.topology != target }
        .then { machine, target in machine.target = target }
        .emit(.prepare) { _, target in target }
        .emit(.prepareTimer)
        .go(.preparing)
      Otherwise(.request, "already there: nothing to do", cites: .`SW-3`)
        .emit(.finished) { machine, _ in Report(machine, migrated: 0) }
      On(.shutdown, "close the router", cites: .I1)
        .emit(.close)
        .go(.closed)
    }
    In(.preparing, "The next topology is built beside the current one; traffic still flows.") {
      On(.prepared, "every agent is warm: send arrivals behind the gate", cites: .`SW-4`, .`SW-5`)
        .cancel(.prepareTimer)
        .emit(.quiesceTimer)
        .emit(.divert)
        .go(.quiescing)
      On(.prepareFailed, "abort: an agent could not be warmed", cites: .`SW-4`, .`SW-7`)
        .cancel(.prepareTimer)
        .then { machine, _ in machine.target = nil }
        .emit(.finished) { machine, _ in Report(machine, aborted: .prepareFailed) }
        .go(.stable)
      On(.prepareDeadline, "abort: the preparation took too long", cites: .`SW-4`, .`SW-7`)
        .cancel(.prepare)
        .then { machine, _ in machine.target = nil }
        .emit(.finished) { machine, _ in Report(machine, aborted: .prepareFailed) }
        .go(.stable)
      On(.cancel, "abort the preparation: the caller gave up", cites: .`SW-7`)
        .cancel(.prepare)
        .cancel(.prepareTimer)
        .then { machine, _ in machine.target = nil }
        .emit(.finished) { machine, _ in Report(machine, aborted: .cancelled) }
        .go(.stable)
      On(.shutdown, "abort the preparation, and close the router", cites: .`SW-7`, .I1)
        .cancel(.prepare)
        .cancel(.prepareTimer)
        .then { machine, _ in machine.target = nil }
        .emit(.finished) { machine, _ in Report(machine, aborted: .cancelled) }
        .emit(.close)
        .go(.closed)
    }
  }

  static let quiesce = Section<Self> {
    In(.quiescing, "Arrivals wait behind the gate; the active queues drain.") {
      On(.drained, "commit: swap the queues", cites: .`SW-5`, .`SW-6`)
        .cancel(.quiesceTimer)
        .emit(.swap) { machine, _ in machine.target! }
        .go(.committing)
      On(.quiesceDeadline, "abort: copies of the epoch still wait", cites: .`SW-5`, .`SW-7`)
        .then { machine, _ in machine.reason = .quiesceTimeout }
        .emit(.putBack)
        .go(.aborting)
      On(.cancel, "abort the quiesce: the caller gave up", cites: .`SW-7`)
        .cancel(.quiesceTimer)
        .then { machine, _ in machine.reason = .cancelled }
        .emit(.putBack)
        .go(.aborting)
      On(.shutdown, "abort the quiesce, and close the router", cites: .`SW-7`, .I1)
        .cancel(.quiesceTimer)
        .then { machine, _ in machine.target = nil }
        .emit(.finished) { machine, _ in Report(machine, aborted: .cancelled) }
        .emit(.close)
        .go(.closed)
    }
  }

  static let finish = Section<Self> {
    In(.committing, "The router swaps its queues, within the same step.") {
      On(.moved, "the epoch advances: announce the topology", cites: .`SW-6`, .`SW-8`, .`SW-1`)
        .emit(.topologyChanged) { machine, _ in
          Change(from: machine.topology, to: machine.target!, epoch: machine.epoch + 1)
        }
        .then { machine, _ in
          machine.topology = machine.target!
          machine.epoch += 1
          machine.target = nil
        }
        .emit(.finished) { machine, moved in Report(machine, migrated: moved) }
        .go(.stable)
    }
    In(.aborting, "The router puts the waiting copies back, within the same step.") {
      On(.moved, "everything is where it was", cites: .`SW-7`, .`SW-1`)
        .emit(.finished) { machine, moved in Report(machine, aborted: machine.reason!, migrated: moved) }
        .then { machine, _ in
          machine.target = nil
          machine.reason = nil
        }
        .go(.stable)
    }
  }

  static let contracts = Section<Self> {
    Answers(.prepare, faults: .lost) {
      Owed {
        Answer(.prepared)
        Answer(.prepareFailed)
      }
    }
    Timer(.prepareTimer, after: Parameters.prepareDeadline, fires: .prepareDeadline, afterCrash: .fromStart)
    Timer(.quiesceTimer, after: Parameters.quiesceDeadline, fires: .quiesceDeadline, afterCrash: .fromStart)
    Notice(.topologyChanged)
    Notice(.finished)
  }

  static let silences = Section<Self> {
    Refused(
      .request, in: .preparing, .quiescing, .committing, .aborting, unless: "no switch is in flight",
      code: "switch_in_progress")
    Refused(.request, in: .closed, unless: "the team is running", code: DropReason.shutdown.rawValue)
    Refused(.cancel, in: .stable, .closed, unless: "a switch is in flight", code: "no_switch")
    Impossible(.cancel, .shutdown, in: .committing, .aborting, because: "the phase lasts no longer than one step")
    Refused(.shutdown, in: .closed, unless: "the team is running", code: DropReason.shutdown.rawValue)
    Impossible(
      .prepared, .prepareFailed, .prepareDeadline, in: .stable, .quiescing, .committing, .aborting, .closed,
      because: "leaving the preparation cancels what it waited for")
    Impossible(
      .drained, in: .stable, .preparing, .committing, .aborting, .closed,
      because: "the router drains only while it diverts, and says so once")
    Impossible(
      .quiesceDeadline, in: .stable, .preparing, .committing, .aborting, .closed,
      because: "leaving the quiesce cancels its timer")
    Impossible(
      .moved, in: .stable, .preparing, .quiescing, .closed, because: "the router answers a swap or a put-back, at once")
  }

  static let laws = Section<Self> {
    Always("an attempt has a target, and nothing else has", cites: .`SW-2`) { machine in
      (machine.target != nil) == [.preparing, .quiescing].contains(machine.phase) && machine.reason == nil
    }
    AlwaysStep("a topology change is announced once, on commit, after the swap", cites: .`SW-8`, before: { $0.epoch }) {
      epoch, step in
      step.sent(.topologyChanged).map(\.epoch) == (step.after.epoch == epoch ? [] : [epoch + 1])
        && step.sent(.topologyChanged).allSatisfy { $0.to == step.after.topology && $0.from != $0.to }
    }
    AlwaysStep("each attempt is reported once, with what it came to", cites: .`SW-1`, before: { $0 }) { before, step in
      let ended = before.target != nil && step.after.target == nil
      let reports = step.sent(.finished)
      guard ended || !reports.isEmpty else { return true }
      return reports.count == 1
        && reports.allSatisfy { $0.isCommitted == ($0.reason == nil) && $0.epoch == step.after.epoch }
    }
    LeadsTo("every switch ends", cites: .`SW-4`, .`SW-5`, from: .preparing, .quiescing, to: .stable, .closed)
    SometimesStep("a switch commits", cites: .`SW-6`, before: { $0.epoch }) { $1.after.epoch > $0 }
    SometimesStep("a switch aborts at the deadline", cites: .`SW-7`, before: { _ in () }) { _, step in
      step.sent(.finished).contains { $0.reason == .quiesceTimeout }
    }
  }
}

import Spec

/// Starts one model server, knows when it is ready, passes it one request at a time, and has it end.
///
/// The process is watched until it answers, and asked, never forced, to end. Every start comes to one end that is told:
/// *ended*, with the reason, or *stuck*. What is deliberately absent: which model it is and with which flags, which
/// the driver knows from the launch; and text, of which the machine hears what it means.
///
/// Source: chapter 10.
public struct Provider: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable {
    case absent, checking, starting, abandoning, waiting, warming, ready, asked, stopping, lingering, clearing, stuck
  }

  public var phase = Phase.absent
  /// What was started, or is to be; nil while there is nothing.
  public internal(set) var launch: Launch?
  /// Why it ends; nil until that is known.
  public internal(set) var end: ProviderEnd?
  /// Whether the kind of server is warmed up by a request before it counts as ready.
  public internal(set) var warmsUp: Bool
  /// How long it has to end when it is asked to, and how long a busy port is waited for.
  public internal(set) var grace: Milliseconds

  public init(warmsUp: Bool = false, grace: Milliseconds = Milliseconds(Parameters.stopGrace)) {
    self.warmsUp = warmsUp
    self.grace = grace
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("launch", &launch)
    f("end", &end)
    f("warmsUp", &warmsUp)
    f("grace", &grace)
  }

  public static let book = RuleBook<Self>(
    "Provider", "Starts one model server, passes it requests, and has it end.", resting: .absent, .ready, .stuck,
    recovery: .recovered
  ) {
    all
  }

  static let all = Section<Self> {
    starting
    waiting
    serving
    stopping
    clearing
    silences
    impossible
    contracts
    laws
  }
}

// MARK: - Rules

extension Provider {
  static let starting = Section<Self> {
    In(.absent, "No server of ours runs.") {
      On(.start, "wait until the port is free", cites: .`PRV-1`)
        .then { provider, launch in provider.launch = launch }
        .emit(.awaitPort)
        .emit(.graceTimer) { provider, _ in provider.grace }
        .go(.checking)
      On(.stop, "there is nothing to stop", cites: .`PRV-10`)
        .emit(.ended) { _, _ in ProviderEnd(.stopped) }
    }
    In(.checking, "The port must be free before a server of ours is started.") {
      On(.portFree, "start the server", cites: .`PRV-1`, .`PRV-2`)
        .cancel(.graceTimer)
        .emit(.spawn) { provider, _ in provider.launch ?? Launch() }
        .go(.starting)
      On(.graceOver, "somebody else holds the port", cites: .`PRV-1`)
        .cancel(.awaitPort)
        .then { provider, _ in provider.launch = nil }
        .emit(.ended) { _, _ in ProviderEnd(.portHeld) }
        .go(.absent)
      On(.stop, "it is not wanted any more", cites: .`PRV-10`)
        .cancel(.awaitPort)
        .cancel(.graceTimer)
        .then { provider, _ in provider.launch = nil }
        .emit(.ended) { _, _ in ProviderEnd(.stopped) }
        .go(.absent)
    }
    In(.starting, "A process was asked for; nobody knows yet whether it runs.") {
      On(.spawned, "wait until it is ready", cites: .`PRV-3`)
        .emit(.awaitReady)
        .emit(.readyTimer) { provider, _ in provider.launch?.patience ?? Milliseconds() }
        .go(.waiting)
      On(.spawnFailed, "the program could not be started", cites: .`PRV-2`)
        .then { provider, _ in provider.launch = nil }
        .emit(.ended) { _, _ in ProviderEnd(.notStarted) }
        .go(.absent)
      On(.stop, "stop it as soon as there is something to stop", cites: .`PRV-8`).go(.abandoning)
    }
    In(.abandoning, "A process was asked for, and is not wanted any more.") {
      On(.spawned, "ask it to end at once", cites: .`PRV-8`)
        .then { provider, _ in provider.end = ProviderEnd(.stopped) }
        .emit(.terminate)
        .emit(.graceTimer) { provider, _ in provider.grace }
        .go(.stopping)
      On(.spawnFailed, "nothing came of it", cites: .`PRV-10`)
        .then { provider, _ in provider.launch = nil }
        .emit(.ended) { _, _ in ProviderEnd(.stopped) }
        .go(.absent)
    }
  }

  static let waiting = Section<Self> {
    In(.waiting, "The process runs; whether it is ready is being watched.") {
      On(.responded, "it is ready", cites: .`PRV-3`)
        .when("the process that answers lives") { _, isAlive in isAlive }
        .when("no warm-up is wanted") { provider, _ in !provider.warmsUp }
        .cancel(.readyTimer)
        .emit(.ready)
        .go(.ready)
      Otherwise(.responded, "warm it up", cites: .`PRV-5`)
        .when("the process that answers lives") { _, isAlive in isAlive }
        .emit(.warmUp)
        .go(.warming)
      Otherwise(.responded, "it answered, and is dead: that is an exit", cites: .`PRV-3`, .`PRV-4`)
        .cancel(.readyTimer)
        .then { provider, _ in provider.end = ProviderEnd(.exited) }
        .emit(.terminate)
        .emit(.graceTimer) { provider, _ in provider.grace }
        .go(.stopping)
      On(.strangerResponded, "somebody else took its port: ask ours to end", cites: .`PRV-3`, .`PRV-1`)
        .cancel(.readyTimer)
        .then { provider, _ in provider.end = ProviderEnd(.portHeld) }
        .emit(.terminate)
        .emit(.graceTimer) { provider, _ in provider.grace }
        .go(.stopping)
    }
    In(.warming, "It answers, and takes one request that nobody measures.") {
      On(.warmedUp, "it is warm, and ready", cites: .`PRV-5`).cancel(.readyTimer).emit(.ready).go(.ready)
      On(.warmUpFailed, "it does not work: ask it to end", cites: .`PRV-5`)
        .cancel(.readyTimer)
        .then { provider, evidence in provider.end = ProviderEnd(.warmUpFailed, evidence) }
        .emit(.terminate)
        .emit(.graceTimer) { provider, _ in provider.grace }
        .go(.stopping)
    }
    In(.waiting, .warming) {
      On(.readyTimeout, "it takes too long: ask it to end", cites: .`PRV-7`)
        .cancel(.awaitReady)
        .cancel(.warmUp)
        .then { provider, _ in provider.end = ProviderEnd(.timedOut) }
        .emit(.terminate)
        .emit(.graceTimer) { provider, _ in provider.grace }
        .go(.stopping)
    }
  }

  static let serving = Section<Self> {
    In(.ready, "It answers, and waits for a request.") {
      On(.ask, "pass the request on", cites: .`PRV-6`).emit(.request) { _, replicate in replicate }.go(.asked)
    }
    In(.asked, "One request is under way.") {
      On(.replied, "tell what it came to", cites: .`PRV-6`).emit(.reply) { _, replicate in replicate }.go(.ready)
    }
  }

  static let stopping = Section<Self> {
    In(.waiting, .warming, .ready, .asked) {
      On(.stop, "ask it to end", cites: .`PRV-8`)
        .cancel(.awaitReady)
        .cancel(.readyTimer)
        .cancel(.warmUp)
        .cancel(.request)
        .then { provider, _ in provider.end = ProviderEnd(.stopped) }
        .emit(.terminate)
        .emit(.graceTimer) { provider, _ in provider.grace }
        .go(.stopping)
      On(.exited, "it ended by itself: see to what is left of it", cites: .`PRV-4`, .`PRV-9`)
        .cancel(.awaitReady)
        .cancel(.readyTimer)
        .cancel(.warmUp)
        .cancel(.request)
        .then { provider, evidence in provider.end = ProviderEnd(.exited, evidence) }
        .emit(.terminate)
        .emit(.awaitPort)
        .emit(.graceTimer) { provider, _ in provider.grace }
        .go(.clearing)
    }
    In(.stopping, "It was asked to end.") {
      On(.graceOver, "ask once more", cites: .`PRV-8`)
        .emit(.terminate)
        .emit(.graceTimer) { provider, _ in provider.grace }
        .go(.lingering)
    }
    In(.lingering, "It was asked to end a second time.") {
      On(.graceOver, "it is stuck, and left alone", cites: .`PRV-8`)
        .then { provider, _ in provider.forget() }
        .emit(.stuck)
        .go(.stuck)
    }
    In(.stopping, .lingering) {
      On(.exited, "it ended: see to what is left of it", cites: .`PRV-9`)
        .then { provider, evidence in provider.learn(evidence) }
        .emit(.terminate)
        .emit(.awaitPort)
        .go(.clearing)
    }
    In(.stopping, .lingering, .clearing) {
      On(.recovered, "ask again: the first request may have died with us", cites: .`PRV-12`).emit(.terminate)
    }
  }

  static let clearing = Section<Self> {
    In(.clearing, "The process has ended; its port is to become free.") {
      On(.portFree, "nothing is left of it", cites: .`PRV-9`, .`PRV-10`)
        .cancel(.graceTimer)
        .emit(.ended) { provider, _ in provider.end ?? ProviderEnd() }
        .then { provider, _ in provider.forget() }
        .go(.absent)
      On(.graceOver, "somebody still holds the port: warn", cites: .`PRV-9`, .`PRV-10`)
        .cancel(.awaitPort)
        .emit(.portHeld)
        .emit(.ended) { provider, _ in provider.end ?? ProviderEnd() }
        .then { provider, _ in provider.forget() }
        .go(.absent)
    }
    In(.stuck, "It did not end though it was asked twice; nobody kills it.") {
      On(.exited, "it ended after all", cites: .`PRV-9`).emit(.terminate).go(.absent)
    }
  }

  mutating func forget() {
    launch = nil
    end = nil
  }

  /// Takes note of what the last lines say where the end is an exit of its own.
  mutating func learn(_ evidence: LoadEvidence) {
    if end?.cause == .exited { end = ProviderEnd(.exited, evidence) }
  }
}

// MARK: - Silences and contracts

extension Provider {
  static let silences = Section<Self> {
    Refused(
      .start, in: .checking, .starting, .abandoning, .waiting, .warming, .ready, .asked, .stopping, .lingering,
      .clearing, .stuck, unless: "no server of ours lives", code: "already_running")
    Refused(
      .ask, in: .absent, .checking, .starting, .abandoning, .waiting, .warming, .asked, .stopping, .lingering,
      .clearing, .stuck, unless: "the server is ready and idle", code: "not_ready")
    Ignored(.stop, in: .abandoning, .stopping, .lingering, .clearing, because: "it is under way")
    Ignored(.stop, in: .stuck, because: "that it is stuck was told")
    Ignored(
      .recovered, in: .absent, .checking, .starting, .abandoning, .waiting, .warming, .ready, .asked, .stuck,
      because: "what is open is taken up again, and whoever started the server has it stopped")
  }

  static let impossible = Section<Self> {
    Impossible(
      .portFree, in: .absent, .starting, .abandoning, .waiting, .warming, .ready, .asked, .stopping, .lingering,
      .stuck, because: "the port is watched before a start and after an exit")
    Impossible(
      .spawned, .spawnFailed, in: .absent, .checking, .waiting, .warming, .ready, .asked, .stopping, .lingering,
      .clearing, .stuck, because: "the answer to a spawn is awaited where it was asked for")
    Impossible(
      .exited, in: .absent, .checking, .starting, .abandoning, .clearing, because: "no process is known to live")
    Impossible(
      .responded, .strangerResponded, in: .absent, .checking, .starting, .abandoning, .warming, .ready, .asked,
      .stopping, .lingering, .clearing, .stuck, because: "leaving the wait gives up its answer")
    Impossible(
      .readyTimeout, in: .absent, .checking, .starting, .abandoning, .ready, .asked, .stopping, .lingering,
      .clearing, .stuck, because: "being ready, or leaving the wait, gives up its timer")
    Impossible(
      .warmedUp, .warmUpFailed, in: .absent, .checking, .starting, .abandoning, .waiting, .ready, .asked, .stopping,
      .lingering, .clearing, .stuck, because: "leaving the warm-up gives up its request")
    Impossible(
      .replied, in: .absent, .checking, .starting, .abandoning, .waiting, .warming, .ready, .stopping, .lingering,
      .clearing, .stuck, because: "stopping gives up the request")
    Impossible(
      .graceOver, in: .absent, .starting, .abandoning, .waiting, .warming, .ready, .asked, .stuck,
      because: "no grace runs")
  }

  static let contracts = Section<Self> {
    Answers(.awaitPort, faults: .lost) { Maybe { Answer(.portFree) } }
    Answers(.spawn, holds: "process", afterCrash: .resumed) {
      Owed {
        Answer(.spawned)
        Answer(.spawnFailed)
      }
      After(.spawned) {
        Maybe { Answer(.exited, where: { _, _ in true }, try: { _ in LoadEvidence.allCases }) }
      }
    }
    Answers(.awaitReady, faults: .lost) {
      Maybe {
        Answer(.responded, where: { _, _ in true }, try: { _ in [true, false] })
        Answer(.strangerResponded)
      }
    }
    Timer(.readyTimer, lasting: \.duration, fires: .readyTimeout, afterCrash: .remaining)
    Answers(.warmUp, faults: .lost) {
      Owed {
        Answer(.warmedUp)
        Answer(.warmUpFailed, where: { _, _ in true }, try: { _ in [LoadEvidence.none, .integrity] })
      }
    }
    Answers(.request, faults: .lost) {
      Owed { Answer(.replied, where: { _, _ in true }, try: { _ in Replicate.tries }) }
    }
    Timer(.graceTimer, lasting: \.duration, fires: .graceOver, afterCrash: .fromStart)
    Notice(.terminate)
    Notice(.portHeld)
  }
}

extension Replicate {
  /// What an explorer tries: a good one; one that ties with it and begins sooner; one that is just too slow; one that
  /// failed, and one that leaked.
  static let tries = [
    Replicate(firstToken: Microseconds(4_000_000), rate: Rate(microtokens: 10_000_000)),
    Replicate(firstToken: Microseconds(3_000_000), rate: Rate(microtokens: 10_050_000)),
    Replicate(firstToken: Microseconds(60_000_001), rate: Rate(microtokens: 20_000_000)),
    Replicate(.timedOut), Replicate(.leak),
  ]
}

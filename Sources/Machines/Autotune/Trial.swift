import Spec

/// What the requests of one candidate or cell came to.
public struct Judgement: Blank, Hashable, Sendable {
  public var kind = Kind.feasible
  /// How many of its requests failed.
  public var errors: UInt16 = 0
  /// The median over its requests; nil where one failed, or none could be counted.
  public var rate: Rate?
  /// The 95th percentile over its requests; nil where one failed.
  public var firstToken: Microseconds?

  /// What was found; everything but `feasible` is a reason.
  public enum Kind: UInt8, CaseIterable, Sendable {
    case feasible
    /// Answered, but the first token comes later than the gate.
    case tooSlow
    /// At least one request failed.
    case failed
    /// A stop token stands in the text.
    case leaked
    /// The server ended by itself while it was measured.
    case exited
    /// The server was not ready in time, or could not be warmed up.
    case notReady
    /// The weights could not be fetched, and perhaps can be another time.
    case transient
    /// The weights are there, and the server does not load them.
    case loadFailed
    /// The weights are not what they should be.
    case integrity
    /// Somebody else holds the port.
    case portHeld
    /// The program could not be started.
    case notStarted
    /// The server does not end though it was asked twice.
    case stuck
    /// The run was cut short while it was measured.
    case dropped
  }

  public init() {}

  public init(_ kind: Kind, errors: UInt16 = 0, rate: Rate? = nil, firstToken: Microseconds? = nil) {
    self.kind = kind
    self.errors = errors
    self.rate = rate
    self.firstToken = firstToken
  }

  /// The judgement over requests that were all made: feasible where none failed and the percentile keeps the gate.
  public init(over replicates: [Replicate], gate: Milliseconds) {
    let errors = replicates.count { $0.fault != nil }
    guard errors == 0 else {
      let leaked = replicates.contains { $0.fault == .leak }
      self.init(leaked ? .leaked : .failed, errors: UInt16(clamping: errors))
      return
    }
    let rate = median(replicates.compactMap(\.rate))
    let firstToken = percentile95(replicates.compactMap(\.firstToken))
    let isSlow = firstToken.map { $0.count > gate.microseconds } ?? true
    self.init(isSlow ? .tooSlow : .feasible, rate: rate, firstToken: firstToken)
  }

  /// The judgement over a server that was to be measured and did not get that far, or ended by itself.
  public init(_ end: ProviderEnd, errors: UInt16) {
    switch end.cause {
    case .portHeld: self.init(.portHeld, errors: errors)
    case .notStarted: self.init(.notStarted, errors: errors)
    case .timedOut, .warmUpFailed: self.init(.notReady, errors: errors)
    case .exited: self.init(.exited, errors: errors)
    case .stopped: self.init(.dropped, errors: errors)
    }
  }

  /// The judgement over a server that did not load its model before anything was measured; the first line that fits.
  ///
  /// - Parameter isCold: Whether the weights were not in the cache when it was started.
  public init(loading end: ProviderEnd, isCold: Bool) {
    let kind: Kind =
      switch (end.cause, end.evidence) {
      case (.portHeld, _): .portHeld
      case (.notStarted, _): .notStarted
      case (.stopped, _): .dropped
      case (.timedOut, _): isCold ? .transient : .loadFailed
      case (.exited, .integrity), (.warmUpFailed, .integrity): .integrity
      case (.exited, .fetch), (.warmUpFailed, .fetch): .transient
      case (.exited, .none), (.warmUpFailed, .none): isCold ? .transient : .loadFailed
      case (.exited, .other), (.warmUpFailed, .other): .loadFailed
      }
    self.init(kind, errors: 1)
  }

  public mutating func fields(_ f: inout Fields) {
    f("kind", &kind)
    f("errors", &errors)
    f("rate", &rate)
    f("firstToken", &firstToken)
  }
}

/// One row of what was tried: a candidate of Stage 1, or a cell of Stage 2.
public struct TuneTrial: Blank, Hashable, Sendable {
  /// 1 for a candidate, 2 for a cell.
  public var stage: UInt8 = 1
  /// The model, by its place in the list.
  public var candidate: UInt16 = 0
  /// The cell, by its place in the order of the search; 0 in Stage 1.
  public var cell: UInt16 = 0
  public var judgement = Judgement()

  public init() {}

  public init(stage: UInt8, candidate: UInt16, cell: UInt16 = 0, _ judgement: Judgement) {
    self.stage = stage
    self.candidate = candidate
    self.cell = cell
    self.judgement = judgement
  }

  public mutating func fields(_ f: inout Fields) {
    f("stage", &stage)
    f("candidate", &candidate)
    f("cell", &cell)
    f("judgement", &judgement)
  }
}

/// How a stage ended.
public enum StageEnd: UInt8, CaseIterable, Sendable {
  /// With a model, or with a best cell.
  case found
  /// Nothing was feasible.
  case nothing
  /// The weights of a candidate are not what they should be.
  case integrity
  /// Somebody else holds the port.
  case conflict
  /// Something went wrong that is no candidate's doing.
  case broken
  /// It was told to end.
  case cut

  /// What ends the run where a candidate or cell ended so; nil where the stage goes on.
  public init?(_ kind: Judgement.Kind) {
    switch kind {
    case .integrity: self = .integrity
    case .portHeld: self = .conflict
    case .notStarted, .stuck: self = .broken
    case .dropped: self = .cut
    case .feasible, .tooSlow, .failed, .leaked, .exited, .notReady, .transient, .loadFailed: return nil
    }
  }
}

/// The middle value, or the mean of the two middle ones, rounded down to a millionth of a token; nil of none.
public func median(_ rates: [Rate]) -> Rate? {
  let sorted = rates.sorted()
  guard !sorted.isEmpty else { return nil }
  let (low, high) = (sorted[(sorted.count - 1) / 2].microtokens, sorted[sorted.count / 2].microtokens)
  return Rate(microtokens: low + (high - low) / 2)
}

/// The value of the nearest rank, which is the largest of fewer than twenty; nil of none.
public func percentile95(_ times: [Microseconds]) -> Microseconds? {
  let sorted = times.sorted()
  guard !sorted.isEmpty else { return nil }
  return sorted[(19 * sorted.count + 19) / 20 - 1]
}

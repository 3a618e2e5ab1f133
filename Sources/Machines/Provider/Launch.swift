import Spec

/// What one model server is started for, with what, and how long it may take to be ready.
public struct Launch: Blank, Hashable, Sendable {
  public enum Purpose: UInt8, CaseIterable, Sendable {
    /// To have the weights cached and loaded, before anything is measured.
    case prewarm
    /// To see whether the model works at all (Stage 1).
    case selection
    /// To measure one cell of the knobs (Stage 2).
    case search
  }
  public var purpose = Purpose.prewarm
  /// The model, by its place in the list of candidates, from 0.
  public var candidate: UInt16 = 0
  public var knobs = Knobs()
  /// How long it may take until it is ready.
  public var patience = Milliseconds()

  public init() {}

  public init(_ purpose: Purpose, candidate: UInt16, _ knobs: Knobs, patience: Milliseconds) {
    self.purpose = purpose
    self.candidate = candidate
    self.knobs = knobs
    self.patience = patience
  }

  public mutating func fields(_ f: inout Fields) {
    f("purpose", &purpose)
    f("candidate", &candidate)
    f("knobs", &knobs)
    f("patience", &patience)
  }
}

/// The serving knobs that are searched: one cell of the product of their axes.
public struct Knobs: Blank, Hashable, Sendable {
  /// Bits of the key-value cache; `unset` leaves the server its own.
  public enum KVBits: UInt8, CaseIterable, Sendable { case unset, four, eight }
  public var kvBits = KVBits.unset
  /// How many requests the server may serve at once.
  public var maxBatch: UInt32 = 1
  /// In tokens; 0 leaves the server its own.
  public var maxContext: UInt32 = 0

  public init() {}

  public init(kvBits: KVBits, maxBatch: UInt32, maxContext: UInt32) {
    self.kvBits = kvBits
    self.maxBatch = maxBatch
    self.maxContext = maxContext
  }

  public mutating func fields(_ f: inout Fields) {
    f("kvBits", &kvBits)
    f("maxBatch", &maxBatch)
    f("maxContext", &maxContext)
  }
}

/// A span of time that somebody sets from run to run, as whole milliseconds.
public struct Milliseconds: Blank, Hashable, Sendable {
  public var count: UInt64 = 0

  public init() {}
  public init(_ count: UInt64) { self.count = count }
  public init(_ duration: Duration) { count = duration.milliseconds }

  /// At most 34 years, so that clocks can add to it.
  public var duration: Duration { .milliseconds(Int64(min(count, 1 << 40))) }

  /// At most as many as there are.
  public var microseconds: UInt64 {
    let (product, overflows) = count.multipliedReportingOverflow(by: 1000)
    return overflows ? .max : product
  }

  public mutating func fields(_ f: inout Fields) { f("milliseconds", &count) }
}

/// How a server that was started came to its end.
public struct ProviderEnd: Blank, Hashable, Sendable {
  public enum Cause: UInt8, CaseIterable, Sendable {
    /// It was told to stop.
    case stopped
    /// Somebody else held the port for the whole grace; nothing was started.
    case portHeld
    /// The program could not be started.
    case notStarted
    /// It was not ready in time.
    case timedOut
    /// The request that was to warm it up failed.
    case warmUpFailed
    /// It ended by itself.
    case exited
  }
  public var cause = Cause.stopped
  /// What its last lines say, where it ended by itself or could not be warmed up.
  public var evidence = LoadEvidence.none

  public init() {}

  public init(_ cause: Cause, _ evidence: LoadEvidence = .none) {
    self.cause = cause
    self.evidence = evidence
  }

  public mutating func fields(_ f: inout Fields) {
    f("cause", &cause)
    f("evidence", &evidence)
  }
}

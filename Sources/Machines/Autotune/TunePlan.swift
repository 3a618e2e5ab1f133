import Spec

/// What a run is to do, as its command line says, with the defaults of the chapters.
public struct TunePlan: Sendable {
  /// How many candidates there are; the driver knows their names, in the same order.
  public var candidates: UInt16 = 5
  public var targetContext = UInt32(Parameters.targetContext)
  public var stage1Replicates = UInt16(Parameters.stage1Replicates)
  public var stage2Replicates = UInt16(Parameters.stage2Replicates)
  public var gate = Milliseconds(Parameters.gateTtft)
  public var tieBand = TieBand(Parameters.tieEpsilon) ?? TieBand()
  public var axes = KnobAxes()
  /// Whether a server that is not tuned yet is told the target context, since its own default would not fit.
  public var startsAtTargetContext = false
  /// Whether the kind of server is warmed up by a request.
  public var warmsUp = false
  public var readyTimeout = Milliseconds(Parameters.readyTimeout)
  public var prewarmTimeout = Milliseconds(Parameters.prewarmTimeout)
  public var maxDuration = Milliseconds(Parameters.maxDuration)
  /// How long a server of ours has to end, and a busy port to become free.
  public var stopGrace = Milliseconds(Parameters.stopGrace)
  /// How long the operator's service has to stop.
  public var drainGrace = Milliseconds(Parameters.drainGrace)
  public var drains = false
  public var restartsForeground = false
  public var applies = false

  public init() {}

  /// What a server is told that is not tuned yet.
  public var untuned: Knobs {
    Knobs(kvBits: .unset, maxBatch: 1, maxContext: startsAtTargetContext ? targetContext : 0)
  }

  public var cells: [Knobs] { axes.cells(targetContext: targetContext) }

  /// Stage 2, before it begins.
  var search: KnobSearch { KnobSearch(cells: cells, replicates: stage2Replicates, tieBand: tieBand) }
}

/// The axes of the search, each in the order in which it is gone through.
public struct KnobAxes: Sendable, Hashable {
  public var kvBits: [Knobs.KVBits] = [.unset, .four, .eight]
  public var maxBatch: [UInt32] = [1, 2]
  /// Absolute caps in tokens; empty for the target alone.
  public var maxContext: [UInt32] = []

  public init() {}

  /// The cells in the order of the search: bits outermost, then batch, context innermost (FR-B.1).
  public func cells(targetContext: UInt32) -> [Knobs] {
    let contexts = maxContext.isEmpty ? [targetContext] : maxContext
    return kvBits.flatMap { bits in
      maxBatch.flatMap { batch in contexts.map { Knobs(kvBits: bits, maxBatch: batch, maxContext: $0) } }
    }
  }
}

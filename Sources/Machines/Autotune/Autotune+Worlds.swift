import Spec

// The worlds in which a whole run is explored, and the one in which it is run at random.
extension Autotune {
  static let worlds = [stopped, crashed, searched, stages, occupied, whole]

  /// One model and one cell, stopped at any two moments.
  static let stopped = World<Self>(
    "stopped",
    "1 model and 1 cell, everything drained and applied; told to stop at any two moments, for "
      + "either cause; a look at the machine, at the cache or at a server that never ends",
    start: { Autotune(plan(candidates: 1, kvBits: [.unset])) }
  ) {
    Input(.run, .begin, atMost: 1)
    Input(.run, .stop, atMost: 2) { _ in [.interrupted, .fault] }
    Lost(.service, .lookAround, atMost: 1)
    Lost(.prewarm, .checkCache, atMost: 1)
    Lost(.provider, .request, atMost: 1)
  }

  /// One model and one cell, and crashes at any moment, while one is recovered from too.
  static let crashed = World<Self>(
    "crashed", "1 model and 1 cell, everything drained and applied; two crashes and an interrupt at any moment",
    start: {
      var plan = Self.plan(candidates: 1, kvBits: [.unset])
      plan.warmsUp = true
      return Autotune(plan)
    }
  ) {
    Input(.run, .begin, atMost: 1)
    Input(.run, .stop, atMost: 1) { _ in [.interrupted] }
    Crashes(atMost: 2)
  }

  /// One model and two cells, so that a crash may find a best beside the cell in hand; what was started by hand stays
  /// down.
  static let searched = World<Self>(
    "searched",
    "1 model and 2 cells, drained and applied, what was started by hand stays down; a crash and an "
      + "interrupt at any moment",
    start: {
      var plan = Self.plan(candidates: 1, kvBits: [.unset, .four])
      plan.restartsForeground = false
      return Autotune(plan)
    }
  ) {
    Input(.run, .begin, atMost: 1)
    Input(.run, .stop, atMost: 1) { _ in [.interrupted] }
    Crashes(atMost: 1)
  }

  /// Two models and two cells, from end to end.
  static let stages = World<Self>(
    "stages", "2 models and 2 cells of two requests each, drained and not applied; an interrupt at any moment",
    start: {
      var plan = Self.plan(candidates: 2, kvBits: [.unset, .four])
      plan.stage1Replicates = 2
      plan.stage2Replicates = 2
      plan.restartsForeground = false
      plan.applies = false
      return Autotune(plan)
    }
  ) {
    Input(.run, .begin, atMost: 1)
    Input(.run, .stop, atMost: 1) { _ in [.interrupted] }
  }

  /// One model, with a service in the way that is not to be stopped.
  static let occupied = World<Self>(
    "occupied", "1 model and 1 cell, where nothing is to be stopped for it",
    start: {
      var plan = Self.plan(candidates: 1, kvBits: [.unset])
      plan.drains = false
      return Autotune(plan)
    }
  ) {
    Input(.run, .begin, atMost: 1)
  }

  /// A run with the defaults of the command line, at random.
  public static let whole = World<Self>(
    "whole", "5 models and 6 cells of three requests each, at random", isExhaustive: false,
    start: {
      var plan = TunePlan()
      plan.drains = true
      plan.applies = true
      return Autotune(plan)
    }
  ) {
    Input(.run, .begin, atMost: 1)
    Input(.run, .stop, atMost: 2) { _ in [.interrupted, .fault] }
    Lost(.provider, .awaitReady, atMost: 1)
    Crashes(atMost: 1)
  }

  /// Its figures are its own, save those whose scenarios stand in the chapter.
  private static func plan(candidates: UInt16, kvBits: [Knobs.KVBits]) -> TunePlan {
    var plan = TunePlan()
    plan.candidates = candidates
    plan.axes.kvBits = kvBits
    plan.axes.maxBatch = [1]
    plan.stage1Replicates = 1
    plan.stage2Replicates = 1
    plan.tieBand = TieBand(billionths: 20_000_000)
    plan.drains = true
    plan.restartsForeground = true
    plan.applies = true
    return plan
  }
}

import Foundation
import Machines
import Platform

/// What a run of autotune is to do, with what, and where it keeps things.
public struct TuneOrder: Sendable {
  public var profile: ServerProfile
  /// The list in the order in which it is gone through.
  public var candidates: [String]
  /// The tie band as it was given.
  public var tieEpsilon: Double
  public var port: UInt16
  /// `:memory:` for a database that is gone with the run.
  public var databasePath: String
  public var configurationPath: String
  /// Where the logs of servers go.
  public var logFolder: String
  public var retainedRuns: Int
  public var printsJSON: Bool
  public var environment: [String: String]
  private var wanted = TunePlan()

  /// With the defaults of the chapters for everything else.
  ///
  /// - Parameter folder: Where the database, the configuration and the logs are.
  public init(_ profile: ServerProfile, candidates: [String], folder: String) {
    self.profile = profile
    self.candidates = candidates
    tieEpsilon = Parameters.tieEpsilon
    port = UInt16(Parameters.autotunePort)
    databasePath = folder + "/autotune.sqlite"
    configurationPath = folder + "/config.yaml"
    logFolder = folder + "/logs"
    retainedRuns = Int(Parameters.retainedRuns)
    printsJSON = false
    environment = Surroundings.environment
  }

  /// What the machines are told.
  ///
  /// How many candidates there are, what counts as equally fast and how the kind of server is started stand elsewhere
  /// in this order, and are taken from there. A knob that its profile has no words for has one cell (DEC-12).
  public var plan: TunePlan {
    get {
      var plan = wanted
      plan.candidates = UInt16(clamping: candidates.count)
      plan.tieBand = TieBand(tieEpsilon) ?? TieBand(billionths: .max)
      plan.warmsUp = profile.warmsUp
      plan.startsAtTargetContext = profile.startsAtTargetContext
      plan.axes.kvBits.removeAll { bits in bits.number.map { profile.kvBits["\($0)"]?.isEmpty ?? true } ?? false }
      if profile.maxBatch.isEmpty { plan.axes.maxBatch = [1] }
      if profile.maxContext.isEmpty { plan.axes.maxContext = [] }
      return plan
    }
    set { wanted = newValue }
  }

  /// What stands in the way of running it, and what to do; nil where nothing does.
  public var problem: String? {
    let plan = plan
    if candidates.isEmpty { return "there is no candidate to try\n  try: --candidate-models, or other limits of size" }
    if candidates.count > Int(UInt16.max) {
      return "there are \(candidates.count) candidates; at most 65535 can be tried"
    }
    if port == 0 { return "0 is no port a server can listen at\n  try: a --port from 1 to 65535" }
    if plan.axes.kvBits.isEmpty {
      return "\(profile.id) can be told none of the values of --kv-bits-axis\n  try: unset among them"
    }
    if plan.axes.maxBatch.isEmpty || plan.axes.maxBatch.contains(0) {
      return "a server serves at least one request at a time\n  try: a --max-batch-axis of numbers from 1"
    }
    if plan.targetContext == 0 || plan.axes.maxContext.contains(where: { $0 < plan.targetContext }) {
      return "no cell may have a context below the target of \(plan.targetContext)\n  try: another --max-context-axis"
    }
    if plan.cells.count > Int(UInt16.max) {
      return "there are \(plan.cells.count) cells; at most 65535 can be measured"
    }
    if plan.stage1Replicates == 0 || plan.stage2Replicates == 0 {
      return "nothing is measured without a request\n  try: at least one replicate for each stage"
    }
    return nil
  }

  /// Whether a model's weights must be fetched before it can be loaded, as its server sees it.
  func isCold(_ model: String) -> Bool {
    let cache =
      profile.cache.map { WeightCache(folder: $0) }
      ?? WeightCache(environment: environment.merging(profile.environment) { $1 })
    return cache.isCold(model)
  }

  /// Removes the logs of a run whose database was in memory, save one that a server writes which was started again.
  public func forgetLogs() {
    guard databasePath == ":memory:" else { return }
    for name in (try? FileManager.default.contentsOfDirectory(atPath: logFolder)) ?? [] {
      if !name.hasPrefix("restored-") { unlink(logFolder + "/" + name) }
    }
    // As long as something is in them, they stay.
    rmdir(logFolder)
    rmdir(logFolder.folderOfPath)
  }

  /// Where what lies beside the database is, such as its lock.
  func besideDatabase(_ ending: String) -> String {
    (databasePath == ":memory:" ? logFolder + "/autotune" : databasePath) + ending
  }
}

/// Where a run says things: what it found on one side, everything else on the other.
public protocol TuneOutput: AnyObject {
  /// A line for standard output.
  func say(_ line: String)
  /// A line for standard error.
  func warn(_ line: String)
  /// A line for whoever wants to know more than that.
  func note(_ line: String)
}

extension TuneOutput {
  public func note(_ line: String) {}
}

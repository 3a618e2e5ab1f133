import Machines
import Platform

/// What a run of autotune is to do, with what, and where it keeps things.
public struct TuneOrder: Sendable {
  public var profile: ServerProfile
  /// The list in the order in which it is gone through.
  public var candidates: [String]
  public var plan: TunePlan
  /// The tie band as it was given.
  public var tieEpsilon: Double
  public var port: UInt16
  public var databasePath: String
  public var configurationPath: String
  /// Where the logs of servers go.
  public var logFolder: String
  public var retainedRuns: Int
  public var printsJSON: Bool
  public var environment: [String: String]

  /// With the defaults of the chapters for everything else.
  ///
  /// - Parameter folder: Where the database, the configuration and the logs are.
  public init(_ profile: ServerProfile, candidates: [String], folder: String) {
    self.profile = profile
    self.candidates = candidates
    plan = TunePlan()
    plan.candidates = UInt16(clamping: candidates.count)
    plan.warmsUp = profile.warmsUp
    plan.startsAtTargetContext = profile.startsAtTargetContext
    tieEpsilon = Parameters.tieEpsilon
    port = UInt16(Parameters.autotunePort)
    databasePath = folder + "/autotune.sqlite"
    configurationPath = folder + "/config.yaml"
    logFolder = folder + "/logs"
    retainedRuns = Int(Parameters.retainedRuns)
    printsJSON = false
    environment = Surroundings.environment
  }
}

/// Where a run says things: what it found on one side, everything else on the other.
public protocol TuneOutput: AnyObject {
  /// A line for standard output.
  func say(_ line: String)
  /// A line for standard error.
  func warn(_ line: String)
}

import Foundation
import Machines
import Platform

/// What somebody asks of autotune on a command line, as it was typed.
///
/// Everything is checked once, before anything is touched: an error names the flag, and the cell of a list.
///
///     var request = TuneRequest()
///     request.maxContextAxis = "4000,,8000"
///     try request.order(for: profile)      // --max-context-axis: cell 2 of '4000,,8000' is empty
///
/// Source: chapter 11, *The command line*.
public struct TuneRequest: Sendable, Equatable {
  public var targetContext = Int(Parameters.targetContext)
  /// nil for the profile's own list.
  public var candidateModels: String?
  public var maxModelSize: String?
  public var minModelSize: String?
  /// nil for the usual cells, as far as the profile can express them.
  public var kvBitsAxis: String?
  public var maxBatchAxis: String?
  public var maxContextAxis: String?
  public var stage1Replicates = Int(Parameters.stage1Replicates)
  public var stage2Replicates = Int(Parameters.stage2Replicates)
  public var gateMilliseconds = Int(Parameters.gateTtft.milliseconds)
  public var tieEpsilon = Parameters.tieEpsilon
  public var maxDurationSeconds = Int(Parameters.maxDuration.milliseconds / 1000)
  /// nil for the two usual ones: 30 s for the operator's service, 10 s for a server of ours (DEC-1).
  public var drainGraceSeconds: Int?
  public var port = Int(Parameters.autotunePort)
  /// nil for the usual place.
  public var databasePath: String?
  public var configurationPath: String?
  public var providerBinary: String?
  public var retainedRuns = Int(Parameters.retainedRuns)
  public var printsJSON = false
  public var applies = false
  public var drains = false
  public var restartsForeground = false

  public init() {}

  /// What is to be done, with warnings about what was asked and will not be.
  ///
  /// - Parameter home: What a tilde stands for, and where the usual places are.
  public func order(
    for profile: ServerProfile, home: String = Surroundings.home
  ) throws(TuneRequestError) -> (order: TuneOrder, warnings: [String]) {
    try checkNumbers()
    var profile = profile
    profile.cache = profile.cache.map { ServerProfile.expanded($0, home: home) }
    if let providerBinary { profile.start(try path("--provider-bin", providerBinary, home)) }
    var warnings: [String] = []
    let candidates = try self.candidates(profile, home, &warnings)
    var order = TuneOrder(profile, candidates: candidates, folder: home + "/.config/interlock")
    order.plan.axes = try axes(profile, &warnings)
    order.plan.targetContext = UInt32(targetContext)
    order.plan.stage1Replicates = UInt16(stage1Replicates)
    order.plan.stage2Replicates = UInt16(stage2Replicates)
    order.plan.gate = Milliseconds(UInt64(gateMilliseconds))
    order.plan.maxDuration = Milliseconds(UInt64(maxDurationSeconds) * 1000)
    order.plan.readyTimeout = Milliseconds(profile.readyTimeout)
    order.plan.prewarmTimeout = Milliseconds(profile.prewarmTimeout)
    if let seconds = drainGraceSeconds {
      order.plan.drainGrace = Milliseconds(UInt64(seconds) * 1000)
      order.plan.stopGrace = order.plan.drainGrace
    }
    order.plan.drains = drains
    order.plan.restartsForeground = restartsForeground
    order.plan.applies = applies
    order.tieEpsilon = tieEpsilon
    order.port = UInt16(port)
    order.retainedRuns = retainedRuns
    order.printsJSON = printsJSON
    if let databasePath { order.databasePath = try path("--db-path", databasePath, home) }
    order.logFolder = TuneRequest.folder(of: order.databasePath) + "/logs"
    let ownFile = profile.configuration.map { ServerProfile.expanded($0.file, home: home) }
    order.configurationPath =
      try configurationPath.map { given throws(TuneRequestError) in try path("--config", given, home) } ?? ownFile
      ?? order.configurationPath
    return (order, warnings)
  }

  private static func folder(of databasePath: String) -> String {
    if databasePath == ":memory:" { return NSTemporaryDirectory() + "interlock-\(getpid())" }
    let folder = databasePath.folderOfPath
    return folder.isEmpty ? "." : folder
  }

  private func path(_ flag: String, _ given: String, _ home: String) throws(TuneRequestError) -> String {
    guard !given.isEmpty else { throw TuneRequestError(flag, "it is empty; leave it out, or give a name") }
    return ServerProfile.expanded(given, home: home)
  }

  /// Refuses what no profile could make sense of; for a run that is only told again.
  public func check() throws(TuneRequestError) {
    try checkNumbers()
    var anything = ServerProfile(id: "any", program: "", arguments: [], readyPath: "/")
    anything.kvBits = ["4": ["4"], "8": ["8"]]
    anything.maxBatch = ["{batch}"]
    anything.maxContext = ["{context}"]
    anything.candidates = ["any"]
    var warnings: [String] = []
    _ = try axes(anything, &warnings)
    for (flag, text) in [("--max-model-size", maxModelSize), ("--min-model-size", minModelSize)] {
      _ = try TuneRequest.parameters(flag, text)
    }
    if let candidateModels { _ = try CellList("--candidate-models", candidateModels) }
  }

  // MARK: - Numbers

  private func checkNumbers() throws(TuneRequestError) {
    let ranges: [(flag: String, value: Int, most: Int)] = [
      ("--target-context", targetContext, 10_000_000), ("--stage1-replicates", stage1Replicates, 1000),
      ("--stage2-replicates", stage2Replicates, 1000), ("--gate-ttft-ms", gateMilliseconds, 86_400_000),
      ("--max-duration", maxDurationSeconds, 31_536_000), ("--drain-grace", drainGraceSeconds ?? 1, 86_400),
      ("--port", port, 65_535), ("--retain-runs", retainedRuns, Int(Int32.max)),
    ]
    for (flag, value, most) in ranges where !(1...most).contains(value) {
      throw TuneRequestError(flag, "it is \(value); give a whole number from 1 to \(most)")
    }
    guard tieEpsilon.isFinite, (0...1e9).contains(tieEpsilon) else {
      throw TuneRequestError("--tps-tie-epsilon", "it is \(tieEpsilon); give a share from 0 to 1000000000")
    }
  }

  // MARK: - Candidates

  private func candidates(
    _ profile: ServerProfile, _ home: String, _ warnings: inout [String]
  ) throws(TuneRequestError) -> [String] {
    let limits = [("--max-model-size", maxModelSize), ("--min-model-size", minModelSize)]
    var parameters: [UInt64?] = []
    for (flag, text) in limits { parameters.append(try TuneRequest.parameters(flag, text)) }
    guard let candidateModels else {
      guard !profile.candidates.isEmpty else {
        throw TuneRequestError("--candidate-models", "it is missing, and the profile '\(profile.id)' has no list")
      }
      let list = try TuneRequest.models(
        profile.candidates, "--provider", { "candidate \($0) of the profile '\(profile.id)'" }, home)
      let kept = CandidateSizes(names: list).within(parameters[1], parameters[0]).map { list[$0] }
      guard !kept.isEmpty else {
        let given = limits.compactMap { flag, text in text.map { "\(flag) \($0)" } }.joined(separator: " ")
        throw TuneRequestError(
          limits.first { $0.1 != nil }?.0 ?? "", "no candidate of '\(profile.id)' is within \(given)")
      }
      return kept
    }
    for (flag, text) in limits where text != nil {
      warnings.append("\(flag) is ignored: --candidate-models says which models are tried")
    }
    let flag = "--candidate-models"
    return try TuneRequest.models(CellList(flag, candidateModels).cells, flag, { "cell \($0)" }, home)
  }

  /// The names of models as they are tried: paths from the root, each with a file, none of them twice.
  ///
  /// - Parameter place: What the nth is called, from 1.
  private static func models(
    _ cells: [String], _ flag: String, _ place: (Int) -> String, _ home: String
  ) throws(TuneRequestError) -> [String] {
    var models: [String] = []
    for (index, cell) in cells.enumerated() {
      let here = place(index + 1)
      guard !cell.hasPrefix("-") else {
        throw TuneRequestError(flag, "\(here) is '\(cell)', which a server would take for a flag")
      }
      guard !ReadableText.isSteered(cell) else {
        throw TuneRequestError(flag, "\(here) has a line break or another control character in it")
      }
      let model = located(cell, home: home)
      if ServerProfile.isPath(model), !FileManager.default.fileExists(atPath: model) {
        throw TuneRequestError(flag, "\(here) is a path, and there is no file '\(model)'")
      }
      if let earlier = models.firstIndex(where: { isSameModel($0, model) }) {
        throw TuneRequestError(flag, "\(here) is '\(model)', as is \(place(earlier + 1))")
      }
      models.append(model)
    }
    return models
  }

  /// A model as servers are given it: a path from the root for whatever is meant as one, or is there. A service that
  /// takes it from the configuration runs in another folder.
  public static func located(_ model: String, home: String) -> String {
    let model = ServerProfile.expanded(model, home: home)
    let isPath =
      ServerProfile.isPath(model) || model.hasSuffix("/") || FileManager.default.fileExists(atPath: model)
    return isPath && !model.hasPrefix("/") ? URL(fileURLWithPath: model).standardizedFileURL.path : model
  }

  /// Whether two names are one model: equal but for the case of ASCII letters, and for the way accents are written.
  ///
  /// Source: FR-A.2.
  public static func isSameModel(_ name: String, _ other: String) -> Bool {
    func folded(_ name: String) -> [UInt8] {
      name.precomposedStringWithCanonicalMapping.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
    }
    return folded(name) == folded(other)
  }

  private static func parameters(_ flag: String, _ text: String?) throws(TuneRequestError) -> UInt64? {
    guard let text else { return nil }
    guard let parameters = ModelSize.parameters(of: text) else {
      throw TuneRequestError(flag, "it is '\(text)'; give billions or millions of parameters, as 8B, 0.5B or 500M")
    }
    return parameters
  }
}

/// What of a command line cannot be done, and the flag that says it.
public struct TuneRequestError: Error, Equatable, CustomStringConvertible {
  public let flag: String
  public let words: String

  public init(_ flag: String, _ words: String) {
    self.flag = flag
    self.words = words
  }

  public var description: String { "\(flag): \(words)" }
}

extension ServerProfile {
  /// A path with its tilde written out.
  static func expanded(_ path: String, home: String) -> String {
    path == "~" ? home : path.hasPrefix("~/") ? home + path.dropFirst() : path
  }
}

import Foundation

/// The folder in which weights that were fetched are kept, as the Hub's libraries lay it out.
public struct WeightCache: Sendable {
  public let folder: String

  public init(folder: String) { self.folder = folder }

  /// Where the environment says it is, or else its usual place.
  public init(environment: [String: String]) {
    let home = environment["HOME"] ?? NSHomeDirectory()
    let root = environment["HF_HOME"] ?? (environment["XDG_CACHE_HOME"] ?? home + "/.cache") + "/huggingface"
    folder = environment["HF_HUB_CACHE"] ?? root + "/hub"
  }

  /// Whether weights must be fetched before the model can be loaded (PWM-6).
  ///
  /// A path that leads to a file or a folder is never cold; a name is, unless a snapshot of it has a file and none of
  /// its blobs is incomplete.
  ///
  /// - Parameter model: A path, or a repository's name, whose part after a colon chooses among its files.
  public func isCold(_ model: String) -> Bool {
    if FileManager.default.fileExists(atPath: model) { return false }
    let name = model.split(separator: ":").first.map(String.init) ?? model
    let repository = folder + "/models--" + name.replacing("/", with: "--")
    let blobs = names(in: repository + "/blobs")
    if blobs.contains(where: { $0.hasSuffix(".incomplete") }) { return true }
    let snapshots = names(in: repository + "/snapshots")
    return !snapshots.contains { !names(in: repository + "/snapshots/" + $0).isEmpty }
  }

  private func names(in folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  }
}

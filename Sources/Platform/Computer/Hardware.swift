import Foundation

/// What this computer is, as far as it matters to a model server.
///
///     Hardware.current.chip         // AMD EPYC 9654 + 1x NVIDIA H200
///     Hardware.current.osVersion    // Debian GNU/Linux 12 (bookworm)
///
/// Source: DEC-18.
public struct Hardware: Sendable, Equatable {
  /// The processor, and the graphics processors if there are any; `unknown` where nobody says.
  public let chip: String
  /// Processors that run, threads of one core counted apart.
  public let cores: Int
  /// Physical memory in GiB, rounded, since firmware keeps some for itself; at least 1.
  public let ramGB: Int
  public let osVersion: String

  public init(chip: String, cores: Int, ramGB: Int, osVersion: String) {
    self.chip = chip
    self.cores = cores
    self.ramGB = max(1, ramGB)
    self.osVersion = osVersion
  }

  static let unknown = "unknown"

  /// - Parameter bytes: nil where they cannot be read.
  package static func gigabytes(_ bytes: UInt64?) -> Int {
    let gibibyte: UInt64 = 1 << 30
    return max(1, Int(((bytes ?? 0) + gibibyte / 2) / gibibyte))
  }
}

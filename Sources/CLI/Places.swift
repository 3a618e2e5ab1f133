import Foundation
import Spec
import Weave

/// Where things stand, as paths from the folder that a command runs in.
///
/// The compiler names a file by its module: `Machines/Peterson.swift`. In the package's own folder, the file is looked
/// for, `Sources/Machines/Examples/Peterson.swift`; elsewhere the name stays as it is.
enum Places {
  private static let sources = SourceReader(
    root: URL(fileURLWithPath: FileManager.default.currentDirectoryPath, isDirectory: true))

  static func path(of place: String) -> String {
    guard let colon = place.lastIndex(of: ":"), let line = Int(place[place.index(after: colon)...]),
      let path = sources.path(of: SourceLine(String(place[..<colon]), line))
    else { return place }
    return "\(path):\(line)"
  }

  /// The finding with its place as a path.
  static func located(_ finding: Finding) -> Finding {
    finding.place.isEmpty
      ? finding : Finding(finding.severity, finding.code, finding.words, at: path(of: finding.place))
  }
}

import Foundation

extension String {
  /// What a path says before its last part: `a` of `a/b`, `/` of `/b`, nothing of `b`.
  // Foundation's own traps on Linux at a path of one character.
  package var folderOfPath: String {
    contains("/") && self != "/" ? (self as NSString).deletingLastPathComponent : self == "/" ? "/" : ""
  }

  /// The path from the root.
  package var absolutePath: String { URL(fileURLWithPath: self).path }
}

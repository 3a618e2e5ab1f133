import Foundation

/// Where programs are found.
public enum Program {
  /// The path of a program, with its links followed by nobody: what stands on `PATH` is what is run.
  ///
  /// - Parameter name: A path if it has a slash, else a name that is looked for in the folders of `path` in order.
  /// - Throws: ``SpawnFailure`` that says what is in its place.
  public static func locate(_ name: String, path: String?) throws(SpawnFailure) -> String {
    guard !name.isEmpty else { throw SpawnFailure(name, .noName) }
    if name.contains("/") {
      if let reason = whyNotRunnable(name) { throw SpawnFailure(name, reason) }
      return name
    }
    let folders = (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":", omittingEmptySubsequences: false)
    var inTheWay: (path: String, reason: SpawnFailure.Reason)?
    for folder in folders {
      let candidate = (folder.isEmpty ? "." : String(folder)) + "/" + name
      guard let reason = whyNotRunnable(candidate) else { return candidate }
      if reason != .missing, inTheWay == nil { inTheWay = (candidate, reason) }
    }
    if let inTheWay { throw SpawnFailure(inTheWay.path, inTheWay.reason) }
    throw SpawnFailure(name, .notOnPath(path ?? ""))
  }

  private static func whyNotRunnable(_ path: String) -> SpawnFailure.Reason? {
    var status = stat()
    guard stat(path, &status) == 0 else { return errno == EACCES ? .notExecutable : .missing }
    if status.st_mode & S_IFMT == S_IFDIR { return .isFolder }
    guard access(path, X_OK) == 0 else { return .notExecutable }
    guard let interpreter = interpreter(of: path), stat(interpreter, &status) != 0 else { return nil }
    return .noInterpreter(interpreter)
  }

  /// The program that a script's first line names; nil where the file is no script.
  static func interpreter(of path: String) -> String? {
    guard let bytes = try? FileBytes.read(path, atMost: 256), bytes.starts(with: [0x23, 0x21]) else { return nil }
    let line = bytes.dropFirst(2).prefix { $0 != 0x0A }
    return line.split { $0 == 0x20 || $0 == 0x09 }.first.map { String(decoding: $0, as: UTF8.self) }
  }
}

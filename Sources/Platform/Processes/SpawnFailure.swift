import Foundation

/// Why a program was not started.
public struct SpawnFailure: Error, Equatable, CustomStringConvertible {
  public enum Reason: Equatable, Sendable {
    case noName
    case missing
    case notOnPath(String)
    case isFolder
    case notExecutable
    /// The script is there, and the program that its first line names is not.
    case noInterpreter(String)
    /// Neither a program of this machine nor a script.
    case noProgram
    case noFolder(String)
    /// A word or a variable has a zero byte, where it would end.
    case zeroByte(String)
    /// What else the system says.
    case refused(String)
  }

  public let program: String
  public let reason: Reason

  public init(_ program: String, _ reason: Reason) {
    self.program = program
    self.reason = reason
  }

  /// What posix_spawn answered, put into words by what lies at the path.
  init(_ path: String, code: Int32, folder: String?) {
    program = path
    if let folder, !FileBytes.isFolder(folder) {
      reason = .noFolder(folder)
    } else if code == ENOENT, let interpreter = Program.interpreter(of: path) {
      reason = .noInterpreter(interpreter)
    } else if code == ENOEXEC {
      reason = .noProgram
    } else {
      reason = .refused(String(cString: strerror(code)))
    }
  }

  public var description: String {
    switch reason {
    case .noName: "no program is named"
    case .missing: "there is no program '\(program)'"
    case .notOnPath(let path): "there is no program '\(program)' in the folders of PATH (\(path))"
    case .isFolder: "'\(program)' is a folder, not a program"
    case .notExecutable: "'\(program)' may not be executed"
    case .noInterpreter(let name): "'\(program)' is a script for '\(name)', which is not there"
    case .noProgram: "'\(program)' is neither a program of this machine nor a script that names its interpreter"
    case .noFolder(let folder): "'\(program)' cannot run in '\(folder)', which is no folder"
    case .zeroByte(let word):
      "'\(program)' cannot be given '\(word.replacing("\0", with: "\\0"))', which has a zero byte"
    case .refused(let reason): "'\(program)' cannot be started: \(reason)"
    }
  }
}

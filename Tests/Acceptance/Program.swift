import Foundation
import Testing

/// The built program, run as a user runs it.
struct Program {
  let output: String
  let errors: String
  let status: Int32

  static var root: URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  }

  #if DEBUG
    private static let configuration = "debug"
  #else
    private static let configuration = "release"
  #endif

  /// `swift test` builds the programs beside the tests.
  static func built(_ name: String) -> URL { root.appendingPathComponent(".build/\(configuration)/\(name)") }
  static var executable: URL { built("interlock") }

  static func run(_ arguments: String..., in folder: URL = root) throws -> Program {
    try run(arguments, in: folder)
  }

  /// - Parameter variables: Of the environment, beside those of the tests.
  static func run(
    _ arguments: [String], of program: URL = executable, in folder: URL = root, variables: [String: String] = [:]
  ) throws -> Program {
    let process = try start(arguments, of: program, in: folder, variables: variables)
    let output = process.out.fileHandleForReading.readDataToEndOfFile()
    let errors = process.err.fileHandleForReading.readDataToEndOfFile()
    process.process.waitUntilExit()
    return Program(
      output: String(decoding: output, as: UTF8.self), errors: String(decoding: errors, as: UTF8.self),
      status: process.process.terminationStatus)
  }

  static func start(
    _ arguments: [String], of program: URL = executable, in folder: URL, variables: [String: String] = [:]
  ) throws -> (process: Process, out: Pipe, err: Pipe) {
    try #require(
      FileManager.default.isExecutableFile(atPath: program.path),
      "the program is not built at \(program.path): make build")
    let process = Process()
    let out = Pipe()
    let err = Pipe()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    if !variables.isEmpty {
      process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
    }
    process.standardOutput = out
    process.standardError = err
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return (process, out, err)
  }

  /// Standard output as one JSON object, and nothing else.
  func object() throws -> [String: Any] {
    #expect(output.split(separator: "\n").count == 1, "one object on one line")
    return try #require(JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }
}

/// A folder that is removed with the value.
final class Scratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("interlock-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }

  @discardableResult func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: url.appendingPathComponent(name))
    return path(name)
  }
}

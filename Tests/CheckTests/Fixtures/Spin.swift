import Check
import Foundation
import Testing

/// Counts the states of an export with spin, by the command that the export itself names.
struct Spin {
  let states: Int
  let transitions: Int
  let errors: Int

  static let isInstalled = ["spin", "gcc"].allSatisfy { (try? sh("command -v \($0)", in: "/")) != nil }
  static let comment: Comment = "spin or gcc is not installed: scripts/setup installs them"

  init(_ table: Tabulation) throws { try self.init(table.promela, table) }

  /// - Parameter model: The export, or an altered one.
  init(_ model: String, _ table: Tabulation) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("interlock-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(model.utf8).write(to: folder.appendingPathComponent("model.pml"))
    let output = try Self.sh(table.spinCommand(), in: folder.path)
    func number(_ words: String) throws -> Int {
      let line = try #require(output.split(separator: "\n").first { $0.contains(words) }, "\(output)")
      let place = try #require(line.range(of: words))
      return try #require(
        Int(line[..<place.lowerBound].split(separator: " ").last ?? "")
          ?? Int(line[place.upperBound...].split(separator: " ").first ?? ""))
    }
    states = try number(" states, stored")
    transitions = try number(" transitions")
    errors = try number("errors: ")
  }

  struct Failed: Error { let output: String }

  private static func sh(_ command: String, in folder: String) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(output: output) }
    return output
  }
}

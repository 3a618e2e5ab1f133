import Foundation

/// What a crash must not take from a run: who it is, and what it stopped.
struct RunMemo: Codable {
  var runID: String
  var survey: Survey

  private static func path(_ order: TuneOrder) -> String { order.databasePath + "-run" }

  static func read(_ order: TuneOrder) -> RunMemo? {
    guard let bytes = FileManager.default.contents(atPath: path(order)) else { return nil }
    return try? JSONDecoder().decode(RunMemo.self, from: bytes)
  }

  func write(_ order: TuneOrder) throws {
    let path = RunMemo.path(order)
    try JSONEncoder().encode(self).write(to: URL(fileURLWithPath: path), options: .atomic)
    // The words and variables of a server may hold secrets.
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
  }

  static func remove(_ order: TuneOrder) { try? FileManager.default.removeItem(atPath: path(order)) }
}

import Engine
import Foundation
import Machines
import Platform

/// Performs the effects of an apply: reads, backs up, writes, replaces, or takes away what was begun.
///
/// Nothing that a later step needs is in memory alone: after a crash the files themselves say how far it came.
///
/// Source: chapter 12.
final class ConfigurationDriver {
  private let loop: Loop
  private let path: String
  private let token: String
  /// What is to be in force.
  private let values: () -> ServingConfiguration
  private let answer: (UInt64, ConfigApply.Event) throws -> Void
  private let warn: (String) -> Void
  private let now: () -> Date
  /// What this process has read, and what is to take its place; nil after a crash.
  private var edit: Edit?
  private var backup: String?

  private struct Edit {
    let file: FileReplacement
    let old: [UInt8]?
    let new: [UInt8]
    /// Names the backup.
    let second: Int64
  }

  /// - Parameters:
  ///   - token: Names the temporary file; that of the run, so that it is found again.
  ///   - values: Asked once something is recommended.
  ///   - now: What time it is, which names the backup.
  init(
    _ path: String, token: String, loop: Loop, values: @escaping () -> ServingConfiguration,
    now: @escaping () -> Date, warn: @escaping (String) -> Void,
    answer: @escaping (UInt64, ConfigApply.Event) throws -> Void
  ) {
    self.path = path
    self.token = token
    self.loop = loop
    self.values = values
    self.warn = warn
    self.now = now
    self.answer = answer
  }

  /// Where the old bytes are kept; nil where there were none.
  var keptAt: String? { backup ?? (edit == nil ? (try? replacement())?.newestBackup : nil) }

  func perform(_ effect: ConfigApply.Effect, _ ticket: UInt64) {
    loop.schedule(after: .zero) { [self] in
      guard let event = event(for: effect) else { return }
      try answer(ticket, event)
    }
  }

  private func event(for effect: ConfigApply.Effect) -> ConfigApply.Event? {
    do {
      switch effect {
      case .read: return .configRead(try read())
      case .backUp: return try backUp()
      case .write: return try write()
      case .replace: return try replace()
      case .discard: return try discard()
      case .applyEnded: return nil
      }
    } catch {
      warn("error: \(error)")
      return failure(of: effect)
    }
  }

  private func failure(of effect: ConfigApply.Effect) -> ConfigApply.Event {
    switch effect {
    case .read: .configRead(.unusable)
    case .backUp: .backUpFailed
    case .write: .writeFailed
    case .replace: .replaceFailed
    case .discard, .applyEnded: .discarded
    }
  }

  private struct Unusable: Error, CustomStringConvertible {
    let description: String
    init(_ words: String) { description = words }
  }

  // MARK: - Steps

  private func replacement() throws -> FileReplacement { try FileReplacement(of: path, token: token) }

  private func read() throws -> ConfigFile {
    let file = try replacement()
    // Where links lead.
    let folder = file.path.folderOfPath
    if !folder.isEmpty { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    let old = try file.read()
    do {
      let new = try values().written(into: old)
      edit = Edit(file: file, old: old, new: new, second: Int64(now().timeIntervalSince1970))
    } catch {
      throw Unusable("'\(path)' cannot be edited: \(error)")
    }
    return old == nil ? .missing : .usable
  }

  private func backUp() throws -> ConfigApply.Event {
    guard let edit, let old = edit.old else { return .backUpFailed }
    backup = try edit.file.backUp(old, second: edit.second, numberMax: Int(Parameters.backupCounterMax))
    return .backedUp
  }

  private func write() throws -> ConfigApply.Event {
    guard let edit else { return .writeFailed }
    try edit.file.write(edit.new)
    return .written
  }

  /// Performed again after a crash, it may find its work done: then the new bytes do not wait any more.
  private func replace() throws -> ConfigApply.Event {
    if let edit {
      try edit.file.replace(expecting: edit.old)
      return .replaced
    }
    let file = try replacement()
    let there = try file.read()
    guard let waiting = try file.waiting() else {
      guard let there, try ServingConfiguration(reading: there, keys: values().keys) == values() else {
        throw Unusable("'\(path)' was changed by somebody else, and what was to take its place is gone")
      }
      return .replaced
    }
    // Whoever changed other lines meanwhile keeps what was written.
    guard try values().written(into: there) == waiting else {
      throw FileFailure("replace what somebody else has changed meanwhile,", path, code: EBUSY)
    }
    try file.replace(expecting: there)
    return .replaced
  }

  /// A backup that is whole stays.
  private func discard() throws -> ConfigApply.Event {
    (try edit?.file ?? replacement()).discard()
    return .discarded
  }
}

import Engine
import Foundation
import Machines
import Platform

/// Performs the effects of an apply: reads, backs up, writes, replaces, or takes away what was begun.
///
/// Source: chapter 12.
final class ConfigurationDriver {
  private let loop: Loop
  private let path: String
  private let token: String
  private let answer: (UInt64, ConfigApply.Event) throws -> Void
  private let warn: (String) -> Void
  /// What is to be in force; known once something is recommended.
  var values = ServingConfiguration()
  private var file: FileReplacement?
  private var old: [UInt8]?
  private var new: [UInt8] = []
  private let second = Int64(Date().timeIntervalSince1970)
  private(set) var backup: String?

  init(
    _ path: String, token: String, loop: Loop, warn: @escaping (String) -> Void,
    answer: @escaping (UInt64, ConfigApply.Event) throws -> Void
  ) {
    self.path = path
    self.token = token
    self.loop = loop
    self.warn = warn
    self.answer = answer
  }

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
      case .backUp(let counter): return try backUp(counter)
      case .write: try file?.write(new); return .written
      case .replace: try replace(); return .replaced
      // A backup that is whole stays: what is unfinished of one is gone already.
      case .discard: file?.discard(); return .discarded
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

  private func read() throws -> ConfigFile {
    let folder = (path as NSString).deletingLastPathComponent
    if !folder.isEmpty { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    let file = try FileReplacement(of: path, token: token)
    self.file = file
    old = try file.read()
    do {
      new = try values.written(into: old)
    } catch {
      throw Unusable(words: "'\(path)' cannot be edited: \(error)")
    }
    return old == nil ? .missing : .usable
  }

  private struct Unusable: Error, CustomStringConvertible {
    let words: String
    var description: String { words }
  }

  private func backUp(_ counter: UInt32) throws -> ConfigApply.Event {
    guard let file, let old else { return .backUpFailed }
    switch try file.backUp(old, second: second, counter: Int(counter)) {
    case .taken: return .taken
    case .made(let path):
      backup = path
      return .backedUp
    }
  }

  /// Performed again after a crash, it may find its work done.
  private func replace() throws {
    let file = try self.file ?? FileReplacement(of: path, token: token)
    if let there = try file.read(), (try? ServingConfiguration(reading: there)) == values, there == new || new.isEmpty {
      file.discard()
      return
    }
    try file.replace(expecting: old)
  }
}

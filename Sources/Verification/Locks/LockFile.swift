import Chapters
import Engine
import Foundation
import Spec
import Weave

/// `specs/lock.json`: the machines whose published rules may only be added to, and why some may be changed again.
public struct LockFile: Codable, Equatable, Sendable {
  public private(set) var version = LockFile.version
  /// The published book of each locked machine, by its name.
  public var locked: [String: Locked] = [:]
  /// Machines that were unlocked, in the order in which they were.
  public var unlocked: [Unlocked] = []
  /// Of each lock as it was written: whoever changes one by hand, or loses one, is told of.
  private var digests: [String: String]? = [:]
  /// The machines that the woven pages tell are locked: so is whoever loses the file.
  private var onPages: Set<String> = []

  private enum CodingKeys: CodingKey { case version, locked, unlocked, digests }

  public static let version = 1
  /// The path from the package's folder.
  public static let path = "specs/lock.json"

  public struct Locked: Codable, Equatable, Sendable {
    /// The day, as `2026-11-21`.
    public var since: String
    public var book: PublishedBook
  }

  public struct Unlocked: Codable, Equatable, Sendable {
    public var machine: String
    public var on: String
    public var reason: String
    /// The day on which it was locked again; nil where it was not.
    public var lockedAgain: String?
  }

  public init() {}

  /// Reads the file below a package's folder, and what the pages tell of it; no file is an empty one.
  ///
  /// - Throws: ``LockFileError``, with the line where the text is no JSON.
  public init(root: URL) throws(LockFileError) {
    try self.init(file: root)
    onPages = Self.locked(onPagesOf: root)
  }

  private static func locked(onPagesOf root: URL) -> Set<String> {
    let docs = root.appending(path: "docs")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: docs.path(percentEncoded: false))) ?? []
    let texts = names.filter { $0.hasSuffix(".md") }.compactMap {
      try? String(contentsOf: docs.appending(path: $0), encoding: .utf8)
    }
    return Set(texts.flatMap(lockedMachines))
  }

  private init(file root: URL) throws(LockFileError) {
    let url = root.appending(path: Self.path)
    guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else {
      self.init()
      return
    }
    var data = Data()
    do {
      data = try Data(contentsOf: url)
      let version = (try JSONSerialization.jsonObject(with: data) as? [String: Any])?["version"] as? Int
      guard version == Self.version else {
        throw LockFileError(
          reason: "it is of version \(version.map(String.init) ?? "none"), and this program reads \(Self.version)")
      }
      self = try JSONDecoder().decode(LockFile.self, from: data)
      if let silent = unlocked.first(where: { $0.reason.allSatisfy(\.isWhitespace) }) {
        throw LockFileError(reason: "\(silent.machine) was unlocked on \(silent.on) without a reason")
      }
    } catch let error as LockFileError {
      throw error
    } catch let error as DecodingError {
      throw LockFileError(reason: error.inWords)
    } catch {
      guard let words = (error as NSError).userInfo[NSDebugDescriptionErrorKey] as? String else {
        throw LockFileError(reason: error.systemReason)
      }
      // The parser counts characters, or has come to the end.
      let place = words.firstMatch(of: /character (\d+)/).flatMap { Int($0.1) } ?? data.count
      let line = data.prefix(place).count { $0 == 0x0A } + 1
      throw LockFileError(reason: "line \(line): \(words)", line: line)
    }
  }

  /// Writes the file, its keys in order, so that a change shows as one.
  public func write(root: URL) throws(LockFileError) {
    do {
      let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(self))
      let text = try JSONLines(columns: 120).text(object) + "\n"
      try Data(text.utf8).write(to: root.appending(path: Self.path), options: .atomic)
    } catch {
      throw LockFileError(reason: error.systemReason)
    }
  }

  /// Pins a book in place of what was pinned of the machine; one that is as it was keeps its day.
  public mutating func lock(_ machine: String, _ book: PublishedBook, on day: String) {
    for place in unlocked.indices where unlocked[place].machine == machine && unlocked[place].lockedAgain == nil {
      unlocked[place].lockedAgain = day
    }
    if locked[machine]?.book != book { locked[machine] = Locked(since: day, book: book) }
    digests = (digests ?? [:]).merging([machine: locked[machine]!.digest]) { $1 }
  }

  /// Takes the lock of a machine away; false where it has none.
  public mutating func unlock(_ machine: String, on day: String, reason: String) -> Bool {
    let wasThere = digests?.removeValue(forKey: machine) != nil
    let isLost = isLost(machine)
    guard locked.removeValue(forKey: machine) != nil || wasThere || isLost else { return false }
    unlocked.append(Unlocked(machine: machine, on: day, reason: reason))
    return true
  }

  /// Differences of a machine from its lock; nil where it has none.
  public func changes(of machine: String, to book: PublishedBook) -> [BookChange]? {
    locked[machine].map { $0.book.changes(to: book) }
  }

  /// Whether the lock of a machine is not as it was written, or is lost.
  public func isEdited(_ machine: String) -> Bool {
    locked[machine]?.digest != digests?[machine] || isLost(machine)
  }

  /// Whether pages tell of a lock that is not in the file, and no unlocking says why.
  private func isLost(_ machine: String) -> Bool {
    onPages.contains(machine) && locked[machine] == nil
      && !unlocked.contains { $0.machine == machine && $0.lockedAgain == nil }
  }

  /// What a machine's page tells of its lock.
  public func note(of machine: String) -> LockNote {
    LockNote(
      machine: machine, since: locked[machine]?.since,
      unlocked: unlocked.filter { $0.machine == machine }.map { .init(on: $0.on, reason: $0.reason) })
  }

  /// Whether any machine is locked, or was.
  public var isOfAny: Bool { !locked.isEmpty || !unlocked.isEmpty }

  /// What a report says of a machine's lock.
  public func words(of machine: String) -> String {
    let last = unlocked.last { $0.machine == machine && $0.lockedAgain == nil }
    if let lock = locked[machine] { return "locked since \(lock.since)" }
    return last.map { "unlocked on \($0.on): \($0.reason)" } ?? "not locked"
  }
}

/// Why the file of locks cannot be read or written.
public struct LockFileError: Error, Equatable, CustomStringConvertible {
  public let reason: String
  /// Where the text is no JSON; the first line where something else is wrong.
  public var line = 1

  public var description: String { "\(LockFile.path): \(reason)" }
}

extension DecodingError {
  /// Where the text is not as it should be.
  fileprivate var inWords: String {
    let context: Context? =
      switch self {
      case .typeMismatch(_, let context), .valueNotFound(_, let context), .keyNotFound(_, let context),
        .dataCorrupted(let context):
        context
      @unknown default: nil
      }
    let path = context?.codingPath.map(\.stringValue).joined(separator: ".") ?? ""
    return (path.isEmpty ? "" : "at \(path): ") + (context?.debugDescription ?? "it is no file of locks")
  }
}

extension LockFile {
  /// A question where others are locked and this machine neither is nor was unlocked with a reason: it is new, or
  /// somebody took its lock out of the file. That somebody did is no question where it was locked again.
  public func missing(_ machine: String, chapter: String) -> [AuditFinding] {
    let earlier = unlocked.filter { $0.machine == machine }
    // What is not as it was written is told as such.
    if isEdited(machine) || !isOfAny || locked[machine] != nil { return [] }
    if earlier.contains(where: { $0.lockedAgain == nil }) { return [] }
    if let day = earlier.compactMap(\.lockedAgain).max() {
      return [
        AuditFinding(
          AuditUnit(.locks, machine), .major, "lock-missing",
          "\(machine) was locked again on \(day) and is not locked, and no unlocking says why",
          at: "\(Self.path):1")
      ]
    }
    return [
      AuditFinding(
        AuditUnit(.locks, machine), .question, "lock-missing",
        "\(machine) is not locked as others are, and no unlocking says why", at: "specs/\(chapter):1")
    ]
  }

  /// Breaches of the lock of one machine, each with what it cites.
  ///
  /// - Parameter place: Where a change stands; of nil, where the lock does.
  public func findings(of machine: String, _ book: PublishedBook, place: (BookChange?) -> String) -> [AuditFinding] {
    let edited = AuditFinding(
      AuditUnit(.locks, machine), .critical, "lock-edited",
      locked[machine] == nil
        ? "\(machine) was locked and is no longer, and no unlocking says why"
        : "the lock of \(machine) is not as it was written", at: place(nil))
    return (isEdited(machine) ? [edited] : [])
      + (changes(of: machine, to: book) ?? []).filter { !$0.isAddition }.map { change in
        AuditFinding(
          AuditUnit(.locks, machine), .critical, "lock-broken", change.words, requirements: change.cites,
          at: place(change))
      }
  }
}

extension LockFile.Locked {
  /// Of everything that is pinned.
  fileprivate var digest: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return SourceFingerprints.digest(of: text)
  }
}

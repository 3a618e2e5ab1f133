/// What a page tells of the lock of one machine or system.
public struct LockNote: Hashable, Sendable {
  public let machine: String
  /// Since when its published rules may only be added to; nil where they may change.
  public let since: String?
  /// When and why it was unlocked, in the order in which it was.
  public let unlocked: [Unlocked]

  public struct Unlocked: Hashable, Sendable {
    public let on: String
    public let reason: String

    public init(on: String, reason: String) {
      self.on = on
      self.reason = reason
    }
  }

  public init(machine: String, since: String?, unlocked: [Unlocked]) {
    self.machine = machine
    self.since = since
    self.unlocked = unlocked
  }
}

let locksHeading = "Locks"

/// The section of locks of a page for the repository; nil where there is nothing to tell.
func lockSection(_ locks: [LockNote]) -> String? {
  lockList(locks).map { heading(2, locksHeading) + $0 }
}

/// The same of a page of the book.
func lockSection(_ locks: [LockNote], to contents: inout [(id: String, words: String)]) -> String? {
  guard let list = lockList(locks) else { return nil }
  var rendering = MarkdownRendering()
  return section("locks", locksHeading, to: &contents) + rendering.html(list)
}

private let isLocked = " is locked since "

/// The machines that a page for the repository tells are locked, read back from its text.
public func lockedMachines(in page: String) -> [String] {
  page.utf8.split(separator: UInt8(ascii: "\n")).lazy.filter { $0.starts(with: "- `".utf8) }.compactMap { line in
    let parts = String(Substring(line)).split(separator: "`", maxSplits: 2)
    return parts.count == 3 && parts[2].hasPrefix(isLocked) ? String(parts[1]) : nil
  }
}

/// Which rules may only be added to, and why some were unlocked, as a list in Markdown; both editions show it.
private func lockList(_ locks: [LockNote]) -> String? {
  let told = locks.filter { $0.since != nil || !$0.unlocked.isEmpty }
  if told.isEmpty { return nil }
  var text = ""
  for lock in told {
    let state = lock.since.map { "\(isLocked)\($0): its published rules may only be added to" } ?? " is not locked"
    text += "- \(code(lock.machine))\(state).\n"
    for it in lock.unlocked { text += "  - Unlocked on \(it.on): \(escaped(it.reason))\n" }
  }
  return text
}

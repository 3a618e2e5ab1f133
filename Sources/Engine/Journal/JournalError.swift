/// Why a journal cannot be opened, begun or continued, and what to do.
public enum JournalError: Error, Hashable, Sendable {
  /// There is nothing to read at the path.
  case missing(path: String)
  case isFolder(path: String)
  /// The file is something else; `found` says what, as a clause.
  case notAJournal(path: String, found: String)
  /// A later version wrote the file.
  case newerFormat(path: String, found: Int, known: Int)
  /// The file is damaged where reading begins.
  case malformed(path: String, reason: String)
  case notReadable(path: String, reason: String)
  /// The folder for a new journal is not there, or is a file.
  case folderMissing(path: String, folder: String, isFile: Bool)
  case notWritable(path: String, reason: String)
  /// A journal never overwrites what is there.
  case exists(path: String)
  /// The file has so many names (hard links), and who writes it by one does not see who does by another.
  case severalNames(path: String, count: Int)
  /// Another writer has the journal: the process with this number, where it is known.
  case inUse(path: String, pid: Int? = nil)
  /// The run ended, and nothing is left to continue.
  case ended(path: String)
  /// An earlier version wrote the file: it can be read, and not continued.
  case olderFormat(path: String, found: Int, known: Int)
  /// The journal is not as its run wrote it, so the run cannot go on from it.
  case faulty(path: String, JournalFault)
  /// Records cannot be dropped: no snapshot stands behind them.
  case noSnapshot(path: String)
  /// There is no room for more records; those up to `safe` are committed.
  case full(path: String, safe: UInt64)
  /// Writing failed for another reason; records up to `safe` are committed.
  case writeFailed(path: String, safe: UInt64, reason: String)
}

extension JournalError: CustomStringConvertible {
  /// What was found and what to try, one per line.
  public var description: String {
    switch self {
    case .missing(let path):
      text("there is no journal at \(path)", try: "check the name and the folder")
    case .isFolder(let path):
      text("\(path) is a folder, not a journal", try: "name a file inside it")
    case .notAJournal(let path, let found):
      text("\(path) is not a journal of Interlock: \(found)", try: "name a file that a run wrote")
    case .newerFormat(let path, let found, let known):
      text(
        "the journal \(path) has format \(found), and this version reads formats up to \(known)",
        try: "read it with the version of Interlock that wrote it, or a later one")
    case .malformed(let path, let reason):
      text("the journal \(path) is damaged: \(reason)", try: "read a copy or a backup of it")
    case .notReadable(let path, let reason):
      text("the journal \(path) cannot be read: \(reason)", try: "read a copy of it in a folder of yours")
    case .folderMissing(let path, let folder, isFile: false):
      text("the journal \(path) cannot begin: there is no folder \(folder)", try: "mkdir -p \(quoted(folder))")
    case .folderMissing(let path, let folder, isFile: true):
      text("the journal \(path) cannot begin: \(folder) is a file, not a folder", try: "choose another folder")
    case .notWritable(let path, let reason):
      text("the journal \(path) cannot be written: \(reason)", try: "choose a folder that you may write to")
    case .exists(let path):
      text(
        "\(path) exists already, and a journal never overwrites a file", try: "choose another name",
        "remove it: rm \(quoted(path))")
    case .severalNames(let path, let count):
      text(
        "the file \(path) has \(count) names (hard links), and who writes it by one does not see who does by another",
        try: "remove the other names", "write a copy of it")
    case .inUse(let path, let pid):
      text(
        "another run is writing the journal \(path)" + (pid.map { ": process \($0)" } ?? ""),
        try: "choose another name", "wait until that run has ended")
    case .ended(let path):
      text("the run of the journal \(path) ended: there is nothing to resume", try: "begin a new run in another file")
    case .olderFormat(let path, let found, let known):
      text(
        "the journal \(path) has format \(found), and this version continues format \(known) alone",
        try: "end the run with the version that began it", "audit or replay it: that still works")
    case .faulty(let path, let fault):
      text(
        "the journal \(path) cannot be continued: \(fault)",
        try: "interlock audit --journal \(quoted(path))", "continue from a copy or a backup of it")
    case .noSnapshot(let path):
      text(
        "the journal \(path) has no snapshot that records could be dropped before",
        try: "run with --snapshots, or keep it as it is")
    case .full(let path, let safe):
      text(
        "there is no room left for the journal \(path)\n  \(kept(safe))",
        try: "free some space, and resume the run")
    case .writeFailed(let path, let safe, let reason):
      text(
        "the journal \(path) cannot be written any more: \(reason)\n  \(kept(safe))",
        try: "check the disk, and resume the run")
    }
  }

  private func text(_ found: String, try advice: String...) -> String {
    "error: \(found)" + advice.map { "\n  try: \($0)" }.joined()
  }

  private func kept(_ safe: UInt64) -> String {
    switch safe {
    case 0: "no record was committed"
    case 1: "record 1 is safe and can be read"
    default: "records 1 to \(safe) are safe and can be read"
    }
  }

  private func quoted(_ path: String) -> String {
    let isPlain = path.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
      case UInt8(ascii: "-")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
      default: false
      }
    }
    // Inside single quotes the shell reads everything as it is, except their own end.
    return isPlain ? path : "'\(path.replacing("'", with: #"'\''"#))'"
  }
}

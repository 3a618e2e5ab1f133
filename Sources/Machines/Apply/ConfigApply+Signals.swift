import Spec

// The events and effects of an apply: cases, tokens and fields, each once. Each effect that is not routed says what
// whoever performs it owes.
extension ConfigApply {
  public enum Event: Signals {
    /// Begin.
    case apply
    /// What the file is.
    case configRead(ConfigFile)
    /// The old bytes are kept, whole and synced.
    case backedUp
    /// They could not be kept, or every name is taken.
    case backUpFailed
    /// The new bytes are written beside the file, and synced.
    case written
    /// They could not be written.
    case writeFailed
    /// They are in the file's place, and the folder is synced.
    case replaced
    /// They could not be put there.
    case replaceFailed
    /// What was begun is taken away.
    case discarded
    /// It is not wanted any more.
    case giveUp
  }

  public enum Effect: Signals {
    /// Reads the file, holds it against what may be edited, and makes the new bytes of it in memory; says
    /// `configRead`. Changes nothing.
    case read
    /// Creates the backup under the lowest name that no file has, and copies the old bytes into it, with the file's
    /// mode; says `backedUp` when it is synced, or `backUpFailed`, where every name is taken too.
    case backUp
    /// Writes the new bytes into a temporary file in the same folder; says `written` when it is synced, or
    /// `writeFailed`.
    case write
    /// Moves the temporary file to the file's place and syncs the folder; says `replaced`, or `replaceFailed` with
    /// the file as it was. Performed again after a crash, it moves the temporary file if it is still there and its
    /// bytes are still those that the file would get; if it is gone and the file says the same, that was done.
    case replace
    /// Takes away the temporary file, and the backup unless it is whole; says `discarded`.
    case discard
    /// To the run: how it ended.
    case applyEnded(ApplyResult)
  }
}

extension Signal<ConfigApply.Event, Void> {
  static public var apply: Self { Signal("apply", kind: 0, .apply) }
  static public var backedUp: Self { Signal("backedUp", kind: 2, .backedUp) }
  static public var backUpFailed: Self { Signal("backUpFailed", kind: 3, .backUpFailed) }
  static public var written: Self { Signal("written", kind: 4, .written) }
  static public var writeFailed: Self { Signal("writeFailed", kind: 5, .writeFailed) }
  static public var replaced: Self { Signal("replaced", kind: 6, .replaced) }
  static public var replaceFailed: Self { Signal("replaceFailed", kind: 7, .replaceFailed) }
  static public var discarded: Self { Signal("discarded", kind: 8, .discarded) }
  static public var giveUp: Self { Signal("giveUp", kind: 9, .giveUp) }
}
extension Signal<ConfigApply.Event, ConfigFile> {
  static public var configRead: Self {
    Signal("configRead", kind: 1, Carrier.configRead) { if case .configRead(let it) = $0 { it } else { nil } }
  }
}

extension ConfigApply.Event {
  public static let names = [
    "apply", "configRead", "backedUp", "backUpFailed", "written", "writeFailed", "replaced",
    "replaceFailed", "discarded", "giveUp",
  ]
  public var kind: Int {
    switch self {
    case .apply: 0
    case .configRead: 1
    case .backedUp: 2
    case .backUpFailed: 3
    case .written: 4
    case .writeFailed: 5
    case .replaced: 6
    case .replaceFailed: 7
    case .discarded: 8
    case .giveUp: 9
    }
  }
  public init() { self = .apply }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .apply, .configRead(.missing), .backedUp, .backUpFailed, .written, .writeFailed, .replaced,
        .replaceFailed, .discarded, .giveUp,
      ])
    switch self {
    case .configRead(var file):
      f("file", &file)
      self = .configRead(file)
    case .apply, .backedUp, .backUpFailed, .written, .writeFailed, .replaced, .replaceFailed, .discarded,
      .giveUp:
      break
    }
  }
}

extension Signal<ConfigApply.Effect, Void> {
  static public var read: Self { Signal("read", kind: 0, .read) }
  static public var backUp: Self { Signal("backUp", kind: 1, .backUp) }
  static public var write: Self { Signal("write", kind: 2, .write) }
  static public var replace: Self { Signal("replace", kind: 3, .replace) }
  static public var discard: Self { Signal("discard", kind: 4, .discard) }
}
extension Signal<ConfigApply.Effect, ApplyResult> {
  static public var applyEnded: Self {
    Signal("applyEnded", kind: 5, Carrier.applyEnded) { if case .applyEnded(let it) = $0 { it } else { nil } }
  }
}

extension ConfigApply.Effect {
  public static let names = ["read", "backUp", "write", "replace", "discard", "applyEnded"]
  public var kind: Int {
    switch self {
    case .read: 0
    case .backUp: 1
    case .write: 2
    case .replace: 3
    case .discard: 4
    case .applyEnded: 5
    }
  }
  public init() { self = .read }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.read, .backUp, .write, .replace, .discard, .applyEnded(.applied)])
    switch self {
    case .applyEnded(var result):
      f("result", &result)
      self = .applyEnded(result)
    case .read, .backUp, .write, .replace, .discard: break
    }
  }
}

import Spec

/// What a configuration file is, for whoever is to edit it.
public enum ConfigFile: UInt8, CaseIterable, Sendable {
  /// There is none.
  case missing
  /// It can be edited line by line.
  case usable
  /// It is no mapping, or an owned key stands in it twice or over several lines.
  case unusable
}

/// How an apply ended.
public enum ApplyResult: UInt8, CaseIterable, Sendable {
  /// The new file is in place.
  case applied
  /// It could not be put in place; the old one is untouched.
  case failed
  /// It was given up in time; the old one is untouched.
  case givenUp
}

/// Puts a new configuration in place of the old one, so that the old one can always be had back.
///
/// The old bytes are kept under a name that nothing had before; the new ones are written beside the file, and take its
/// place in one move. Until that move everything can be undone, and is; from then on it is done. What is deliberately
/// absent: bytes and names, which are the driver's business.
///
/// Source: chapter 12.
public struct ConfigApply: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable {
    case idle, reading, backingUp, writing, replacing, discarding, applied, unchanged
  }

  public var phase = Phase.idle
  /// Whether the old bytes are kept, or there are none.
  public internal(set) var isRecoverable = false
  /// Whether it is undone because nobody wants it any more.
  public internal(set) var isGivenUp = false

  public init() {}

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("isRecoverable", &isRecoverable)
    f("isGivenUp", &isGivenUp)
  }

  public static let book = RuleBook<Self>(
    "Config apply", "Puts a new configuration in place of the old one, which can always be had back.",
    resting: .idle, .applied, .unchanged
  ) {
    all
  }

  static let all = Section<Self> {
    keeping
    replacing
    undoing
    silences
    contracts
    laws
  }
}

// MARK: - Rules

extension ConfigApply {
  static let keeping = Section<Self> {
    In(.idle, "Nothing is to be applied.") {
      On(.apply, "read the file", cites: .`CFG-1`).emit(.read).go(.reading)
    }
    In(.reading, "The file is being read, and held against what may be edited.") {
      On(.configRead, "keep the old bytes", cites: .`CFG-2`)
        .when("the file can be edited") { _, file in file == .usable }
        .emit(.backUp)
        .go(.backingUp)
      Otherwise(.configRead, "there is nothing to keep: write a new file", cites: .`CFG-2`)
        .when("there is no file") { _, file in file == .missing }
        .then { apply, _ in apply.isRecoverable = true }
        .emit(.write)
        .go(.writing)
      Otherwise(.configRead, "it cannot be edited: leave it alone", cites: .`CFG-1`)
        .emit(.applyEnded) { _, _ in .failed }
        .go(.unchanged)
      On(.giveUp, "it is not wanted any more", cites: .`CFG-7`)
        .cancel(.read)
        .emit(.applyEnded) { _, _ in .givenUp }
        .go(.unchanged)
    }
    In(.backingUp, "The old bytes are being kept under a name that nothing had before.") {
      On(.backedUp, "they are kept: write the new ones beside the file", cites: .`CFG-2`, .`CFG-4`)
        .then { apply, _ in apply.isRecoverable = true }
        .emit(.write)
        .go(.writing)
      On(.backUpFailed, "they could not be kept: undo what was begun", cites: .`CFG-3`, .`CFG-6`).emit(.discard).go(
        .discarding)
      On(.giveUp, "undo the backup: it is not wanted any more", cites: .`CFG-7`)
        .cancel(.backUp)
        .then { apply, _ in apply.isGivenUp = true }
        .emit(.discard)
        .go(.discarding)
    }
  }

  static let replacing = Section<Self> {
    In(.writing, "The new bytes are being written beside the file.") {
      On(.written, "put them in its place, in one move", cites: .`CFG-4`, .`NFR-3`).emit(.replace).go(.replacing)
      On(.writeFailed, "they could not be written: undo what was begun", cites: .`CFG-6`).emit(.discard).go(.discarding)
      On(.giveUp, "undo the writing: it is not wanted any more", cites: .`CFG-7`)
        .cancel(.write)
        .then { apply, _ in apply.isGivenUp = true }
        .emit(.discard)
        .go(.discarding)
    }
    In(.replacing, "The new bytes are taking the place of the old ones; there is no way back.") {
      On(.replaced, "they are in place", cites: .`CFG-4`)
        .emit(.applyEnded) { _, _ in .applied }
        .go(.applied)
      On(.replaceFailed, "they could not be put there: undo what was begun", cites: .`CFG-6`).emit(.discard).go(
        .discarding)
    }
  }

  static let undoing = Section<Self> {
    In(.discarding, "What was begun is being taken away; the file is as it was.") {
      On(.discarded, "nothing is left of it", cites: .`CFG-6`)
        .emit(.applyEnded) { apply, _ in apply.isGivenUp ? .givenUp : .failed }
        .go(.unchanged)
    }
    In(.applied, "The new configuration is in place.") {}
    In(.unchanged, "The configuration is as it was.") {}
  }

  static let silences = Section<Self> {
    Refused(
      .apply, in: .reading, .backingUp, .writing, .replacing, .discarding, .applied, .unchanged,
      unless: "nothing was applied before")
    Ignored(.giveUp, in: .replacing, because: "it is too late: the move is one, and under way")
    Ignored(.giveUp, in: .discarding, because: "it is being undone already")
    Ignored(.giveUp, in: .idle, .applied, .unchanged, because: "nothing is under way")
    Impossible(
      .configRead, in: .idle, .backingUp, .writing, .replacing, .discarding, .applied, .unchanged,
      because: "giving up gives up the answer")
    Impossible(
      .backedUp, .backUpFailed, in: .idle, .reading, .writing, .replacing, .discarding, .applied, .unchanged,
      because: "giving up gives up the answer")
    Impossible(
      .written, .writeFailed, in: .idle, .reading, .backingUp, .replacing, .discarding, .applied, .unchanged,
      because: "giving up gives up the answer")
    Impossible(
      .replaced, .replaceFailed, in: .idle, .reading, .backingUp, .writing, .discarding, .applied, .unchanged,
      because: "the answer is awaited where it was asked for")
    Impossible(
      .discarded, in: .idle, .reading, .backingUp, .writing, .replacing, .applied, .unchanged,
      because: "the answer is awaited where it was asked for")
  }

  static let contracts = Section<Self> {
    Answers(.read) { Owed { Answer(.configRead, where: { _, _ in true }, try: { _ in ConfigFile.allCases }) } }
    Answers(.backUp) {
      Owed {
        Answer(.backedUp)
        Answer(.backUpFailed)
      }
    }
    Answers(.write) {
      Owed {
        Answer(.written)
        Answer(.writeFailed)
      }
    }
    Answers(.replace) {
      Owed {
        Answer(.replaced)
        Answer(.replaceFailed)
      }
    }
    Answers(.discard) { Owed { Answer(.discarded) } }
  }
}

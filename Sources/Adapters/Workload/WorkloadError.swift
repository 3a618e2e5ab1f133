/// Why a workload cannot be read: the first thing wrong, and where it stands.
///
/// `description` is what the user sees:
///
///     error: examples/team.jsonl:7: no agent is called "coder"
///       the team is Planner, Coder, Runner (names are case-sensitive)
///       try: "to": "Coder"
public struct WorkloadError: Error, Equatable {
  /// The file as the user wrote it.
  public var file: String
  public var place: Place
  public var problem: Problem

  public enum Place: Sendable, Equatable {
    /// The file as a whole.
    case file

    /// A line, counted from 1.
    case line(Int)

    /// An entry of a transcript's history, counted from 0.
    case history(Int)
  }

  public enum Problem: Sendable, Equatable {
    // The file.
    case missingFile
    case isDirectory

    /// The file is there, and reading it is not permitted or failed.
    case unreadable

    /// The byte at `byteOffset`, counted from 0, is not part of a UTF-8 character.
    case notUTF8(byteOffset: Int, byte: UInt8)

    /// The file has no line besides blank ones and comments.
    case empty

    // JSON, and what every object has to keep to.

    /// The text is not JSON; `parser` says why in its own words.
    case malformed(parser: String)
    case notAnObject(found: String)

    /// A field nobody reads; `known` are those of its object, `others` those of other lines.
    case unknownField(String, of: String, known: [String], others: [String])
    /// A field that stands twice in one object.
    case doubledField(String)
    case missingField(String, of: String)
    case wrongType(field: String, wanted: String, found: String)
    case outOfRange(field: String, found: String, allowed: String)
    case emptyText(field: String)

    /// A word that is none of the few a field may hold; `noun` says what the word should have named.
    case unknownWord(String, field: String, noun: String, known: [String])

    // The team.

    /// The first line does not describe a team.
    case noTeam

    /// A later line describes a team once more.
    case secondTeam
    case doubledAgent(String)
    case reservedName(String)
    case agentCount(Int)

    // What happens.
    case unknownAgent(String, field: String, team: [String])
    case noRecipients
    case doubledRecipient(String)

    /// A message gives its payload and a size for it.
    case payloadTwice
    /// Of a service time's percentiles, the lower is above the higher, or 0.
    case percentiles(half: Double, most: Double)
    case timeGoesBackwards(milliseconds: Double, after: Double)

    /// The limits stand behind something that happens, or behind other limits.
    case lateLimits
    case secondLimits
    /// A scope's limits name neither tokens nor time.
    case emptyLimit

    /// Something follows the storm, which stands on `line`.
    case afterStorm(line: Int)
    /// Something follows the profile, which stands on the first line.
    case afterProfile

    // A transcript.

    /// The file is one JSON value without a `history` list; `found` is what stands there instead, if anything.
    case noHistory(found: String?)
    case noSpeaker

    /// The history names no agent: it is empty, or the system speaks alone.
    case nobodySpeaks
  }

  /// What agents may not be called: the sender outside the team, and the address of everyone.
  static let reservedNames = ["system", "BROADCAST"]

  public init(file: String, place: Place = .file, problem: Problem) {
    self.file = file
    self.place = place
    self.problem = problem
  }
}

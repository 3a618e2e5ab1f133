/// What the last lines of a server's log say of why it did not load its model.
///
/// Source: chapter 11, *Pre-warming*.
public enum LoadEvidence: UInt8, CaseIterable, Sendable {
  /// They name no cause.
  case none
  /// The weights are not what they should be: a wrong checksum or signature, a missing file, a spoilt header.
  case integrity
  /// They could not be fetched.
  case fetch
  /// Something else kept the model from loading: no memory, a flag that the server does not know, a crash.
  case other
}

extension LoadEvidence {
  /// Reads the last lines of a log, line by line and without regard to case.
  ///
  ///     LoadEvidence(log: "Required configuration file missing: tokenizer.json")   // integrity
  ///     LoadEvidence(log: "no hash mismatch\nconnection reset by peer")            // fetch
  ///
  /// - Parameters:
  ///   - integrityMarkers: What the profile adds to ``integrityMarkers``, from the real output of its server.
  ///   - wasSignalled: Whether the process ended by a signal: it crashed, or the system took its memory away.
  /// - Complexity: O(*characters* × *markers*).
  public init(log: String, integrityMarkers added: [String] = [], wasSignalled: Bool = false) {
    let lines = log.lowercased().split(whereSeparator: \.isNewline)
    let integrity = Self.integrityMarkers + added.map { $0.lowercased() }
    if lines.contains(where: { line in integrity.contains { Self.asserts($0, in: line) } }) {
      self = .integrity
    } else if lines.contains(where: { line in
      Self.fetchMarkers.contains { Self.asserts($0, in: line) } || Self.tellsOfFailedRequest(line)
    }) {
      self = .fetch
    } else if wasSignalled || lines.contains(where: { line in Self.otherMarkers.contains(where: line.contains) }) {
      self = .other
    } else {
      self = .none
    }
  }

  /// The weights are not what they should be, in the words of the libraries that found out.
  public static let integrityMarkers = [
    "signature mismatch", "hash mismatch", "manifest verification failed", "weight verification failed",
    "checksum mismatch", "signature verification failed", "checksum signature invalid",
    "missing tokenizer.json", "configuration file missing: tokenizer.json", "missing: tokenizer.json",
    "missing required tokenizer files",
    "invalid json header", "invalid json metadata",
  ]

  /// The weights could not be fetched, and perhaps can be another time.
  static let fetchMarkers = [
    "connection error", "connection refused", "connection reset", "connection aborted", "connection timed out",
    "connection broken", "failed to connect", "could not connect", "read timed out", "network is unreachable",
    "no route to host", "could not resolve", "couldn't resolve", "failed to resolve", "name resolution",
    "name or service not known", "getaddrinfo", "max retries exceeded", "download failed", "failed to download",
    "download interrupted", "incomplete metadata", "gated repo", "access to model", "repository not found",
    "offline mode", "no space left on device", "disk quota exceeded", "disk full", "rebuild cache", "retry later",
  ]

  /// The weights are there, and something else is wrong.
  static let otherMarkers = [
    "out of memory", "outofmemory", "cannot allocate memory", "unable to allocate", "failed to allocate",
    "insufficient memory", "unrecognized argument", "unrecognized option", "unknown argument", "unknown option",
    "invalid argument", "invalid option", "unexpected argument", "segmentation fault", "illegal instruction",
    "core dumped", "assertion failed", "unknown model architecture", "unsupported model",
  ]

  /// Whether the line says so, rather than that it is not so: `no hash mismatch` asserts nothing.
  private static func asserts(_ marker: String, in line: Substring) -> Bool {
    line.ranges(of: marker).contains { found in
      // The last few words before it, back to where its clause begins.
      let clause = line[..<found.lowerBound].split(omittingEmptySubsequences: false) { ",;:.!?()".contains($0) }.last
      let before = clause?.split { !($0.isLetter || $0.isNumber) }.suffix(3) ?? []
      return !before.contains { ["no", "not", "without", "never", "0", "zero"].contains($0) }
    }
  }

  /// Whether the line tells of a request that a server refused, or failed at, by the number that HTTP has for it.
  private static func tellsOfFailedRequest(_ line: Substring) -> Bool {
    let words = line.split { !($0.isLetter || $0.isNumber) }
    guard words.contains(where: { ["http", "https", "status", "error"].contains($0) }) else { return false }
    return words.contains { word in
      guard word.count == 3, let code = Int(word) else { return false }
      return [401, 403, 404, 429, 500, 502, 503, 504].contains(code) || (520...524).contains(code)
    }
  }
}

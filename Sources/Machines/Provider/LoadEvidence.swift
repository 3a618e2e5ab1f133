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
  ///   - hasCrashed: Whether the process ended by a signal, or with the status that a shell gives to one: it crashed,
  ///     or the system took its memory away.
  ///   - isCached: Whether the weights are in the cache by now; then an error without a cause is none of fetching.
  /// - Complexity: O(*characters* × *markers*).
  public init(
    log: String, integrityMarkers added: [String] = [], hasCrashed: Bool = false, isCached: Bool = false
  ) {
    let text = log.lowercased()
    let lines = text.split(whereSeparator: \.isNewline)
    // Few logs have any of them, and to read line by line takes long.
    let bytes = Array(text.utf8)
    let found = { (markers: [String]) in markers.filter { Self.stands(Array($0.utf8), in: bytes) } }
    let integrity = found(Self.integrityMarkers + added.map { $0.lowercased() })
    let fetch = found(Self.fetchMarkers)
    let asksForStatus = !found(Self.statusWords).isEmpty
    if lines.contains(where: { line in integrity.contains { Self.asserts($0, in: line) } }) {
      self = .integrity
    } else if lines.contains(where: { line in
      fetch.contains { Self.asserts($0, in: line) } || asksForStatus && Self.tellsOfFailedRequest(line)
    }) {
      self = .fetch
    } else if hasCrashed || !found(Self.otherMarkers).isEmpty || isCached && !found(Self.errorWords).isEmpty {
      self = .other
    } else {
      self = .none
    }
  }

  private static func stands(_ marker: [UInt8], in text: [UInt8]) -> Bool {
    guard let first = marker.first else { return true }
    guard marker.count <= text.count else { return false }
    return (0...(text.count - marker.count)).contains { place in
      text[place] == first && text[place..<(place + marker.count)].elementsEqual(marker)
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
    "bad_alloc", "attempting to allocate", "maximum allowed buffer size", "out of range", "invalid choice",
    "expected one argument", "the following arguments are required", "not supported", "unsupported", "ggml_assert",
    "terminate called", "assertionerror", "valueerror", "keyerror", "typeerror", "attributeerror", "importerror",
    "modulenotfounderror", "address already in use",
  ]

  /// No line tells of a request that failed without one of them.
  private static let statusWords = ["error", "http", "status"]

  /// Something went wrong, whatever it was.
  private static let errorWords = ["error", "exception", "traceback", "fatal", "failed", "abort", "panic"]

  /// Whether the line says so, rather than that it is not so: `no hash mismatch` asserts nothing.
  ///
  /// A marker is denied by the word before it alone. A zero may be the number of a shard or a worker, and a `not`
  /// further off may deny anything else: where in doubt, it is asserted.
  private static func asserts(_ marker: String, in line: Substring) -> Bool {
    line.ranges(of: marker).contains { found in
      var words = clause(before: found.lowerBound, in: line)
      // `no signature or hash mismatch`, `without any hash mismatch`
      while words.count >= 2, words.last == "or" { words.removeLast(2) }
      if words.last == "any" { words.removeLast() }
      switch words.last {
      case "no", "without": return false
      case "0", "zero":
        let isPlural = line[found.upperBound...].hasPrefix("s") || line[found.upperBound...].hasPrefix("es")
        let counts = words.count == 1 || ["found", "with"].contains(words[words.count - 2])
        return !(isPlural && counts)
      default: return true
      }
    }
  }

  /// The words before a place, back to where its clause begins.
  private static func clause(before place: Substring.Index, in line: Substring) -> [Substring] {
    var start = line.startIndex
    for mark in [" - ", " – ", " — "] {
      if let dash = line[..<place].ranges(of: mark).last { start = max(start, dash.upperBound) }
    }
    let clause = line[start..<place].split(omittingEmptySubsequences: false) { ",;:.!?()".contains($0) }.last
    return clause?.split { !($0.isLetter || $0.isNumber) } ?? []
  }

  /// Whether the line tells of a request that a server refused, or failed at, by the number that HTTP has for it.
  private static func tellsOfFailedRequest(_ line: Substring) -> Bool {
    // A number with decimals is none of HTTP's.
    let words = line.replacing(/[0-9]+\.[0-9]+/, with: "#").split { !($0.isLetter || $0.isNumber) }
    return words.indices.contains { place in
      guard words[place].count == 3, let code = Int(words[place]) else { return false }
      // A size is no status.
      if let unit = words[(place + 1)...].first, ["mib", "mb", "gib", "gb", "kib", "kb", "bytes"].contains(unit) {
        return false
      }
      let usual = [401, 403, 404, 429, 500, 502, 503, 504].contains(code) || (520...524).contains(code)
      let near = words[..<place].suffix(3) + words[(place + 1)...].prefix(3)
      if usual { return near.contains("error") || words.contains { ["http", "https", "status"].contains($0) } }
      // Any other number of a server's failure may count something else: it has to stand where HTTP puts it.
      guard (500...599).contains(code) else { return false }
      return words[..<place].suffix(3).contains { ["http", "https", "status"].contains($0) }
        || words[(place + 1)...].prefix(2).elementsEqual(["server", "error"])
    }
  }
}

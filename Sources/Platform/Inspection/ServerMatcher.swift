/// Tells a model server that somebody started by hand from everything else, by whole words of its command line.
///
///     let own = ServerMatcher(program: "interlock", subcommand: "serve")
///     own.matches(["/usr/bin/interlock", "serve", "--port", "18080"])       // true
///     own.matches(["interlock-helper", "serve"])                            // false: another program
///     own.matches(["interlock", "--verbose", "serve"])                      // false: the next word is another
///     own.matches(["interlock", "autotune", "--provider", "interlock"])     // false: a run never finds itself
///     let script = ServerMatcher(program: "vllm", subcommand: nil, isScript: true)
///     script.matches(["/usr/bin/python3", "/usr/local/bin/vllm"])           // true
///     script.matches(["vim", "/usr/local/bin/vllm"])                        // false: it is only looked at
///
/// Source: SRV-1.
public struct ServerMatcher: Sendable, Hashable {
  /// The last part of the program's path.
  public var program: String
  /// The word that must follow; nil where the program does nothing but serve.
  public var subcommand: String?
  /// Whether it may be a script, so that its interpreter stands before it.
  public var isScript: Bool

  public init(program: String, subcommand: String? = nil, isScript: Bool = false) {
    self.program = program
    self.subcommand = subcommand
    self.isScript = isScript
  }

  public func matches(_ words: [String]) -> Bool {
    if words.contains("autotune") { return false }
    return matches(words, at: 0) || (isScript && ServerMatcher.interprets(words.first) && matches(words, at: 1))
  }

  /// Whether a program runs scripts, by its name: an editor has the same words behind it.
  private static func interprets(_ program: String?) -> Bool {
    // On macOS it may be called Python.
    guard let name = program.flatMap({ $0.split(separator: "/").last?.lowercased() }) else { return false }
    return name.hasPrefix("python") || name.hasPrefix("pypy")
      || ["sh", "bash", "dash", "zsh", "ksh", "perl", "ruby", "node", "bun"].contains(name)
  }

  private func matches(_ words: [String], at place: Int) -> Bool {
    guard place < words.count, words[place].split(separator: "/").last.map(String.init) == program else { return false }
    guard let subcommand else { return true }
    return place + 1 < words.count && words[place + 1] == subcommand
  }

  /// The servers that run now, by ascending number.
  public func running() -> [RunningProcess] { ProcessTable.families(where: matches) }
}

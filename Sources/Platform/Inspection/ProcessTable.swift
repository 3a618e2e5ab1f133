import Foundation

/// What the system tells of running processes. Whatever cannot be seen, or ended meanwhile, is nil or left out.
public enum ProcessTable {
  /// Every living process, ascending; none that ended and waits to be reaped.
  public static func all() -> [pid_t] { numbers().filter { !isZombie($0) } }

  /// Whether there is such a process, and it has not ended.
  public static func isAlive(_ pid: pid_t) -> Bool { (kill(pid, 0) == 0 || errno == EPERM) && !isZombie(pid) }

  /// The words of its command line, exactly as it was given them.
  ///
  /// - Note: Bytes that are no UTF-8 are replaced. A program may overwrite its words; then these are what it says. In
  ///   the first moment after its start it has none.
  public static func words(of pid: pid_t) -> [String]? {
    guard let words = rawWords(of: pid), !words.isEmpty else { return nil }
    return words
  }

  /// The processes whose words satisfy a condition, ascending; never this one.
  public static func processes(where matches: ([String]) -> Bool) -> [RunningProcess] {
    numbers().compactMap { pid in
      guard pid != getpid(), let words = words(of: pid), matches(words) else { return nil }
      return RunningProcess(pid: pid, words: words)
    }
  }

  /// The same without those that such a process has started itself: the workers of a server have its words too, and so
  /// has a child that is about to become another program.
  public static func families(where matches: ([String]) -> Bool) -> [RunningProcess] {
    let found = processes(where: matches)
    let numbers = Set(found.map(\.pid))
    return found.filter { process in parent(of: process.pid).map { !numbers.contains($0) } ?? false }
  }

  /// What a process has started, and what those have, ascending.
  public static func descendants(of pid: pid_t) -> [pid_t] {
    let children = Dictionary(grouping: all().compactMap { it in parent(of: it).map { (it, $0) } }) { $0.1 }
    var found: [pid_t] = []
    var next = [pid]
    while let parent = next.popLast() {
      let own = (children[parent] ?? []).map(\.0).filter { !found.contains($0) }
      found += own
      next += own
    }
    return found.sorted()
  }

  /// The living processes that were started with a variable, ascending: how a process is found again after whoever
  /// started it died.
  ///
  /// - Parameter variable: `NAME=value`.
  public static func processes(withVariable variable: String) -> [pid_t] {
    // Of one that has ended there are no variables to be seen, but for a moment.
    numbers().filter { $0 != getpid() && hasVariable(variable, $0) && !isZombie($0) }
  }

  /// The same, of a variable whose value begins so.
  public static func processes(withVariableBeginning beginning: String) -> [pid_t] {
    all().filter { $0 != getpid() && (environment(of: $0)?.contains { $0.hasPrefix(beginning) } ?? false) }
  }
}

/// A process and the words it was started with.
public struct RunningProcess: Sendable, Equatable {
  public let pid: pid_t
  public let words: [String]

  public init(pid: pid_t, words: [String]) {
    self.pid = pid
    self.words = words
  }
}

import CProcess
import Foundation

extension ChildProcess {
  /// Starts a program and returns its number.
  static func spawn(
    _ path: String, _ command: Command, _ output: Int32, _ errors: Int32
  ) throws(SpawnFailure) -> pid_t {
    let variables = command.environment.map { "\($0)=\($1)" }.sorted()
    if let word = (command.words + variables).first(where: { $0.utf8.contains(0) }) {
      throw SpawnFailure(path, .zeroByte(word))
    }

    var actions = FileActions.blank
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    if let folder = command.folder { process_starts_in(&actions, folder) }

    var attributes = Attributes.blank
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(process_own_session)
    #if canImport(Darwin)
      flags |= Int32(POSIX_SPAWN_CLOEXEC_DEFAULT)
    #else
      process_closes_from(&actions, 3)
    #endif
    posix_spawnattr_setflags(&attributes, Int16(flags))
    // Whatever this program ignores or blocks, its children do not.
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)

    var pid: pid_t = 0
    var code: Int32 = ETXTBSY
    // A program that was written just now is busy as long as another child, about to start, still has the writer's
    // descriptor: for a moment.
    for wait in [0, 1, 4, 16, 64, 128] where code == ETXTBSY {
      usleep(UInt32(wait) * 1000)
      code = withCStrings(command.words) { words in
        withCStrings(variables) { variables in posix_spawn(&pid, path, &actions, &attributes, words, variables) }
      }
    }
    guard code == 0 else { throw SpawnFailure(path, code: code, folder: command.folder) }
    return pid
  }

  #if canImport(Darwin)
    private typealias FileActions = posix_spawn_file_actions_t?
    private typealias Attributes = posix_spawnattr_t?
  #else
    private typealias FileActions = posix_spawn_file_actions_t
    private typealias Attributes = posix_spawnattr_t
  #endif
}

// Darwin's are pointers, Linux's are structures.
#if canImport(Darwin)
  extension Optional where Wrapped == UnsafeMutableRawPointer {
    fileprivate static var blank: Self { nil }
  }
#else
  extension posix_spawn_file_actions_t {
    fileprivate static var blank: Self { Self() }
  }
  extension posix_spawnattr_t {
    fileprivate static var blank: Self { Self() }
  }
#endif

/// Lends the texts as C has them: an array of pointers that ends in a null.
private func withCStrings<R>(
  _ texts: [String], _ use: ([UnsafeMutablePointer<CChar>?]) throws -> R
) rethrows -> R {
  let copies = texts.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return try use(copies + [nil])
}

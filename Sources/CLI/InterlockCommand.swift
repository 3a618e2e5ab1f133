import Foundation
import Options
import Spec
import Synchronization

/// The command line, for whoever has machines.
///
///     import CLI
///
///     InterlockCommand.main(machines: [
///       CatalogEntry(Solo<Lease>.design("lease", chapter: "01-lease.md", worlds: [clerk]), scenarios: Scenario.all)
///     ])
///
/// is a whole program: it lists, shows, explores, fuzzes, simulates, mutates, exports and audits these machines, and
/// weaves the chapters in `specs/` with what they say of themselves.
public enum InterlockCommand {
  /// Runs the program on the arguments it was started with, and ends the process.
  ///
  /// - Parameters:
  ///   - machines: Every machine that the program knows, by a name of its own; made when a command needs them.
  ///   - parameters: The figures of their chapters, each off by one, for mutation to try.
  ///   - sources: What stands for their sources, `SourceFingerprints.all`, by which an audit explores again only what
  ///     has changed; without it, whatever the program's file changes with is explored again.
  ///   - program: The name of the program, as help and errors say it; by default that of its file.
  public static func main(
    machines: @autoclosure @escaping @Sendable () -> [CatalogEntry], parameters: [OffByOne] = [],
    sources: [String: UInt64] = [:], program: String? = nil
  ) -> Never {
    let file = URL(fileURLWithPath: CommandLine.arguments.first ?? "").lastPathComponent
    Given.set(Given(program: program ?? file, parameters: parameters, sources: sources, machines: machines))
    main()
  }

  /// Runs the program with the protocols of this package.
  public static func main() -> Never {
    TrapNotice.install()
    // A file that may not grow further is told like a full disk, where the signal would end the process without a word.
    signal(SIGXFSZ, SIG_IGN)
    Interlock.main(Array(CommandLine.arguments.dropFirst()))
  }
}

/// What a program of another package gave, for the whole process.
struct Given: Sendable {
  let program: String
  let parameters: [OffByOne]
  let sources: [String: UInt64]
  let machines: @Sendable () -> [CatalogEntry]

  private static let kept = Mutex<Given?>(nil)

  static var now: Given? { kept.withLock { $0 } }

  /// Says it once, before anything is asked.
  static func set(_ given: Given) { kept.withLock { $0 = given } }
}

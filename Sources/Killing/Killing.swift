import Foundation

/// Kills a run at every kind of moment, lets it go on, and counts what was lost or done twice.
///
///     Killing                            512 writes, 64 random moments of each load, every byte of the last group
///     Killing --points 24 --random 4     fewer of them; --stride 97 cuts at every 97th byte alone
///     Killing --json                     one JSON object
///
/// Its exit code is 1 when an acknowledged step is lost, an effect is done twice without being told so, a call is paid
/// otherwise than once, a line of the workload is sent twice or never, or an audit is not READY.
@main struct Killing {
  static func main() throws {
    var arguments = Array(CommandLine.arguments.dropFirst())
    if arguments.first == "child" {
      try Child.main(Array(arguments.dropFirst()))
      return
    }
    let isJSON = arguments.contains("--json")
    arguments.removeAll { $0 == "--json" }
    var (points, random, stride, seed) = (512, 64, 1, UInt64(1))
    while arguments.count >= 2, let number = Int(arguments[1]), number >= 0 {
      switch arguments[0] {
      case "--points": points = number
      case "--random": random = number
      case "--stride": stride = number
      case "--seed": seed = UInt64(number)
      default: usage()
      }
      arguments.removeFirst(2)
    }
    guard arguments.isEmpty, points > 0 else { usage() }
    let began = Date()
    let trials = try Trials(points: points, random: random, stride: stride, seed: seed)
    let tally = try trials.run()
    print(isJSON ? try tally.json : tally.text(seconds: Date().timeIntervalSince(began)))
    exit(tally.isClean ? 0 : 1)
  }

  private static func usage() -> Never {
    FileHandle.standardError.write(
      Data("usage: Killing [--points <count>] [--random <count>] [--stride <bytes>] [--seed <number>] [--json]\n".utf8)
    )
    exit(2)
  }
}

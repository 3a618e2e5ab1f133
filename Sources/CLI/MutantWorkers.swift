import Adapters
import Check
import Foundation
import Machines

/// Tries mutants, each in a process of its own: this program again, with `--worker`.
struct MutantWorkers {
  let machine: String
  let original: Original
  let secondsMax: Double
  let jobs: Int

  /// - Returns: What became of each, in order.
  func run(_ mutants: [Mutant], ended: (Int) -> Void) throws -> [Trial] {
    guard let program = Bundle.main.executableURL else { throw WorldFailure("cannot find this program's own file") }
    let pool = ProcessPool(
      program: program, input: try JSONEncoder().encode(original), secondsMax: secondsMax, jobs: jobs)
    let endings = try pool.run(mutants.map { ["mutate", machine, "--worker", $0.name] }, ended: ended)
    return try zip(mutants, endings).map { try trial($0, $1) }
  }

  private func trial(_ mutant: Mutant, _ ending: ProcessPool.Ending) throws -> Trial {
    switch ending {
    case .timedOut: return Trial(.timedOut, words: "stopped after \(Output.decimal(secondsMax, 0)) s")
    // An interrupt at a terminal comes to every process there.
    case .signalled(SIGKILL, _), .signalled(SIGTERM, _), .signalled(SIGINT, _):
      throw WorldFailure(
        "something ended the process that tried mutant \(mutant.name) of \(machine)", try: "--jobs 1, for more memory")
    case .signalled(let signal, let errors):
      let words = errors.split(separator: "\n").first { $0.contains("Fatal error") }
      return Trial(.trapped, killer: "a trap", words: words.map(String.init) ?? "the process died of signal \(signal)")
    case .exited(let status, let output, let errors):
      if status == 0, let trial = try? JSONDecoder().decode(Trial.self, from: Data(output.utf8)) { return trial }
      throw WorldFailure(
        "the process that tried mutant \(mutant.name) of \(machine) ended with \(status): \(errors)")
    }
  }
}

/// The other side: one mutant, tried in this process.
enum MutantWorker {
  /// Reads the original from standard input, and prints what became of the mutant as one line of JSON.
  static func run(_ machine: String, mutant name: String) throws {
    endWithParent()
    // Whoever tries mutants tells a trap by the signal.
    TrapNotice.remove()
    // Before the catalog is made: whatever is derived from a figure is derived once.
    Catalog.offByOne.first { $0.name == name }?.apply()
    let mutation = try Catalog.entry(machine).mutation
    guard let mutant = mutation.mutants().first(where: { $0.name == name }) else {
      throw WorldFailure("\(machine) has no mutant \(name)")
    }
    let original = try JSONDecoder().decode(
      Original.self, from: FileHandle.standardInput.readDataToEndOfFile())
    print(String(decoding: try JSONEncoder().encode(mutation.trial(mutant, original)), as: UTF8.self))
  }

  /// A run that is broken off leaves nobody behind who still explores for it.
  private static func endWithParent() {
    let parent = getppid()
    let thread = Thread {
      while getppid() == parent { sleep(1) }
      exit(1)
    }
    thread.start()
  }
}

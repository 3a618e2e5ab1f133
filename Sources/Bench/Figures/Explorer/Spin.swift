import Foundation

/// A model of Sources/Bench/Promela, searched by spin: the yardstick of the explorer.
struct Spin {
  /// The states and transitions that spin stored and took; it counts the first state as a transition, as TLC does.
  let distinct: Int
  let generated: Int
  /// Processor seconds of the quicker of its two searches.
  let seconds: Double
  /// Each search with what it took.
  let note: String

  var distinctPerSecond: Double { Double(distinct) / seconds }

  /// Nil where spin or gcc is missing.
  static var version: String? {
    get throws {
      guard try ChildRun.isInstalled("spin"), try ChildRun.isInstalled("gcc") else { return nil }
      let words = try ChildRun.succeeding("spin -V", in: FileManager.default.temporaryDirectory.path).output
      return words.split(separator: " ").dropFirst(2).first.map { "spin \($0)" } ?? "spin"
    }
  }

  /// - Parameters:
  ///   - model: The file's name without its ending.
  ///   - size: What the model calls N.
  ///   - depth: Steps that the depth-first search may go down; its stack is memory too.
  init(_ model: String, size: Int, depth: Int) throws {
    guard let file = Bundle.module.url(forResource: model, withExtension: "pml", subdirectory: "Promela") else {
      throw BenchError("\(model).pml is not among the resources")
    }
    let folder = try TemporaryFolder()
    var runs: [(name: String, run: ChildRun)] = []
    _ = try ChildRun.succeeding("spin -a -DN=\(size) '\(file.path)'", in: folder.path(""))
    for (name, flags) in [("depth first", ""), ("breadth first", "-DBFS")] {
      let compile = "gcc -O2 -w -DSAFETY -DNOREDUCE \(flags) -o pan pan.c"
      _ = try ChildRun.succeeding(compile, in: folder.path(""))
      // -E: a protocol that has ended is no deadlock. -n: no list of what was never reached.
      runs.append((name, try ChildRun.succeeding("./pan -E -n -m\(depth)", in: folder.path(""))))
    }
    let counts = try runs.map { try Spin.counts($0.run.output) }
    guard counts[0] == counts[1] else {
      throw BenchError("\(model): spin finds \(counts[0]) depth first and \(counts[1]) breadth first")
    }
    (distinct, generated) = counts[0]
    seconds = runs.map(\.run.processorSeconds).min()!
    note = runs.map { name, run in
      let memory = number(before: "total actual memory usage", run.output) ?? 0
      return "\(name) \(Quantity.digits(run.processorSeconds)) CPU s, \(Quantity.digits(memory)) MB"
    }.joined(separator: "; ")
  }

  private static func counts(_ output: String) throws -> (Int, Int) {
    guard let states = number(before: " states, stored", output), let steps = number(before: " transitions", output),
      output.contains("errors: 0"), !output.contains("max search depth too small")
    else { throw BenchError("spin did not finish: \(output)") }
    return (Int(states), Int(steps))
  }
}

/// The number that stands before some words in what spin prints.
private func number(before words: String, _ output: String) -> Double? {
  guard let line = output.split(separator: "\n").first(where: { $0.contains(words) }), let place = line.range(of: words)
  else { return nil }
  return line[..<place.lowerBound].split(whereSeparator: \.isWhitespace).last.flatMap { Double($0) }
}

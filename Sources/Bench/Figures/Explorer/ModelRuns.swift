import Check
import Spec

/// One model, explored several times by one worker: the counts, which must agree, and the best time.
struct ModelRuns {
  let name: String
  let distinct: Int
  let generated: Int
  /// Whether only the first states of a world without end were explored.
  let isEndless: Bool
  /// Processor seconds of the quickest run: what disturbs a run on a shared machine only adds to it.
  let seconds: Double
  /// Bytes that the search says it held at most, by state.
  let bytesPerState: Double
  /// Bytes that the system gave to the process meanwhile, by state; nil where it does not tell.
  let residentBytesPerState: Double?

  var distinctPerSecond: Double { Double(distinct) / seconds }
  var generatedPerSecond: Double { Double(generated) / seconds }

  /// - Parameters:
  ///   - counts: The states and steps that are known of the model; nil where they are not.
  ///   - isEndless: The world has no end: only as many states as are known of it are explored.
  init<S: System>(
    _ design: Design<S>, world: World<S>, runs: Int, counts: (distinct: Int, generated: Int)? = nil,
    isEndless: Bool = false, options: SearchOptions = SearchOptions()
  ) throws {
    var options = options
    if isEndless, let counts { options.bounds = Bounds(states: counts.distinct) }
    name = "\(design.name) \(world.name)"
    self.isEndless = isEndless
    var found: (distinct: Int, generated: Int)?
    var best = Double.infinity
    var bytes = 0
    var resident: Int?
    for _ in 0..<runs {
      let before = PeakMemory.forget()
      let start = processorSeconds
      let report = explore(design, world: world, options: options)
      best = min(best, processorSeconds - start)
      if let before, let peak = PeakMemory.bytes { resident = max(resident ?? 0, peak - before) }
      bytes = max(bytes, report.peakBytes)
      guard report.isComplete == !isEndless else {
        throw BenchError("\(name): \(report.boundsMet.joined(separator: ", "))")
      }
      guard report.verdict == (isEndless ? .unfinished : .ready) else {
        throw BenchError("\(name): \(report.verdict)")
      }
      let now = (report.distinct, report.generated)
      if let expected = counts ?? found, expected != now {
        throw BenchError("\(name): \(now) states and steps, where \(expected) are known")
      }
      found = now
    }
    guard let found else { throw BenchError("\(name) was never run") }
    (distinct, generated) = found
    seconds = best
    bytesPerState = Double(bytes) / Double(distinct)
    residentBytesPerState = resident.map { [distinct] in Double($0) / Double(distinct) }
  }

  /// The same, of the only world of a design.
  init<S: System>(
    _ design: Design<S>, runs: Int, counts: (distinct: Int, generated: Int)? = nil,
    options: SearchOptions = SearchOptions()
  ) throws {
    try self.init(design, world: design.worlds[0], runs: runs, counts: counts, options: options)
  }
}

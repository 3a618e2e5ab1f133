#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Nanoseconds that `work` took on the wall clock.
func nanoseconds(_ work: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let start = clock.now
  try work()
  let spent = (clock.now - start).components
  return Double(spent.seconds) * 1e9 + Double(spent.attoseconds) / 1e9
}

/// Seconds of processor time that this process has used, in all its threads.
var processorSeconds: Double {
  var time = timespec()
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Two ways to do the same work, measured in turns, so that a busy machine slows both.
struct Comparison {
  private(set) var measured: [Double] = []
  private(set) var yardstick: [Double] = []

  /// - Parameter rounds: Beside one more round, which warms both and is not counted.
  init(rounds: Int, measured: () throws -> Double, yardstick: () throws -> Double) rethrows {
    for round in 0...rounds {
      let one = try measured()
      let other = try yardstick()
      guard round > 0 else { continue }
      self.measured.append(one)
      self.yardstick.append(other)
    }
  }

  /// The median over rounds of the ratio within a round.
  var ratio: Double { median(zip(measured, yardstick).map { $0 / $1 }) }
  /// The median over rounds of the difference within a round.
  var difference: Double { median(zip(measured, yardstick).map { $0 - $1 }) }
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/// Keeps the optimiser from dropping work whose result nobody reads.
@inline(never) func keep<T>(_ value: T) {}

import Machines
import Spec

/// How long the calls of each model took lately, by which the time of the next one is estimated (BUD-4).
struct CallTimes {
  /// The models in a fixed order; a call without a name is of the model "".
  private let models: [String]
  /// Milliseconds, by model, the oldest first.
  private var times: [[UInt64]]

  init(models: some Sequence<String>) {
    self.models = Set(models).sorted()
    times = Array(repeating: [], count: self.models.count)
  }

  /// The 95th percentile of what is remembered, by the nearest rank; a fixed time while too little is.
  func estimate(_ model: String) -> UInt64 {
    guard let place = models.firstIndex(of: model), times[place].count >= Parameters.callTimesToKnow else {
      return Parameters.callTimePrior.milliseconds
    }
    let sorted = times[place].sorted()
    return sorted[(95 * sorted.count + 99) / 100 - 1]
  }

  mutating func note(_ milliseconds: UInt64, _ model: String) {
    guard let place = models.firstIndex(of: model) else { return }
    times[place].append(milliseconds)
    if times[place].count > Parameters.callTimeWindow { times[place].removeFirst() }
  }

  /// What is remembered, to go on from there after a crash: for each model a count, and so many times.
  var memory: [UInt64] { times.flatMap { [UInt64($0.count)] + $0 } }

  /// Takes back what ``memory`` said, and returns the words after it.
  mutating func recall(_ words: ArraySlice<UInt64>) -> ArraySlice<UInt64> {
    var words = words
    for place in times.indices {
      guard let count = words.popFirst(), count <= UInt64(words.count) else { return [] }
      times[place] = Array(words.prefix(Int(count)))
      words = words.dropFirst(Int(count))
    }
    return words
  }
}

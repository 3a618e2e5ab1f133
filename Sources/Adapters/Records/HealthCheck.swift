import Engine
import Machines
import Spec

/// Holds the records of decisions, health, switches and episodes against I5 (TEL-5): it computes both measures itself,
/// tick by tick, and says where the pin had to be set, kept or cleared.
struct HealthCheck {
  private(set) var problems: [RecordProblem] = []
  private let decisionsPath: String
  private let healthPath: String
  /// Transitions that the records tell, by tick.
  private var told: [Int: (record: JSONValue, line: Int)] = [:]
  /// Whether each episode violated its budget, by the tick after which it was told.
  private var episodes: [(step: Int, isViolating: Bool)] = []
  private var nextEpisode = 0
  private var isPinned = false
  /// The last thousand decision times since the pin, in tenths of a millisecond, rounded up.
  private var times: [Int] = []
  private var window: [Bool] = []
  private(set) var pinnedSteps: Set<Int> = []

  init(decisions: String, health: String) {
    decisionsPath = decisions
    healthPath = health
  }

  private mutating func complain(_ line: Int, _ words: String) {
    if problems.count < 100 { problems.append(RecordProblem(decisionsPath, line, words)) }
  }

  mutating func take(episode record: JSONValue) {
    guard let step = record["after_step"]?.integer, let isViolating = RecordNumbers.isViolating(record) else { return }
    episodes.append((step, isViolating))
  }

  mutating func take(health record: JSONValue, line: Int) {
    guard let tick = record["tick"]?.integer else {
      problems.append(RecordProblem(healthPath, line, "a record of health has a tick"))
      return
    }
    if told[tick] != nil {
      problems.append(RecordProblem(healthPath, line, "tick \(tick) has two transitions (HLT-4)"))
    }
    told[tick] = (record, line)
  }

  /// Called for each decision, after all episodes and transitions.
  mutating func take(decision record: JSONValue, line: Int) {
    guard let step = record["step"]?.integer else { return complain(line, "a decision has a step") }
    if let time = record["policy_ms"]?.number {
      times.append(HealthCheck.tenths(time))
      if times.count > Parameters.decisionWindow { times.removeFirst() }
    }
    // A time without a tick of its own.
    guard record["tick_ms"]?.number != nil else { return }
    while nextEpisode < episodes.count, episodes[nextEpisode].step < step {
      window.append(episodes[nextEpisode].isViolating)
      if window.count > Parameters.episodeWindow { window.removeFirst() }
      nextEpisode += 1
    }
    let percentile = percentile
    let violations = window.count(where: \.self)
    let isArmed = times.count >= Parameters.decisionsToArm
    let isSlow = isArmed && percentile > HealthCheck.tenths(Parameters.decisionTimeLimit)
    let overspends = window.count >= Parameters.episodesToArm && HealthCheck.exceedsLimit(violations, of: window.count)
    let expected: String? =
      if !isPinned, isSlow || overspends {
        "pin"
      } else if isPinned, isArmed, !overspends,
        percentile <= HealthCheck.tenths(Parameters.decisionTimeHealed)
      {
        "unpin"
      } else { nil }
    check(expected, step: step, percentile: percentile, violations: violations, line)
    if expected == "pin" {
      isPinned = true
      times = []
    } else if expected == "unpin" {
      isPinned = false
    }
    if isPinned { pinnedSteps.insert(step) }
    if let flag = record["pinned"]?.bool, flag != isPinned {
      complain(line, "step \(step) is \(flag ? "pinned" : "not pinned"), and by the measures it must be otherwise (I5)")
    }
    if isPinned, record["topology"]?.string != "chain", record["forced"]?.bool != true {
      complain(line, "step \(step) is pinned in a \(record["topology"]?.string ?? "?"), and asks for no chain (I5)")
    }
  }

  private mutating func check(_ expected: String?, step: Int, percentile: Int, violations: Int, _ line: Int) {
    guard let (record, place) = told.removeValue(forKey: step) else {
      if let expected { complain(line, "step \(step) must \(expected) the team, and no record says so (I5)") }
      return
    }
    func wrong(_ words: String) { problems.append(RecordProblem(healthPath, place, words)) }
    let transition = record["transition"]?.string ?? ""
    guard transition == expected else {
      return wrong("tick \(step) tells \"\(transition)\", and the measures call for \(expected ?? "nothing") (I5)")
    }
    if record["p95_ms"]?.number != Double(percentile) / 10 {
      wrong("p95_ms is \(record["p95_ms"]?.number ?? .nan), and the decisions give \(Double(percentile) / 10)")
    }
    if record["n"]?.integer != window.count || record["k"]?.integer != violations {
      wrong("n and k are not the \(window.count) episodes and \(violations) violations of the records")
    }
  }

  /// While the team is pinned, no switch to anything but the chain begins.
  mutating func take(switch record: JSONValue, _ path: String, line: Int) {
    guard let began = record["began_after_step"]?.integer, pinnedSteps.contains(began),
      ["committed", "aborted"].contains(record["outcome"]?.string)
    else { return }
    if record["to"]?.string != "chain" {
      problems.append(
        RecordProblem(path, line, "a switch to \(record["to"]?.string ?? "?") begins while the team is pinned (I5)"))
    }
  }

  mutating func finish() {
    for (tick, (_, line)) in told.sorted(by: { $0.key < $1.key }) {
      problems.append(RecordProblem(healthPath, line, "tick \(tick) has no decision"))
    }
  }

  // MARK: The measures

  private static func tenths(_ limit: Duration) -> Int { Int(limit.milliseconds) * 10 }

  private static func tenths(_ milliseconds: Double) -> Int {
    min(255, (Int((milliseconds * 1_000).rounded()) + 99) / 100)
  }

  /// By the nearest rank; 0 of nothing.
  private var percentile: Int {
    guard !times.isEmpty else { return 0 }
    return times.sorted()[(95 * times.count + 99) / 100 - 1]
  }

  /// Whether the upper confidence bound of a share is above the limit: at most so many hits would come up more often
  /// than one time in twenty if the share were the limit (HLT-3).
  static func exceedsLimit(_ hits: Int, of count: Int) -> Bool {
    let share = Parameters.violationLimit
    var term = 1.0
    for _ in 0..<count { term *= 1 - share }
    var sum = term
    for hit in 0..<min(hits, count) {
      term *= Double(count - hit) / Double(hit + 1) * share / (1 - share)
      sum += term
    }
    return hits >= count || sum > 0.05
  }
}

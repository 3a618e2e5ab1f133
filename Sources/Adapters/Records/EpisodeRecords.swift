import Engine
import Machines
import Spec

/// The records of episodes, written at the end, when the outcome of all their copies is known.
///
/// A run without episodes is one itself.
final class EpisodeRecords {
  private let folder: RecordFolder
  private let meta: RecordMeta
  private var episodes: [UInt32: Episode] = [:]
  /// The numbers in the order in which they began.
  private var order: [UInt32] = []
  /// The episode that switches count for.
  private var current: UInt32 = 0
  /// The numbers in the order in which the guard closed them.
  private var closed: [UInt32] = []
  /// What the health watch was told of the episodes, in that order, and after which tick.
  private var judgements: [(isViolating: Bool, step: Int)] = []

  private struct Episode {
    var task: String
    var accepted = 0
    var acknowledged = 0
    var tokens: UInt64 = 0
    var budget: UInt64 = 0
    var isViolated = false
    var switches = 0
    var isGuarded = false
  }

  init(_ folder: RecordFolder, _ meta: RecordMeta) {
    self.folder = folder
    self.meta = meta
  }

  func begin(_ number: UInt32, task: String) {
    current = number
    touch(number) { $0.task = task }
  }

  func routed(_ number: UInt32, copies: Int) { touch(number) { $0.accepted += copies } }

  func ended(_ number: UInt32, isAcknowledged: Bool) {
    touch(number) { $0.acknowledged += isAcknowledged ? 1 : 0 }
  }

  func switched() { touch(current) { $0.switches += 1 } }

  func take(_ effect: BudgetGuard.Effect, _ state: BudgetGuard?) {
    guard let state else { return }
    switch effect {
    case .violated(let violation):
      let isOfEpisode =
        !violation.over.tokens.intersection([.episode, .agent]).isEmpty
        || !violation.over.time.intersection([.episode, .agent]).isEmpty
      touch(state.episode) { $0.isViolated = $0.isViolated || isOfEpisode }
    case .ended(let closing):
      closed.append(closing.number)
      touch(closing.number) {
        $0.tokens = closing.used.tokens
        $0.budget = state.episodes.limit.tokens
        $0.isViolated = $0.isViolated || closing.used.tokens > state.episodes.limit.tokens
        $0.isGuarded = true
      }
    default: break
    }
  }

  /// The health watch was told of an episode that ended.
  func judged(_ isViolating: Bool, after step: Int) { judgements.append((isViolating, step)) }

  private func touch(_ number: UInt32, _ change: (inout Episode) -> Void) {
    if episodes[number] == nil { order.append(number) }
    change(&episodes[number, default: Episode(task: number == 0 ? meta.source : "episode \(number)")])
  }

  /// Writes every episode; those that the health watch was told of have the tick after which it was.
  func flush() {
    // A watch that runs by itself is told of episodes that nobody else knows.
    while closed.count < judgements.count {
      let number = (order.max() ?? 0) + 1
      touch(number) { _ in }
      closed.append(number)
    }
    var steps: [UInt32: Int] = [:]
    for (number, judgement) in zip(closed, judgements) {
      touch(number) { $0.isViolated = judgement.isViolating }
      steps[number] = judgement.step
    }
    if order.isEmpty { touch(0) { _ in } }
    for number in order {
      if let episode = episodes[number] { write(episode, steps[number]) }
    }
  }

  private func write(_ episode: Episode, _ step: Int?) {
    folder.put(.episodes) { line in
      line.put("task_id", episode.task)
      line.put("policy", "workload")
      line.put("success", episode.acknowledged == episode.accepted && !episode.isViolated)
      line.put("tokens_used_total", episode.tokens)
      line.put("budget_violated", episode.isViolated)
      if episode.isGuarded { line.put("budget", episode.budget) } else { line.putNull("budget") }
      line.put("seed", meta.seed)
      line.put("epoch_switches", episode.switches)
      line.put("notes", "no task was graded: success means that every accepted copy was acknowledged within the budget")
      line.put("provenance") { line in
        line.put("source", meta.source)
        line.putNull("split")
        line.putNull("dataset_namespace")
        line.put("generator", RecordMeta.generator)
      }
      if let step { line.put("after_step", step) } else { line.putNull("after_step") }
    }
  }
}

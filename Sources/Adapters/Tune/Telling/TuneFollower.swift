import Engine
import Foundation
import Machines
import Spec

/// Follows a run step by step: for a line that says how far it is, and for what `--verbose` tells.
///
///     let follower = TuneFollower(order)
///     run.host.observers.append(follower)
///     follower.line(at: loop.now)
///     // stage 2 · cell 3 of 6 · request 2 of 3 · 4:12, about 3:10 left · kv_bits 4, max_batch 1
///
/// It takes no part in the run: whatever it says is read from the state after a step and from the event that made it.
public final class TuneFollower: StepObserver {
  public typealias S = Autotune
  private let order: TuneOrder
  /// Is given each line of details.
  public var onDetail: ((String) -> Void)?
  private var state: Autotune
  private var began: UInt64?
  private var cellBegan: UInt64?
  private var cellNanoseconds: [UInt64] = []
  private var replies: [Replicate] = []

  public init(_ order: TuneOrder) {
    self.order = order
    state = Autotune(order.plan)
  }

  public func stepped(
    _ host: Engine.Host<Autotune>, _ event: Autotune.Event, _ cause: Record.Cause, _ outcome: Outcome,
    at nanoseconds: UInt64
  ) {
    let before = state
    state = host.state
    if began == nil { began = nanoseconds }
    if case .provider(.replied(let replicate)) = event, before.provider.phase == .asked { replies.append(replicate) }
    if before.probe.order == nil, state.probe.order != nil { replies = [] }
    if state.run.phase == .searching, state.search.phase == .measuring,
      before.search.phase != .measuring || before.search.cell != state.search.cell
    {
      cellBegan = nanoseconds
    }
    if before.selection.judgement == nil, let judgement = state.selection.judgement {
      let candidate = state.selection.candidate
      tell("stage 1 · \(number(candidate: candidate)), \(name(candidate))", judgement)
    }
    if before.search.judgement == nil, let judgement = state.search.judgement {
      if let cellBegan { cellNanoseconds.append(nanoseconds - cellBegan) }
      tell("stage 2 · \(number(cell: state.search.cell)), \(knobs(state.search.cell))", judgement)
    }
  }

  // MARK: - The line of progress

  /// How far the run is, in one line; what may be long stands last, where a narrow terminal cuts it off.
  ///
  /// - Parameter nanoseconds: The loop's clock.
  public func line(at nanoseconds: UInt64) -> String {
    let elapsed = nanoseconds - min(began ?? nanoseconds, nanoseconds)
    let time = TuneFollower.clock(elapsed) + remaining(at: nanoseconds, elapsed)
    let (candidate, cell) = (state.selection.candidate, state.search.cell)
    let parts: [String] =
      switch state.run.phase {
      case .idle, .settingUp: ["setting up", time]
      case .surveying: ["looking at what runs here", time]
      case .draining: ["waiting for what runs here to stop", time]
      case .selecting:
        [
          "stage 1", number(candidate: candidate),
          state.prewarm.phase == .idle ? activity(of: state.selection.replicates) : "pre-warm, \(loading)", time,
          name(candidate),
        ]
      case .searching: ["stage 2", number(cell: cell), activity(of: state.search.replicates), time, knobs(cell)]
      case .cutting: ["putting everything away", time]
      case .applying: ["writing the configuration", time]
      case .restoring: ["bringing back what ran here", time]
      case .recommending, .concluding, .ended: ["done", time]
      }
    return parts.joined(separator: " · ")
  }

  private func number(candidate: UInt16) -> String { "candidate \(candidate + 1) of \(order.candidates.count)" }
  private func number(cell: UInt16) -> String { "cell \(cell + 1) of \(state.search.cells.count)" }

  private func name(_ candidate: UInt16) -> String {
    order.candidates.indices.contains(Int(candidate)) ? order.candidates[Int(candidate)] : ""
  }

  private func knobs(_ cell: UInt16) -> String {
    let cells = state.search.cells
    guard cells.indices.contains(Int(cell)) else { return "" }
    let knobs = cells[Int(cell)]
    let contexts = Set(cells.map(\.maxContext)).count
    return "kv_bits \(knobs.kvBits.word), max_batch \(knobs.maxBatch)"
      + (contexts > 1 ? ", max_context \(knobs.maxContext)" : "")
  }

  private var loading: String {
    switch state.provider.phase {
    case .absent, .checking, .starting, .abandoning: "starting"
    case .waiting: state.prewarm.isCold ? "fetching and loading" : "loading"
    case .warming: "warming up"
    case .ready, .asked: "ready"
    case .stopping, .lingering, .clearing, .stuck: "stopping"
    }
  }

  private func activity(of replicates: UInt16) -> String {
    state.probe.phase == .asking ? "request \(min(replies.count + 1, Int(replicates))) of \(replicates)" : loading
  }

  /// In Stage 2 by the mean of the cells so far; before, what the run may take at most.
  private func remaining(at nanoseconds: UInt64, _ elapsed: UInt64) -> String {
    if state.run.phase == .searching, !cellNanoseconds.isEmpty {
      let mean = cellNanoseconds.reduce(0, +) / UInt64(cellNanoseconds.count)
      let spent = nanoseconds - min(cellBegan ?? nanoseconds, nanoseconds)
      let cells = UInt64(max(0, state.search.cells.count - Int(state.search.cell)))
      return ", about \(TuneFollower.clock(mean * cells > spent ? mean * cells - spent : 0)) left"
    }
    guard state.run.phase == .selecting else { return "" }
    let most = state.run.deadline.duration.nanoseconds
    return ", at most \(TuneFollower.clock(most > elapsed ? most - elapsed : 0)) left"
  }

  /// `4:12`, or `1:04:12`.
  static func clock(_ nanoseconds: UInt64) -> String {
    let seconds = nanoseconds / 1_000_000_000
    let tail = String(format: "%02d", Int(seconds % 60))
    let minutes = seconds / 60
    return minutes < 60
      ? "\(minutes):\(tail)" : "\(minutes / 60):\(String(format: "%02d", Int(minutes % 60))):\(tail)"
  }

  // MARK: - Details

  private func tell(_ place: String, _ judgement: Judgement) {
    guard let onDetail else { return }
    onDetail(([place + ": " + judgement.kind.words] + figures(judgement)).joined(separator: "; "))
  }

  private func figures(_ judgement: Judgement) -> [String] {
    var figures: [String] = []
    let rates = replies.compactMap { $0.rate?.tokensPerSecond }
    if let rate = judgement.rate?.tokensPerSecond {
      figures.append("\(TuneFigure.rate(rate)) (\(TuneFollower.list(rates)))")
      if let low = rates.min(), let high = rates.max(), rates.count > 1, rate > 0 {
        figures.append("spread \(TuneFigure.percent((high - low) / rate))")
      }
    }
    if let first = judgement.firstToken {
      let times = replies.compactMap { $0.firstToken?.milliseconds }
      figures.append("first token p95 \(TuneFigure.milliseconds(first.milliseconds)) (\(TuneFollower.list(times)))")
    }
    return figures
  }

  private static func list(_ values: [Double]) -> String { values.map(TuneFigure.plain).joined(separator: " ") }
}

/// Figures as they are told to people.
public enum TuneFigure {
  public static func rate(_ value: Double) -> String { "\(plain(value)) tokens/s" }
  public static func milliseconds(_ value: Double) -> String { "\(plain(value)) ms" }
  public static func seconds(_ value: Double) -> String { "\(plain(value)) s" }
  public static func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }

  /// With three digits, or all before the point.
  public static func plain(_ value: Double) -> String {
    let size = abs(value)
    return String(format: size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f", value)
  }
}

extension Judgement.Kind {
  /// For people.
  public var words: String {
    switch self {
    case .feasible: "works"
    case .tooSlow: "too slow"
    case .failed: "a request failed"
    case .leaked: "a stop token leaked"
    case .exited: "the server ended"
    case .notReady: "not ready in time"
    case .transient: "could not be fetched"
    case .loadFailed: "could not be loaded"
    case .integrity: "weights are not what they should be"
    case .portHeld: "the port is held"
    case .notStarted: "could not be started"
    case .stuck: "the server does not end"
    case .dropped: "cut short"
    }
  }
}

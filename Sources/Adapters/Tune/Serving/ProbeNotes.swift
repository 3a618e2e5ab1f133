import Foundation
import Machines
import Platform

/// What is known beyond the figures of one start: the words for its row.
struct ProbeNotes {
  /// Each request that failed, in order.
  var faults: [String] = []
  /// What the server reported, request by request.
  var promptTokens: [Int] = []
  /// About how many tokens the prompt of each request has; nil before the first.
  var sentTokens: Int?
  /// Whether tokens had to be counted as texts.
  var isEstimate = false
  /// How the process ended, if it did by itself.
  var ending: String?
  /// Why it was not started.
  var refusal: String?
  /// Who took its port while it loaded.
  var stranger: String?
  var pid: Int32?
  /// Tokens per second after the first token, request by request.
  var decodeRates: [Double] = []

  /// The tokens of the prompt, as the server counted them; of several requests the median.
  var promptSize: Int? { promptTokens.sorted().dropFirst(promptTokens.count / 2).first }

  /// That a server has counted far less than was sent: what it did not read was not measured either (MSR-10).
  var cutPrompt: String? {
    guard let counted = promptSize, let sent = sentTokens,
      Double(counted) < Parameters.promptCountedLeast * Double(sent)
    else { return nil }
    return "the server counted \(counted) of about \(sent) prompt tokens: "
      + "it cuts prompts, or counts only what its cache has not"
  }

  /// What figures leave open that could be measured.
  var remarks: [String] { [isEstimate ? ProbeNotes.estimate : nil, cutPrompt].compactMap(\.self) }

  /// The rates after the first token, and how far they lie apart; nil where none could be measured.
  var decodeWords: String? {
    guard let least = decodeRates.min(), let most = decodeRates.max(), least > 0 else { return nil }
    let rates = decodeRates.map { String(format: "%.2f", $0) }.joined(separator: ", ")
    let spread = decodeRates.count > 1 ? ", spread \(String(format: "%.1f", (most / least - 1) * 100)) %" : ""
    return "\(rates) tokens/s after the first token\(spread)"
  }

  /// Why a candidate or cell does not fit; nil where it does and there is nothing to add.
  func words(for judgement: Judgement, of replicates: Int, gate: Milliseconds, cut: String) -> String? {
    let cause = ending ?? "no word of it in its log"
    switch judgement.kind {
    case .feasible:
      let remarks = judgement.rate == nil ? [ProbeNotes.noRate, cutPrompt].compactMap(\.self) : remarks
      return remarks.isEmpty ? nil : remarks.joined(separator: "; ")
    case .tooSlow:
      let time = judgement.firstToken.map { "\(($0.milliseconds * 10).rounded() / 10) ms" } ?? "no first token"
      return "TTFT p95 \(time) exceeds the gate of \(gate.count) ms"
    case .failed: return "\(judgement.errors) of \(replicates) requests failed: \(faults.first ?? "without words")"
    case .leaked: return faults.last ?? "a stop token stands in the text"
    case .exited: return "provider exited: \(cause)"
    case .notReady: return "not ready in time: \(cause)"
    case .transient: return "pre-warm transient: \(cause)"
    case .loadFailed: return "load failed: \(cause)"
    case .integrity: return "pre-warm integrity: \(cause)"
    case .portHeld: return stranger ?? refusal ?? "the port is held by another process"
    case .notStarted: return refusal ?? "the program could not be started"
    case .stuck: return "provider stuck\(pid.map { " (pid \($0))" } ?? ""): it ignores SIGTERM"
    case .dropped: return cut
    }
  }

  /// What a rate is where the server does not say how many tokens it made (MSR-4).
  package static let estimate = "tokens are estimated by the texts of the stream"

  /// Why a cell that answers cannot be the best one (KNB-2).
  static let noRate = "no token was counted, so there is no rate"

  /// The end of a log: its last lines, and before them the one that tells what the whole of it was taken for, where it
  /// is none of them.
  static func telling(_ log: String, _ evidence: LoadEvidence, markers: [String]) -> String? {
    let lines = ReadableText.of(log).split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    let tail = lines.suffix(tailLines)
    let cause =
      evidence == .none
      ? nil : lines.firstIndex { LoadEvidence(log: String($0), integrityMarkers: markers) == evidence }
    let told = (cause.map { $0 < tail.startIndex ? [lines[$0], "…"] : [] } ?? []) + tail
    return told.isEmpty ? nil : told.map { $0.prefix(300) }.joined(separator: " | ")
  }

  private static let tailLines = 5
}

/// How long a server takes to load its weights, by the clock of the run.
package struct LoadTime {
  private let began: UInt64

  /// - Parameter began: When it was started, in nanoseconds.
  package init(began: UInt64) { self.began = began }

  /// `7.0 s`
  package func words(at ready: UInt64) -> String { String(format: "%.1f s", Double(ready - min(began, ready)) / 1e9) }
}

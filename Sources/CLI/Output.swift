import Foundation
import Options
import Spec

#if canImport(Glibc)
  import Glibc
#endif

/// What a command says: text for people, or one JSON object for programs.
enum Output {
  /// Prints one JSON object on one line, its keys in order.
  static func json(_ object: [String: Any]) throws {
    let data = try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .withoutEscapingSlashes])
    print(String(decoding: data, as: UTF8.self))
  }

  static func json(_ findings: [Finding]) -> [[String: Any]] {
    findings.map {
      ["severity": $0.severity.word, "code": $0.code, "words": $0.words, "place": Places.path(of: $0.place)]
    }
  }

  static func line(_ finding: Finding, _ style: Style = Style(for: .standardOutput)) -> String {
    let word: String =
      switch finding.severity {
      case .critical, .major: style.red(finding.severity.word)
      case .minor: style.yellow(finding.severity.word)
      case .question: style.dim(finding.severity.word)
      }
    let place = finding.place.isEmpty ? "" : style.dim("  (\(Places.path(of: finding.place)))")
    return "\(word) \(finding.code): \(finding.words)\(place)"
  }

  static func verdict(_ verdict: Verdict, _ style: Style = Style(for: .standardOutput)) -> String {
    let words = style.bold(verdict.rawValue)
    return switch verdict {
    case .ready: style.green(words)
    case .nothingFound: words
    case .unfinished: style.yellow(words)
    case .fixRequired: style.red(words)
    }
  }

  /// `1234567` as `1,234,567`.
  static func count(_ number: some BinaryInteger) -> String {
    let digits = String(number)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return result
  }

  /// `1 run`, or `1,234 runs`.
  static func count(_ number: some BinaryInteger, _ one: String, _ several: String) -> String {
    "\(count(number)) \(number == 1 ? one : several)"
  }

  static func decimal(_ number: Double, _ places: Int = 2) -> String { String(format: "%.\(places)f", number) }
}

/// What the process has used since a moment.
struct Usage {
  private let wall = ContinuousClock().now
  private let cpu = Usage.cpuSeconds

  var wallSeconds: Double { Double((ContinuousClock().now - wall).nanoseconds) / 1e9 }
  var cpuSeconds: Double { Usage.cpuSeconds - cpu }

  static var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

  private static var cpuSeconds: Double {
    var usage = rusage()
    #if os(Linux)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    #else
      getrusage(RUSAGE_SELF, &usage)
    #endif
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}

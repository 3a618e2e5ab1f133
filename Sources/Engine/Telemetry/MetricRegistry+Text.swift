extension MetricRegistry {
  /// Every metric in the text format of Prometheus, version 0.0.4, families and series in the order they were made.
  ///
  ///     # HELP interlock_steps_total Rules that fired.
  ///     # TYPE interlock_steps_total counter
  ///     interlock_steps_total{machine="switch",rule="begin a switch"} 12
  ///
  /// Source: prometheus.io, *Exposition formats*.
  public var text: String {
    families.withLock { families in
      var text = ""
      for family in families where !family.told.isEmpty {
        text += "# HELP \(family.name) \(MetricRegistry.escaped(family.words, quotes: false))\n"
        text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
        for series in family.told { family.write(series, to: &text) }
      }
      return text
    }
  }

  /// What HTTP calls the format.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// A backslash before each backslash, line feeds as `\n`, and in the values of labels a backslash before each quote.
  static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }

  /// A number as Go reads it: whole ones without a point, and `+Inf`, `-Inf` and `NaN`.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if value.magnitude < 1e15, value == value.rounded() { return String(Int(value)) }
    return "\(value)"
  }
}

extension MetricRegistry.Family {
  fileprivate func write(_ series: MetricRegistry.Series, to text: inout String) {
    switch kind {
    case .counter: text += "\(name)\(labels(series)) \(series.cells.load())\n"
    case .gauge:
      text += "\(name)\(labels(series)) \(MetricRegistry.number(Double(bitPattern: series.cells.load())))\n"
    case .histogram:
      let histogram = Histogram(cells: series.cells, count: series.bounds.count)
      // Read once: what is observed meanwhile must not make the count differ from the last bucket.
      let (counts, sum) = (histogram.counts, histogram.sum)
      var total: UInt64 = 0
      for (bucket, count) in counts.enumerated() {
        total += count
        let bound = bucket < series.bounds.count ? MetricRegistry.number(series.bounds[bucket]) : "+Inf"
        text += "\(name)_bucket\(labels(series, bound)) \(total)\n"
      }
      text += "\(name)_sum\(labels(series)) \(MetricRegistry.number(sum))\n"
      text += "\(name)_count\(labels(series)) \(total)\n"
    }
  }

  private func labels(_ series: MetricRegistry.Series, _ bound: String? = nil) -> String {
    var pairs = series.labels.map { "\($0.name)=\"\(MetricRegistry.escaped($0.value, quotes: true))\"" }
    if let bound { pairs.append("le=\"\(bound)\"") }
    return pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"
  }
}

/// A histogram as it stood, for records.
public struct HistogramReading: Sendable, Equatable {
  /// The metric's name, with its labels in braces where it has some: `switch_phase_ms{phase="prepare"}`.
  public let name: String
  public let bounds: [Double]
  /// One for each bound, and one for what is above.
  public let counts: [UInt64]
  public let sum: Double

  public init(name: String, bounds: [Double], counts: [UInt64], sum: Double) {
    self.name = name
    self.bounds = bounds
    self.counts = counts
    self.sum = sum
  }

  public var total: UInt64 { counts.reduce(0, +) }

  /// The bucket in which this share of the observations ends, by the nearest rank; nil without observations.
  public func bucket(at share: Double) -> Int? {
    guard total > 0 else { return nil }
    let rank = max(1, UInt64((Double(total) * share).rounded(.up)))
    var seen: UInt64 = 0
    for (bucket, count) in counts.enumerated() {
      seen += count
      if seen >= rank { return bucket }
    }
    return counts.count - 1
  }

  /// The bucket that a value falls into.
  public func bucket(of value: Double) -> Int { bounds.firstIndex { value <= $0 } ?? bounds.count }
}

extension MetricRegistry {
  /// Every histogram as it stands, in the order of ``text``.
  public var histograms: [HistogramReading] {
    families.withLock { families in
      families.filter { $0.kind == .histogram }.flatMap { family in
        family.told.map { series in
          let pairs = series.labels.map { "\($0.name)=\"\(MetricRegistry.escaped($0.value, quotes: true))\"" }
          let histogram = Histogram(cells: series.cells, count: series.bounds.count)
          return HistogramReading(
            name: family.name + (pairs.isEmpty ? "" : "{\(pairs.joined(separator: ","))}"), bounds: series.bounds,
            counts: histogram.counts, sum: histogram.sum)
        }
      }
    }
  }
}

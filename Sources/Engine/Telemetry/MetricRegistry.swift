import Synchronization

/// The metrics of a process: counters, gauges and histograms with fixed buckets, by name and labels (TEL-1).
///
///     let registry = MetricRegistry()
///     let steps = registry.counter("interlock_steps_total", "Rules that fired.", ["machine": "switch"])
///     steps.increment()
///     print(registry.text)
///
/// Asking again for the same name and labels gives the same series. What is asked for may be observed at once: a series
/// is a word of memory (a histogram, one for each bucket), which lives as long as anybody can observe it. An
/// observation is a relaxed load and a store, without a lock and without an allocation; each series is written by one
/// thread at a time, and read by any.
///
/// Source: chapter 7.
public final class MetricRegistry: Sendable {
  public enum Kind: String, Sendable { case counter, gauge, histogram }

  struct Family: Sendable {
    let name: String
    let words: String
    let kind: Kind
    let labelNames: [String]
    /// Whether a series is told from its first observation on.
    let leavesOutEmpty: Bool
    var series: [Series] = []

    /// Those that are told.
    var told: [Series] { leavesOutEmpty ? series.filter { !$0.isEmpty } : series }
  }

  struct Series: Sendable {
    let labels: [(name: String, value: String)]
    let cells: MetricCells
    /// Ascending; empty but for histograms.
    let bounds: [Double]

    var isEmpty: Bool { (0...bounds.count).allSatisfy { cells.load($0) == 0 } }
  }

  let families = Mutex<[Family]>([])

  public init() {}

  /// A count that only grows.
  ///
  /// - Precondition: The name and the names of the labels are such as Prometheus takes, and the name has no other kind
  ///   and no other labels elsewhere.
  public func counter(_ name: String, _ words: String, _ labels: KeyValuePairs<String, String> = [:]) -> Counter {
    Counter(cells: series(name, words, .counter, labels, []).cells)
  }

  /// A number that may fall.
  public func gauge(_ name: String, _ words: String, _ labels: KeyValuePairs<String, String> = [:]) -> Gauge {
    Gauge(cells: series(name, words, .gauge, labels, []).cells)
  }

  /// How many observations fell into each bucket.
  ///
  /// - Parameters:
  ///   - name: What it is called.
  ///   - words: What it is, in words.
  ///   - labels: The names of its labels.
  ///   - bounds: The finite upper bounds, each included in its bucket, in ascending order.
  ///   - leavesOutEmpty: Whether a series of the name is told from its first observation on, and not before.
  public func histogram(
    _ name: String, _ words: String, _ labels: KeyValuePairs<String, String> = [:], bounds: [Double],
    leavesOutEmpty: Bool = false
  ) -> Histogram {
    let series = series(name, words, .histogram, labels, bounds, leavesOutEmpty)
    return Histogram(cells: series.cells, count: series.bounds.count)
  }

  private func series(
    _ name: String, _ words: String, _ kind: Kind, _ labels: KeyValuePairs<String, String>, _ bounds: [Double],
    _ leavesOutEmpty: Bool = false
  ) -> Series {
    let names = labels.map(\.key)
    precondition(MetricRegistry.isName(name, colons: true), "\"\(name)\" is no name of a metric")
    precondition(
      names.allSatisfy { MetricRegistry.isName($0, colons: false) && !$0.hasPrefix("__") && $0 != "le" },
      "\(name) has a label that Prometheus does not take: \(names)")
    precondition(Set(names).count == names.count, "\(name) has a label twice: \(names)")
    precondition(
      zip(bounds, bounds.dropFirst()).allSatisfy { $0 < $1 } && bounds.allSatisfy(\.isFinite),
      "the bounds of \(name) do not ascend: \(bounds)")
    return families.withLock { families in
      let place: Int
      if let known = families.firstIndex(where: { $0.name == name }) {
        precondition(
          families[known].kind == kind && families[known].labelNames == names,
          "\(name) is a \(families[known].kind) with the labels \(families[known].labelNames) elsewhere")
        place = known
      } else {
        families.append(Family(name: name, words: words, kind: kind, labelNames: names, leavesOutEmpty: leavesOutEmpty))
        place = families.count - 1
      }
      let values = labels.map(\.value)
      if let known = families[place].series.first(where: { $0.labels.map(\.value) == values }) {
        precondition(known.bounds == bounds, "\(name) has other bounds elsewhere")
        return known
      }
      let series = Series(
        labels: labels.map { ($0.key, $0.value) }, cells: MetricCells(kind, bounds), bounds: bounds)
      families[place].series.append(series)
      return series
    }
  }

  /// Whether Prometheus takes this for a name: letters, digits and `_`, and not a digit first.
  private static func isName(_ name: String, colons: Bool) -> Bool {
    guard let first = name.utf8.first, !(48...57).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      (97...122).contains(byte) || (65...90).contains(byte) || (48...57).contains(byte) || byte == UInt8(ascii: "_")
        || (colons && byte == UInt8(ascii: ":"))
    }
  }

  /// Bounds of which each is twice the one before.
  ///
  ///     MetricRegistry.doubling(from: 0.5, count: 3)      // [0.5, 1, 2]
  public static func doubling(from first: Double, count: Int) -> [Double] {
    (0..<count).map { first * Double(UInt64(1) << UInt64($0)) }
  }
}

/// The words of memory of one series, which the registry and whoever observes keep alive.
// The pointers are never written, and the words behind them through atomics alone.
@usableFromInline final class MetricCells: @unchecked Sendable {
  /// A histogram has one count for each bound, one for what is above, and the sum; others have one word.
  @usableFromInline let words: UnsafeMutablePointer<Atomic<UInt64>>
  @usableFromInline let bounds: UnsafeMutablePointer<Double>
  private let count: Int
  private let boundCount: Int

  init(_ kind: MetricRegistry.Kind, _ bounds: [Double]) {
    count = kind == .histogram ? bounds.count + 2 : 1
    boundCount = bounds.count
    words = .allocate(capacity: count)
    for word in 0..<count { (words + word).initialize(to: Atomic(0)) }
    self.bounds = .allocate(capacity: max(1, bounds.count))
    self.bounds.initialize(from: bounds, count: bounds.count)
  }

  deinit {
    words.deinitialize(count: count)
    words.deallocate()
    bounds.deallocate()
  }

  @inlinable func load(_ word: Int = 0) -> UInt64 { words[word].load(ordering: .relaxed) }
  @inlinable func store(_ value: UInt64, _ word: Int = 0) { words[word].store(value, ordering: .relaxed) }
}

/// A count that only grows.
public struct Counter: Sendable {
  @usableFromInline let cells: MetricCells

  @inlinable public func increment(by amount: Int = 1) {
    cells.store(cells.load() &+ UInt64(truncatingIfNeeded: amount))
  }
  public var value: UInt64 { cells.load() }
}

/// A number that may fall.
public struct Gauge: Sendable {
  @usableFromInline let cells: MetricCells

  @inlinable public func set(_ value: Double) { cells.store(value.bitPattern) }
  @inlinable public func add(_ amount: Double) { set(Double(bitPattern: cells.load()) + amount) }
  public var value: Double { Double(bitPattern: cells.load()) }
}

/// How many observations fell into each bucket.
public struct Histogram: Sendable {
  @usableFromInline let cells: MetricCells
  @usableFromInline let count: Int

  /// - Complexity: O(*bounds*), a comparison each. What is not a number is not observed.
  @inlinable public func observe(_ value: Double) {
    guard value == value else { return }
    var bucket = 0
    while bucket < count, value > cells.bounds[bucket] { bucket &+= 1 }
    cells.store(cells.load(bucket) &+ 1, bucket)
    cells.store((Double(bitPattern: cells.load(count &+ 1)) + value).bitPattern, count &+ 1)
  }

  /// How many observations fell into each bucket: one for each bound, and the last for what is above.
  public var counts: [UInt64] { (0...count).map { cells.load($0) } }
  public var sum: Double { Double(bitPattern: cells.load(count + 1)) }
}

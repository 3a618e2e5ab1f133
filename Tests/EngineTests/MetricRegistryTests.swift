import Engine
import Foundation
import Testing

@Suite struct `The registry of metrics` {
  @Test func `counts, measures and sorts into buckets`() {
    let registry = MetricRegistry()
    let steps = registry.counter("steps_total", "Steps.", ["machine": "switch"])
    steps.increment()
    steps.increment(by: 41)
    #expect(steps.value == 42)
    let depth = registry.gauge("depth", "Copies.")
    depth.set(3)
    depth.add(-4.5)
    #expect(depth.value == -1.5)
    let times = registry.histogram("times_ms", "Times.", bounds: [1, 2.5, 5])
    for value in [0, 1, 1.000_1, 2.5, 5, 5.1, .nan, -3] { times.observe(value) }
    #expect(times.counts == [3, 2, 1, 1])
    #expect(abs(times.sum - 11.6001) < 1e-9)
  }

  @Test func `gives the same series for the same name and labels`() {
    let registry = MetricRegistry()
    registry.counter("steps_total", "Steps.", ["machine": "a"]).increment()
    registry.counter("steps_total", "Steps.", ["machine": "a"]).increment()
    registry.counter("steps_total", "Steps.", ["machine": "b"]).increment()
    #expect(registry.counter("steps_total", "Steps.", ["machine": "a"]).value == 2)
    #expect(registry.text.components(separatedBy: "# TYPE steps_total").count == 2)
  }

  @Test func `doubles its bounds`() {
    #expect(MetricRegistry.doubling(from: 0.125, count: 12).last == 256)
    #expect(MetricRegistry.doubling(from: 0.5, count: 3) == [0.5, 1, 2])
  }

  @Test func `can be read while it is written`() async {
    let registry = MetricRegistry()
    let times = registry.histogram("times_ms", "Times.", bounds: [1, 2])
    await withTaskGroup(of: Bool.self) { group in
      group.addTask {
        for number in 0..<200_000 { times.observe(Double(number % 3) + 0.5) }
        return true
      }
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<200 {
            let page = try? ExpositionPage(registry.text)
            guard let page, page.problems.isEmpty else { return false }
          }
          return true
        }
      }
      for await isRight in group { #expect(isRight) }
    }
    #expect(times.counts.reduce(0, +) == 200_000)
  }
}

@Suite struct `The text format` {
  @Test func `is the one of Prometheus, to the letter`() {
    let registry = MetricRegistry()
    registry.counter("steps_total", "Rules that fired,\nby \\rule\".", ["rule": "a \"b\" \\ c\nd", "machine": "é"])
      .increment(by: 3)
    registry.gauge("share", "A share.").set(0.25)
    registry.gauge("odd", "Odd numbers.", ["kind": "nan"]).set(.nan)
    registry.gauge("odd", "Odd numbers.", ["kind": "most"]).set(.infinity)
    registry.gauge("odd", "Odd numbers.", ["kind": "least"]).set(-.infinity)
    let times = registry.histogram("times_ms", "Times.", ["phase": "total"], bounds: [0.5, 1])
    for value in [0.25, 0.75, 0.75, 9] { times.observe(value) }
    #expect(
      registry.text == #"""
        # HELP steps_total Rules that fired,\nby \\rule".
        # TYPE steps_total counter
        steps_total{rule="a \"b\" \\ c\nd",machine="é"} 3
        # HELP share A share.
        # TYPE share gauge
        share 0.25
        # HELP odd Odd numbers.
        # TYPE odd gauge
        odd{kind="nan"} NaN
        odd{kind="most"} +Inf
        odd{kind="least"} -Inf
        # HELP times_ms Times.
        # TYPE times_ms histogram
        times_ms_bucket{phase="total",le="0.5"} 1
        times_ms_bucket{phase="total",le="1"} 3
        times_ms_bucket{phase="total",le="+Inf"} 4
        times_ms_sum{phase="total"} 10.75
        times_ms_count{phase="total"} 4

        """#)
  }

  @Test func `is read back by its official rules`() throws {
    let registry = MetricRegistry()
    registry.counter("steps_total", "Rules.", ["rule": "a \"b\" \\ c\nd"]).increment(by: 3)
    registry.histogram("times_ms", "Times.", bounds: [1]).observe(7)
    let page = try ExpositionPage(registry.text)
    #expect(page.problems == [])
    #expect(page["steps_total", ["rule": "a \"b\" \\ c\nd"]] == 3)
    #expect(page["times_ms_bucket", ["le": "+Inf"]] == 1 && page["times_ms_bucket", ["le": "1"]] == 0)
  }

  @Test(arguments: [
    "a 1\n# TYPE a counter\n", "# TYPE a counter\n# TYPE a counter\na 1\n", "# TYPE a counter\na 1\na 2\n",
    "# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n",
    "# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n",
    "# TYPE a histogram\na_bucket{le=\"+Inf\"} 2\na_sum 1\na_count 1\n", "# TYPE a gauge\na 1",
    "# TYPE a counter\na 1\n# TYPE b counter\nb 1\na{x=\"y\"} 1\n", "# TYPE a counter\na{x=\"y} 1\n",
  ]) func `has a reader here that notices mistakes`(text: String) {
    let page = try? ExpositionPage(text)
    #expect(page == nil || page?.problems.isEmpty == false)
  }
}

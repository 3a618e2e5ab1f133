import Testing

@Suite struct `Figures` {
  /// The name of each figure that the benchmarks print, as far as it is not put together while they run.
  private func names() -> [String] {
    let given = /name: "([^"]+)", measured:/
    return Repository.files(below: "Sources/Bench").flatMap { file in
      file.text.replacing(/\n\s+/, with: " ").matches(of: given).map { String($0.1) }
    }
  }

  @Test func `each figure that the benchmarks print stands in FIGURES.md`() throws {
    let page = try #require(Repository.text("FIGURES.md"))
    let all = names()
    #expect(all.count > 20)
    for name in all {
      // Of a name with a model's or a challenge's in it, what is written around that.
      let parts = name.split(separator: /\\\([^)]*\)+/).filter { $0 != " " }
      let isThere = page.split(separator: "\n").contains { line in
        line.hasPrefix("|") && parts.allSatisfy { line.contains($0) }
      }
      #expect(isThere, "no row of FIGURES.md has \"\(name)\"")
    }
  }

  /// Counts of states that the benchmarks know, with steps where they know those too: `103_790, 600_608`.
  private func counts() -> Set<String> {
    let files = Repository.files(below: "Sources/Bench/Figures/Explorer")
    let pairs = files.flatMap { file in
      file.text.matches(of: /(?:distinct: |\()(\d[\d_]+), (?:generated: )?(\d[\d_]+)\)/).map { "\($0.1), \($0.2)" }
    }
    let single = files.flatMap { $0.text.matches(of: /states: (\d[\d_]+)\)/).map { String($0.1) } }
    return Set(pairs + single)
  }

  @Test func `the worlds of the explorer's rows have the states that the benchmarks hold them to`() throws {
    let page = try #require(Repository.text("FIGURES.md"))
    let section = try #require(page.split(separator: "## The explorer").last).prefix { _ in true }
    let rows = section.split(separator: "\n").prefix { !$0.hasPrefix("## ") }.filter { $0.hasPrefix("|") }
    let known = counts()
    var held = 0
    for row in rows {
      let told = row.matches(of: /([\d,]+\d{3}) states(?:, ([\d,]+) steps)?/).map { match in
        let states = match.1.replacing(",", with: "_")
        return match.2.map { "\(states), \($0.replacing(",", with: "_"))" } ?? states
      }
      if told.isEmpty { continue }
      held += 1
      let isKnown = told.contains { count in known.contains { $0 == count || $0.hasPrefix(count + ",") } }
      #expect(isKnown, "the benchmarks know no world like this: measure again\n\(row)")
    }
    #expect(held > 6)
  }

  @Test func `each count that the benchmarks know is pinned by a test of its world`() {
    let tests = ["Tests/Properties", "Tests/CheckTests"].flatMap { Repository.files(below: $0) }
    // Too large for a test: their smaller sizes are pinned. The last is the first part of a world without end.
    let large: Set = ["10_340_352, 123_558_401", "1_705_770, 9_980_956", "300_000, 1_395_771"]
    let known = counts()
    #expect(known.isSuperset(of: large) && known.count > 7, "\(known)")
    for count in known.subtracting(large) {
      #expect(tests.contains { $0.text.contains(count) }, "no test pins \(count)")
    }
  }
}

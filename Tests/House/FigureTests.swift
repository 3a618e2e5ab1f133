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
}

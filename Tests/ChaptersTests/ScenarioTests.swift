import Chapters
import Testing

@Suite struct `Scenario block` {
  @Test func `lines are kept as written, with their numbers, without comments and blanks`() throws {
    let scenario = try read(
      """

      ```scenario  Three agents switch, "twice"
      # the team
      agents:  3

        switch \\(x) | done \t
      \t
        # indented
      ```
      """
    ).scenarios[0]
    #expect(scenario.title == "Three agents switch, \"twice\"")
    #expect(scenario.line == 3)
    #expect(scenario.lines.map(\.text) == ["agents:  3", "  switch \\(x) | done \t"])
    #expect(scenario.lines.map(\.number) == [5, 7])
  }

  @Test func `other fences are not scenarios, and one that is nearly called so is a mistake`() throws {
    #expect(try read("```swift scenario\nx\n```\n```scene\nx\n```").scenarios.isEmpty)
    for word in ["scenarios", "Scenario"] {
      #expect(
        errors("```\(word) A\nx\n```")
          == "01-topology-switch.md:2: error: `\(word)` begins no scenario; write ```scenario and a title")
    }
    #expect(
      errors("```scenario A\nworld 5\n```").hasSuffix("scenario `A` has no lines; write its steps between the fences"))
  }

  @Test func `a scenario in a list or between tildes is read`() throws {
    let chapter = try read("- so:\n  ```scenario A\n  x\n  ```\n~~~scenario B\ny\n~~~\n")
    #expect(chapter.scenarios.map(\.title) == ["A", "B"])
    #expect(chapter.scenarios.map { $0.lines.map(\.text) } == [["  x"], ["y"]])
  }

  @Test func `a scenario needs a title`() {
    #expect(
      errors("~~~scenario\nswitch\n~~~") == """
        01-topology-switch.md:2: error: this scenario has no title; write ~~~scenario and a title on the same line
        """)
  }

  @Test func `a scenario needs lines`() {
    #expect(
      errors("```scenario Silence\n\n# nothing\n```") == """
        01-topology-switch.md:2: error: scenario `Silence` has no lines; write its steps between the fences
        """)
  }

  @Test func `a scenario needs an end`() {
    #expect(
      errors("~~~scenario Endless\nswitch") == """
        01-topology-switch.md:2: error: this fence is not closed; write ~~~ on a line of its own below the block
        """)
  }

  @Test func `a title is told once`() {
    #expect(
      errors("```scenario A\nx\n```\n```scenario A\ny\n```") == """
        01-topology-switch.md:5: error: scenario `A` is already told at 01-topology-switch.md:2; write another title
        """)
  }
}

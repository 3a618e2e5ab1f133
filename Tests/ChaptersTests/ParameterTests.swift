import Chapters
import Testing

@Suite struct `Parameter table` {
  @Test func `a row states a figure`() throws {
    let parameter = try read(table("| quiesce_deadline | 1,500 | ms | How long senders wait. |")).parameters[0]
    #expect(parameter.name == "quiesce_deadline")
    #expect(parameter.constant == "quiesceDeadline")
    #expect(parameter.value == "1,500")
    #expect(parameter.unit == .ms)
    #expect(parameter.meaning == "How long senders wait.")
    #expect(parameter.line == 4)
    #expect(parameter.figure.type == "Duration")
    #expect(parameter.figure.expression == ".milliseconds(1_500)")
  }

  @Test(arguments: [
    ("50", "ms", "Duration", ".milliseconds(50)"), ("2000", "ms", "Duration", ".milliseconds(2_000)"),
    ("0.5", "ms", "Duration", ".microseconds(500)"), ("1.000001", "ms", "Duration", ".nanoseconds(1_000_001)"),
    ("0", "ms", "Duration", ".milliseconds(0)"), ("1.50", "s", "Duration", ".milliseconds(1_500)"),
    ("30", "s", "Duration", ".seconds(30)"), ("1.5", "min", "Duration", ".seconds(90)"),
    ("0.01", "min", "Duration", ".milliseconds(600)"), ("24", "h", "Duration", ".seconds(86_400)"),
    ("0.0000000000025", "h", "Duration", ".nanoseconds(9)"), ("512", "bytes", "Int", "512"),
    ("64", "KiB", "Int", "65_536"), ("1,024", "MiB", "Int", "1_073_741_824"), ("007", "count", "Int", "7"),
    ("1,000,000", "count", "Int", "1_000_000"), ("0.25", "ratio", "Double", "0.25"), ("3", "ratio", "Double", "3.0"),
    ("1,000.50", "ratio", "Double", "1000.5"), ("5", "percent", "Double", "0.05"), ("0", "percent", "Double", "0.0"),
    ("50", "percent", "Double", "0.5"), ("100", "percent", "Double", "1.0"), ("1,250", "percent", "Double", "12.5"),
  ])
  func `figures are exact`(value: String, unit: String, type: String, expression: String) throws {
    let figure = try read(table("| figure | \(value) | \(unit) | m |")).parameters[0].figure
    #expect(figure.type == type)
    #expect(figure.expression == expression)
  }

  @Test func `the header may be in any case, cells in backticks, pipes escaped, the last pipe left out`() throws {
    let chapter = try read(
      #"""
      |PARAMETER|value|Unit|meaning|
      |---|---|---|---|
      | `a_b2` | `1` | `KiB` | either `x \| y` or z \| |
      | c | 2 | count | no pipe at the end
      """#)
    #expect(chapter.parameters.map(\.name) == ["a_b2", "c"])
    #expect(chapter.parameters.map(\.constant) == ["aB2", "c"])
    #expect(chapter.parameters.map(\.meaning) == ["either `x | y` or z |", "no pipe at the end"])
  }

  @Test func `other tables, and tables in fences, state nothing`() throws {
    let chapter = try read(
      """
      | Parameter | Value | Unit |
      |---|---|---|
      | a |

      ```markdown
      \(table("| a | 1 | weeks | m |"))
      ```
      """)
    #expect(chapter.parameters.isEmpty)
  }

  @Test func `a blank line, a heading, a list and a requirement end a table`() throws {
    let chapter = try read(
      """
      \(table("| a | 1 | ms | m |"))
      ## Next
      \(table("| b | 1 | ms | m |"))
      - item
      \(table("| c | 1 | ms | m |"))
      **SW-4** Senders pause.
      \(table("| d | 1 | ms | m |"))

      prose
      """)
    #expect(chapter.parameters.map(\.name) == ["a", "b", "c", "d"])
    #expect(chapter.requirements.map(\.text) == ["Senders pause."])
  }

  @Test func `a header needs dashes below it`() {
    let expected = """
      01-topology-switch.md:2: error: the header of this parameter table has no row of four dashed cells below it; \
      write `|---|---|---|---|` there
      """
    let header = "| Parameter | Value | Unit | Meaning |\n"
    #expect(errors(header) == expected)
    #expect(errors(header + "| a | 1 | ms | m |") == expected)
    #expect(errors(header + "|---|---|\n| a | 1 | ms | m |") == expected)
  }

  @Test(arguments: [
    ("| a | 1 | ms |", "3 cells"), ("| a | 1 | ms | m | n |", "5 cells"), ("| a", "1 cell"), ("|", "0 cells"),
  ])
  func `a row has four cells`(row: String, count: String) {
    #expect(
      errors(table(row)) == #"""
        01-topology-switch.md:4: error: this row of a parameter table has \#(count) instead of 4; \#
        write `| name | value | unit | meaning |`, with `\|` for a pipe within a cell
        """#)
  }

  @Test func `a row begins with a pipe`() {
    #expect(
      errors(table("| a | 1 | ms | m |", "b | 1 | ms | m |")) == """
        01-topology-switch.md:5: error: this line continues a parameter table but does not begin with `|`; \
        write `| name | value | unit | meaning |`, or a blank line above to end the table
        """)
  }

  @Test func `every cell has something in it`() {
    #expect(
      errors(table("| | | | |")) == """
        01-topology-switch.md:4: error: the Parameter cell is empty; write a name such as `quiesce_deadline`
        01-topology-switch.md:4: error: the Value cell is empty; write a number such as `50` or `1,500`
        01-topology-switch.md:4: error: the Meaning cell is empty; write what the figure is for
        01-topology-switch.md:4: error: the Unit cell is empty; write one of \
        ms, s, min, h, bytes, KiB, MiB, count, ratio, percent
        """)
  }

  @Test(arguments: ["QuiesceDeadline", "quiesce-deadline", "quiesce deadline", "_a", "a__b", "a_", "1a", "é"])
  func `a name is small letters and digits joined by underscores`(name: String) {
    #expect(
      errors(table("| \(name) | 1 | ms | m |")) == """
        01-topology-switch.md:4: error: `\(name)` is not a parameter's name; \
        write small letters and digits joined by `_`: `quiesce_deadline`
        """)
  }

  @Test(arguments: [
    ("1,500", "ms", ["1501: .milliseconds(1_501)", "1499: .milliseconds(1_499)"]),
    ("0.25", "ratio", ["0.26: 0.26", "0.24: 0.24"]), ("0.05", "ratio", ["0.06: 0.06", "0.04: 0.04"]),
    ("0.1", "ratio", ["0.2: 0.2", "0.0: 0.0"]), ("0", "count", ["1: 1"]), ("1", "percent", ["2: 0.02", "0: 0.0"]),
    ("9.9", "s", ["10.0: .seconds(10)", "9.8: .milliseconds(9_800)"]),
  ])
  func `a figure can be off by one in its last digit, but not below 0`(value: String, unit: String, wrong: [String])
    throws
  {
    let swift = tangle([try read(table("| figure | \(value) | \(unit) | m |"))])
    let found = swift.matches(of: /OffByOne\(Stated.figure, value: "(.*)"\) {\n +Parameters.figure = (.*)\n/)
    #expect(found.map { "\($0.1): \($0.2)" } == wrong)
  }

  @Test(arguments: ["all", "off_by_one", "self", "init"])
  func `a name must be sayable after a dot`(name: String) {
    #expect(
      errors(table("| \(name) | 1 | ms | m |")) == """
        01-topology-switch.md:4: error: `\(name)` already has a meaning in Swift after `Parameters.`; \
        write a longer name
        """)
  }

  @Test(arguments: ["weeks", "MS", "kib", "%", "bool"])
  func `a unit is one of those known`(unit: String) {
    #expect(
      errors(table("| a | x | \(unit) | m |")) == """
        01-topology-switch.md:4: error: unit `\(unit)` is not known; \
        write one of ms, s, min, h, bytes, KiB, MiB, count, ratio, percent
        """)
  }

  @Test(arguments: ["x", "-1", "+1", "1.", ".5", "1,00", "1,0000", ",100", "1 000", "1e3", "1_000", "0x10", "١"])
  func `a value is digits`(value: String) {
    #expect(
      errors(table("| a | \(value) | ms | m |", "| b | \(value) | count | m |")) == """
        01-topology-switch.md:4: error: `\(value)` is not a number; write digits such as `50`, `1,500` or `0.5`
        01-topology-switch.md:5: error: `\(value)` is not a number; write digits such as `50` or `1,500`
        """)
  }

  @Test(arguments: ["count", "bytes", "KiB", "MiB", "percent"])
  func `decimals are for durations and ratios`(unit: String) {
    #expect(
      errors(table("| a | 1.5 | \(unit) | m |")) == """
        01-topology-switch.md:4: error: `1.5` is not a whole number, which \(unit) needs; \
        write digits such as `50` or `1,500`
        """)
  }

  @Test(arguments: [("0.0000001", "ms"), ("0.0000000001", "s"), ("0.0000000000001", "h")])
  func `a duration is a whole number of nanoseconds`(value: String, unit: String) {
    #expect(
      errors(table("| a | \(value) | \(unit) | m |")) == """
        01-topology-switch.md:4: error: `\(value)` does not come to a whole number of nanoseconds; write fewer decimals
        """)
  }

  @Test(arguments: [
    ("9223372036854775808", "count"), ("9223372036854775807", "KiB"), ("9999999999999999999", "s"),
    ("9999999999999999999999999999999999999999", "ms"), ("999999999999999999999999999999999999999", "bytes"),
  ])
  func `a value fits 64 bits`(value: String, unit: String) {
    #expect(
      errors(table("| a | \(value) | \(unit) | m |")) == """
        01-topology-switch.md:4: error: `\(value)` is more than 64 bits hold; write a smaller number, or a larger unit
        """)
  }

  @Test func `a parameter is stated once, in one chapter or in two`() {
    let rows = table("| a1 | 1 | ms | m |", "| a1 | 2 | ms | m |")
    let first = ChapterText(file: "01-switch.md", text: "# Switch\n" + rows)
    let second = ChapterText(file: "02-budget.md", text: "# Budget\n" + table("| a_1 | 1 | ms | m |"))
    #expect(
      errors([second, first]) == """
        01-switch.md:5: error: parameter `a1` is already stated at 01-switch.md:4; \
        write another name, or keep one of the two rows
        02-budget.md:4: error: parameter `a_1` is already stated at 01-switch.md:4 as `a1`, \
        which has the same name in Swift; write another name, or keep one of the two rows
        """)
  }
}

import Chapters
import Testing

@Suite struct `Tangled Swift` {
  @Test func `a small chapter becomes this file`() throws {
    let chapter = try read(
      #"""

      - **SW-4** When the last agent answers "prepared",
        senders pause.
      - **I1 SAFETY** No message is lost \(ever) 🚂.

      | Parameter | Value | Unit | Meaning |
      |---|---|---|---|
      | quiesce_deadline | 50 | ms | How long senders wait |
      | default | 64 | KiB | What an outbox holds |

      ```scenario Two agents
      switch "tree"

      done
      ```
      """#)
    #expect(
      tangle([chapter]) == #"""
        // Generated from specs/*.md by the TangleChapters plugin. Do not edit.

        import Spec

        /// A requirement that a chapter states. Citing one that no chapter states does not compile.
        public enum Requirement: String, Citation, CaseIterable {
          /// When the last agent answers "prepared", senders pause. (01-topology-switch.md:3)
          case `SW-4` = "SW-4"
          /// No message is lost \(ever) 🚂. (01-topology-switch.md:5)
          case `I1` = "I1"
        }

        extension Requirement {
          /// The sentence, as the chapter states it.
          public var text: String {
            switch self {
            case .`SW-4`: "When the last agent answers \"prepared\", senders pause."
            case .`I1`: "No message is lost \\(ever) 🚂."
            }
          }

          /// The file and line of the sentence.
          public var source: String {
            switch self {
            case .`SW-4`: "01-topology-switch.md:3"
            case .`I1`: "01-topology-switch.md:5"
            }
          }
        }

        /// The figures that the chapters state.
        ///
        /// They are variables for ``offByOne`` alone: nothing else can change them, and reading one costs a load.
        public enum Parameters {
          /// How long senders wait (50 ms; 01-topology-switch.md:9)
          @exclusivity(unchecked) public private(set) nonisolated(unsafe)
          static var quiesceDeadline: Duration = .milliseconds(50)
          /// What an outbox holds (64 KiB; 01-topology-switch.md:10)
          @exclusivity(unchecked) public private(set) nonisolated(unsafe)
          static var `default`: Int = 65_536

          /// Every figure, as its chapter writes it.
          public static let all: [ParameterFigure] = [
            Stated.quiesceDeadline,
            Stated.default,
          ]

          /// Each figure one more and one less in its last digit.
          package static let offByOne: [OffByOne] = [
            Wrong.quiesceDeadline1,
            Wrong.quiesceDeadline2,
            Wrong.default1,
            Wrong.default2,
          ]

          private enum Stated {
            static let quiesceDeadline = ParameterFigure(
              name: "quiesce_deadline", value: "50", unit: "ms", meaning: "How long senders wait",
              source: "01-topology-switch.md:9")
            static let `default` = ParameterFigure(
              name: "default", value: "64", unit: "KiB", meaning: "What an outbox holds",
              source: "01-topology-switch.md:10")
          }

          private enum Wrong {
            static let quiesceDeadline1 = OffByOne(Stated.quiesceDeadline, value: "51") {
              Parameters.quiesceDeadline = .milliseconds(51)
            }
            static let quiesceDeadline2 = OffByOne(Stated.quiesceDeadline, value: "49") {
              Parameters.quiesceDeadline = .milliseconds(49)
            }
            static let default1 = OffByOne(Stated.default, value: "65") {
              Parameters.default = 66_560
            }
            static let default2 = OffByOne(Stated.default, value: "63") {
              Parameters.default = 64_512
            }
          }
        }

        extension Scenario {
          /// The scenarios that the chapters tell, in reading order.
          public static let all: [Scenario] = [
            told1,
          ]

          private static let told1 = Scenario(
            title: "Two agents", chapter: 1, file: "01-topology-switch.md", line: 12,
            lines: [
              ScenarioLine(number: 13, text: "switch \"tree\""),
              ScenarioLine(number: 15, text: "done"),
            ])
        }

        """#)
  }

  @Test func `chapters that state nothing still make a file that compiles`() {
    #expect(
      tangle([]) == """
        // Generated from specs/*.md by the TangleChapters plugin. Do not edit.

        import Spec

        /// A requirement that a chapter states. Citing one that no chapter states does not compile.
        public enum Requirement: Citation, CaseIterable {
          public init?(rawValue: String) { nil }
          public var rawValue: String { switch self {} }
          public var text: String { switch self {} }
          public var source: String { switch self {} }
        }

        /// The figures that the chapters state.
        public enum Parameters {
          /// Every figure, as its chapter writes it.
          public static let all: [ParameterFigure] = []

          /// Each figure one more and one less in its last digit.
          package static let offByOne: [OffByOne] = []
        }

        extension Scenario {
          /// The scenarios that the chapters tell, in reading order.
          public static let all: [Scenario] = []
        }

        """)
  }

  @Test func `the order in which chapters are given does not matter`() throws {
    let chapters = try readChapters([
      ChapterText(file: "02-budget.md", text: "# Budget\n**BU-1** Tokens are reserved."),
      ChapterText(file: "01-switch.md", text: "# Switch\n**SW-1** Senders pause."),
    ])
    #expect(tangle(chapters) == tangle(chapters.reversed()))
  }

  @Test func `characters that cannot be seen are spelled out in literals and left out of comments`() throws {
    let swift = tangle([try read("**SW-4** a\u{0}b\u{202E}c\u{2028}d\te\u{200D}f e\u{301}")])
    #expect(swift.contains("\n  /// a b c d e\u{200D}f e\u{301} (01-topology-switch.md:2)\n"))
    #expect(swift.contains(#"case .`SW-4`: "a\u{0}b\u{202E}c\u{2028}d\te\#u{200D}f e\#u{301}""#))
  }
}

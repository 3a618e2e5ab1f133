import Chapters
import Foundation
import Spec
import Testing
import Weave

@Suite struct `A page` {
  @Test func `begins by saying what it was generated from`() throws {
    let files = weave([try page()])
    let mark = "<!-- Generated from specs/07-crossing.md by `interlock docs`. Never edited by hand. -->\n"
    #expect(text("07-crossing.md", of: files).hasPrefix(mark))
    #expect(text("07-crossing.html", of: files).hasPrefix(mark))
    #expect(
      files.map(\.path) == [
        "07-crossing.md", "diagrams/07-crossing.system.svg", "diagrams/07-crossing.machine-gate.svg",
        "diagrams/07-crossing.machine-bell.svg", "README.md", "index.html", "07-crossing.html", "system-crossing.html",
        "machine-gate.html", "machine-bell.html", "requirements.html", "parameters.html", "glossary.html", "api.html",
        "book.css", "book.js", "search.js",
      ])
  }

  @Test func `has the chapter in full, with places to link to and scenarios to open`() throws {
    let body = """

      Prose <stays> as it is.

      ```scenario A & B <meet>
      gate.approach track=1
      # a remark
      ```

      ~~~text
      **LC-9** no requirement
      ~~~
      """
    let woven = text("07-crossing.md", of: weave([try page(crossingText(body), design: nil)]))
    #expect(
      woven.hasPrefix(
        """
        <!-- Generated from specs/07-crossing.md by `interlock docs`. Never edited by hand. -->

        # Level crossing

        - <a id="LC-1"></a>**LC-1** Cars and trains never meet.
        - <a id="LC-2"></a>**LC-2 RING** A bell rings | first.
        <a id="LC-3"></a>**LC-3** The gate is *red* and white.

        Prose <stays> as it is.

        <details>
        <summary><b>Scenario:</b> A &amp; B &lt;meet></summary>

        ```text
        gate.approach track=1
        # a remark
        ```

        </details>

        ~~~text
        **LC-9** no requirement
        ~~~

        ## <a id="woven-requirement-index"></a>Requirement index
        """.replacing("&lt;meet>", with: "&lt;meet&gt;")))
  }

  @Test func `lists the rules of each phase in the order tried`() throws {
    let woven = text("07-crossing.md", of: weave([try page()]))
    #expect(
      section("Rules of the gate", of: woven) == #"""
        Rules are tried from the top; the first whose guards all hold fires.

        **In `raised`**

        | Event | Rule | When | Changes | To | Cites |
        | --- | --- | --- | --- | --- | --- |
        | `approach` | <a id="gate-rule-lower-the-gate"></a>lower the gate | \#
        [the track is ours](#gate-guard-the-track-is-ours);<br>\#
        [the train is &lt;known>](#gate-guard-the-train-is-known) | \#
        update: remember the \*track\*;<br>send `ring` to the bell;<br>send `lower`;<br>send `timer` | `lowering` | \#
        [LC-1](#LC-1), [LC-2](#LC-2) |
        | `approach`, otherwise | <a id="gate-rule-another-track--none-of-ours"></a>another track \| none of ours | \#
         | send `note` | stays |  |

        **In `lowering`**

        | Event | Rule | Changes | To | Cites |
        | --- | --- | --- | --- | --- |
        | `closed` | <a id="gate-rule-let-the-train-pass"></a>let the train pass | cancel `timer` | `lowered` | \#
        [LC-1](#LC-1) |
        | `stuck` | <a id="gate-rule-stop-the-train"></a>stop the train | cancel `timer`;<br>update | `raised` |  |
        | `deadline` | <a id="gate-rule-stop-the-train-2"></a>stop the train | cancel every `lower` | `raised` |  |

        **In `lowered`**

        | Event | Rule | To |
        | --- | --- | --- |
        | `passed` | <a id="gate-rule-raise-the-gate"></a>raise the gate | `raised` |
        """#)
  }

  @Test func `says what each phase means, and which silences are meant`() throws {
    let woven = text("07-crossing.md", of: weave([try page()]))
    #expect(
      section("Phases of the gate", of: woven) == #"""
        | Phase | Meaning | Note |
        | --- | --- | --- |
        | `raised` | Cars \| carts pass. | starts here, may rest here |
        | `lowering` |  |  |
        | `lowered` |  |  |
        """#)
    #expect(
      section("Silences of the gate", of: woven) == """
        Events that no rule handles, by decision.

        | Event | In | Is | Why |
        | --- | --- | --- | --- |
        | `approach` | `lowering`, `lowered` | refused as `busy` | unless the gate is raised |
        | `closed`, `stuck`, `deadline` | `raised`, `lowered` | impossible | because nobody lowers the gate |
        | `passed` | `raised`, `lowering` | ignored | because a late report |
        """)
  }

  @Test func `tells contracts in words`() throws {
    let woven = text("07-crossing.md", of: weave([try page(sources: SourceReader(root: root))]))
    #expect(
      section("Contracts of the gate", of: woven) == """
        What the world may answer to each effect.

        | Effect | Answers | Open at once | Faults | A late answer | After a crash |
        | --- | --- | --- | --- | --- | --- |
        | `lower`, holds `motor` | owed: `closed`<br>after `closed` may come: `stuck` | one; a second replaces it | \
        lost, repeated | is dropped and counted | found again and resumed |
        | `timer` | owed: `deadline` after 1,500 ms | one; a second is a finding | none | is dropped and counted | \
        runs for what was left |

        Notices, which nobody answers: `note`.
        """)
    #expect(
      section("Contracts of the bell", of: woven).hasSuffix(
        """
        | `echo` | may come: `strike` | one for each `$0`; a second joins it | none | is delivered | forgotten |
        """))
  }

  @Test func `groups laws by their kind`() throws {
    let woven = text("07-crossing.md", of: weave([try page()]))
    #expect(
      section("Laws of the gate", of: woven) == """
        | Holds | Law | Cites |
        | --- | --- | --- |
        | in every state | the gate is somewhere |  |
        | in some state | the gate is lowered | [LC-1](#LC-1) |
        | in the end | every lowering ends | [LC-1](#LC-1) |
        """)
    #expect(section("Joint laws", of: woven).contains("| in every state | a lowered gate has rung |"))
  }

  @Test func `shows guards once, with their source`() throws {
    let woven = text("07-crossing.md", of: weave([try page(sources: SourceReader(root: root))]))
    let guards = section("Guards of the gate", of: woven)
    #expect(
      guards.contains("[Crossing.swift:\(try line(of: "static var isOurs"))](../Tests/WeaveTests/Crossing.swift#L"))
    #expect(
      guards.contains(
        #"""
        <summary>Source of 2 guards</summary>

        **the track is ours**

        ```swift
        { $1 == 1 }
        ```

        **the train is &lt;known>**

        ```swift
        { _, track in
          ["}", "\(track)"].contains { $0 != "{" }
        }
        ```
        """#))
    let without = text("07-crossing.md", of: weave([try page()]))
    #expect(section("Guards of the gate", of: without).contains("Source not found."))
  }

  private func line(of words: String) throws -> Int {
    let text = try String(contentsOf: root.appending(path: "Tests/WeaveTests/Crossing.swift"), encoding: .utf8)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return try #require(lines.firstIndex { $0.contains(words) }) + 1
  }

  @Test func `shows evidence, and which worlds have none`() throws {
    let evidence = WorldEvidence(
      world: "one-train", words: "one | train", distinct: 1_234_567, generated: 20, depth: 9, findings: 0,
      rulesCovered: 7,
      rulesTotal: 8, verdict: "READY", mode: "64-bit fingerprints")
    let woven = text("07-crossing.md", of: weave([try page(evidence: [evidence])]))
    #expect(
      section("Exploration", of: woven) == #"""
        What visiting the states of each world has shown.

        | World | What may happen | States | Generated | Depth | Rules fired | Findings | Verdict |
        | --- | --- | ---: | ---: | ---: | ---: | ---: | --- |
        | `one-train` | one \| train | 1,234,567 | 20 | 9 | 7 of 8 | 0 | **READY** |

        How states were told apart: 64-bit fingerprints.

        Not explored here:

        - `rush`: trains without end (too large to explore to its end; for random runs)
        """#)
    let without = text("07-crossing.md", of: weave([try page()]))
    #expect(section("Exploration", of: without).hasPrefix("No world has been explored for this page."))
  }

  @Test func `says of each requirement what stands behind it, and which nothing does`() throws {
    let held =
      "\n| Requirement | Held by | Why |\n|---|---|---|\n| LC-3 | `Tests/Red.swift`, `red` | paint is paint |\n"
    let folder = try Folder(["Tests/It.swift": "@Test func `LC-1: never both`() {}\n"])
    let woven = text(
      "07-crossing.md", of: weave([try page(crossingText(held))], tests: NamedTests(root: folder.url)))
    #expect(
      section("Requirement index", of: woven) == """
        3 of 3 requirements are held.

        | Requirement | Stated | Rules | Laws | Tests | Held by |
        | --- | --- | --- | --- | --- | --- |
        | [LC-1](#LC-1) | [line&nbsp;3](../specs/07-crossing.md?plain=1#L3) | \
        *Gate:* [lower the gate](#gate-rule-lower-the-gate); [let the train pass](#gate-rule-let-the-train-pass) | \
        *Gate:* [every lowering ends](#woven-laws-of-the-gate); [the gate is lowered](#woven-laws-of-the-gate) | \
        [LC-1: never both](../Tests/It.swift) |  |
        | [LC-2](#LC-2) RING | [line&nbsp;4](../specs/07-crossing.md?plain=1#L4) | \
        *Gate:* [lower the gate](#gate-rule-lower-the-gate)<br>*Bell:* [ring once](#bell-rule-ring-once) | \
        *Level crossing:* [a lowered gate has rung](#woven-joint-laws) |  |  |
        | [LC-3](#LC-3) | [line&nbsp;5](../specs/07-crossing.md?plain=1#L5) |  |  |  | \
        [`Tests/Red.swift`](../Tests/Red.swift), `red`: paint is paint |
        """)
    let without = text("07-crossing.md", of: weave([try page()]))
    #expect(section("Requirement index", of: without).hasPrefix("2 of 3 requirements are held."))
  }

  @Test func `a requirement that another chapter's machine cites is cited`() throws {
    let other = try page("# Other\n\n**OT-1** Else.\n", file: "08-other.md")
    let files = weave([other, try page(design: nil)])
    #expect(text("07-crossing.md", of: files).contains("[lower the gate](08-other.md#gate-rule-lower-the-gate)"))
    #expect(text("08-other.md", of: files).contains("[LC-1](07-crossing.md#LC-1)"))
  }

  @Test func `the index lists chapters and requirements`() throws {
    let index = text("README.md", of: weave([try page()]))
    #expect(index.contains("| [7. Level crossing](07-crossing.md) | Gate, Bell | 3 | 0 |"))
    #expect(
      index.contains(#"| [LC-2](07-crossing.md#LC-2) | A bell rings \| first. | 2 rules, 1 law |"#))
    #expect(index.contains("| [LC-3](07-crossing.md#LC-3) | The gate is *red* and white. | nothing |"))
  }

  @Test func `the index has the scores of all systems, and says what is below, old or missing`() throws {
    func evidence(_ killed: Int, isCurrent: Bool = true) -> MutationEvidence {
      MutationEvidence(
        all: 1_050, killed: killed, noticed: 3, equivalent: 30, unexercised: 20, isCurrent: isCurrent,
        source: "specs/evidence/it.json")
    }
    let scores = [
      MutationScore(system: "gate", evidence: evidence(950)), MutationScore(system: "bell", evidence: evidence(949)),
      MutationScore(system: "lamp", evidence: evidence(1_000, isCurrent: false)),
      MutationScore(system: "road", evidence: nil),
    ]
    let index = text("README.md", of: weave([try page(stories: Stories(scores: scores))]))
    for row in [
      "| `gate` | 1,050 | 950 | 3 | 30 | 20 | 95.0 % |  |",
      "| `bell` | 1,050 | 949 | 3 | 30 | 20 | 94.9 % | **below the goal** |",
      "| `lamp` | 1,050 | 1,000 | 3 | 30 | 20 | 100.0 % | counted under other rules |",
      "| `road` |  |  |  |  |  |  | never counted |",
    ] { #expect(index.contains(row), "\(index)") }
    #expect(!text("README.md", of: weave([try page()])).contains("## Mutants"))
  }

  @Test func `the same input gives the same files`() throws {
    #expect(weave([try page()]) == weave([try page()]))
  }

  @Test func `the first chapter is woven whole`() throws {
    let file = "01-topology-switch.md"
    let source = try String(contentsOf: root.appending(path: "specs/\(file)"), encoding: .utf8)
    let input = try page(source, file: file, design: nil)
    let files = weave([input])
    let (woven, html) = (text(file, of: files), text("01-topology-switch.html", of: files))
    for requirement in input.chapter.requirements {
      #expect(woven.contains("<a id=\"\(requirement.id)\"></a>**\(requirement.id)"))
      #expect(html.contains("<a id=\"\(requirement.id)\"></a><strong>\(requirement.id)"))
    }
    for parameter in input.chapter.parameters { #expect(html.contains(">\(parameter.name)</td>")) }
    #expect(html.ranges(of: "<details class=\"scenario\"").count == input.chapter.scenarios.count)
    #expect(html.ranges(of: "</details>").count == input.chapter.scenarios.count)
    #expect(!woven.contains("```scenario"))
    #expect(!html.contains("**"))
  }
}

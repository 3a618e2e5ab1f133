import Foundation
import Spec
import Testing
import Weave

@Suite struct `Diagrams` {
  let gate = BookDescription(Gate.book)

  @Test func `Mermaid has one arrow for each pair of phases`() {
    #expect(
      mermaid(gate, starts: [0]) == """
        stateDiagram-v2
          [*] --> raised
          raised --> lowering : approach
          raised --> raised : approach
          lowering --> lowered : closed
          lowering --> raised : stuck, deadline
          lowered --> raised : passed
          classDef resting stroke-width:3px
          class raised resting
        """)
  }

  @Test func `a phase whose name Mermaid would not take gets another there`() {
    #expect(
      mermaid(BookDescription(Oddity.book)) == """
        stateDiagram-v2
          state "end" as phase0
          state "on hold" as phase1
          phase0 --> phase1 : strike
        """)
  }

  @Test func `Graphviz draws changes as arrows, and writes what keeps a phase into it`() {
    let text = dot(gate, starts: [0])
    let lines = text.split(separator: "\n").filter { $0.contains("phase") || $0.contains("start") }
    #expect(
      lines.joined(separator: "\n") == """
          start0 [shape=point width=0.12 label="" class="start" style=filled color="#57606a" fillcolor="#57606a"];
          phase0 [label=<<b>raised</b><br/><font point-size="4"> <br/></font><font point-size="9">stays on approach\
        </font>> class="resting" peripheries=2 fillcolor="#ddf4ff" color="#0969da"];
          phase1 [label=<<b>lowering</b>> class="passing"];
          phase2 [label=<<b>lowered</b>> class="passing"];
          start0 -> phase0;
          phase0 -> phase1 [label="&#160;approach&#160;"];
          phase1 -> phase2 [label="&#160;closed&#160;"];
          phase1 -> phase0 [label="&#160;stuck&#160;\\n&#160;deadline&#160;"];
          phase2 -> phase0 [label="&#160;passed&#160;"];
        """)
  }

  @Test func `the system shows its routes, and the world for everything else`() {
    let text = dot(DesignSummary(Crossing.design))
    let arrows = text.split(separator: "\n").filter { $0.contains("->") }
    #expect(
      arrows.joined(separator: "\n") == """
          world -> host0 [label="&#160;approach&#160;\\n&#160;closed&#160;\\n&#160;stuck&#160;\\n\
        &#160;deadline&#160;\\n&#160;passed&#160;" class="outer" color="#afb8c1"];
          host0 -> world [label="&#160;lower&#160;\\n&#160;timer&#160;\\n&#160;note&#160;" class="outer" \
        color="#afb8c1"];
          host1 -> world [label="&#160;echo&#160;" class="outer" color="#afb8c1"];
          host0 -> host1 [label="&#160;ring as strike&#160;" penwidth=1.6];
        """)
  }

  // MARK: - Images

  @Test(.enabled(if: hasGraphviz)) func `an image is fresh while its source is the same`() throws {
    let diagram = Diagram(path: "gate.svg", label: "Cars & \"trains\"", dot: dot(gate))
    let image = try svg(diagram)
    #expect(isFresh(image, diagram))
    #expect(!isFresh(image, Diagram(path: "gate.svg", label: diagram.label, dot: dot(gate, starts: [0]))))
    #expect(!isFresh(image, Diagram(path: "gate.svg", label: "Other", dot: diagram.dot)))
    // What was drawn, changed by hand.
    #expect(!isFresh(image.replacing("trains", with: "planes"), diagram))
    #expect(!isFresh(image + "<script></script>", diagram))
    #expect(!isFresh("", diagram) && !isFresh(String(image.dropFirst()), diagram))
    #expect(image.prefix(22) == "<!-- interlock-dot: " + image.dropFirst(20).prefix(2))
    #expect(image.contains("aria-label=\"Cars &amp; &quot;trains&quot;\""))
    #expect(!image.contains(" id=\""))
    #expect(!image.contains("graphviz version"))
  }

  @Test(.enabled(if: hasGraphviz)) func `words stand in the middle of their box, whatever font they are drawn in`()
    throws
  {
    let image = try svg(Diagram(path: "gate.svg", label: "", dot: dot(gate, starts: [0])))
    #expect(!image.contains("text-anchor=\"start\"") && !image.contains(" font-family=\""))
    let nodes = image.matches(of: /<g class="node(?s:.*?)<\/g>/).map(\.output).filter { $0.contains("<text") }
    #expect(nodes.count == 3)
    for node in nodes {
      let outline = try #require(node.firstMatch(of: /d="([^"]*)"/)).output.1
      let across = outline.matches(of: /(-?[0-9.]+),/).compactMap { Double($0.output.1) }
      let texts = node.matches(of: /<text text-anchor="middle" x="([^"]*)"/).compactMap { Double($0.output.1) }
      #expect(!texts.isEmpty && texts.allSatisfy { $0 == (across.min()! + across.max()!) / 2 })
    }
  }

  @Test(.enabled(if: hasGraphviz)) func `what Graphviz refuses is said in its words`() {
    let error = #expect(throws: WeaveError.self) { try svg(Diagram(path: "a.svg", label: "", dot: "digraph {{{")) }
    #expect("\(error!)".hasPrefix("Graphviz could not draw a.svg: "))
    #expect("\(error!)".contains("syntax error"))
  }

  @Test func `a missing Graphviz is said with its cure`() {
    #expect(
      "\(WeaveError.noGraphviz)"
        == "the diagrams need Graphviz: apt-get install graphviz, or brew install graphviz")
  }
}

/// A machine with phases of awkward names.
private struct Oddity: Machine {
  typealias Requirement = Stated
  typealias Event = Bell.Event
  typealias Effect = Bell.Effect
  enum Phase: UInt8, CaseIterable { case end, `on hold` }
  var phase = Phase.end
  mutating func fields(_ f: inout Fields) { f("phase", &phase) }
  static let book = RuleBook<Self>("Oddity") { In(.end) { On(.strike, "wait").go(.`on hold`) } }
}

import Chapters
import Testing

/// Which change of a target's sources changes which fingerprint.
@Suite struct `Fingerprints of sources` {
  private static let sources = [
    "Door/Door.swift": "public struct Door { var wait = Parameters.patience }",
    "Door/Door+Laws.swift": "extension Door { static var laws: Int { 1 } }",
    "House/House.swift": "public struct House { var doors: [Door] = [] }",
    "Tree/Tree.swift": "struct Tree { var height = 1 }",
  ]
  private static let figures = """

    Prose.

    | Parameter | Value | Unit | Meaning |
    |---|---|---|---|
    | patience | 5 | s | how long it waits |

    """

  private static func fingerprints(
    _ changes: [String: String] = [:], chapter: String = figures
  ) throws -> [String: UInt64] {
    let sources = Self.sources.merging(changes) { $1 }.map { (path: $0.key, text: $0.value) }
    return SourceFingerprints(module: "M", sources: sources, chapters: [try read(chapter, file: "01-door.md")]).all
  }

  /// The files whose fingerprints differ, beside those of files that came.
  private static func changed(_ changes: [String: String], chapter: String = figures) throws -> [String] {
    let (before, after) = (try fingerprints(), try fingerprints(changes, chapter: chapter))
    return before.keys.filter { before[$0] != after[$0] }.sorted()
  }

  private static let all = ["M/Door+Laws.swift", "M/Door.swift", "M/House.swift", "M/Tree.swift"]
  private static let door = Array(all.dropLast())

  @Test func `every file has one, and so has the chapter`() throws {
    #expect(try Self.fingerprints().keys.sorted() == ["01-door.md"] + Self.all)
  }

  @Test(arguments: [
    // Itself, whose type it extends, and who names what it declares.
    (["Door/Door.swift": "public struct Door { var wait = Parameters.patience + 1 }"], door),
    (["Door/Door+Laws.swift": "extension Door { static var laws: Int { 2 } }"], door),
    (["House/House.swift": "public struct House { var doors: [Door] = [Door()] }"], ["M/House.swift"]),
    (["Tree/Tree.swift": "struct Tree { var height = 2 }"], ["M/Tree.swift"]),
    // A file that comes, whoever needs it.
    (["Door/New.swift": "// Nothing yet."], []),
    (["Other/New.swift": "struct Tree2 {}"], []),
    // Another adds to a type: whoever has the type may use it, named or not.
    (["Other/New.swift": "extension Tree { mutating func grow() {} }"], ["M/Tree.swift"]),
    // To a type of another module: everybody.
    (["Other/New.swift": "extension Int { var height: Int { 1 } }"], all),
    (["Other/New.swift": "extension Int: Comparable {}"], all),
    (["Other/New.swift": "extension Clocked where Self: Timed { var tick: Int { 1 } }"], all),
    (["Other/New.swift": "func == (a: Int, b: Int) -> Bool { true }"], all),
    (["Other/New.swift": "let (height, width) = (1, 2)"], all),
    // Bound to a type of this target: whoever has that.
    (["Other/New.swift": "extension Array where Element == Tree { init(wood: Int) {} }"], ["M/Tree.swift"]),
    (["Other/New.swift": "struct Own {} extension Array where Element == Own { init(wood: Int) {} }"], []),
    // To several: whoever has all of them, and so the one nearby.
    (
      ["Tree/New.swift": "extension Dictionary where Key == Door, Value == Tree { init(wood: Int) {} }"],
      ["M/Tree.swift"]
    ),
    // Several names of one declaration.
    (["Other/New.swift": "let low = 1, height = 2"], ["M/Tree.swift"]),
    (["Other/New.swift": "public let low: Int = 1, height: Int = 2"], ["M/Tree.swift"]),
    (["Other/New.swift": "var low = { 1 }(), height = { 2 }()"], ["M/Tree.swift"]),
    (["Other/New.swift": "private actor Q {} ; let low = [1: 2], `height` = 2"], ["M/Tree.swift"]),
    // What stands in braces, in comments and in texts is no declaration.
    (["Other/New.swift": "enum A { struct Door {} } // struct Tree {} \n /* struct Tree /* } */ {} */"], []),
    (["Other/New.swift": ###"let a = "{ struct \(b("}") { "}" }) struct" ; let c = ##"{ " "# { "## "###], []),
    (["Other/New.swift": ###"let a = "}" ; let b = #"\"# ; let c = "\\" ; struct Door {}"###], door),
    (["Other/New.swift": ###"let a = """ \###n " { \###n """ ; struct Door {}"###], door),
    // Nor is what stands between slashes, which may be operators.
    (["Other/New.swift": ###"let r = /"{/ ; struct Door {} ; let q = /"/"###], door),
    (["Other/New.swift": ###"let r = #/ " \###n { /# ; struct Door {}"###], door),
    (["Other/New.swift": "let a = 4 / 2 ; struct Door { var b = 6/3 } // half"], door),
    (["Other/New.swift": ###"let quote = #"""# ; struct Door {} ; let more = #"""#"###], door),
    (["Other/New.swift": "let half = total!/2, height = total!/3"], ["M/Tree.swift"]),
    (["Other/New.swift": "let kind = Kind.extension ; struct Door {}"], door),
    // What a type conforms to binds nobody, nor does what its own parameters are called, nor what stands behind it.
    (["Other/New.swift": "extension Int: Tall { var weight: Int { 1 } } ; protocol Tall {}"], all),
    (["Other/New.swift": "extension Int { var weight: Int { 1 } } ; @Door public struct Own {}"], all),
    (["Other/New.swift": "extension Sequence where House: Comparable { func worst() {} }"], all),
    // Of what is not understood, everything may be used.
    (["Other/New.swift": "struct A { "], all),
    (["Other/New.swift": "infix operator <+>"], all),
  ])
  func `a change is seen by whoever may use it, and by nobody else`(
    changes: [String: String], expected: [String]
  ) throws {
    #expect(try Self.changed(changes) == expected)
  }

  @Test func `what a module beneath has changes every file`() throws {
    func all(_ beneath: [String]) -> [String: UInt64] {
      SourceFingerprints(
        module: "M", sources: Self.sources.map { (path: $0.key, text: $0.value) }, beneath: beneath, chapters: []
      ).all
    }
    let (before, after) = (all(["func may() -> Bool { false }"]), all(["func may() -> Bool { true }"]))
    #expect(before.count == 4 && before.allSatisfy { after[$0.key] != $0.value })
  }

  @Test func `a use within a text's interpolation is a use`() throws {
    let lean = ["House/House.swift": #"let a = "\(Tree().height)""#]
    let after = lean.merging(["Tree/Tree.swift": "struct Tree { var height = 2 }"]) { $1 }
    #expect(try Self.fingerprints(lean)["M/House.swift"] != Self.fingerprints(after)["M/House.swift"])
  }

  @Test func `figures and scenarios of a chapter count, and its prose does not`() throws {
    let prose = Self.figures.replacing("Prose.", with: "More\n\nprose.").replacing("how long", with: "as long as")
    #expect(try Self.changed([:], chapter: prose) == [])
    let figure = Self.figures.replacing("| 5 |", with: "| 6 |")
    #expect(try Self.changed([:], chapter: figure) == ["01-door.md"] + Self.door)
    #expect(try Self.changed([:], chapter: Self.figures + "\n```scenario A day\nopen\n```\n") == ["01-door.md"])
  }

  @Test func `the order in which files are given is none`() {
    let sources = Self.sources.map { (path: $0.key, text: $0.value) }
    let one = SourceFingerprints(module: "M", sources: sources, chapters: [])
    #expect(one.all == SourceFingerprints(module: "M", sources: sources.reversed(), chapters: []).all)
    #expect(one.swift([:]).contains("    \"M/Tree.swift\": 0x"))
    #expect(one.swift(["./Sources/M/Tree.swift": 0xAB]).contains("    \"./Sources/M/Tree.swift\": 0xab,"))
    #expect(SourceFingerprints(module: "M", sources: [], chapters: []).swift([:]).contains("= [:]\n"))
  }
}

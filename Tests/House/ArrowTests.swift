import Testing

private let platform = ["Glibc", "Musl", "Darwin"]
private let foundation = ["Foundation", "FoundationEssentials", "FoundationNetworking"]
private let world = foundation + ["Dispatch", "Synchronization"] + platform

/// Which way the arrows point between the folders of Sources/.
private let arrows: [Arrow] = [
  .only("Spec", imports: [], "what a machine is depends on nothing but Swift"),
  .only("Machines", imports: ["Spec"], "protocols are pure, without I/O, clock or randomness"),
  .only(
    "Check", imports: ["Spec", "CXXHash", "Synchronization", "Dispatch"],
    "a checker reads machines and touches no world"),
  .only("Engine", imports: ["Spec", "CXXHash", "CSQLite"] + world, "a host runs any machine and knows none"),
  .only(
    "Adapters", imports: ["Spec", "Engine", "Machines", "Check", "Platform", "CEvent", "CSQLite"] + world,
    "what joins machines to the world lives here"),
  .only(
    "Platform", imports: ["CProcess", "CCurl", "CYAML"] + world,
    "what the operating system offers, to whom it may concern"),
  .only("Chapters", imports: [], "chapters are read at build time, by whoever has Swift"),
  .only("Tangle", imports: ["Chapters"] + foundation, "it is built before everything else"),
  .only("Weave", imports: ["Spec", "Chapters"] + foundation, "pages are woven from what machines say of themselves"),
  .only(
    "Verification", imports: ["Spec", "Chapters", "Check", "Engine", "Weave"] + foundation,
    "an audit's findings, rounds and reports are made of what the readers of machines say"),
  .only("Options", imports: ["Foundation", "Synchronization"] + platform, "a command line knows nothing of machines"),
  .only(
    "CLI",
    imports: [
      "Spec", "Machines", "Check", "Engine", "Adapters", "Platform", "Weave", "Chapters", "Verification", "Options",
    ] + world,
    "everything of ours meets here, but system libraries stay behind the modules that wrap them"),
  .only("InterlockProgram", imports: ["CLI"], "the program is the command line of the protocols here"),
  .only("Oracle", imports: ["Spec", "Machines"], "the protocol by hand, over the machines' own payloads"),
  .only("Challenges", imports: ["Check"], "problems for the property tester and for nothing else"),
  .only(
    "Killing", imports: ["Spec", "Machines", "Check", "Engine", "Adapters"] + world,
    "runs are killed from outside, through what anybody may use"),
  .only("ScriptedServer", imports: world, "a process of its own, which shares nothing with what it tests"),
  .any("Bench", "a benchmark may measure anything"),
]

@Suite struct `Arrows point one way` {
  @Test func `every target with Swift files has a rule, and every rule has a target`() {
    #expect(arrows.map(\.target).sorted() == Manifest.ours.names(.target, .executableTarget))
  }

  @Test(arguments: arrows.map(\.target)) func `imports are the allowed ones`(target: String) throws {
    let arrow = try #require(arrows.first { $0.target == target })
    let files = Repository.files(below: "Sources/\(target)").filter(\.isSwift)
    #expect(!files.isEmpty, "Sources/\(target) has no Swift files")
    expectNone(files.flatMap(arrow.complaints))
  }

  @Test func `dependencies in Package.swift are the allowed ones`() {
    expectNone(arrows.flatMap { arrow in Manifest.ours.target(arrow.target).map(arrow.complaints) ?? [] })
  }

  @Test func `what is imported of ours is declared in Package.swift`() {
    let modules = Manifest.ours.names(.target, .executableTarget, .systemLibrary)
    let complaints = Manifest.ours.targets.flatMap { target in
      Repository.files(below: "Sources/\(target.name)").filter(\.isSwift).flatMap { file in
        file.imports.filter { modules.contains($0.module) && !target.dependencies.contains($0.module) }
          .map { "\(file.path):\($0.line): imports \($0.module), which is no dependency of \(target.name)" }
      }
    }
    expectNone(complaints)
  }
}

@Suite struct `The reader of imports` {
  private let machines = Arrow.only("Machines", imports: ["Spec"], "protocols are pure")

  @Test(arguments: [
    "import Foundation", "  import Foundation", "import struct Foundation.URL", "import Foundation.NSURL",
    "public import Foundation", "@preconcurrency import Foundation", "@_spi(Inside) public import Foundation",
    "internal @preconcurrency import Foundation", "import Spec; import Foundation", "import `Foundation`",
    "@preconcurrency\nimport Foundation", "#if canImport(Foundation)\n  import Foundation\n#endif",
    "let text = \"\"\"\n  words\n  \"\"\"\nimport Foundation",
  ])
  func `sees an import in every dress, and it is refused`(text: String) {
    let complaints = machines.complaints(about: File(path: "Sources/Machines/Bad.swift", text: text))
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains("imports Foundation, but Machines may import Spec: ") == true)
  }

  @Test(arguments: [
    "import Spec", "// import Foundation", "/// import Foundation", "let important = 1", "#if canImport(Foundation)",
    "let text = \"\"\"\n  import Foundation\n  \"\"\"", "let text = \"import Foundation\"", "import SpecFoundation",
  ])
  func `sees none where there is none`(text: String) {
    #expect(File(path: "Sources/Machines/Good.swift", text: text).imports.allSatisfy { $0.module.hasPrefix("Spec") })
  }

  @Test func `names the file, the line, the import, what is allowed and why`() {
    let file = File(path: "Sources/Machines/Bad.swift", text: "import Spec\n\nimport Glibc\n")
    #expect(
      machines.complaints(about: file) == [
        "Sources/Machines/Bad.swift:3: imports Glibc, but Machines may import Spec: protocols are pure"
      ])
  }

  @Test func `refuses a dependency that points the wrong way`() {
    let declared = Manifest(#".target(name: "Machines", dependencies: ["Spec", "Engine"])"#).targets[0]
    #expect(
      machines.complaints(about: declared) == [
        "Package.swift: Machines depends on Engine, but Machines may import Spec: protocols are pure"
      ])
  }
}

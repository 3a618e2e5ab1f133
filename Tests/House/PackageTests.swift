import Testing

@Suite struct `The package` {
  private let manifest = Manifest.ours

  @Test func `every folder of Sources is a target, and every target has its folder`() {
    #expect(Repository.folders(in: "Sources") == manifest.names(.target, .executableTarget, .systemLibrary))
    #expect(Repository.folders(in: "Plugins") == manifest.names(.plugin))
    let paths = manifest.text.matches(of: /path:\s*"[^"]*"/)
    expectNone(paths.map { "Package.swift: \($0.output), but a target lives in the folder of its name" })
  }

  @Test func `no Swift file lies outside a target's folder`() {
    let strays = ["Sources", "Tests", "Plugins"].flatMap(Repository.files)
      .filter { $0.isSwift && $0.path.split(separator: "/").count < 3 }
    expectNone(strays.map { "\($0.path): belongs into the folder of a target" })
  }

  @Test func `every folder of Tests with Swift files is a test target`() {
    let tested = Repository.folders(in: "Tests").filter { folder in
      Repository.files(below: "Tests/\(folder)").contains(where: \.isSwift)
    }
    #expect(tested == manifest.names(.testTarget))
  }

  @Test func `no target is built with unsafe flags`() {
    let flagged = manifest.text.matches(of: /unsafeFlags\([^)]*\)/)
    expectNone(flagged.map { "Package.swift: \($0.output), but nobody can depend on a package built with them" })
  }

  @Test func `every system library says which Debian package it comes from`() {
    for library in manifest.targets where library.kind == .systemLibrary {
      #expect(!library.aptPackages.isEmpty, "\(library.name) names no .apt provider")
    }
  }

  @Test func `scripts/setup installs every package that Package.swift declares`() throws {
    let setup = try #require(Repository.text("scripts/setup"))
    let named = packageNames(in: code(ofShell: setup))
    let forgotten = manifest.aptPackages.filter { !named.contains($0) }
    expectNone(forgotten.map { "scripts/setup: never installs \($0)" })
  }

  @Test func `the README's table of dependencies names every package that Package.swift declares`() throws {
    let readme = try #require(Repository.text("README.md"), "there is no README.md")
    let rows = dependencyRows(in: readme)
    #expect(!rows.isEmpty, "README.md has no table under a heading \"Dependencies\"")
    let named = packageNames(in: rows.joined())
    let unnamed = manifest.aptPackages.filter { !named.contains($0) }
    expectNone(unnamed.map { "README.md: the table of dependencies does not name \($0)" })
  }
}

@Suite struct `The reader of Package.swift` {
  @Test func `sees kinds, names, dependencies and providers`() {
    let manifest = Manifest(
      """
      targets: [
        .target(name: "Spec"),
        .target(
          name: "Engine",
          dependencies: ["Spec", "CSQLite"], plugins: ["TangleChapters"]),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .testTarget(name: "SpecTests", dependencies: ["Spec"]),
      ]
      """)
    #expect(
      manifest.targets == [
        .init(kind: .target, name: "Spec"),
        .init(kind: .target, name: "Engine", dependencies: ["Spec", "CSQLite"]),
        .init(kind: .systemLibrary, name: "CSQLite", aptPackages: ["libsqlite3-dev"]),
        .init(kind: .testTarget, name: "SpecTests", dependencies: ["Spec"]),
      ])
    #expect(manifest.names(.target, .systemLibrary) == ["CSQLite", "Engine", "Spec"])
    #expect(manifest.aptPackages == ["libsqlite3-dev"])
  }

  @Test func `sees the table under Dependencies and no other`() {
    let readme = """
      # Interlock
      | package | for |
      ## Dependencies
      Two libraries.

      | package | for |
      |---|---|
      | `libsqlite3-dev` | the journal |
      ## Tour
      | libxxhash-dev | elsewhere |
      """
    #expect(dependencyRows(in: readme) == ["| package | for |", "|---|---|", "| `libsqlite3-dev` | the journal |"])
    #expect(dependencyRows(in: "# Interlock\n") == [])
  }
}

/// The rows of the tables below the heading "Dependencies", up to the next heading.
private func dependencyRows(in readme: String) -> [Substring] {
  let lines = readme.split(separator: "\n")
  guard let heading = lines.firstIndex(where: { $0.wholeMatch(of: /#+ +Dependencies */) != nil }) else { return [] }
  return lines[(heading + 1)...].prefix { !$0.hasPrefix("#") }.filter { $0.hasPrefix("|") }
}

/// Whatever could be the name of a package.
private func packageNames(in text: String) -> Set<String> {
  Set(text.split { !($0.isLetter || $0.isNumber || "-.+".contains($0)) }.map(String.init))
}

/// The lines of a shell script that are not comments.
private func code(ofShell text: String) -> String {
  text.split(separator: "\n").filter { !$0.drop(while: \.isWhitespace).hasPrefix("#") }.joined(separator: "\n")
}

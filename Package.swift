// swift-tools-version:6.2
import PackageDescription

let package = Package(
  name: "interlock",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Spec", targets: ["Spec"]),
    .library(name: "Check", targets: ["Check"]),
    .library(name: "Engine", targets: ["Engine"]),
    .library(name: "Machines", targets: ["Machines"]),
    // The whole command line, for machines of one's own; and the one of the protocols here.
    .library(name: "CLI", targets: ["CLI"]),
    .executable(name: "interlock", targets: ["InterlockProgram"]),
    .plugin(name: "TangleChapters", targets: ["TangleChapters"]),
  ],
  targets: [
    // What a machine is, and the protocols themselves.
    .target(name: "Spec"),
    .target(name: "Machines", dependencies: ["Spec"], plugins: ["TangleChapters"]),

    // Readers of a machine.
    .target(name: "Check", dependencies: ["Spec", "CXXHash"]),
    .target(name: "Engine", dependencies: ["Spec", "CSQLite", "CXXHash"]),
    .target(name: "Adapters", dependencies: ["Spec", "Engine", "Machines", "Check", "Platform", "CEvent", "CSQLite"]),
    // What the operating system offers: it knows no machine, and builds in seconds.
    .target(name: "Platform", dependencies: ["CProcess", "CCurl", "CYAML"]),
    .target(name: "Weave", dependencies: ["Spec", "Chapters"]),
    // What an audit finds, keeps from round to round, and hands on.
    .target(name: "Verification", dependencies: ["Spec", "Chapters", "Check", "Engine", "Weave"]),
    .target(
      name: "CLI",
      dependencies: [
        "Spec", "Machines", "Check", "Engine", "Adapters", "Platform", "Weave", "Chapters", "Verification", "Options",
      ], plugins: ["FingerprintChecker"]),
    .executableTarget(name: "InterlockProgram", dependencies: ["CLI"]),

    // Chapters to Swift, at build time.
    .target(name: "Chapters"),
    .executableTarget(name: "Tangle", dependencies: ["Chapters"]),
    .plugin(name: "TangleChapters", capability: .buildTool(), dependencies: ["Tangle"]),
    .plugin(name: "FingerprintChecker", capability: .buildTool(), dependencies: ["Tangle"]),

    // Kills runs and counts what is lost.
    .executableTarget(name: "Killing", dependencies: ["Spec", "Machines", "Check", "Engine", "Adapters"]),

    // A model server without a model, for tests.
    .executableTarget(name: "ScriptedServer"),

    // Commands, options and help, declared once.
    .target(name: "Options"),

    // The switch written by hand, for tests to agree with and benchmarks to be held against.
    .target(name: "Oracle", dependencies: ["Spec", "Machines"]),
    // The public shrinking challenge, for tests and benchmarks.
    .target(name: "Challenges", dependencies: ["Check"]),
    .executableTarget(
      name: "Bench",
      dependencies: [
        "Spec", "Machines", "Check", "Engine", "Adapters", "Oracle", "Challenges", "CSQLite", "CXXHash", "Platform",
      ],
      // What spin is given to be held against.
      resources: [.copy("Promela")]),

    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
    .systemLibrary(
      name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),
    .systemLibrary(
      name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
    .systemLibrary(
      name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"]), .brew(["libyaml"])]),
    // Calls of the C library that Swift cannot make by itself; nothing to link.
    .systemLibrary(name: "CProcess", providers: [.apt(["libc6-dev"])]),
    .systemLibrary(
      name: "CEvent", pkgConfig: "libevent", providers: [.apt(["libevent-dev"]), .brew(["libevent"])]),

    .testTarget(name: "House"),
    .testTarget(name: "SpecTests", dependencies: ["Spec"]),
    .testTarget(name: "ChaptersTests", dependencies: ["Chapters"]),
    .testTarget(name: "OptionsTests", dependencies: ["Options"]),
    .testTarget(name: "CheckTests", dependencies: ["Spec", "Machines", "Check", "Challenges"]),
    .testTarget(name: "EngineTests", dependencies: ["Spec", "Machines", "Check", "Engine", "CSQLite", "CXXHash"]),
    .testTarget(name: "PlatformTests", dependencies: ["Platform", "ScriptedServer"]),
    .testTarget(
      name: "AdaptersTests",
      dependencies: ["Spec", "Engine", "Machines", "Check", "Adapters", "Platform", "ScriptedServer"]),
    .testTarget(name: "WeaveTests", dependencies: ["Spec", "Chapters", "Weave"]),
    .testTarget(
      name: "VerificationTests",
      dependencies: ["Spec", "Machines", "Check", "Weave", "Verification", "CSQLite"],
      // What SARIF files are held against; package sarif-om 1.0.4.
      exclude: ["Schemata"]),
    .testTarget(name: "Properties", dependencies: ["Spec", "Machines", "Check", "Oracle"]),
    .testTarget(
      name: "Acceptance",
      dependencies: [
        "Spec", "Machines", "Check", "Engine", "Adapters", "Platform", "Chapters", "CSQLite", "ScriptedServer",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

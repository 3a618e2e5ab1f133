import Foundation
import PackagePlugin

/// Writes down what stands for the sources of everything that checks machines, by which an audit knows whether what it
/// has explored would be explored alike today.
@main
struct FingerprintChecker: BuildToolPlugin {
  /// What says what a machine does and what figures mean, explores it, and tells what was found.
  private static let checkers: Set = ["Spec", "Check", "Chapters", "Verification"]

  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let checkers =
      target.recursiveTargetDependencies.filter { FingerprintChecker.checkers.contains($0.name) } + [target]
    let sources = checkers.flatMap { $0.sourceModule?.sourceFiles(withSuffix: "swift").map(\.url) ?? [] }
    // What else the program is made of has no part in the number; that it is other than what lies there is told.
    let others = target.recursiveTargetDependencies.filter { other in !checkers.contains { $0.id == other.id } }
      .flatMap { $0.sourceModule?.sourceFiles(withSuffix: "swift").map(\.url) ?? [] }
    let output = context.pluginWorkDirectoryURL.appending(path: "CheckerFingerprint.swift")
    return [
      .buildCommand(
        displayName: "Taking the fingerprint of what checks machines",
        executable: try context.tool(named: "Tangle").url,
        arguments: [
          "--fingerprint", output.path(percentEncoded: false), "--root",
          context.package.directoryURL.path(percentEncoded: false),
        ]
          + sources.map { $0.path(percentEncoded: false) } + ["--beneath"]
          + others.map { $0.path(percentEncoded: false) },
        inputFiles: sources + others,
        outputFiles: [output])
    ]
  }
}

import Foundation
import PackagePlugin

/// Tangles the package's `specs/*.md` into a Swift file of the target that uses the plugin.
@main
struct TangleChapters: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let specs = context.package.directoryURL.appending(path: "specs", directoryHint: .isDirectory)
    let files = (try? FileManager.default.contentsOfDirectory(at: specs, includingPropertiesForKeys: nil)) ?? []
    let chapters = files.filter { $0.pathExtension == "md" }
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
    if chapters.isEmpty {
      Diagnostics.error("\(specs.path(percentEncoded: false)) has no chapter to tangle; write specs/01-name.md")
      return []
    }

    let output = context.pluginWorkDirectoryURL.appending(path: "Requirements.swift")
    let fingerprints = context.pluginWorkDirectoryURL.appending(path: "SourceFingerprints.swift")
    let sources = target.sourceModule?.sourceFiles(withSuffix: "swift").map(\.url) ?? []
    let beneath = beneath(target)
    return [
      try watch(specs, from: context.pluginWorkDirectoryURL),
      .buildCommand(
        displayName: "Tangling the chapters of specs/",
        executable: try context.tool(named: "Tangle").url,
        arguments: [
          "--output", output.path(percentEncoded: false), "--fingerprints", fingerprints.path(percentEncoded: false),
          "--module", target.sourceModule?.moduleName ?? target.name,
          "--folder", target.directoryURL.path(percentEncoded: false),
          "--root", context.package.directoryURL.path(percentEncoded: false),
        ] + (chapters + sources).map { $0.path(percentEncoded: false) } + ["--beneath"]
          + beneath.map { $0.path(percentEncoded: false) },
        inputFiles: chapters + sources + beneath,
        outputFiles: [output, fingerprints]),
    ]
  }

  /// The sources of the modules that a target imports, and the chapters that may be tangled into these.
  private func beneath(_ target: Target) -> [URL] {
    target.recursiveTargetDependencies.flatMap { module -> [URL] in
      let sources = module.sourceModule?.sourceFiles.map(\.url) ?? []
      // What every machine is written in has no chapters.
      if module.name == "Spec" { return sources }
      var folder = module.directoryURL
      while folder.path != "/", !FileManager.default.fileExists(atPath: folder.appending(path: "Package.swift").path) {
        folder.deleteLastPathComponent()
      }
      let specs = folder.appending(path: "specs")
      let files = (try? FileManager.default.contentsOfDirectory(at: specs, includingPropertiesForKeys: nil)) ?? []
      return sources + files.filter { $0.pathExtension == "md" }
    }
  }

  /// Has the package manager plan the build anew, and so ask this plugin again, when a chapter comes or goes.
  ///
  /// A plan is kept until the sources of a target, the manifest, or the output folder of a prebuild command change; a
  /// new file in `specs/` is none of these, and its requirements would stay unknown. The command therefore does
  /// nothing, and its output folder holds a link to `specs/`. The link is called a documentation catalog because
  /// those are left out of what is compiled or copied into the target.
  private func watch(_ specs: URL, from workDirectory: URL) throws -> Command {
    let watched = workDirectory.appending(path: "watched", directoryHint: .isDirectory)
    let link = watched.appending(path: "specs.docc")
    let files = FileManager.default
    try files.createDirectory(at: watched, withIntermediateDirectories: true)
    if (try? files.destinationOfSymbolicLink(atPath: link.path(percentEncoded: false))) == nil {
      try files.createSymbolicLink(at: link, withDestinationURL: specs)
    }
    return .prebuildCommand(
      displayName: "Watching specs/ for chapters", executable: URL(filePath: "/usr/bin/true"), arguments: [],
      outputFilesDirectory: watched)
  }
}

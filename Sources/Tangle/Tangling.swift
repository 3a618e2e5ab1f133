import Chapters
import Foundation

/// Tangles chapters into one Swift file: `Tangle --output FILE CHAPTER.md …`.
///
/// Errors go to the standard error stream in the form that a build shows beside the line, all of them at once. The
/// output is written only when its content changes, so that nothing is compiled again for a change of prose.
@main
struct Tangling {
  static func main() {
    do throws(TangleFailure) {
      let request = try TangleRequest(arguments: Array(CommandLine.arguments.dropFirst()))
      try write(tangle(try read(request.chapters)), to: request.output)
    } catch {
      FileHandle.standardError.write(Data((error.lines.joined(separator: "\n") + "\n").utf8))
      exit(1)
    }
  }
}

/// What the command line asks for.
private struct TangleRequest {
  /// The path of the Swift file.
  let output: String
  /// The paths of the chapters.
  let chapters: [String]

  init(arguments: [String]) throws(TangleFailure) {
    let paths = arguments.dropFirst()
    guard paths.count >= 2, arguments[0] == "--output", !paths.contains(where: { $0.hasPrefix("--") }) else {
      throw TangleFailure(lines: ["usage: Tangle --output FILE CHAPTER.md …"])
    }
    output = arguments[1]
    chapters = Array(arguments[2...])
  }
}

/// What to tell the author; nothing has been written.
private struct TangleFailure: Error {
  var lines: [String]
}

/// Reads every chapter, and reports the errors of all under the paths the caller gave.
private func read(_ paths: [String]) throws(TangleFailure) -> [Chapter] {
  let named = paths.map { (path: $0, file: URL(filePath: $0).lastPathComponent) }
  let path = Dictionary(named.map { ($0.file, $0.path) }, uniquingKeysWith: { first, _ in first })
  var texts: [ChapterText] = []
  var errors: [ChapterError] = []

  for (path, file) in named {
    do {
      texts.append(try ChapterText(file: file, bytes: Data(contentsOf: URL(filePath: path))))
    } catch let error as ChapterErrors {
      errors += error.errors
    } catch {
      let reason = FileManager.default.fileExists(atPath: path) ? "this file cannot be read" : "there is no such file"
      errors.append(ChapterError(file: file, line: 1, found: reason, instead: "pass the path of a chapter"))
    }
  }

  var chapters: [Chapter] = []
  do throws(ChapterErrors) {
    chapters = try readChapters(texts)
  } catch {
    errors += error.errors
  }
  if errors.isEmpty { return chapters }
  throw TangleFailure(
    lines: errors.map { error in
      var shown = error
      shown.file = path[error.file] ?? error.file
      return shown.description
    })
}

private func write(_ swift: String, to output: String) throws(TangleFailure) {
  let url = URL(filePath: output)
  let bytes = Data(swift.utf8)
  if let written = try? Data(contentsOf: url), written == bytes { return }
  do {
    try bytes.write(to: url, options: .atomic)
  } catch {
    throw TangleFailure(lines: ["error: \(output) cannot be written: \(error.localizedDescription)"])
  }
}

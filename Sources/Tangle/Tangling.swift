import Chapters
import Foundation

/// What the plugins have done before a build:
///
///     Tangle --output FILE CHAPTER.md …
///     Tangle --output FILE --fingerprints FILE --module NAME --folder FOLDER --root FOLDER CHAPTER.md …
///            SOURCE.swift … [--beneath FILE …]
///     Tangle --fingerprint FILE --root FOLDER SOURCE.swift …
///
/// The first writes chapters into one Swift file, the second what stands for the sources of a target as well, with
/// those of the modules beneath it, and the third one number for all of the sources. Both tell what stands for each
/// text by itself, by its path from the root.
///
/// Errors go to the standard error stream in the form that a build shows beside the line, all of them at once. An
/// output is written only when its content changes, so that nothing is compiled again for a change of prose.
@main
struct Tangling {
  static func main() {
    do throws(TangleFailure) {
      let request = try TangleRequest(arguments: Array(CommandLine.arguments.dropFirst()))
      if let output = request.options["--fingerprint"] {
        var sum = Sum()
        for path in request.sources.sorted() { sum.add(try text(of: path)) }
        return try write(sum.swift(texts(request)), to: output)
      }
      let chapters = try read(request.chapters)
      if let output = request.options["--output"] { try write(tangle(chapters), to: output) }
      if let output = request.options["--fingerprints"] {
        var texts = try texts(request)
        for chapter in chapters {
          texts["./specs/\(chapter.file)"] = SourceFingerprints.number(ofFiguresIn: chapter)
        }
        try write(try fingerprints(request, chapters).swift(texts), to: output)
      }
    } catch {
      FileHandle.standardError.write(Data((error.lines.joined(separator: "\n") + "\n").utf8))
      exit(1)
    }
  }

  private static func fingerprints(
    _ request: TangleRequest, _ chapters: [Chapter]
  ) throws(TangleFailure) -> SourceFingerprints {
    let given = request.options["--folder"] ?? ""
    let folder = given.hasSuffix("/") ? given : given + "/"
    var sources: [(path: String, text: String)] = []
    var beneath: [String] = []
    for path in (request.sources + request.others).sorted() {
      let text = try text(of: path)
      if path.hasPrefix(folder) { sources.append((path, text)) } else { beneath.append(text) }
    }
    return SourceFingerprints(
      module: request.options["--module"] ?? "", sources: sources, beneath: beneath, chapters: chapters)
  }

  /// What stands for each Swift file below the root, by its path from there.
  private static func texts(_ request: TangleRequest) throws(TangleFailure) -> [String: UInt64] {
    guard let given = request.options["--root"] else { return [:] }
    let root = given.hasSuffix("/") ? given : given + "/"
    var texts: [String: UInt64] = [:]
    for path in request.sources + request.others where path.hasPrefix(root) && path.hasSuffix(".swift") {
      texts["./" + path.dropFirst(root.count)] = SourceFingerprints.number(of: try text(of: path))
    }
    return texts
  }

  private static func text(of path: String) throws(TangleFailure) -> String {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw TangleFailure(lines: ["error: \(path) cannot be read"])
    }
    return String(decoding: data, as: UTF8.self)
  }
}

/// What the command line asks for.
private struct TangleRequest {
  /// The values of options, by their names.
  private(set) var options: [String: String] = [:]
  /// The paths of the chapters.
  private(set) var chapters: [String] = []
  /// The paths of Swift files.
  private(set) var sources: [String] = []
  /// The paths of whatever else the sources lean on.
  private(set) var others: [String] = []

  init(arguments: [String]) throws(TangleFailure) {
    var rest = arguments[...]
    while let word = rest.popFirst() {
      if ["--output", "--fingerprints", "--fingerprint", "--module", "--folder", "--root"].contains(word) {
        options[word] = rest.popFirst()
      } else if word == "--beneath" {
        others = Array(rest)
        rest = []
      } else if word.hasPrefix("--") {
        throw TangleRequest.usage
      } else if word.hasSuffix(".swift") {
        sources.append(word)
      } else {
        chapters.append(word)
      }
    }
    guard options["--fingerprint"] != nil || options["--output"] != nil && !chapters.isEmpty else {
      throw TangleRequest.usage
    }
  }

  private static let usage = TangleFailure(lines: [
    "usage: Tangle --output FILE [--fingerprints FILE --module NAME --folder FOLDER --root FOLDER] CHAPTER.md … "
      + "[SOURCE.swift …]",
    "       Tangle --fingerprint FILE --root FOLDER SOURCE.swift …",
  ])
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

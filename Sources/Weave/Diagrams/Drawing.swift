import Chapters
import Foundation

/// Whether an image was drawn from what this diagram now says, and is as it was drawn.
///
/// Versions of Graphviz draw differently, so it is the source that is compared, by its hash; that of the image tells
/// where it was changed by hand.
public func isFresh(_ svg: String, _ diagram: Diagram) -> Bool {
  guard let end = svg.firstIndex(of: "\n") else { return false }
  return svg[..<end] == mark(diagram, svg[svg.index(after: end)...])
}

private func mark(_ diagram: Diagram, _ image: Substring) -> String {
  let sums = [[diagram.dot, diagram.label, svgStyle].joined(separator: "\n"), String(image)].map(
    SourceFingerprints.digest)
  return "\(dotMark)\(sums.joined(separator: " ")) -->"
}

/// What an image begins with: the comment that says what it was drawn from, and what the image is.
let dotMark = "<!-- interlock-dot: "

/// Draws a diagram with Graphviz.
///
/// - Throws: `noGraphviz` when there is no `dot` on the path, `notDrawn` when it refuses.
public func svg(_ diagram: Diagram) throws(WeaveError) -> String {
  let drawn = try graphviz(diagram)
  // What comes before the image names the version of Graphviz; the image begins with its size.
  guard let start = drawn.firstRange(of: "<svg"), let end = drawn[start.upperBound...].firstIndex(of: ">") else {
    throw .notDrawn(path: diagram.path, said: "it printed no image")
  }
  let attributes = drawn[start.upperBound..<end].split(whereSeparator: \.isWhitespace).joined(separator: " ")
  let label = htmlEscaped(diagram.label)
  let body = drawn[drawn.index(after: end)...]
    .replacing(/\ id="[^"]*"/, with: "")  // two images on one page would share them
    .replacing(/<!--(?:[^-]|-(?!->))*-->\s*/, with: "")
    .replacing(/\s*<title>[^<]*<\/title>/, with: "")  // names of Graphviz' own, which pointing at a box would show
    .replacing(/\ font-family="[^"]*"/, with: "")  // the style has it once
    .replacing(/<g class="node(?s:.*?)<\/g>/) { centred($0.output) }
  let image =
    """
    <svg class="interlock" role="img" aria-label="\(label)" \(attributes)>
    <style>\(svgStyle)</style>\(body)
    """.trimmed + "\n"
  return "\(mark(diagram, image[...]))\n\(image)"
}

/// A node with its words in the middle of its box.
///
/// Graphviz places them by the widths of the font that it found, and whoever looks at the image may have another.
private func centred(_ node: Substring) -> String {
  guard let outline = node.firstMatch(of: /\ d="([^"]*)"/)?.output.1 else { return String(node) }
  let places = outline.matches(of: /(-?[0-9.]+),/).compactMap { Double($0.output.1) }
  guard let left = places.min(), let right = places.max() else { return String(node) }
  return String(node)
    .replacing(/text-anchor="start" x="[^"]*"/, with: "text-anchor=\"middle\" x=\"\((left + right) / 2)\"")
}

/// An image for the inside of a page, which has the colours for all of them: without its own, and without its mark.
func unstyled(_ image: String) -> String {
  image.replacing(/^<!--[^\n]*-->\n/, with: "").replacing(/<style>(?s:.*?)<\/style>/, with: "").trimmed
}

/// The colours on a dark page. The image keeps a ground of its own, so that it reads on any page.
private let svgStyle = """
  svg.interlock { max-width: 100%; height: auto; }
  svg.interlock text { font-family: Helvetica, Arial, sans-serif; }
  @media (prefers-color-scheme: dark) {
    svg.interlock .graph > polygon { fill: #0d1117; }
    svg.interlock text { fill: #e6edf3; }
    svg.interlock .node path:not([fill="none"]) { fill: #161b22; stroke: #8b949e; }
    svg.interlock .resting path:not([fill="none"]) { fill: #10243e; stroke: #58a6ff; }
    svg.interlock .resting path { stroke: #58a6ff; }
    svg.interlock .world path { stroke: #6e7681; }
    svg.interlock .start ellipse { fill: #8b949e; stroke: #8b949e; }
    svg.interlock .edge path { stroke: #8b949e; }
    svg.interlock .edge polygon { fill: #8b949e; stroke: #8b949e; }
    svg.interlock .never path, svg.interlock .never polygon { stroke: #ff7b72; }
    svg.interlock .never polygon { fill: #ff7b72; }
    svg.interlock .never text { fill: #ff7b72; }
    svg.interlock .outer path { stroke: #57606a; }
    svg.interlock .outer polygon { fill: #57606a; stroke: #57606a; }
    svg.interlock .edge text { fill: #c9d1d9; }
  }
  """

private func graphviz(_ diagram: Diagram) throws(WeaveError) -> String {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/env")
  process.arguments = ["dot", "-Tsvg"]
  let (output, errors) = (Pipe(), Pipe())
  (process.standardOutput, process.standardError) = (output, errors)
  do {
    // The source comes from a file: writing it to a pipe that nobody reads would end the program with a signal.
    let source = FileManager.default.temporaryDirectory.appending(path: "interlock-\(UUID().uuidString).dot")
    try Data(diagram.dot.utf8).write(to: source)
    defer { try? FileManager.default.removeItem(at: source) }
    process.standardInput = try FileHandle(forReadingFrom: source)
    try process.run()
    // Graphviz prints far less of errors than a pipe holds, so one may be read after the other.
    let drawn = try output.fileHandleForReading.readToEnd() ?? Data()
    let said = try errors.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    if process.terminationStatus == 127 { throw WeaveError.noGraphviz }  // what `env` says of a missing program
    guard process.terminationStatus == 0 else {
      throw WeaveError.notDrawn(path: diagram.path, said: String(decoding: said, as: UTF8.self).trimmed)
    }
    return String(decoding: drawn, as: UTF8.self)
  } catch let error as WeaveError {
    throw error
  } catch {
    throw .notDrawn(path: diagram.path, said: error.localizedDescription)
  }
}

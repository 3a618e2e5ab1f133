import Chapters
import Spec

extension PageInput {
  /// Where a table of the chapter says of a world what exploring it does not: worlds in the first column, and counts in
  /// columns `States` and `Steps`.
  ///
  ///     | Managers | States | Steps |
  ///     | ---: | ---: | ---: |
  ///     | 5 | 8,832 | 58,145 |
  ///
  /// A world that is too large to be explored for its page is passed over.
  ///
  /// - Parameter worlds: The names of all worlds of the chapter's machines. A table that names none is of something
  ///   else.
  public func staleCounts(worlds: Set<String>) -> [Finding] {
    var findings: [Finding] = []
    var (columns, rows): ((states: Int, steps: Int)?, [(line: Int, cells: [String])]) = (nil, [])
    func judge() {
      guard let (states, steps) = columns, rows.contains(where: { worlds.contains($0.cells[0]) }) else { return }
      for (line, cells) in rows {
        let found = evidence.first { $0.world == cells[0] }
        let said = [states, steps].map { $0 < cells.count ? Int(cells[$0].filter { $0 != "," }) : nil }
        let words: String
        if !worlds.contains(cells[0]) {
          words = "no world is called \(cells[0])"
        } else if let found, said != [found.distinct, found.generated] {
          words = "world \(cells[0]) has \(grouped(found.distinct)) states and \(grouped(found.generated)) steps"
        } else {
          continue
        }
        findings.append(Finding(.major, "stale-figure", words, at: "specs/\(chapter.file):\(line)"))
      }
    }
    for line in numberedLines(of: source) {
      let cells = line.text.hasPrefix("|") ? line.text.split(separator: "|").map { String($0).trimmed } : []
      if cells.isEmpty {
        judge()
        (columns, rows) = (nil, [])
      } else if columns != nil {
        if !cells.allSatisfy({ $0.allSatisfy("-:".contains) }) { rows.append((line.number, cells)) }
      } else {
        let names = cells.map { $0.lowercased() }
        if let states = names.firstIndex(of: "states"), let steps = names.firstIndex(of: "steps") {
          columns = (states, steps)
        }
      }
    }
    judge()
    return findings
  }
}

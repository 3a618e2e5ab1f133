import Chapters

/// Reads one chapter whose first line is a title, so that the text under test begins on line 2.
func read(_ body: String, file: String = "01-topology-switch.md") throws(ChapterErrors) -> Chapter {
  try readChapters([ChapterText(file: file, text: "# Topology switch\n" + body)])[0]
}

/// What is wrong with one chapter, one error per line; empty when nothing is.
func errors(_ body: String, file: String = "01-topology-switch.md") -> String {
  errors([ChapterText(file: file, text: "# Topology switch\n" + body)])
}

/// What is wrong with a set of chapters, one error per line; empty when nothing is.
func errors(_ chapters: [ChapterText]) -> String {
  do throws(ChapterErrors) {
    _ = try readChapters(chapters)
    return ""
  } catch {
    return error.description
  }
}

/// A parameter table with these rows, the first of them on line 4.
func table(_ rows: String...) -> String {
  (["| Parameter | Value | Unit | Meaning |", "|---|---:|:---:|---|"] + rows).joined(separator: "\n")
}

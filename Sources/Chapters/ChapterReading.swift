/// Reads chapters and returns them in the order of their file names.
///
///     let text = ChapterText(file: "01-topology-switch.md", text: "# Topology switch\n\n**SW-4** Senders pause.\n")
///     try readChapters([text])[0].requirements[0].id  // "SW-4"
///
/// - Throws: Everything wrong in any of the chapters, ordered by file and line.
public func readChapters(_ texts: [ChapterText]) throws(ChapterErrors) -> [Chapter] {
  try readChapters(texts, alone: false)
}

/// The same, where chapters that are not at hand may state what these speak of.
public func readChapters(_ texts: [ChapterText], alone: Bool) throws(ChapterErrors) -> [Chapter] {
  let readings = texts.sorted { $0.file < $1.file }.map { readChapter($0) }
  let chapters = readings.map(\.chapter)
  let errors = readings.flatMap(\.errors) + doublings(in: chapters) + (alone ? [] : strangers(in: chapters))
  if !errors.isEmpty { throw ChapterErrors(errors) }
  return chapters
}

/// An error whose file is not yet known: the parts of a chapter know only their lines.
struct Complaint: Error {
  let line: Int
  let found: String
  let instead: String
}

/// Reads as much of a chapter as can be read, and everything wrong with it.
private func readChapter(_ source: ChapterText) -> (chapter: Chapter, errors: [ChapterError]) {
  var complaints: [Complaint] = []
  var sections: [Section] = []
  var requirements: [RequirementSentence] = []
  var parameters: [Parameter] = []
  var held: [HeldElsewhere] = []
  var scenarios: [ScenarioBlock] = []
  var tables: [Table] = []

  for block in blocks(of: numberedLines(of: source.text)) {
    do throws(Complaint) {
      switch block {
      case .heading(let section):
        sections.append(section)
      case .passage(let lines):
        if let found = try requirement(in: lines, section: sections.last?.heading ?? "") { requirements.append(found) }
      case .table(let lines):
        parameters += Chapters.parameters(in: lines, complaints: &complaints)
        tables.append(Table(lines))
        held += Chapters.heldElsewhere(in: tables.last!, complaints: &complaints)
      case .fence(let fence):
        guard fence.isClosed else {
          throw Complaint(
            line: fence.line, found: "this fence is not closed",
            instead: "write \(fence.mark) on a line of its own below the block")
        }
        if let found = try scenario(in: fence) { scenarios.append(found) }
      case .comment(let line, let isClosed):
        guard isClosed else {
          throw Complaint(line: line, found: "this comment is not closed", instead: "write `-->` where it ends")
        }
      }
    } catch {
      complaints.append(error)
    }
  }

  let title = sections.first { $0.level == 1 }?.heading
  if title == nil {
    complaints.append(
      Complaint(line: 1, found: "this chapter has no `# ` heading", instead: "write `# Title` on the first line"))
  }
  let number = chapterNumber(source.file)
  if number == nil {
    complaints.append(
      Complaint(
        line: 1, found: "the name of this chapter's file does not begin with its number",
        instead: "name it `NN-name.md`, such as `01-topology-switch.md`"))
  }

  let chapter = Chapter(
    file: source.file, number: number ?? 0, title: title ?? "", sections: sections, requirements: requirements,
    parameters: parameters, heldElsewhere: held, scenarios: scenarios, tables: tables)
  let errors = complaints.map {
    ChapterError(file: source.file, line: $0.line, found: $0.found, instead: $0.instead)
  }
  return (chapter, errors)
}

/// The number of `NN-name.md`; it has two digits, so that the order of names is the order of numbers.
private func chapterNumber(_ file: String) -> Int? {
  let digits = file.prefix { $0 != "-" }
  guard digits.count == 2, digits.isDigits, file.hasSuffix(".md"), file.count > "NN-.md".count else { return nil }
  return Int(digits)
}

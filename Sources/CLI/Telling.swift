import Check
import Foundation
import Options
import Platform
import Spec
import Weave

/// How a run is drawn.
enum DiagramForm: String, CaseIterable, ExpressibleByArgument {
  /// Box-drawing characters.
  case terminal
  /// What GitHub draws.
  case mermaid
  /// An image, for a file.
  case svg

  func draw(_ trace: Trace, ending finding: Finding? = nil) -> String {
    let sequence = trace.sequence(ending: finding)
    switch self {
    case .terminal: return sequence.terminal()
    case .mermaid: return sequence.mermaid
    case .svg: return Weave.svg(sequence, label: finding.map { "A run after which \($0.words)" } ?? "A run")
    }
  }
}

/// What becomes of counterexamples beside their step tables: diagrams, files, saved tests.
///
/// Files keep the first of the gravest counterexamples of all worlds.
struct Telling {
  let subject: Subject
  let diagram: DiagramForm?
  let diagramFile: String?
  let testFile: String?
  private var kept: Finding?
  private var remarks: [String] = []

  /// What a saved test takes its run of.
  struct Subject {
    let machine: String
    /// The Swift expression of the design, or of the designs among which one has the world.
    let expression: String
    let rerun: (_ world: String, _ lines: String, _ loopsFrom: Int?) throws -> Rerun
  }

  init(entry: CatalogEntry, diagram: DiagramForm?, diagramFile: String?, testFile: String?) {
    self.init(
      of: Subject(machine: entry.name, expression: entry.expression, rerun: entry.rerun), diagram: diagram,
      diagramFile: diagramFile, testFile: testFile)
  }

  init(of subject: Subject, diagram: DiagramForm?, diagramFile: String?, testFile: String?) {
    self.subject = subject
    self.diagram = diagram
    self.diagramFile = diagramFile
    self.testFile = testFile
  }

  static func validate(_ diagram: DiagramForm?, file: String?) throws {
    if file != nil, diagram == nil {
      throw ValidationError("--diagram-file is given without --diagram: say how to draw, as in --diagram svg")
    }
  }

  /// The form to print in; nil where the diagram goes into a file.
  var shownDiagram: DiagramForm? { diagramFile == nil ? diagram : nil }

  /// Writes the files that were asked for, of the gravest counterexample so far.
  mutating func keep(_ findings: [CheckFinding], world: String) throws {
    let told = findings.filter(\.trace.isTold)
    guard diagramFile != nil || testFile != nil, let first = told.first,
      let gravest = told.first(where: { $0.finding.severity < first.finding.severity }) ?? told.first,
      kept.map({ gravest.finding.severity < $0.severity }) ?? true
    else { return }
    kept = gravest.finding
    remarks = []
    if let diagram, let diagramFile {
      try Telling.write(diagram.draw(gravest.trace, ending: gravest.finding), to: diagramFile)
      remarks.append("the diagram is in \(diagramFile)")
    }
    if let testFile { try save(gravest, world, to: testFile) }
  }

  /// Tells which files were written.
  func close() {
    for remark in remarks { print("  \(remark)") }
    for file in [diagramFile, testFile].compactMap(\.self) where kept == nil {
      print("  nothing was found, so \(file) was not written")
    }
  }

  private mutating func save(_ found: CheckFinding, _ world: String, to path: String) throws {
    let again = try? subject.rerun(world, found.trace.lines.joined(separator: "\n"), found.trace.loopsFrom)
    guard let again, again.finds(found.finding.code, found.finding.words) else {
      let words = "no test was written: taken again by its steps, the run does not show \(found.finding.code)"
      remarks.append(words)
      return
    }
    let test = SavedTest(
      module: "Machines", design: subject.expression, machine: subject.machine, world: world, finding: found.finding,
      trace: found.trace)
    let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    try Telling.write(test.source(suite: name), to: path)
    remarks.append("the test is in \(path); it fails until this is mended")
  }

  /// Each of the files is written as another kind of file; those that are read stay as they are.
  static func refuseSameFile(_ files: [(flag: String, path: String?)], or read: [(flag: String, path: String)] = [])
    throws
  {
    // A file may have several names: one that exists is told apart by its number on its device.
    func place(_ path: String) -> String {
      var status = stat()
      if stat(path, &status) == 0 { return "\(status.st_dev) \(status.st_ino)" }
      return URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
    var taken = Dictionary(read.map { (place($0.path), $0.flag) }, uniquingKeysWith: { first, _ in first })
    for (flag, path) in files {
      guard let path, path != ":memory:" else { continue }
      let place = place(path)
      if let other = taken[place] { throw ValidationError("\(flag): '\(path)' is the file of \(other) as well") }
      taken[place] = flag
    }
  }

  /// Finds out before the work begins whether a file can be written in the end.
  static func probe(_ path: String) throws {
    let isThere = access(path, F_OK) == 0
    // A pipe that nobody reads would keep the program waiting.
    let descriptor = open(path, O_CREAT | O_WRONLY | O_APPEND | O_NONBLOCK, 0o644)
    guard descriptor >= 0 else {
      throw WorldFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    Foundation.close(descriptor)
    // Where it is a link to nothing, what it leads to was made.
    if !isThere { unlink(URL(fileURLWithPath: path).resolvingSymlinksInPath().path) }
  }

  static func write(_ text: String, to path: String) throws {
    let bytes = Data((text.hasSuffix("\n") ? text : text + "\n").utf8)
    do {
      // An earlier text stays where there is no room for this one; who else has it keeps it, by link or by right.
      if let file = try? FileReplacement(of: path), file.refusal == nil, (try? file.read()) != nil {
        defer { file.discard() }
        try bytes.write(to: URL(fileURLWithPath: file.temporary))
      }
      try bytes.write(to: URL(fileURLWithPath: path))
    } catch {
      throw WorldFailure("\(path) cannot be written: \(error.systemReason)")
    }
  }

  // MARK: - Telling one

  static func show(_ trace: Trace, _ finding: Finding?, _ diagram: DiagramForm?) {
    print(trace.text(ending: finding.map(Places.located)))
    if let diagram { print("\n\(diagram.draw(trace, ending: finding))\n") }
  }

  /// The keys that tell a counterexample in JSON.
  static func object(_ trace: Trace, _ finding: Finding, _ diagram: DiagramForm?) -> [String: Any] {
    var object: [String: Any] = [
      "trace": trace.steps.map { "\($0.who) \($0.what)" }, "lines": trace.lines,
    ]
    if finding.code == "deadlock", let standstill = trace.standstill { object["standstill"] = standstill.lines }
    if let diagram, trace.isTold { object["diagram"] = diagram.draw(trace, ending: finding) }
    return object
  }
}

extension Trace {
  /// Whether there is a run to tell, or only a finding of the whole.
  var isTold: Bool { !steps.isEmpty || loopsFrom != nil || standstill != nil }
}

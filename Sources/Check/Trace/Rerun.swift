import Spec

/// Takes a run again that was written down, as saved tests do, and judges every step of it.
///
///     let run = try rerun(TopologySwitch.design, world: "two-agents", "control.request topology=mesh\ncrash")
///     run.findings     // []
///
/// The lines are a scenario's. A step that the rules no longer take is passed over, and the run goes on without it.
///
/// - Parameters:
///   - design: The system to take it again with.
///   - name: One of the design's worlds, by its name.
///   - lines: The steps, one on each line.
///   - loopsFrom: The line, counted from 0, from which the run goes round for ever; the number of lines for a
///     run that may stay for ever where it ends.
/// - Throws: `noWorld` for a world that the design does not have, `unknown` for a line that means nothing to it: such a
///   run must be found anew.
public func rerun<S: System>(
  _ design: Design<S>, world name: String, _ lines: String, loopsFrom: Int? = nil
) throws(RerunError) -> Rerun {
  guard let world = design.worlds.first(where: { $0.name == name }) else {
    throw .noWorld(name, among: design.worlds.map(\.name))
  }
  var runner = Rerunner(design, world, loopsFrom: loopsFrom)
  for line in lines.split(separator: "\n" as Character) { try runner.take(String(line)) }
  return runner.finished
}

/// The same, of the design that has a world of this name.
public func rerun<S: System>(
  _ designs: [Design<S>], world name: String, _ lines: String, loopsFrom: Int? = nil
) throws(RerunError) -> Rerun {
  guard let design = designs.first(where: { $0.worlds.contains { $0.name == name } }) else {
    throw .noWorld(name, among: designs.flatMap { $0.worlds.map(\.name) })
  }
  return try rerun(design, world: name, lines, loopsFrom: loopsFrom)
}

/// What a run that was taken again came to.
public struct Rerun: Sendable, CustomStringConvertible {
  public internal(set) var trace = Trace()
  /// What broke on the way and at the end, in order.
  public internal(set) var findings: [Finding] = []
  /// Lines that the rules no longer take, with why.
  public internal(set) var passedOver: [String] = []
  /// The first line passed over, where it asked for what is not there, rather than was answered with no, and was not
  /// the last: from then on this is another run.
  public internal(set) var lost: String?
  /// What is said of each law that is broken, in the words of its finding; the names of the laws of where runs lead.
  var broken: Set<String> = []
  var leading: Set<String> = []

  /// Whether the run came to this finding.
  public func finds(_ code: String, _ words: String) -> Bool {
    findings.contains { $0.code == code && $0.words == words }
  }

  /// Why the run does not show that the finding is mended; nil where it does.
  public func complaint(_ code: String, _ words: String) -> String? {
    if finds(code, words) { return "it is not mended" }
    let isJudged =
      switch code {
      case "property-broken": broken.contains(words)
      case "never-leads": leading.contains { words.hasPrefix("\"\($0)\" does not hold") }
      default: true
      }
    if !isJudged { return "no law says this any more: if it has another name, find the run anew" }
    return lost.map { "the run is no longer possible, so it shows nothing; find it anew: \($0)" }
  }

  public var description: String {
    (["", trace.text(ending: findings.first)] + passedOver.map { "     passed over: \($0)" }).joined(separator: "\n")
  }
}

/// Why a run that was written down cannot be taken again.
public enum RerunError: Error, CustomStringConvertible, Equatable {
  case noWorld(String, among: [String])
  case unknown(line: String, words: String)

  public var description: String {
    switch self {
    case .noWorld(let name, let among): "no world is called \"\(name)\"; there are \(among.joined(separator: ", "))"
    case .unknown(let line, let words): "the line \"\(line)\" says nothing that is known here: \(words)"
    }
  }
}

private struct Rerunner<S: System> {
  let walk: Walk<S>
  let judge: Judge<S>
  let loopsFrom: Int?
  var configuration: Configuration<S>
  var run = Rerun()
  var number = 0
  private var lost: (number: Int, words: String)?
  var loop: LoopJudge<S>

  init(_ design: Design<S>, _ world: World<S>, loopsFrom: Int?) {
    walk = Walk(design, world)
    judge = Judge(design)
    self.loopsFrom = loopsFrom
    configuration = walk.start
    loop = LoopJudge(design)
    run.broken = Set(design.properties.map { Finding.broken($0).words })
    run.leading = Set(design.properties.filter { $0.kindName == "leads to" }.map(\.name))
    note(judge.state(configuration.state, walk.holdings(of: configuration)))
    loop.see(configuration, walk)
    if loopsFrom == 0 { begin() }
  }

  mutating func take(_ line: String) throws(RerunError) {
    defer {
      number += 1
      if loopsFrom == number { begin() }
    }
    let asked: Walk<S>.Asked
    do throws(Walk<S>.Unasked) {
      asked = try walk.asked(EventText.split(line), in: configuration)
    } catch {
      if case .unknown(let words) = error { throw .unknown(line: line, words: words) }
      if run.passedOver.isEmpty { lost = (number, "\(line): \(error.words)") }
      run.passedOver.append("\(line): \(error.words)")
      return
    }
    judge.begin(configuration.state)
    var next = configuration
    let move = walk.move(asked, in: configuration)
    switch walk.carryOut(asked, in: &next) {
    case .next(let outcome):
      if let move {
        run.trace.append(move, outcome, walk, configuration, next)
        loop.take(move, in: configuration)
      }
      note(walk.breaches.map { Finding($0.severity, $0.code, $0.words) })
      configuration = next
      note(judge.step(configuration.state, walk.stepper))
      note(judge.state(configuration.state, walk.holdings(of: configuration)))
      loop.see(configuration, walk)
    case .unchanged(let outcome):
      let broken = judge.step(configuration.state, walk.stepper)
      if broken.isEmpty {
        run.passedOver.append("\(line): was \(outcome.word)")
      } else if let move {
        run.trace.append(move, outcome, walk, configuration, configuration)
      }
      note(broken)
    case .blocked: run.passedOver.append("\(line): a machine or channel that must take part is not ready")
    }
  }

  private mutating func begin() {
    loop.begin(configuration, walk)
    run.trace.loopsFrom = run.trace.steps.count
  }

  private mutating func note(_ findings: [Finding]) {
    for finding in findings where !run.findings.contains(finding) { run.findings.append(finding) }
  }

  /// With what can only be said of a run's end.
  var finished: Rerun {
    var last = self
    last.run.trace.end(walk, configuration)
    if last.run.trace.standstill != nil { last.note([.deadlock]) }
    if loopsFrom != nil { last.note(loop.broken(at: configuration)) }
    // What mends a design may well forbid the step that showed what was broken.
    if let lost, lost.number < number - 1 { last.run.lost = lost.words }
    return last.run
  }
}

extension Walk {
  /// The move that a line asks for, as a trace tells it.
  fileprivate func move(_ asked: Asked, in configuration: Configuration<S>) -> Move<S.Event>? {
    switch asked {
    case .move(let move): move
    case .input(let event): Move(.input(0), event)
    case .lose: nil
    }
  }
}

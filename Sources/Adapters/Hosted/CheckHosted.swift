import Check
import Spec

/// Tests a system as it runs: a real host with a real journal, at the mercy of crashes, torn writes and clock jumps.
///
///     try checkHosted(TopologySwitch.design, world: world)
///
/// Each case is a sequence of ``HostedCommand``s, drawn and shrunk like any other value. What is held against it:
///
/// - after each step, the host's state and what is open there are what the explorer's semantics say;
/// - an answer to what is open is taken, and one that comes twice is taken once;
/// - a timer that is due fires;
/// - nothing that was committed is lost, and what is left after a crash is a prefix of what was;
/// - an effect leaves once, and only after its record is safe; after a crash what is owed again is performed again,
///   under its ticket;
/// - an audit of the journal, with all its lives, finds nothing.
///
/// - Parameters:
///   - isDurable: Whether the driver says that its effects reach beyond the process, as a driver should.
///   - mistake: A mistake to put into the engine, which must not pass.
///   - progress: Told after each run what befell the host until then.
/// - Returns: What befell the host altogether, in runs that broke nothing.
/// - Throws: ``HostedFailure`` with the shortest run that breaks one of these.
/// - Complexity: Some milliseconds for each case, most of them for files.
@discardableResult public func checkHosted<S: System>(
  _ design: Design<S>, world: World<S>, settings: PropertySettings = PropertySettings(), isDurable: Bool = true,
  mistake: EngineMistake? = nil, progress: ((HostedReport) -> Void)? = nil
) throws -> HostedReport {
  var report = HostedReport()
  // Of the last case that failed: the simplest one is tried once more before it is reported.
  var flaw: HostedFlaw?
  do {
    try noneThrows("\(design.name), hosted in \(world.name)", HostedCommand.run, settings: settings) {
      commands in
      let run = try HostedRun(design, world, isDurable: isDurable, mistake: mistake)
      defer { run.remove() }
      do {
        for command in commands { try run.take(command) }
        try run.finish()
      } catch let found as HostedFlaw {
        flaw = found
        throw found
      }
      report.add(run.report)
      progress?(report)
    }
  } catch let falsified as Falsified {
    throw HostedFailure(falsified, flaw)
  }
  return report
}

/// The simplest run of a host that does otherwise than it should.
public struct HostedFailure: Error, CustomStringConvertible {
  public let falsified: Falsified
  public let finding: Finding
  /// The run; empty where the host broke off with an error of its own.
  public let trace: Trace

  init(_ falsified: Falsified, _ flaw: HostedFlaw?) {
    self.falsified = falsified
    let isShown = flaw.map { $0.words == falsified.reason } ?? false
    finding = Finding(.critical, "hosted", falsified.reason + (falsified.isFlaky ? ", but not each time" : ""))
    trace = isShown ? flaw!.trace : Trace()
  }

  public var description: String { trace.text(ending: finding) }
}

/// What went wrong in a hosted run, and the steps that led there.
struct HostedFlaw: Error, CustomStringConvertible {
  let words: String
  let trace: Trace

  var description: String { words }
}

/// What hosts went through.
public struct HostedReport: Hashable, Sendable {
  public internal(set) var runs = 0
  /// Records that were left in journals.
  public internal(set) var records = 0
  public internal(set) var answers = 0
  /// Answers that came twice.
  public internal(set) var repeats = 0
  /// Deaths of the process, and failures of the power.
  public internal(set) var crashes = 0
  /// Commits of which only a part reached the disk.
  public internal(set) var torn = 0
  /// Records that crashes took, none of them committed.
  public internal(set) var lost = 0
  /// Effects that were performed again after a crash.
  public internal(set) var again = 0

  mutating func add(_ other: Self) {
    for count in [\Self.runs, \.records, \.answers, \.repeats, \.crashes, \.torn, \.lost, \.again] {
      self[keyPath: count] += other[keyPath: count]
    }
  }
}

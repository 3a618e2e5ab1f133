import Adapters
import Engine
import Foundation
import Machines
import Spec

/// Stands outside the journal and notes what left the process: effects that were performed, steps that are safe.
///
/// Each note is one write to a file of its own, which survives the process as anything handed to the operating system
/// does.
final class Witness: Driver {
  typealias S = Machines.Team
  private let team: TeamRun
  private let file: FileHandle

  init(_ team: TeamRun, _ folder: String) throws {
    self.team = team
    let path = folder + "/witness"
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
    file = try FileHandle(forWritingTo: URL(filePath: path))
    try file.seekToEnd()
  }

  func tell(_ line: String) { file.write(Data((line + "\n").utf8)) }

  func perform(_ effect: Machines.Team.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    tell("perform \(ticket)")
    // Whoever is called keeps books of its own.
    if case .handlers(.call(let call)) = effect { tell("call \(call.reservation)") }
    team.perform(effect, ticket: ticket, at: nanoseconds)
  }

  func performAgain(_ effect: Machines.Team.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    tell("again \(ticket)")
    team.performAgain(effect, ticket: ticket, at: nanoseconds)
  }

  func notice(_ effect: Machines.Team.Effect, at nanoseconds: UInt64) { team.notice(effect, at: nanoseconds) }
  func cancelled(ticket: UInt64) { team.cancelled(ticket: ticket) }
  var reachesBeyondProcess: Bool { team.reachesBeyondProcess }
  var memory: [UInt8] { team.memory }
  func recall(_ memory: [UInt8]) { team.recall(memory) }
  func retake(_ event: Machines.Team.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64) {
    team.retake(event, cause, outcome, at: nanoseconds)
  }
}

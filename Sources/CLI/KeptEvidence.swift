import Check
import Foundation
import Verification

/// The evidence of earlier rounds and what this one adds to it.
///
/// A file that cannot be used is a finding, never the end of an audit: it goes on without a memory.
final class KeptEvidence {
  /// Stands for the code that runs, and so for everything that a world's exploration depends on.
  let program: String
  let date: String
  private let store: RoundStore?
  private let looksAgain: Bool
  private(set) var findings: [AuditFinding] = []

  init(at path: String, program: String, looksAgain: Bool) {
    self.program = program
    self.looksAgain = looksAgain
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = "yyyy-MM-dd HH:mm 'UTC'"
    date = format.string(from: Date())
    do throws(RoundStoreError) { store = try RoundStore(path) } catch {
      store = nil
      findings = [KeptEvidence.unusable(error, "so that this round is held against none, and is not kept")]
    }
  }

  private static func unusable(_ error: RoundStoreError, _ consequence: String) -> AuditFinding {
    AuditFinding(
      AuditUnit(.chapters), .minor, "rounds-unreadable", "\(error.description), \(consequence)", at: "\(error.path):1")
  }

  // MARK: - Evidence

  func world(_ machine: String, _ world: String) -> (evidence: ExploredWorld, date: String)? {
    kept("world \(machine) \(world)", program)
  }
  func random(_ machine: String, _ world: String) -> (evidence: RandomRuns, date: String)? {
    kept("random \(machine) \(world)", program)
  }
  func mutants(_ machine: String) -> (evidence: TriedMutants, date: String)? { kept("mutants \(machine)", program) }
  func pages(_ folder: String) -> (evidence: ComparedPages, date: String)? { kept("pages", program + folder) }

  func keep(_ world: ExploredWorld) { keep("world \(world.machine) \(world.world)", program, world) }
  func keep(_ runs: RandomRuns) { keep("random \(runs.machine) \(runs.world)", program, runs) }
  func keep(_ mutants: TriedMutants) { keep("mutants \(mutants.machine)", program, mutants) }
  func keep(_ pages: ComparedPages, _ folder: String) { keep("pages", program + folder, pages) }

  private func kept<E: Decodable>(_ unit: String, _ fingerprint: String) -> (evidence: E, date: String)? {
    guard let store, !looksAgain else { return nil }
    do throws(RoundStoreError) { return try store.evidence(unit, fingerprint) } catch {
      findings.append(
        AuditFinding(
          AuditUnit(.chapters), .minor, "evidence-unreadable", error.description, at: "\(error.path):1"))
      return nil
    }
  }

  private func keep(_ unit: String, _ fingerprint: String, _ evidence: some Encodable) {
    guard let store else { return }
    do throws(RoundStoreError) { try store.keep(unit, fingerprint, date: date, evidence) } catch {
      findings.append(KeptEvidence.unusable(error, "so that evidence of \(unit) is not kept"))
    }
  }

  // MARK: - The round

  func settle(_ report: RoundReport, done: LookedAt) -> RoundComparison? {
    guard let store else { return nil }
    do throws(RoundStoreError) {
      return try store.settle(
        report.findings, done: done, date: date, verdict: report.verdict, scope: report.scope)
    } catch {
      findings.append(KeptEvidence.unusable(error, "so that this round is held against none, and is not kept"))
      return nil
    }
  }
}

/// What comparing the pages of `docs/` has shown.
struct ComparedPages: Codable {
  let count: Int
  let findings: [AuditFinding]
}

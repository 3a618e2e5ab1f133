import Check
import Foundation
import Spec
import Verification

/// The evidence of earlier rounds and what this one adds to it.
///
/// A file that cannot be used is a finding, never the end of an audit: it goes on without a memory.
final class KeptEvidence {
  /// Stands for the code that runs.
  let program: String
  /// Stands for everything that a machine's exploration depends on, by the machine's name.
  private let fingerprints: [String: String]
  let date: String
  private let store: RoundStore?
  private let looksAgain: Bool
  private(set) var findings: [AuditFinding] = []

  init(at path: String, program: String, of entries: [CatalogEntry], looksAgain: Bool) {
    self.program = program
    fingerprints = Dictionary(
      entries.map { ($0.name, $0.fingerprint ?? program) }, uniquingKeysWith: { first, _ in first })
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
    kept("world \(machine) \(world)", fingerprint(machine))
  }
  func random(_ machine: String, _ world: String) -> (evidence: RandomRuns, date: String)? {
    kept("random \(machine) \(world)", fingerprint(machine))
  }
  func mutants(_ machine: String) -> (evidence: TriedMutants, date: String)? {
    kept("mutants \(machine)", fingerprint(machine))
  }
  func pages(_ folder: String) -> (evidence: ComparedPages, date: String)? { kept("pages", program + folder) }

  func keep(_ world: ExploredWorld) {
    keep("world \(world.machine) \(world.world)", fingerprint(world.machine), world)
  }
  func keep(_ runs: RandomRuns) { keep("random \(runs.machine) \(runs.world)", fingerprint(runs.machine), runs) }
  func keep(_ mutants: TriedMutants) { keep("mutants \(mutants.machine)", fingerprint(mutants.machine), mutants) }
  func keep(_ pages: ComparedPages, _ folder: String) { keep("pages", program + folder, pages) }

  private func fingerprint(_ machine: String) -> String { fingerprints[machine] ?? program }

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

extension CatalogEntry {
  /// Stands for the sources of rules, laws, worlds and scenarios, for the figures they use, and for what explores them;
  /// nil where the program does not know all of these.
  var fingerprint: String? { sourceFingerprint.map { String(CheckerFingerprint.value, radix: 16) + "-" + $0 } }

  /// The same without what explores them.
  var sourceFingerprint: String? {
    let known = Catalog.sources
    var digest = Digest()
    for file in files.union(chapters).sorted() {
      guard let number = known[file] else { return nil }
      digest.add(number)
    }
    return String(digest.value, radix: 16)
  }
}

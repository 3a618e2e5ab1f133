import Options
import Verification

/// What of an audit is asked for: all checks of all machines, or some.
struct AuditScope {
  private var checks: Set<AuditCheck> = []
  private var machines: Set<String> = []

  /// - Parameter only: Names of checks and machines with commas between; nil for everything.
  init(_ only: String?) throws {
    guard let only else { return }
    for name in only.split(separator: ",").map({ $0.trimmingPrefix(" ") }) {
      if let check = AuditCheck(rawValue: String(name)) {
        checks.insert(check)
      } else if Catalog.entries.contains(where: { $0.name == name }) {
        machines.insert(String(name))
      } else {
        let all = AuditCheck.allCases.map(\.rawValue) + Catalog.entries.map(\.name)
        throw ValidationError("--only knows no \"\(name)\"; there are: \(all.joined(separator: ", "))")
      }
    }
    if checks.isEmpty, machines.isEmpty { throw ValidationError("--only names nothing") }
  }

  var isEverything: Bool { checks.isEmpty && machines.isEmpty }

  /// Whether the check was asked for by its name.
  func names(_ check: AuditCheck) -> Bool { checks.contains(check) }

  /// Whether a check of the package, or of a machine, is asked for.
  ///
  /// A check of the package that is named beside machines is asked for as well.
  func has(_ check: AuditCheck, _ machine: String = "") -> Bool {
    if !checks.isEmpty, !checks.contains(check) { return false }
    if !check.isOfMachines, checks.contains(check) { return true }
    return machines.isEmpty || (check.isOfMachines && machines.contains(machine))
  }

  /// What a report says of it.
  var words: String {
    if isEverything { return "everything" }
    let what = AuditCheck.allCases.filter(checks.contains).map(\.rawValue)
    let whose = Catalog.entries.map(\.name).filter(machines.contains)
    return (what.isEmpty ? "everything" : what.joined(separator: ", "))
      + (whose.isEmpty ? "" : " of \(whose.joined(separator: ", "))")
  }
}

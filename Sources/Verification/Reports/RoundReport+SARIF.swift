import Foundation
import Spec

extension RoundReport {
  /// The findings in the Static Analysis Results Interchange Format 2.1.0, for the hosts of repositories.
  ///
  /// Critical and major findings are errors, minor ones warnings, questions notes. What an earlier round closed is
  /// absent.
  ///
  /// Source: OASIS, *SARIF Version 2.1.0*, 2020.
  public var sarif: String {
    let codes = FindingCode.all.filter { code in findings.contains { $0.code == code.code } }
    let rules = codes.map { code -> [String: Any] in
      [
        "id": code.code, "shortDescription": ["text": sentence(code.meaning)], "help": ["text": sentence(code.advice)],
      ]
    }
    let driver: [String: Any] = [
      "name": "interlock", "semanticVersion": "0.1.0", "rules": rules,
    ]
    let invocation: [String: Any] = [
      "executionSuccessful": isWhole, "exitCodeDescription": verdict.rawValue,
      "toolExecutionNotifications": undoneWords.map {
        ["level": "warning", "message": ["text": "not looked at to the end: \($0)"]] as [String: Any]
      },
    ]
    return Self.text([
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        [
          "tool": ["driver": driver], "invocations": [invocation], "columnKind": "utf16CodeUnits",
          "results": findings.map { result($0, codes) },
        ] as [String: Any]
      ],
    ])
  }

  private func result(_ finding: AuditFinding, _ codes: [FindingCode]) -> [String: Any] {
    var text = finding.words
    if !finding.requirements.isEmpty { text += " (\(finding.requirements.joined(separator: ", ")))" }
    if !finding.counterexample.isEmpty { text += "\n\n\(finding.counterexample)" }
    var result: [String: Any] = [
      "ruleId": finding.code, "level": level(finding.severity), "message": ["text": text],
      "partialFingerprints": ["interlock/v1": finding.key],
      "properties": [
        "severity": finding.severity.word, "requirements": finding.requirements, "machine": finding.unit.machine,
        "check": finding.unit.check.rawValue,
      ] as [String: Any],
    ]
    if let why = finding.explanation {
      result["suppressions"] = [["kind": "inSource", "justification": why]]
    }
    if let index = codes.firstIndex(where: { $0.code == finding.code }) { result["ruleIndex"] = index }
    if let position = finding.position {
      let location: [String: Any] = [
        "artifactLocation": ["uri": uri(position.file)], "region": ["startLine": position.line],
      ]
      result["locations"] = [["physicalLocation": location]]
    }
    if let comparison, comparison.before != nil {
      result["baselineState"] = comparison.status(of: finding) == .open ? "unchanged" : "new"
    }
    return result
  }

  private func level(_ severity: Finding.Severity) -> String {
    switch severity {
    case .critical, .major: "error"
    case .minor: "warning"
    case .question: "note"
    }
  }

  private func uri(_ path: String) -> String {
    path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path
  }

  func sentence(_ words: String) -> String { words.prefix(1).uppercased() + words.dropFirst() + "." }
}

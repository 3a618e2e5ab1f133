import Spec

/// A contract in words, one for each column of the page's table.
struct ContractWords {
  let answers: String
  let open: String
  let faults: String
  let late: String
  let afterCrash: String

  /// - Parameter key: What tells one obligation from the next, as its source has it; nil if there is at most one.
  init(_ contract: BookDescription.ContractDescription, key: String?, events: [String]) {
    let options = contract.options
    if let timer = options.timer {
      let fired = contract.stages.flatMap(\.answers).map(\.name)
      answers = "owed: \(codes(fired)) after \(timer.duration.map(words) ?? "the time it carries")"
    } else {
      answers = stageWords(contract.stages)
    }
    let again =
      switch options.again {
      case .finding: "a second is a finding"
      case .replaces: "a second replaces it"
      case .joins: "a second joins it"
      }
    open = (key.map { "one for each \(code($0)); " } ?? "one; ") + again
    let admitted = ContractOptions.Fault.allCases.filter(options.faults.contains).map { "\($0)" }
    faults = admitted.isEmpty ? "none" : admitted.joined(separator: ", ")
    late =
      switch options.late {
      case .fenced: "is dropped and counted"
      case .admitted: "is delivered"
      }
    afterCrash =
      if let timer = options.timer {
        switch timer.afterCrash {
        case .fromStart: "stays due when it was; at once if overdue"
        case .remaining: "runs for what was left"
        case .again: "is set anew, in full"
        }
      } else {
        switch options.afterCrash {
        case .reissued: "performed again"
        case .resumed: "found again and resumed"
        case .forgotten: "forgotten"
        }
      }
  }
}

/// `owed: started or failed; after started: may be exited, or nothing`.
private func stageWords(_ stages: [BookDescription.StageDescription]) -> String {
  var lines: [String] = []
  for (index, stage) in stages.enumerated() {
    let before = stages.indices.filter { $0 != index }.flatMap { other in
      stages[other].answers.filter { $0.next == index }.map(\.name)
    }
    let choices = stage.answers.map { answer in
      code(answer.name) + (answer.next == index ? ", any number of times" : "")
    }
    let listed = choices.isEmpty ? "nothing" : choices.joined(separator: " or ")
    let prefix = index == 0 ? "" : before.isEmpty ? "then " : "after \(codes(before, separator: " or ")) "
    lines.append(prefix + (stage.isOwed ? "owed: \(listed)" : "may come: \(listed)"))
  }
  return lines.joined(separator: "<br>")
}

/// `50 ms`, `2 s`: whole seconds as seconds, anything else in milliseconds.
func words(_ duration: Duration) -> String {
  let (seconds, attoseconds) = duration.components
  if attoseconds == 0 { return "\(grouped(Int(seconds))) s" }
  let microseconds = Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
  return microseconds % 1000 == 0 ? "\(grouped(microseconds / 1000)) ms" : "\(grouped(microseconds)) µs"
}

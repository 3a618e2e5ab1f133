extension BookDescription {
  /// Tokens held against the enum they name: a wrong kind would dispatch an event to another's rules.
  var tokenFindings: [Finding] {
    var findings: [Finding] = []
    for (token, enumNames, what) in tokens.map({ ($0, events, "event") })
      + effectTokens.map({ ($0, effects, "effect") })
    {
      guard let words = mismatch(token, enumNames, what) else { continue }
      let finding = Finding(.critical, "token-mismatch", words, at: place(of: token))
      if !findings.contains(finding) { findings.append(finding) }
    }
    for rule in rules where !(rule.emitted + rule.cancelled).allSatisfy(effects.indices.contains) {
      findings.append(
        Finding(
          .critical, "token-mismatch",
          "the rule \"\(rule.name)\" sends or cancels an effect of a kind that the enum does not have: give its "
            + "token the kind of its case",
          at: rule.source.place))
    }
    if !phasesAreInRange {
      findings.append(
        Finding(
          .critical, "token-mismatch",
          "the raw values of the phases do not count up from 0: the table of rules needs them to", at: anyPlace))
    }
    let mentioned = Set(tokens.map(\.kind) + [recovery].compactMap(\.self))
    for (kind, name) in events.enumerated() where !mentioned.contains(kind) {
      findings.append(
        Finding(
          .critical, "token-mismatch",
          "no rule, silence or contract mentions the event \(name): say what each phase does with it, or drop the case",
          at: anyPlace))
    }
    return findings
  }

  private func mismatch(_ token: TokenUse, _ names: [String], _ what: String) -> String? {
    guard names.indices.contains(token.kind) else {
      return
        "the token of the \(what) \(token.name) has kind \(token.kind), and there are \(names.count) names: give it "
        + "the kind of its case"
    }
    guard names[token.kind] != token.name else { return nil }
    return
      "the token of the \(what) \(token.name) has kind \(token.kind), which the enum calls \(names[token.kind]): make "
      + "the two agree"
  }

  /// The first line that uses a token of this kind.
  private func place(of token: TokenUse) -> String {
    let source =
      rules.first { $0.event == token.kind }?.source ?? silences.first { $0.event == token.kind }?.source
      ?? contracts.first { contract in
        contract.effect == token.kind && contract.name == token.name
          || contract.stages.contains { $0.answers.contains { $0.event == token.kind } }
      }?.source
    return source?.place ?? anyPlace
  }

  /// Where the book begins, as far as it can be told.
  var anyPlace: String { (rules.first?.source ?? contracts.first?.source ?? silences.first?.source)?.place ?? "" }

  private var phasesAreInRange: Bool {
    let used = rules.flatMap { $0.phases + [$0.target].compactMap(\.self) } + silences.flatMap(\.phases)
    return used.allSatisfy(phases.indices.contains)
  }

  /// Whether every phase, event and effect that the book speaks of exists.
  var placesAreInRange: Bool {
    phasesAreInRange && tokens.allSatisfy { events.indices.contains($0.kind) }
      && effectTokens.allSatisfy { effects.indices.contains($0.kind) }
      && rules.allSatisfy { ($0.emitted + $0.cancelled).allSatisfy(effects.indices.contains) }
  }
}

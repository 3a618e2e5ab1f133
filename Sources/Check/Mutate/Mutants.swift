import Spec

extension Design {
  /// Every mutant of the design: one for each place at which an operator applies.
  ///
  /// - Parameter parameters: The figures off by one that count as this design's.
  public func mutants(parameters: [OffByOne] = []) -> [Mutant] {
    var sites: [Site] = []
    // Hosts that share a book are changed together.
    for host in hosts where host.index == hosts.firstIndex(where: { $0.book.title == host.book.title }) {
      for (index, rule) in host.book.rules.enumerated() { sites += host.book.sites(of: rule, index, host.index) }
      sites += host.book.orderSites(host.index)
      // A contract whose effect is routed is kept by another machine, and is changed there.
      for (index, contract) in host.book.contracts.enumerated() where !isRouted(contract.effect, of: host.index) {
        sites += contract.sites(index, host.index)
      }
    }
    let edited = sites.enumerated().map { number, site in
      Mutant(
        name: "\(number + 1)", operation: site.operation, change: .edit(host: site.host, site.edit),
        host: hosts[site.host].name, subject: site.subject, words: site.words, place: site.place)
    }
    return edited
      + parameters.map { wrong in
        Mutant(
          name: wrong.name, operation: .offByOne, change: .parameter, host: "", subject: wrong.figure.name,
          words: "parameter \"\(wrong.figure.name)\" is \(wrong.value) \(wrong.figure.unit), not \(wrong.figure.value)",
          place: wrong.figure.source)
      }
  }
}

extension Design {
  private func isRouted(_ effect: Int, of host: Int) -> Bool {
    routes.contains { $0.fromHost == host && $0.effect == effect }
  }
}

/// A place at which an operator applies.
private struct Site {
  let operation: Mutant.Operation
  let host: Int
  let edit: Edit
  let subject: String
  let words: String
  let place: String
}

// MARK: - Rules

extension BookDescription {
  fileprivate func sites(of rule: RuleDescription, _ index: Int, _ host: Int) -> [Site] {
    func site(_ operation: Mutant.Operation, _ edit: RuleEdit, _ words: String, at source: SourceLine) -> Site {
      Site(
        operation: operation, host: host, edit: .rule(index, edit), subject: rule.name,
        words: "\(words) in rule \"\(rule.name)\"", place: "\(source.file):\(source.line)")
    }
    let guards = rule.guards.enumerated().flatMap { place, asked in
      [
        site(.dropGuard, .dropGuard(place), "guard \"\(asked.name)\" dropped", at: asked.source),
        site(.negateGuard, .negateGuard(place), "guard \"\(asked.name)\" negated", at: asked.source),
      ]
        + (rule.phases.count < 2 ? [] : rule.phases).map { phase in
          site(
            .weakenGuard, .ignoreGuard(place, phase: phase),
            "guard \"\(asked.name)\" not asked in \(phases[phase].name)", at: asked.source)
        }
        + (place + 1 == rule.guards.count ? [] : [rule.guards[place + 1]]).map { next in
          site(
            .weakenGuard, .eitherGuard(place), "guard \"\(asked.name)\" or \"\(next.name)\" is enough", at: asked.source
          )
        }
    }
    let clauses = rule.clauses.enumerated().flatMap { place, clause in
      let words = self.words(clause, in: rule)
      let isUpdate = clause.kind.isUpdate
      var sites = [
        site(isUpdate ? .dropUpdate : .dropEffect, .dropClause(place), "\(words) dropped", at: clause.source)
      ]
      if !isUpdate { sites.append(site(.repeatEffect, .repeatClause(place), "\(words) done twice", at: clause.source)) }
      if place + 1 < rule.clauses.count {
        let next = rule.clauses[place + 1]
        sites.append(
          site(
            isUpdate || next.kind.isUpdate ? .swapClauses : .reorderEffects, .swapClauses(place, place + 1),
            "\(words) done after \(self.words(next, in: rule))", at: clause.source))
      }
      return sites
    }
    let targets = retargets(of: rule).map { target in
      site(
        .retarget, .retarget(target), target.map { "phase \(phases[$0].name) entered" } ?? "phase kept",
        at: rule.source)
    }
    let dropped = Site(
      operation: .dropRule, host: host, edit: .drop(rule: index), subject: rule.name,
      words: "rule \"\(rule.name)\" dropped", place: "\(rule.source.file):\(rule.source.line)")
    return guards + clauses + targets + [dropped]
  }

  /// Each other phase, and staying; what leads to the phase it comes from is not tried beside staying.
  private func retargets(of rule: RuleDescription) -> [Int?] {
    let own = rule.phases.count == 1 ? rule.phases[0] : nil
    let others = phases.indices.filter { $0 != rule.target && $0 != own }
    return (rule.target == nil || rule.target == own ? [] : [nil]) + others
  }

  private func words(_ clause: ClauseDescription, in rule: RuleDescription) -> String {
    switch clause.kind {
    case .update(let words):
      if !words.isEmpty { return "update \"\(words)\"" }
      let updates = rule.clauses.filter(\.kind.isUpdate)
      let number = (updates.firstIndex(of: clause) ?? 0) + 1
      return updates.count == 1 ? "the update" : "update \(number)"
    case .emit(let kind), .emitEach(let kind): return "effect \(effects[kind])"
    case .cancel(let kind), .cancelAll(let kind): return "cancellation of \(effects[kind])"
    }
  }

  fileprivate func orderSites(_ host: Int) -> [Site] {
    rules.indices.flatMap { one in
      rules.indices.dropFirst(one + 1).compactMap { other in
        let (first, second) = (rules[one], rules[other])
        guard first.event == second.event, first.phases.contains(where: second.phases.contains) else { return nil }
        return Site(
          operation: .swapRules, host: host, edit: .swap(rules: one, other), subject: first.name,
          words: "rule \"\(second.name)\" tried before rule \"\(first.name)\"",
          place: "\(first.source.file):\(first.source.line)")
      }
    }
  }
}

extension ClauseKind {
  fileprivate var isUpdate: Bool { if case .update = self { true } else { false } }
}

// MARK: - Contracts

extension BookDescription.ContractDescription {
  /// What the contract does not allow the world already.
  fileprivate func sites(_ index: Int, _ host: Int) -> [Site] {
    func site(_ edit: ContractEdit, _ words: String) -> Site {
      Site(
        operation: .widenContract, host: host, edit: .contract(index, edit), subject: name,
        words: "contract \(name): \(words)", place: "\(source.file):\(source.line)")
    }
    if isNotice { return [] }
    var sites: [Site] = []
    let kinds = Set(stages.flatMap { $0.answers.map(\.event) })
    // Whoever admits that an answer is lost has admitted that none comes.
    let losesAnswers = options.faults.contains(.lost)
    for (number, stage) in stages.enumerated() {
      let which = stages.count == 1 ? "the answer" : "the answer of stage \(number + 1)"
      if stage.isOwed, !losesAnswers { sites.append(site(.mayStayOpen(stage: number), "\(which) is no longer owed")) }
      if kinds.count > Set(stage.answers.map(\.event)).count {
        sites.append(site(.admitOthers(stage: number), "stage \(number + 1) admits the answers of the others"))
      }
    }
    if options.late == .fenced { sites.append(site(.admitLate, "what was cancelled may be answered late")) }
    if !losesAnswers { sites.append(site(.admit(.lost), "an answer may be lost")) }
    // A fence drops what is repeated.
    if options.late == .admitted, !options.faults.contains(.repeated) {
      sites.append(site(.admit(.repeated), "an answer may come twice"))
    }
    return sites
  }
}

/// One small change to a rule book: what a mutant is made of.
///
/// Rules, contracts, guards and clauses are named by their places, phases and stages by their indices, so that an edit
/// can be listed by whoever reads a ``BookDescription`` and applied by whoever has the book.
public enum Edit: Hashable, Sendable {
  case rule(Int, RuleEdit)
  case drop(rule: Int)
  /// Two rules change places: the later one is tried first.
  case swap(rules: Int, Int)
  case contract(Int, ContractEdit)
}

/// One small change within a rule.
public enum RuleEdit: Hashable, Sendable {
  case dropGuard(Int)
  case negateGuard(Int)
  /// The guard is not asked in one phase of the rule's several.
  case ignoreGuard(Int, phase: Int)
  /// Where both the guard and the next one were asked for, either is enough.
  case eitherGuard(Int)
  case dropClause(Int)
  case repeatClause(Int)
  case swapClauses(Int, Int)
  /// The rule leads to this phase; nil: the machine stays where it is.
  case retarget(Int?)
}

/// One small change to a contract: the world may do more than it promised.
public enum ContractEdit: Hashable, Sendable {
  /// A stage that is owed an answer may stay without one.
  case mayStayOpen(stage: Int)
  /// A stage admits the answers of the contract's other stages too.
  case admitOthers(stage: Int)
  /// What was cancelled may be answered late.
  case admitLate
  /// An answer may be lost, or may be repeated.
  case admit(ContractOptions.Fault)
}

extension RuleBook {
  /// The book with one change: a mutant.
  ///
  /// - Returns: nil when the change does not apply.
  public func edited(_ edit: Edit) -> RuleBook? {
    var copy = self
    switch edit {
    case .rule(let index, let change):
      guard rules.indices.contains(index), let rule = rules[index].edited(change) else { return nil }
      copy.rules[index] = rule
    case .drop(let index):
      guard rules.indices.contains(index) else { return nil }
      copy.rules.remove(at: index)
    case .swap(let one, let other):
      guard rules.indices.contains(one), rules.indices.contains(other) else { return nil }
      copy.rules.swapAt(one, other)
    case .contract(let index, let change):
      guard contracts.indices.contains(index), let contract = contracts[index].edited(change) else { return nil }
      copy.contracts[index] = contract
    }
    return copy
  }

  /// The book with one change to the rule of this name.
  public func edited(_ rule: String, _ change: RuleEdit) -> RuleBook? {
    rules.firstIndex { $0.name == rule }.flatMap { edited(.rule($0, change)) }
  }

  /// The book with one rule written anew, in the phases of the old one.
  public func replacing<Payload>(_ rule: String, with other: On<M, Payload>) -> RuleBook? {
    guard let index = rules.firstIndex(where: { $0.name == rule }) else { return nil }
    var copy = self
    copy.rules[index] = other.parts.rule(in: rules[index].phases)
    return copy
  }
}

extension RuleParts {
  @inlinable func edited(_ edit: RuleEdit) -> Self? {
    var copy = self
    switch edit {
    case .dropGuard(let index):
      guard guards.indices.contains(index) else { return nil }
      copy.guards.remove(at: index)
    case .negateGuard(let index):
      guard guards.indices.contains(index) else { return nil }
      copy.guards[index] = !guards[index]
    case .ignoreGuard(let index, let phase):
      guard guards.indices.contains(index), let phase = Self.phase(phase) else { return nil }
      copy.guards[index] = guards[index].ignored(in: phase)
    case .eitherGuard(let index):
      guard guards.indices.contains(index), guards.indices.contains(index + 1) else { return nil }
      copy.guards[index] = guards[index].or(guards[index + 1])
      copy.guards.remove(at: index + 1)
    case .dropClause(let index):
      guard clauses.indices.contains(index) else { return nil }
      copy.clauses.remove(at: index)
    case .repeatClause(let index):
      guard clauses.indices.contains(index) else { return nil }
      copy.clauses.insert(clauses[index], at: index)
    case .swapClauses(let one, let other):
      guard clauses.indices.contains(one), clauses.indices.contains(other) else { return nil }
      copy.clauses.swapAt(one, other)
    case .retarget(nil):
      guard target != nil else { return nil }
      copy.target = nil
    case .retarget(let phase?):
      guard let phase = Self.phase(phase), phase != target else { return nil }
      copy.target = phase
    }
    return copy
  }

  @inlinable static func phase(_ index: Int) -> M.Phase? { UInt8(exactly: index).flatMap(M.Phase.init(rawValue:)) }
}

extension Guard {
  @inlinable func ignored(in phase: M.Phase) -> Self {
    let holds = holds
    return Guard(name: "\(name), unless it is \(phase)", code: code, source: source) { machine, payload in
      machine.phase == phase || holds(machine, payload)
    }
  }

  @inlinable func or(_ other: Self) -> Self {
    let (holds, otherHolds) = (holds, other.holds)
    return Guard(name: "\(name), or \(other.name)", code: code, source: source) { machine, payload in
      holds(machine, payload) || otherHolds(machine, payload)
    }
  }
}

extension Contract {
  func edited(_ edit: ContractEdit) -> Self? {
    switch edit {
    case .mayStayOpen(let stage):
      guard stages.indices.contains(stage), stages[stage].isOwed else { return nil }
      return with(Stage(isOwed: false, answers: stages[stage].answers), at: stage)
    case .admitOthers(let stage):
      guard stages.indices.contains(stage) else { return nil }
      let known = stages[stage].answers
      let others = stages.flatMap(\.answers).filter { other in !known.contains { $0.kind == other.kind } }
      guard !others.isEmpty else { return nil }
      return with(Stage(isOwed: stages[stage].isOwed, answers: known + others), at: stage)
    case .admitLate:
      guard !isNotice, options.late == .fenced else { return nil }
      return with(options.admitting(late: .admitted))
    case .admit(let fault):
      guard !isNotice, !options.faults.contains(fault) else { return nil }
      return with(options.admitting(fault))
    }
  }

  private func with(_ stage: Stage, at index: Int) -> Self {
    var stages = stages
    stages[index] = stage
    return Contract(
      name: name, effect: effect, stages: stages, key: key, isKeyed: isKeyed, options: options, lasting: lasting,
      source: source)
  }

  private func with(_ options: ContractOptions) -> Self {
    Contract(
      name: name, effect: effect, stages: stages, key: key, isKeyed: isKeyed, options: options, lasting: lasting,
      source: source)
  }
}

extension ContractOptions {
  fileprivate func admitting(_ fault: Fault? = nil, late: Late? = nil) -> Self {
    Self(
      holds: holds, late: late ?? self.late, faults: faults.union(fault.map { [$0] } ?? []), again: again,
      afterCrash: afterCrash, timer: timer)
  }
}

import Spec

/// Judges a run as it goes: after each step the machines that took part, by their own laws, and the whole by the laws
/// that look at more than one machine.
@usableFromInline final class RunJudge<S: System> {
  @usableFromInline let design: Design<S>
  @usableFromInline let stepper: Stepper<S>
  /// Judges the laws that look at more than one machine, or at what the world holds.
  @usableFromInline let joint: Judge<S>
  /// Judges the start, and crashes, which are steps of all machines, by every law.
  @usableFromInline let whole: Judge<S>
  /// Whether the machines are judged by laws of their states.
  @usableFromInline let hasStateLaws: ContiguousArray<Bool>
  @usableFromInline let hasStepLaws: ContiguousArray<Bool>
  // Asked once: a judge answers as generic code does.
  @usableFromInline let hasJointStateLaws: Bool
  @usableFromInline let hasJointStepLaws: Bool

  /// - Parameter stepper: The one that takes the steps: it remembers what step laws need of the state before.
  @inlinable init(_ design: Design<S>, _ stepper: Stepper<S>) {
    self.design = design
    self.stepper = stepper
    let own = design.hosts.reduce(0) { $0 + $1.properties.count }
    joint = Judge(
      design.name,
      design.hosts.flatMap { $0.properties.filter(\.asksHoldings) }
        + design.properties.dropFirst(own))
    whole = Judge(design)
    hasJointStateLaws = joint.hasStateLaws
    hasJointStepLaws = joint.hasStepLaws
    hasStateLaws = ContiguousArray(
      design.hosts.map { host in
        host.properties.contains { $0.isOfStates && !$0.asksHoldings || $0.isSometimes }
      })
    hasStepLaws = ContiguousArray(design.hosts.map { host in host.properties.contains { $0.isOfSteps } })
    stepper.isJudging = hasStepLaws.contains(true)
  }

  /// Readies the laws of steps for the next one.
  ///
  /// - Parameter includesDear: Whether laws that walk the whole state are judged too.
  @inlinable func begin(_ state: S, isCrash: Bool, includesDear: Bool = true) {
    stepper.judgesDear = includesDear
    if isCrash {
      whole.begin(state, includesDear: includesDear)
    } else if hasJointStepLaws {
      joint.begin(state, includesDear: includesDear)
    }
  }

  /// The laws that the last step breaks, or the state it led to.
  @inlinable func flaws(_ state: inout S, isCrash: Bool, _ holdings: Holdings) -> [Finding] {
    let isDear = stepper.judgesDear
    if isCrash { return whole.step(state, stepper) + whole.state(state, holdings, includesDear: isDear) }
    var findings: [Finding] = []
    for host in hasStepLaws.indices where hasStepLaws[host] && stepper.received.contains(where: { $0.kind == host }) {
      for law in stepper.judgeStep(host: host, of: &state) { findings.append(broken(law, of: host)) }
    }
    if hasJointStepLaws { findings += joint.step(state, stepper) }
    for host in hasStateLaws.indices where hasStateLaws[host] {
      for law in stepper.judgeState(host: host, of: &state).broken { findings.append(broken(law, of: host)) }
    }
    if hasJointStateLaws { findings += joint.state(state, holdings, includesDear: isDear) }
    return findings
  }

  /// The first law that the last step breaks, or the state it led to.
  @inlinable func flaw(_ state: inout S, isCrash: Bool, _ holdings: Holdings) -> Finding? {
    if isCrash {
      return whole.step(state, stepper).first ?? whole.state(state, holdings).first
    }
    if let (host, law) = stepper.firstBrokenByStep(of: &state, among: hasStepLaws) { return broken(law, of: host) }
    if hasJointStepLaws, let finding = joint.step(state, stepper).first { return finding }
    if let (host, law) = stepper.firstBrokenState(of: &state, among: hasStateLaws) { return broken(law, of: host) }
    return hasJointStateLaws ? joint.state(state, holdings).first : nil
  }

  @inlinable func broken(_ law: Int, of host: Int) -> Finding { .broken(design.hosts[host].properties[law]) }

  /// Each "sometimes" of the design, and whether it was met.
  @inlinable func sometimesMet(_ state: inout S) -> [(name: String, isMet: Bool)] {
    let met = design.hosts.map { stepper.isMet(host: $0.index, of: &state) }
    let known = Set((whole.sometimesMet + joint.sometimesMet).filter(\.isMet).map(\.name))
    return whole.sometimesMet.map { name, _ in
      let isMet = design.hosts.contains { host in
        host.properties.indices.contains { host.properties[$0].name == name && met[host.index][$0] }
      }
      return (name, isMet || known.contains(name))
    }
  }
}

extension Property {
  @usableFromInline var isOfStates: Bool { if case .always = kind { true } else { false } }

  @usableFromInline var isSometimes: Bool { if case .sometimes = kind { true } else { false } }

  @usableFromInline var isOfSteps: Bool {
    switch kind {
    case .alwaysStep, .sometimesStep: true
    case .always, .sometimes, .leadsTo: false
    }
  }
}

import Spec

/// Counts what the machines of a hosted system do, by rule, guard and effect (TEL-1).
///
///     let registry = MetricRegistry()
///     host.observers.append(HostMetrics(host.design, registry))
///
/// - Complexity: An addition for each rule and effect of a step, and nothing is allocated; a refusal asks its guards
///   once more, to name the one that said no.
public final class HostMetrics<S: System>: StepObserver {
  private let registry: MetricRegistry
  private let hostNames: [String]
  /// By host and rule, where each host's begin at its base.
  @usableFromInline let steps: ContiguousArray<Counter>
  @usableFromInline let bases: ContiguousArray<Int>
  @usableFromInline let effects: ContiguousArray<Counter>
  @usableFromInline let posts: ContiguousArray<Counter>
  @usableFromInline let ignored: ContiguousArray<Counter>
  @usableFromInline let unexpected: ContiguousArray<Counter>
  @usableFromInline let open: Gauge
  /// By host and guard.
  private var refusals: [String: Counter] = [:]

  public init(_ design: Design<S>, _ registry: MetricRegistry) {
    self.registry = registry
    hostNames = design.hosts.map(\.name)
    var bases: ContiguousArray<Int> = []
    var steps: ContiguousArray<Counter> = []
    for host in design.hosts {
      bases.append(steps.count)
      for rule in host.book.rules {
        // Rules with the same words, in other phases, are told together.
        steps.append(
          registry.counter("interlock_steps_total", "Rules that fired.", ["machine": host.name, "rule": rule.name]))
      }
    }
    self.bases = bases
    self.steps = steps
    func effect(_ machine: String, _ name: String) -> Counter {
      registry.counter(
        "interlock_effects_total", "Effects sent to the world, or over a channel.",
        ["machine": machine, "effect": name]
      )
    }
    effects = ContiguousArray(design.contracts.map { effect($0.hostName, $0.contract.name) })
    posts = ContiguousArray(design.channels.map { effect(design.hosts[$0.fromHost].name, $0.effectName) })
    ignored = ContiguousArray(
      hostNames.map {
        registry.counter(
          "interlock_ignored_total", "Events of which the book says that nothing happens.", ["machine": $0])
      })
    unexpected = ContiguousArray(
      hostNames.map {
        registry.counter(
          "interlock_unexpected_total", "Events of which the book says nothing, or that they cannot come.",
          ["machine": $0])
      })
    open = registry.gauge("interlock_open_obligations", "Effects whose answer is awaited.")
  }

  // Inlined, so that whoever knows the system steps without asking what an effect is.
  @inlinable public func stepped(
    _ host: Host<S>, _ event: S.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64
  ) {
    let stepper = host.stepper
    for place in stepper.fired.indices {
      let firing = stepper.fired[place]
      steps[bases[Int(firing.host)] + Int(firing.rule)].increment()
    }
    for place in stepper.orders.indices {
      switch stepper.orders[place] {
      case .emit(let contract, _): effects[contract].increment()
      case .post(let channel, _): posts[channel].increment()
      case .cancel, .cancelAll, .stray: break
      }
    }
    open.set(Double(host.ledger.count))
    switch outcome {
    case .fired: break
    case .refused: refuse(stepper.refusedTogether ?? event, host)
    case .ignored: ignored[event.kind].increment()
    case .unexpected: unexpected[event.kind].increment()
    }
  }

  @usableFromInline func refuse(_ event: S.Event, _ host: Host<S>) {
    let refusal = host.design.hosts[event.kind].refusals(host.state, event).first
    let words = refusal?.name ?? "no guard"
    let key = "\(event.kind) \(words)"
    if let known = refusals[key] { return known.increment() }
    let counter = registry.counter(
      "interlock_refusals_total", "Events refused, by the first guard that said no.",
      ["machine": hostNames[event.kind], "guard": words])
    refusals[key] = counter
    counter.increment()
  }
}

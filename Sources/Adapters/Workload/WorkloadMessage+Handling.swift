import Machines

/// The tokens of the model call that handles a message.
public struct WorkloadCost: Sendable, Equatable {
  /// Tokens of the prompt.
  public var prompt: UInt64

  /// Tokens that the model is going to write.
  public var output: UInt64

  /// The most that the caller lets it write; the output, unless given. A model that writes more costs more than was
  /// set aside for it.
  public var outputMost: UInt64

  /// The model that is called, where a team has several: how long its calls take is known of each.
  public var model: String?

  public init(prompt: UInt64, output: UInt64, outputMost: UInt64? = nil, model: String? = nil) {
    self.prompt = prompt
    self.output = output
    self.outputMost = outputMost ?? output
    self.model = model
  }

  var modelName: String { model ?? "" }

  /// What is set aside before the call (BUD-4), before the guard's safety factor.
  public var estimate: Amount { Amount.estimate(prompt: prompt, output: outputMost) }

  /// What the call costs.
  public var spent: Amount { Amount(tokens: prompt + output) }
}

/// How handlers fare with one message, whatever their agents' own figures say.
public struct WorkloadHandling: Sendable, Hashable {
  /// How long a handler works on it; nil for the agent's own time.
  public var serviceMilliseconds: Double?

  /// How its first deliveries go wrong; nil for the agent's own share of failures.
  public var fault: Fault?

  /// How many deliveries of each copy go wrong that way.
  public var faultyDeliveries: Int

  public enum Fault: String, CaseIterable, Sendable {
    /// The handler works its time and says that it failed.
    case nack
    /// The handler is gone without a word: its lease lapses.
    case crash
    /// The handler is done only after its lease has lapsed: its answer comes too late.
    case slow
  }

  public init(serviceMilliseconds: Double? = nil, fault: Fault? = nil, faultyDeliveries: Int = 1) {
    self.serviceMilliseconds = serviceMilliseconds
    self.fault = fault
    self.faultyDeliveries = faultyDeliveries
  }

  var isUsual: Bool { serviceMilliseconds == nil && fault == nil }
}

/// What the controller decided on a tick, and how long it took.
public struct WorkloadDecision: Sendable, Equatable {
  public var decision: Decision
  public var policyMilliseconds: Double

  public init(_ decision: Decision, policyMilliseconds: Double = 1) {
    self.decision = decision
    self.policyMilliseconds = policyMilliseconds
  }
}

import Spec

/// What joins a system's effects to the world: it performs them, and hands the answers back to the host.
///
/// Called on the host's loop, after the step that sent the effect is in the journal, and committed where the driver
/// reaches beyond the process.
public protocol Driver<S>: AnyObject {
  associatedtype S: System
  /// Performs an effect whose answer the contract admits; the driver answers with ``Host/answer(_:with:)``.
  ///
  /// Timers come here too, for whoever keeps the time of phases; the host answers them itself.
  func perform(_ effect: S.Effect, ticket: UInt64, at nanoseconds: UInt64)
  /// Takes a notice, which nobody answers.
  func notice(_ effect: S.Effect, at nanoseconds: UInt64)
  /// Whether effects reach beyond this process, so that a step must be durable before they leave.
  ///
  /// A driver whose work dies with the process may say no: the journal then commits in larger groups, and a crash takes
  /// with it only steps whose effects it takes as well.
  var reachesBeyondProcess: Bool { get }
  /// The answer is no longer wanted. The host drops it if it comes; a driver may stop working on it.
  func cancelled(ticket: UInt64)
}

extension Driver {
  public var reachesBeyondProcess: Bool { true }
  public func cancelled(ticket: UInt64) {}
}

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

  // After a crash.

  /// Performs an effect that may have been performed before: the same ticket, *redelivered*.
  ///
  /// Where the driver does not say otherwise, it is performed like any other.
  func performAgain(_ effect: S.Effect, ticket: UInt64, at nanoseconds: UInt64)
  /// Finds what an earlier process began, by its ticket, and goes on to answer; it must not be begun once more.
  ///
  /// - Parameter stage: The stage of the contract that the answers so far have led to.
  func resume(_ effect: S.Effect, ticket: UInt64, stage: Int, at nanoseconds: UInt64)
  /// What the driver wants to find again, kept in each snapshot.
  var memory: [UInt8] { get }
  /// Takes back what ``memory`` said when the snapshot was taken.
  func recall(_ memory: [UInt8])
  /// Hears of a step after the snapshot, which is taken again to get back to where the journal ends; and at last of the
  /// crash itself, before a snapshot keeps ``memory`` again. Nothing is to be performed.
  ///
  /// - Parameters:
  ///   - event: Nothing to read where the cause is a crash.
  ///   - nanoseconds: When the step was taken, on the run's clock; for a crash, when the run went on.
  func retake(_ event: S.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64)
}

extension Driver {
  public var reachesBeyondProcess: Bool { true }
  public func cancelled(ticket: UInt64) {}
  public func performAgain(_ effect: S.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    perform(effect, ticket: ticket, at: nanoseconds)
  }
  public func resume(_ effect: S.Effect, ticket: UInt64, stage: Int, at nanoseconds: UInt64) {
    preconditionFailure("\(Printer.line(of: effect)) is resumed after a crash, and \(Self.self) does not say how")
  }
  public var memory: [UInt8] { [] }
  public func recall(_ memory: [UInt8]) {}
  public func retake(_ event: S.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64) {}
}

import Spec

/// What follows a host's steps without taking part in them: metrics, and records of the run.
///
/// Told on the host's loop, after the step is in the journal and before its effects are performed. It reads what the
/// step left in ``Host/stepper``: the events received, the rules fired, the orders sent.
///
/// An observer that is on the way of every step is a type without parameters, which the compiler can fit to its system:
/// of a generic one, each look at an effect goes through tables.
public protocol StepObserver<S>: AnyObject {
  associatedtype S: System
  func stepped(_ host: Host<S>, _ event: S.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64)
}

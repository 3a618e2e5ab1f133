import Dispatch

extension Duration {
  /// Milliseconds, rounded up, so that a wait is never shorter than was asked.
  var millisecondsRoundedUp: Int {
    let (seconds, attoseconds) = components
    return Int(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue)
      + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
  }

  var interval: DispatchTimeInterval { .milliseconds(millisecondsRoundedUp) }
}

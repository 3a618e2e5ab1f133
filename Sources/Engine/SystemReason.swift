import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

extension Error {
  /// What the operating system answered, in its own words; Foundation's where it was not asked.
  public var systemReason: String {
    let error = self as NSError
    guard let cause = error.userInfo[NSUnderlyingErrorKey] as? POSIXError else { return error.localizedDescription }
    return String(cString: strerror(cause.code.rawValue))
  }
}

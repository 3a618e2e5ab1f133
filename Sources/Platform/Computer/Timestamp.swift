import Foundation

/// The texts of an instant, always of the same width, in UTC.
public enum Timestamp {
  /// `2026-01-02T03:04:05.678Z`; texts of this form are in order of time (DEC-20).
  public static func milliseconds(_ time: Date) -> String {
    // A millisecond that was rounded to a double may lie just below the one it was read from.
    let count = Int64((time.timeIntervalSince1970 * 1000).rounded())
    let (second, rest) = count.quotientAndRemainder(dividingBy: 1000)
    let text = time.text(seconds: rest < 0 ? second - 1 : second, "%Y-%m-%dT%H:%M:%S")
    let digits = String(rest < 0 ? rest + 1000 : rest)
    return text + "." + String(repeating: "0", count: 3 - digits.count) + digits + "Z"
  }

  /// Reads what ``milliseconds(_:)`` wrote; nil for anything else.
  public static func date(_ text: String) -> Date? {
    guard let match = text.wholeMatch(of: /(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{3})Z/)?.output else {
      return nil
    }
    var parts = tm()
    parts.tm_year = Int32(match.1)! - 1900
    parts.tm_mon = Int32(match.2)! - 1
    parts.tm_mday = Int32(match.3)!
    parts.tm_hour = Int32(match.4)!
    parts.tm_min = Int32(match.5)!
    parts.tm_sec = Int32(match.6)!
    return Date(timeIntervalSince1970: Double(timegm(&parts)) + Double(match.7)! / 1000)
  }

  /// `2026-01-02T03:04:05Z`
  public static func seconds(_ time: Date) -> String {
    time.text(seconds: Int64(time.timeIntervalSince1970.rounded(.down)), "%Y-%m-%dT%H:%M:%SZ")
  }

  /// `20260102T030405Z`, for names of files.
  public static func compact(_ time: Date) -> String {
    time.text(seconds: Int64(time.timeIntervalSince1970.rounded(.down)), "%Y%m%dT%H%M%SZ")
  }
}

extension Date {
  fileprivate func text(seconds: Int64, _ format: String) -> String {
    var second = time_t(seconds)
    var parts = tm()
    gmtime_r(&second, &parts)
    return String(unsafeUninitializedCapacity: 64) { buffer in
      buffer.withMemoryRebound(to: CChar.self) { strftime($0.baseAddress!, 64, format, &parts) }
    }
  }
}

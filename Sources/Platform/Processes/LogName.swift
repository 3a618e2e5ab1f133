import Foundation

/// Names of logs that cannot collide, whatever a model is called.
public enum LogName {
  /// `<model>-<port>-<time>-<8 hexadecimal digits>.log`
  ///
  ///     LogName.of(model: "../org/Größe 7B", port: 18080, at: .init())
  ///     // org-Gr--e-7B-18080-20260102T030405Z-1f09ac3e.log
  ///
  /// - Parameter model: What is no letter, digit, point or underscore of ASCII becomes a dash; 80 of it are kept.
  public static func of(model: String, port: UInt16, at time: Date) -> String {
    let safe = model.unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(Character(scalar)))
      return isPlain || scalar == "." || scalar == "_" ? Character(scalar) : "-"
    }
    let name = String(safe.drop { $0 == "-" || $0 == "." }.suffix(80))
    let random = String(UInt32.random(in: 0 ... .max), radix: 16)
    let digits = String(repeating: "0", count: 8 - random.count) + random
    return "\(name.isEmpty ? "model" : name)-\(port)-\(Timestamp.compact(time))-\(digits).log"
  }
}

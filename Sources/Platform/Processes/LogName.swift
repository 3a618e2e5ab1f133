import Foundation

/// Names of logs that cannot collide, whatever a model is called.
public enum LogName {
  /// `<model>-<port>-<time>-<8 hexadecimal digits of the run>-<8 of the start>.log`
  ///
  ///     LogName.of(model: "../org/Größe 7B", port: 18080, at: .init(), run: id, mark: mark)
  ///     // org-Gr--e-7B-18080-20260102T030405Z-77ab01c2-1f09ac3e.log
  ///
  /// - Parameters:
  ///   - model: What is no letter, digit, point or underscore of ASCII becomes a dash; 80 of it are kept.
  ///   - run: The run that it is of.
  ///   - mark: Tells one start from all others.
  public static func of(model: String, port: UInt16, at time: Date, run: String, mark: String) -> String {
    let safe = model.unicodeScalars.map { scalar -> Character in
      let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(Character(scalar)))
      return isPlain || scalar == "." || scalar == "_" ? Character(scalar) : "-"
    }
    let name = String(safe.drop { $0 == "-" || $0 == "." }.suffix(80))
    return "\(name.isEmpty ? "model" : name)-\(port)-\(Timestamp.compact(time))-\(digits(run))\(ending(mark))"
  }

  /// The log of a start, by its mark alone; nil where there is none.
  public static func find(mark: String, in folder: String) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.first { $0.hasSuffix(ending(mark)) }
  }

  /// The logs of some runs that were last written before an instant.
  public static func all(in folder: String, ofRuns runs: [String], before time: Date) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let runs = Set(runs.map(digits))
    return names.filter { name in
      guard let match = name.wholeMatch(of: /.+-\d+-\d{8}T\d{6}Z-([0-9a-f]{8})-[0-9a-f]{8}\.log/),
        runs.contains(String(match.1))
      else { return false }
      let written = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)[.modificationDate] as? Date
      return written.map { $0 < time } ?? false
    }.sorted()
  }

  private static func ending(_ mark: String) -> String { "-\(digits(mark)).log" }

  private static func digits(_ text: String) -> String { String(SHA256.hexadecimal(of: Array(text.utf8)).prefix(8)) }
}

import Check
import Options

/// A size of memory as people write it: `800M`, `4G`, or a number of bytes.
struct ByteSize: ExpressibleByArgument, CustomStringConvertible {
  let bytes: Int

  init?(argument: String) {
    let units: [Character: Int] = ["K": 1 << 10, "M": 1 << 20, "G": 1 << 30]
    let unit = argument.last.flatMap { units[Character($0.uppercased())] }
    guard let number = Int(unit == nil ? argument[...] : argument.dropLast()), number > 0 else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit ?? 1)
    guard !overflow else { return nil }
    self.bytes = bytes
  }

  var description: String { "\(bytes)" }
  static var valueExpectation: String { "a size such as 800M or 4G" }
}

extension StateMemory: ExpressibleByArgument {}

#if canImport(Darwin)
  import Darwin
  import Foundation

  extension Hardware {
    public static var current: Hardware {
      let version = ProcessInfo.processInfo.operatingSystemVersion
      return Hardware(
        chip: text("machdep.cpu.brand_string") ?? unknown, cores: ProcessInfo.processInfo.activeProcessorCount,
        ramGB: gigabytes(number("hw.memsize")),
        osVersion: "macOS \(version.majorVersion).\(version.minorVersion)"
          + (version.patchVersion > 0 ? ".\(version.patchVersion)" : ""))
    }

    private static func text(_ name: String) -> String? {
      var size = 0
      guard sysctlbyname(name, nil, &size, nil, 0) == 0, size > 0 else { return nil }
      var bytes = [UInt8](repeating: 0, count: size)
      guard sysctlbyname(name, &bytes, &size, nil, 0) == 0 else { return nil }
      return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    private static func number(_ name: String) -> UInt64? {
      var value: UInt64 = 0
      var size = MemoryLayout<UInt64>.size
      return sysctlbyname(name, &value, &size, nil, 0) == 0 ? value : nil
    }
  }
#endif

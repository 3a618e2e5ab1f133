#if os(Linux)
  import Foundation

  extension Hardware {
    public static var current: Hardware { Hardware(root: "") }

    /// - Parameter root: Where `/proc`, `/sys` and `/etc` lie.
    package init(root: String) {
      let processor = Hardware.processor(root)
      let graphics = Hardware.graphics(root)
      self.init(
        chip: ([processor] + graphics).joined(separator: " + "), cores: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
        ramGB: Hardware.gigabytes(Hardware.memory(root)), osVersion: Hardware.system(root))
    }

    private static func lines(_ path: String) -> [Substring] {
      let bytes = (try? FileBytes.read(path)) ?? []
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
    }

    /// The value of the first line `key : value`.
    private static func value(_ key: String, in path: String) -> String? {
      for line in lines(path) {
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key else { continue }
        let words = parts[1].split(whereSeparator: \.isWhitespace)
        if !words.isEmpty { return words.joined(separator: " ") }
      }
      return nil
    }

    /// Boards without names for their processors have one of their own.
    private static func processor(_ root: String) -> String {
      if let name = value("model name", in: root + "/proc/cpuinfo") { return name }
      let board = (try? FileBytes.read(root + "/sys/firmware/devicetree/base/model")) ?? []
      let name = String(decoding: board.prefix { $0 != 0 }, as: UTF8.self).trimmingCharacters(
        in: .whitespacesAndNewlines)
      return name.isEmpty ? unknown : name
    }

    /// `2x NVIDIA H200` for each kind, in the order in which the system has them.
    private static func graphics(_ root: String) -> [String] {
      let nvidia = names(in: root + "/proc/driver/nvidia/gpus").compactMap {
        value("Model", in: root + "/proc/driver/nvidia/gpus/\($0)/information")
      }
      let cards = names(in: root + "/sys/class/drm").filter { $0.wholeMatch(of: /card\d+/) != nil }
      let amd = cards.compactMap { card in
        lines(root + "/sys/class/drm/\(card)/device/product_name").first.map { $0.trimmingCharacters(in: .whitespaces) }
      }.filter { !$0.isEmpty }
      let all = nvidia + amd
      var kinds: [String] = []
      for name in all where !kinds.contains(name) { kinds.append(name) }
      return kinds.map { kind in "\(all.count { $0 == kind })x \(kind)" }
    }

    private static func names(in folder: String) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    private static func memory(_ root: String) -> UInt64? {
      value("MemTotal", in: root + "/proc/meminfo")?.split(separator: " ").first.flatMap { UInt64($0) }
        .map { $0 * 1024 }
    }

    private static func system(_ root: String) -> String {
      for path in ["/etc/os-release", "/usr/lib/os-release"] {
        for line in lines(root + path) where line.hasPrefix("PRETTY_NAME=") {
          let value = line.dropFirst("PRETTY_NAME=".count).trimmingCharacters(in: .whitespaces)
          let isQuoted = value.count > 1 && (value.first == "\"" || value.first == "'") && value.first == value.last
          let name = isQuoted ? String(value.dropFirst().dropLast()) : value
          if !name.isEmpty { return name }
        }
      }
      return unknown
    }
  }
#endif

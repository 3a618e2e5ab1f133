/// What one target may import, and the reason.
struct Arrow: Sendable {
  let target: String
  /// The modules it may import; nil if it may import anything.
  let allowed: [String]?
  let reason: String

  static func only(_ target: String, imports allowed: [String], _ reason: String) -> Arrow {
    Arrow(target: target, allowed: allowed, reason: reason)
  }

  static func any(_ target: String, _ reason: String) -> Arrow {
    Arrow(target: target, allowed: nil, reason: reason)
  }

  /// Complains about each import of the file that points the wrong way.
  func complaints(about file: File) -> [String] {
    file.imports.filter { !admits($0.module) }.map {
      "\(file.path):\($0.line): imports \($0.module), but \(words)"
    }
  }

  /// Complains about each dependency in Package.swift that points the wrong way.
  func complaints(about declared: Manifest.Target) -> [String] {
    declared.dependencies.filter { !admits($0) }.map {
      "Package.swift: \(target) depends on \($0), but \(words)"
    }
  }

  private func admits(_ module: String) -> Bool { allowed?.contains(module) ?? true }

  private var words: String {
    let list = allowed.map { $0.isEmpty ? "nothing" : $0.joined(separator: ", ") } ?? "anything"
    return "\(target) may import \(list): \(reason)"
  }
}

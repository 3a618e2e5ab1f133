/// A page in the text format of Prometheus 0.0.4, read by the rules of its documentation.
///
/// Of each metric HELP and TYPE come once and before its samples, its lines stand together, no series comes twice, and
/// buckets of a histogram are cumulative, with one for +Inf that equals the count.
struct ExpositionPage {
  struct Sample: Hashable {
    let name: String
    let labels: [String: String]
  }
  struct Malformed: Error { let line: String }

  private(set) var values: [Sample: Double] = [:]
  private(set) var problems: [String] = []
  private var types: [String: String] = [:]
  private var order: [String] = []

  init(_ text: String) throws {
    guard text.isEmpty || text.hasSuffix("\n") else { throw Malformed(line: "the last line does not end") }
    var helped: Set<String> = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ") {
        let parts = line.split(separator: " ", maxSplits: 3)
        let name = String(parts[2])
        if line.hasPrefix("# HELP ") {
          if !helped.insert(name).inserted { problems.append("HELP of \(name) twice") }
        } else {
          if types[name] != nil { problems.append("TYPE of \(name) twice") }
          if order.contains(name) { problems.append("TYPE of \(name) after its samples") }
          guard parts.count == 4, ["counter", "gauge", "histogram", "summary", "untyped"].contains(parts[3]) else {
            throw Malformed(line: String(line))
          }
          types[name] = String(parts[3])
        }
        continue
      }
      if line.hasPrefix("#") { continue }
      try take(line)
    }
    checkHistograms()
  }

  subscript(name: String, labels: [String: String]) -> Double? { values[Sample(name: name, labels: labels)] }

  private mutating func take(_ line: Substring) throws {
    guard let match = line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (\S+)/) else {
      throw Malformed(line: String(line))
    }
    let name = String(match.1)
    let labels = try match.2.map { try ExpositionPage.labels(String($0.dropFirst().dropLast())) } ?? [:]
    let number: Double? =
      switch match.3 {
      case "+Inf": .infinity
      case "-Inf": -.infinity
      case "NaN": .nan
      default: Double(match.3)
      }
    guard let number else { throw Malformed(line: String(line)) }
    let sample = Sample(name: name, labels: labels)
    if values[sample] != nil { problems.append("\(line) comes twice") }
    values[sample] = number
    let family = family(of: name)
    if order.last != family {
      if order.contains(family) { problems.append("lines of \(family) stand apart") }
      order.append(family)
    }
  }

  private func family(of name: String) -> String {
    for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
      let base = String(name.dropLast(suffix.count))
      if types[base] == "histogram" { return base }
    }
    return name
  }

  private static func labels(_ text: String) throws -> [String: String] {
    var labels: [String: String] = [:]
    var rest = text[...]
    while !rest.isEmpty {
      guard let match = rest.prefixMatch(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/) else {
        throw Malformed(line: text)
      }
      var value = ""
      var isEscaped = false
      for character in match.2 {
        if isEscaped {
          value.append(character == "n" ? "\n" : character)
          isEscaped = false
        } else if character == "\\" {
          isEscaped = true
        } else {
          value.append(character)
        }
      }
      guard labels.updateValue(value, forKey: String(match.1)) == nil else { throw Malformed(line: text) }
      rest = rest[match.range.upperBound...]
    }
    return labels
  }

  private mutating func checkHistograms() {
    for (name, type) in types where type == "histogram" {
      var series: [[String: String]: [(bound: Double, count: Double)]] = [:]
      for (sample, value) in values where sample.name == name + "_bucket" {
        var labels = sample.labels
        let bound = labels.removeValue(forKey: "le").flatMap { $0 == "+Inf" ? Double.infinity : Double($0) }
        guard let bound else {
          problems.append("a bucket of \(name) has no bound")
          continue
        }
        series[labels, default: []].append((bound, value))
      }
      for (labels, buckets) in series {
        let sorted = buckets.sorted { $0.bound < $1.bound }
        if !zip(sorted, sorted.dropFirst()).allSatisfy({ $0.count <= $1.count }) {
          problems.append("buckets of \(name) are not cumulative")
        }
        let count = values[Sample(name: name + "_count", labels: labels)]
        if sorted.last?.bound != .infinity || sorted.last?.count != count {
          problems.append("\(name) has no bucket of all, or it is not the count")
        }
        if values[Sample(name: name + "_sum", labels: labels)] == nil { problems.append("\(name) has no sum") }
      }
    }
  }
}

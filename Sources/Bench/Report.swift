import Foundation

/// The figures as a table for people, or as one JSON object for programs.
struct Report {
  let figures: [Figure]
  let computer: Computer

  var missed: [Figure] { figures.filter { $0.status == .missed } }

  var text: String {
    let titles = ["figure", "measured", "yardstick", "ratio", "goal", ""]
    let rows =
      [titles]
      + figures.map { figure in
        [
          figure.name, figure.measured.text, figure.yardstick?.text ?? "",
          figure.ratio.map { Quantity.digits($0) + "x" } ?? "", figure.goal, figure.status.rawValue,
        ]
      }
    let widths = titles.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    var lines = [computer.text, ""]
    for (index, row) in rows.enumerated() {
      let cells = zip(row, widths).enumerated().map { column, cell in
        let space = String(repeating: " ", count: cell.1 - cell.0.count)
        return (1...3).contains(column) ? space + cell.0 : cell.0 + space
      }
      lines.append(trimmed(cells.joined(separator: "  ")))
      if index > 0, !figures[index - 1].note.isEmpty { lines.append("    \(figures[index - 1].note)") }
    }
    lines.append("")
    lines.append(verdict)
    return lines.joined(separator: "\n") + "\n"
  }

  private var verdict: String {
    let judged = figures.count { $0.isMet != nil }
    if judged == 0 { return "No goals among these figures." }
    if missed.isEmpty { return "All \(judged) goals are met." }
    return "\(missed.count) of \(judged) goals are MISSED: \(missed.map(\.name).joined(separator: "; "))."
  }

  private func trimmed(_ line: String) -> String {
    var line = line
    while line.last == " " { line.removeLast() }
    return line
  }

  var markdown: String {
    let rows = figures.map { figure in
      let yardstick = figure.yardstick.map(\.text) ?? ""
      let ratio = figure.ratio.map { Quantity.digits($0) + "x" } ?? ""
      let status = figure.isMet.map { $0 ? "met" : "**missed**" } ?? ""
      return "| \(figure.name) | \(figure.measured.text) | \(yardstick) | \(ratio) | \(figure.goal) | \(status) | "
        + "\(figure.note) |"
    }
    let head = [
      "| figure | measured | yardstick | ratio | goal | | |",
      "| --- | ---: | ---: | ---: | --- | --- | --- |",
    ]
    return (head + rows).joined(separator: "\n") + "\n"
  }

  var json: String {
    get throws {
      let object: [String: Any] = [
        "processor": computer.processor, "cores": computer.cores, "system": computer.system, "swift": computer.swift,
        "figures": figures.map(object),
      ]
      let data = try JSONSerialization.data(
        withJSONObject: object, options: [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
      return String(decoding: data, as: UTF8.self) + "\n"
    }
  }

  private func object(_ figure: Figure) -> [String: Any] {
    var object: [String: Any] = [
      "name": figure.name, "measured": figure.measured.value, "unit": figure.measured.unit, "note": figure.note,
    ]
    if let yardstick = figure.yardstick {
      object["yardstick"] = yardstick.value
      object["yardstick_unit"] = yardstick.unit
    }
    if let ratio = figure.ratio { object["ratio"] = ratio }
    if let isMet = figure.isMet {
      object["goal"] = figure.goal
      object["met"] = isMet
    }
    return object
  }
}

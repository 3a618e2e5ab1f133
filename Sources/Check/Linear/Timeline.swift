/// Operations as bars on a time axis, one row for each lane; two rows where a lane's operations overlap.
///
///       lane 0  ├a──────┤
///       lane 1     ├b┤  …
///
/// Columns are ranks, not durations: only the order of beginnings and ends means something.
struct Timeline {
  struct Bar {
    let name: String
    let lane: Int
    let invoked: UInt64
    /// nil where no response came: the bar is open.
    let ended: UInt64?
  }

  let bars: [Bar]

  var lines: [String] {
    let columns = columns
    let width = (columns.flatMap { [$0.from, $0.to] }.max() ?? 0) + 1
    let lanes = Set(bars.map(\.lane)).sorted()
    let title = lanes.map { "lane \($0)".count }.max() ?? 0
    return lanes.flatMap { lane in
      rows(of: lane, columns).enumerated().map { index, row in
        var cells = Array(repeating: Character(" "), count: width)
        for bar in row { draw(bars[bar], columns[bar], in: &cells) }
        let name = index == 0 ? "lane \(lane)" : ""
        let line = "  " + name + String(repeating: " ", count: title - name.count) + "  " + String(cells)
        return String(line.reversed().drop { $0 == " " }.reversed())
      }
    }
  }

  /// Where each bar begins and ends: three columns from one mark to the next leave room for two letters.
  private var columns: [(from: Int, to: Int)] {
    var marks: [(instant: UInt64, isEnd: Bool, bar: Int)] = []
    for (index, bar) in bars.enumerated() {
      marks.append((bar.invoked, false, index))
      if let ended = bar.ended { marks.append((ended, true, index)) }
    }
    marks.sort { a, b in (a.instant, a.isEnd ? 1 : 0, a.bar) < (b.instant, b.isEnd ? 1 : 0, b.bar) }
    var columns = Array(repeating: (from: 0, to: marks.count * 3), count: bars.count)
    for (place, mark) in marks.enumerated() {
      if mark.isEnd { columns[mark.bar].to = place * 3 } else { columns[mark.bar].from = place * 3 }
    }
    return columns
  }

  private func rows(of lane: Int, _ columns: [(from: Int, to: Int)]) -> [[Int]] {
    var rows: [[Int]] = []
    for bar in bars.indices.filter({ bars[$0].lane == lane }).sorted(by: { columns[$0].from < columns[$1].from }) {
      if let row = rows.firstIndex(where: { columns[$0.last!].to < columns[bar].from }) {
        rows[row].append(bar)
      } else {
        rows.append([bar])
      }
    }
    return rows
  }

  private func draw(_ bar: Bar, _ columns: (from: Int, to: Int), in cells: inout [Character]) {
    for column in columns.from...columns.to { cells[column] = "─" }
    cells[columns.from] = "├"
    cells[columns.to] = bar.ended == nil ? "…" : "┤"
    for (offset, letter) in bar.name.enumerated() { cells[columns.from + 1 + offset] = letter }
  }

  /// a to z, then aa to zz.
  static func name(_ index: Int) -> String {
    let letters = Array("abcdefghijklmnopqrstuvwxyz")
    let low = String(letters[index % 26])
    return index < 26 ? low : String(letters[(index / 26 - 1) % 26]) + low
  }
}

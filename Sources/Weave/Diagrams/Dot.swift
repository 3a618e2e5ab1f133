import Spec

// Colours are given for a light page; ``svgStyle`` gives each class its colours on a dark one.
private let font = "fontname=\"Helvetica,Arial,sans-serif\""

/// The state diagram of a machine as Graphviz source.
///
/// Resting phases have a double border. What leaves a phase as it is stands inside it, so that only changes are arrows.
///
/// - Parameters:
///   - starts: The phases it may start in, as indices into the book's phases.
///   - fired: For each rule, in how many steps of an exploration it fired: the more, the thicker its arrow. An arrow
///     none of whose rules ever fired is dashed and red. Nil leaves this out.
public func dot(_ book: BookDescription, starts: [Int] = [], fired: [Int]? = nil) -> String {
  let arrows = book.arrows
  var lines = opening(book.title, direction: "TB")
  for index in starts {
    lines.append(
      "  start\(index) [shape=point width=0.12 label=\"\" class=\"start\" style=filled "
        + "color=\"#57606a\" fillcolor=\"#57606a\"];"
    )
  }
  for (index, phase) in book.phases.enumerated() {
    let kept = arrows.first { $0.from == index && $0.to == index }?.events ?? []
    var label = "<b>\(markup(phase.name))</b>"
    if !kept.isEmpty {
      let rows = wrapped("stays on ", kept, columns: 32).map(markup).joined(separator: "<br/>")
      label += "<br/><font point-size=\"4\"> <br/></font><font point-size=\"9\">\(rows)</font>"
    }
    let look =
      phase.isResting
      ? "class=\"resting\" peripheries=2 fillcolor=\"#ddf4ff\" color=\"#0969da\"" : "class=\"passing\""
    lines.append("  phase\(index) [label=<\(label)> \(look)];")
  }
  for index in starts { lines.append("  start\(index) -> phase\(index);") }
  for arrow in arrows where arrow.from != arrow.to {
    let look = fired.map { counts in cover(arrow.rules.reduce(0) { $0 + counts[$1] }) } ?? ""
    lines.append("  phase\(arrow.from) -> phase\(arrow.to) [label=\"\(stacked(arrow.events))\"\(look)];")
  }
  return (lines + ["}", ""]).joined(separator: "\n")
}

/// How an arrow looks whose rules fired so many times.
private func cover(_ fired: Int) -> String {
  if fired == 0 { return " class=\"never\" style=dashed color=\"#cf222e\" fontcolor=\"#cf222e\"" }
  // The digits of the number, so that a thousand times as often is three steps thicker.
  let tenths = 10 + 3 * String(fired).count
  return " class=\"fired\" penwidth=\(tenths / 10).\(tenths % 10)"
}

/// The hosts of a system and the routes between them as Graphviz source.
///
/// A route that is part of its sender's step is a solid arrow, a channel a dashed one. The world stands for whoever
/// gives the events that no machine sends, and takes the effects that no machine receives.
public func dot(_ design: DesignSummary) -> String {
  var lines = opening(design.title, direction: "LR")
  lines.append("  world [label=<<b>the world</b>> class=\"world\" style=\"rounded,dashed\" color=\"#8c959f\"];")
  for (index, host) in design.hosts.enumerated() {
    lines.append(
      "  host\(index) [label=<<b>\(markup(host.name))</b>> class=\"resting\" fillcolor=\"#ddf4ff\" color=\"#0969da\"];")
  }
  for (index, host) in design.hosts.enumerated() {
    let routed = Set(design.routes.filter { $0.to == index }.map(\.event))
    let taken = Set(design.routes.filter { $0.from == index }.map(\.effect))
    let given = host.book.events.indices.filter { !routed.contains($0) }.map { host.book.events[$0] }
    let sent = host.book.effects.indices.filter { !taken.contains($0) }.map { host.book.effects[$0] }
    if !given.isEmpty {
      lines.append("  world -> host\(index) [label=\"\(stacked(given))\" class=\"outer\" color=\"#afb8c1\"];")
    }
    if !sent.isEmpty {
      lines.append("  host\(index) -> world [label=\"\(stacked(sent))\" class=\"outer\" color=\"#afb8c1\"];")
    }
  }
  var bundles: [(of: RouteSummary, names: [String])] = []
  for route in design.routes {
    let name = route.effectName == route.eventName ? route.effectName : "\(route.effectName) as \(route.eventName)"
    if let place = bundles.firstIndex(where: {
      $0.of.from == route.from && $0.of.to == route.to && $0.of.over == route.over
    }) {
      bundles[place].names.append(name)
    } else {
      bundles.append((route, [name]))
    }
  }
  for (route, names) in bundles {
    let isDirect = route.over == .direct || route.over == .together
    let label = stacked(names + (isDirect ? [] : ["(\(route.words))"]))
    lines.append(
      "  host\(route.from) -> host\(route.to) [label=\"\(label)\" penwidth=1.6\(isDirect ? "" : " style=dashed")];")
  }
  return (lines + ["}", ""]).joined(separator: "\n")
}

private func opening(_ title: String, direction: String) -> [String] {
  [
    "digraph \(quoted(title)) {",
    "  graph [rankdir=\(direction) bgcolor=\"#ffffff\" pad=0.3 nodesep=0.5 ranksep=0.55];",
    "  node [shape=box style=\"rounded,filled\" \(font) fontsize=12 margin=\"0.3,0.12\" height=0.45",
    "    color=\"#57606a\" fillcolor=\"#f6f8fa\" fontcolor=\"#1f2328\"];",
    "  edge [\(font) fontsize=10 color=\"#6e7781\" fontcolor=\"#424a53\" arrowsize=0.7];",
  ]
}

/// Names one below the other, as the label of an arrow, with room at both sides.
///
/// It is no markup: of that, Graphviz would centre the lines by the widths of a font that the page may not have.
private func stacked(_ names: [String]) -> String {
  names.map { "&#160;\(markup($0).replacing("\\", with: "\\\\"))&#160;" }.joined(separator: "\\n")
}

/// Names joined by commas after some first words, in lines of about this length.
private func wrapped(_ first: String, _ names: [String], columns: Int) -> [String] {
  var lines = [first + (names.first ?? "")]
  for name in names.dropFirst() {
    lines[lines.count - 1] += ","
    if lines[lines.count - 1].count + name.count < columns {
      lines[lines.count - 1] += " \(name)"
    } else {
      lines.append(name)
    }
  }
  return lines
}

/// Text inside a label between angle brackets.
private func markup(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    .replacing("\"", with: "&quot;")
}

private func quoted(_ text: String) -> String {
  "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
}

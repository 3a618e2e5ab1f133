import Check
import Spec
import Weave

extension RoundReport {
  /// The report as one HTML file that needs no other: light and dark, on any width, with nothing from outside.
  public var html: String {
    let sections: [(id: String, words: String, html: String)] = [
      ("findings", "Findings", findingsPart), ("explained", "Explained", explained.map(told).joined()),
      ("closed", "Closed", closedPart), ("machines", "Machines", machinesPart),
      ("requirements", "Requirements", requirementsPart),
    ].filter { !$0.html.isEmpty }
    let body = summaryPart + sections.map { "<h2 id=\"\($0.id)\">\($0.words)</h2>\n\($0.html)" }.joined() + filterScript
    return reportHtml(
      title: "\(title): \(verdict.rawValue)", style: reportStyle,
      contents: [("top", "Verdict")] + sections.map { ($0.id, $0.words) }, body: body)
  }

  // MARK: - Summary

  private var summaryPart: String {
    let tone =
      switch verdict {
      case .ready: "good"
      case .fixRequired: "bad"
      default: "open"
      }
    var html = "<header id=\"top\"><p class=\"eyebrow\">\(escapedHtml(title))</p>\n"
    html += "<h1 class=\"verdict \(tone)\">\(escapedHtml(verdict.rawValue))</h1>\n"
    html += "<p class=\"lead\">\(escapedHtml(counts))"
    if let progress, let before = comparison?.before {
      html += "<br>since the round of \(escapedHtml(before)): \(escapedHtml(progress))"
    }
    html +=
      "</p>\n<p class=\"quiet\">\(escapedHtml(date)) · \(escapedHtml(scope)) · \(grouped(Int(seconds.rounded()))) s"
    html += comparison.map { " · round \($0.number)" } ?? ""
    html += " · program <code>\(escapedHtml(program))</code></p>\n</header>\n<div class=\"cards\">\n"
    for (number, words) in cards {
      html += "<div><b>\(escapedHtml(number))</b><span>\(escapedHtml(words))</span></div>\n"
    }
    html += "</div>\n"
    if let countedWords { html += "<p class=\"quiet\">Mutants \(escapedHtml(countedWords)).</p>\n" }
    if let unfinishedWords { html += "<p class=\"note\">\(escapedHtml(sentence(unfinishedWords)))</p>\n" }
    return html
  }

  private var cards: [(String, String)] {
    let worlds = machines.flatMap(\.worlds)
    let scenarios = machines.compactMap(\.scenarios).reduce(0) { $0 + $1.run }
    let held = traces.count { ![.nothing, .notYet, .cited, .fired].contains($0.standing) }
    var cards: [(String, String)] = []
    if !traces.isEmpty { cards.append(("\(held) of \(traces.count)", "requirements held")) }
    if !worlds.isEmpty {
      cards.append(
        (
          grouped(worlds.reduce(0) { $0 + $1.world.distinct }),
          "states, in \(worlds.count) \(worlds.count == 1 ? "world" : "worlds")"
        ))
    }
    if scenarios > 0 { cards.append(("\(scenarios)", "scenarios run")) }
    let (all, tried, differ, killed) = mutants
    if all > 0 {
      let extent = tried == all ? "all \(grouped(all)) tried" : "\(grouped(tried)) of \(grouped(all)) tried"
      cards.append(("\(grouped(killed)) of \(grouped(differ))", "tried mutants that differ were killed; \(extent)"))
    }
    return cards
  }

  // MARK: - Findings

  private var findingsPart: String {
    if open.isEmpty {
      return explained.isEmpty ? "<p>Nothing was found.</p>\n" : "<p>Nothing that no chapter explains.</p>\n"
    }
    return "<p><input type=\"search\" data-filter=\".finding\" placeholder=\"Filter findings\" "
      + "aria-label=\"Filter findings\"></p>\n" + open.map(told).joined()
  }

  private func told(_ finding: AuditFinding) -> String {
    let status = status(finding)
    let isOpen = finding.severity <= .major ? " open" : ""
    var html = "<details class=\"finding\"\(isOpen)><summary>\(chip(finding.severity))"
    html += "<code>\(escapedHtml(finding.code))</code>"
    if !finding.unit.machine.isEmpty {
      html += "<span class=\"status\">\(escapedHtml(finding.unit.machine))</span>"
    }
    if !status.isEmpty { html += "<span class=\"status\">\(escapedHtml(status))</span>" }
    html += "<span class=\"words\">\(escapedHtml(finding.words))</span>"
    if let why = finding.explanation { html += "<span class=\"words quiet\">\(inlineHtml(why))</span>" }
    html += "</summary>\n<dl>\n"
    func row(_ name: String, _ value: String) {
      if !value.isEmpty { html += "<dt>\(name)</dt><dd>\(value)</dd>\n" }
    }
    row("Machine", escapedHtml(finding.unit.machine))
    row("Requirement", finding.requirements.map(requirementLink).joined(separator: ", "))
    row("Place", finding.place.isEmpty ? "" : "<code>\(escapedHtml(finding.place))</code>")
    row("Means", escapedHtml(FindingCode.named(finding.code)?.meaning ?? ""))
    row("What to do", finding.explanation == nil ? escapedHtml(finding.advice) : "")
    html += "</dl>\n"
    if !finding.counterexample.isEmpty { html += "<pre><code>\(escapedHtml(finding.counterexample))\n</code></pre>\n" }
    return html + "</details>\n"
  }

  private func chip(_ severity: Finding.Severity) -> String {
    "<span class=\"chip \(severity.word.lowercased())\">\(severity.word)</span>"
  }

  private func requirementLink(_ id: String) -> String {
    traces.contains { $0.id == id } ? "<a href=\"#\(escapedHtml(id))\">\(escapedHtml(id))</a>" : escapedHtml(id)
  }

  private var closedPart: String {
    guard let closed = comparison?.closed, !closed.isEmpty else { return "" }
    return "<ul>\n"
      + closed.map { "<li>\(chip($0.severity)) <code>\($0.code)</code> \(escapedHtml($0.words))</li>\n" }.joined()
      + "</ul>\n"
  }

  // MARK: - Machines

  private var machinesPart: String {
    machines.map { machine in
      var html = "<h3 id=\"machine-\(escapedHtml(machine.name))\">\(escapedHtml(machine.title)) "
      html += "<small>\(escapedHtml(machine.name))</small></h3>\n<p class=\"quiet\">"
      var words = ["specs/\(machine.chapter)", "\(machine.rules) rules", machine.lock]
      if let scenarios = machine.scenarios {
        words.append(
          scenarios.run == 0
            ? "no scenario" : "\(scenarios.run) scenario\(scenarios.run == 1 ? "" : "s"), \(scenarios.failed) failed")
      }
      words += machine.random.map { runs, _ in "\(grouped(runs.steps)) random steps of \(runs.world)" }
      if let (tried, kept) = machine.mutants {
        words.append("mutants: \(tried.words)\(kept.map { " (evidence of \($0))" } ?? "")")
      }
      words += machine.counted.map { ["\($0.told)"] } ?? []
      html += words.filter { !$0.isEmpty }.map(escapedHtml).joined(separator: " · ") + "</p>\n"
      if machine.worlds.isEmpty { return html }
      html += "<div class=\"table\"><table>\n<thead><tr><th>World</th><th class=\"number\">States</th>"
      html += "<th class=\"number\">Steps</th><th class=\"number\">Depth</th><th class=\"number\">Rules fired</th>"
      html += "<th>Verdict</th><th>Evidence</th></tr></thead>\n<tbody>\n"
      for (world, kept) in machine.worlds {
        html += "<tr><td><code>\(escapedHtml(world.world))</code></td>"
        html += "<td class=\"number\">\(grouped(world.distinct))</td><td class=\"number\">\(grouped(world.steps))</td>"
        html += "<td class=\"number\">\(world.depth)</td>"
        html += "<td class=\"number\">\(world.rulesFired)&nbsp;of&nbsp;\(world.rules)</td>"
        html += "<td title=\"\(escapedHtml(world.extent))\">\(escapedHtml(world.verdict.rawValue))</td>"
        html += "<td>\(escapedHtml(kept ?? "this round"))</td></tr>\n"
      }
      return html + "</tbody></table></div>\n"
    }.joined()
  }

  // MARK: - Requirements

  private var requirementsPart: String {
    if traces.isEmpty { return "" }
    var html = "<ul class=\"standings\">\n"
    for (standing, count) in standings { html += "<li><b>\(count)</b> \(escapedHtml(standing.rawValue))</li>\n" }
    html += "</ul>\n<p><input type=\"search\" data-filter=\".requirement\" placeholder=\"Filter requirements\" "
    html += "aria-label=\"Filter requirements\"></p>\n"
    return html + traces.map(traced).joined()
  }

  private func traced(_ trace: RequirementTrace) -> String {
    let tone =
      switch trace.standing {
      case .nothing: "critical"
      case .notYet: "question"
      case .cited, .fired: "minor"
      default: "held"
      }
    var html = "<details class=\"requirement\" id=\"\(escapedHtml(trace.id))\"><summary>"
    html += "<span class=\"chip \(tone)\">\(escapedHtml(trace.id))</span>"
    html += "<span class=\"words\">\(inlineHtml(trace.text))</span>"
    html += "<span class=\"standing\">\(escapedHtml(trace.standing.rawValue))</span></summary>\n<dl>\n"
    func row(_ name: String, _ values: [String]) {
      if !values.isEmpty { html += "<dt>\(name)</dt><dd>\(values.joined(separator: "<br>"))</dd>\n" }
    }
    func place(_ text: String) -> String { "<code>\(escapedHtml(text))</code>" }
    func citing(_ citing: RequirementTrace.Citing) -> String {
      let host = citing.host.isEmpty ? citing.machine : "\(citing.machine), \(citing.host)"
      return "\(escapedHtml(citing.name)) <small>\(escapedHtml(host)) · \(place(citing.place))</small>"
    }
    row("Stated", [place(trace.place)])
    row("Laws", trace.laws.map(citing))
    row("Rules", trace.rules.map(citing))
    row("Worlds", trace.worlds.isEmpty ? [] : [trace.worlds.map(escapedHtml).joined(separator: ", ")])
    row("Scenarios", trace.scenarios.map(escapedHtml))
    row("Tests", trace.tests.map(place))
    row("Held by", trace.heldBy.map(escapedHtml))
    row("Not yet", trace.notYet.map { [escapedHtml($0)] } ?? [])
    return html + "</dl></details>\n"
  }
}

/// Hides what does not have the words of a search field, and opens what a link leads to.
private let filterScript = """
  <script>
  for (const field of document.querySelectorAll("input[data-filter]")) {
    const all = [...document.querySelectorAll(field.dataset.filter)];
    field.addEventListener("input", () => {
      const words = field.value.toLowerCase().split(/\\s+/).filter(Boolean);
      for (const one of all) {
        const text = one.textContent.toLowerCase();
        one.hidden = !words.every(word => text.includes(word));
      }
    });
  }
  function reveal() {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") target.open = true;
  }
  addEventListener("hashchange", reveal);
  reveal();
  </script>

  """

private let reportStyle = """
  :root { --good: #1a7f37; --bad: #cf222e; --warn: #9a6700; --ask: #0969da; }
  @media (prefers-color-scheme: dark) {
    :root { --good: #3fb950; --bad: #f85149; --warn: #d29922; --ask: #58a6ff; }
  }
  .eyebrow { margin: 0; color: var(--quiet); font-size: 0.95rem; }
  h1.verdict { font-size: clamp(2.2rem, 7vw, 3.4rem); letter-spacing: -0.02em; margin: 0.1em 0 0.2em; }
  .verdict.good { color: var(--good); }
  .verdict.bad { color: var(--bad); }
  .verdict.open { color: var(--warn); }
  .lead { font-size: 1.1rem; margin: 0 0 0.4rem; }
  .quiet, small { color: var(--quiet); font-size: 0.875rem; }
  h3 small { font-weight: 400; margin-left: 0.4em; }
  .note { border-left: 3px solid var(--warn); padding-left: 1rem; }
  .cards {
    display: grid; grid-template-columns: repeat(auto-fit, minmax(10.5rem, 1fr)); gap: 0.8rem; margin: 1.6rem 0;
  }
  .cards div { border: 1px solid var(--line); border-radius: 10px; padding: 0.9rem 1rem; background: var(--soft); }
  .cards b { display: block; font-size: 1.45rem; font-variant-numeric: tabular-nums; line-height: 1.3; }
  .cards span { color: var(--quiet); font-size: 0.875rem; line-height: 1.35; display: block; }
  .chip {
    display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 0.6em; font-size: 0.75rem;
    font-weight: 600; line-height: 1.55; white-space: nowrap;
  }
  .chip.critical, .chip.major { color: var(--bad); }
  .chip.minor { color: var(--warn); }
  .chip.question { color: var(--ask); }
  .chip.held { color: var(--good); }
  input[type="search"] {
    font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 8px;
    padding: 0.45rem 0.8rem; width: min(100%, 24rem);
  }
  input:focus-visible, summary:focus-visible, a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
  .finding, .requirement { border: 1px solid var(--line); border-radius: 8px; margin: 0.5rem 0; max-width: none; }
  .finding > summary, .requirement > summary {
    display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.3rem 0.7rem; padding: 0.6rem 0.9rem;
    color: var(--text); list-style: none; overflow-wrap: anywhere;
  }
  .finding > summary::-webkit-details-marker, .requirement > summary::-webkit-details-marker { display: none; }
  .finding[open] > summary, .requirement[open] > summary { border-bottom: 1px solid var(--line); }
  .finding .words { flex: 1 1 100%; }
  .requirement .words { flex: 1 1 24rem; }
  .status, .standing { color: var(--quiet); font-size: 0.875rem; }
  dl { display: grid; grid-template-columns: 7rem minmax(0, 1fr); gap: 0.3rem 1rem; margin: 0; padding: 0.7rem 0.9rem; }
  dt { color: var(--quiet); font-size: 0.875rem; }
  dd { margin: 0; overflow-wrap: anywhere; }
  .finding pre { margin: 0 0.9rem 0.9rem; }
  .standings { list-style: none; padding: 0; }
  .standings b { display: inline-block; min-width: 2.5rem; text-align: right; margin-right: 0.5rem; }
  [hidden] { display: none; }
  @media (max-width: 40rem) {
    body { padding: 0 1rem; }
    dl { grid-template-columns: minmax(0, 1fr); gap: 0.1rem; }
    dd { margin-bottom: 0.5rem; }
  }
  """

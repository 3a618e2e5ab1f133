import Chapters
import Spec

/// A machine as a page of the book: its phases, rules, refusals, contracts, laws, and the mistakes that were tried on
/// it.
func machineArticle(_ machine: MachinePlace, in book: Book) -> Article {
  var writer = MachineWriter(machine, book)
  return writer.article()
}

private struct MachineWriter {
  let machine: MachinePlace
  let book: Book
  let sources: SourceReader
  let evidence: [RuleEvidence]?
  var contents: [(id: String, words: String)] = []

  init(_ machine: MachinePlace, _ book: Book) {
    self.machine = machine
    self.book = book
    sources = machine.page.sources
    evidence = machine.evidence
  }

  private var described: BookDescription { machine.book }

  mutating func article() -> Article {
    let html = [
      intro, diagram(), phases(), rules(), refusals(), contracts(), laws(), locks(), verified(), run(), mistakes(),
    ].compactMap(\.self).joined(separator: "\n")
    return Article(html: html, contents: contents)
  }

  private var intro: String {
    let telling = machine.pages
    let cited = book.chapters(citedBy: machine).filter { page in
      !telling.contains { $0.chapter.file == page.chapter.file }
    }
    let chapters = (telling + cited).map { chapterChip($0) }
    let systems = machine.pages.compactMap { book.system(of: $0) }
      .map { anchorTag($0.path, htmlEscaped($0.design.title), "chip strong") }
    let fired = evidence.map { all in all.count { $0.fired > 0 } }
    return """
      <p class="eyebrow">Machine</p>
      <h1>\(htmlEscaped(machine.title))</h1>
      \(described.words.isEmpty ? "" : "<p class=\"lead\">\(htmlEscaped(described.words))</p>")
      <p class="machines">\(systems.joined(separator: " ")) \(chapters.joined(separator: " "))</p>
      \(facts([
        fact(grouped(described.phases.count), described.phases.count == 1 ? "phase" : "phases"),
        fact(grouped(described.rules.count), described.rules.count == 1 ? "rule" : "rules"),
        fact(grouped(described.properties.count), described.properties.count == 1 ? "law" : "laws"),
        fact(grouped(described.contracts.count), described.contracts.count == 1 ? "effect" : "effects"),
        fired.map {
          fact(
            "\($0)<small>/\(described.rules.count)</small>", "rules fired",
            $0 == described.rules.count ? "good" : "open")
        } ?? "",
      ]))
      """
  }

  private mutating func diagram() -> String {
    let path = machineDiagramPath(machine.page.name, machine.host.name)
    let legend =
      evidence == nil
      ? ""
      : "<span class=\"key fired\"></span>fired when all worlds were explored, the "
        + "thicker the "
        + "oftener <span class=\"key never\"></span>never fired <span class=\"key rest\"></span>may rest "
        + "here"
    return diagramFigure(path, legend: legend)
  }

  private mutating func phases() -> String {
    let starts = Set(machine.host.starts)
    let cards = zip(described.phases.indices, machine.phaseIDs).map { index, id in
      let phase = described.phases[index]
      let notes = [starts.contains(index) ? "starts here" : nil, phase.isResting ? "may rest here" : nil].compactMap(
        \.self)
      return "<li id=\"\(htmlEscaped(id))\"><code class=\"phase\">\(htmlEscaped(phase.name))</code> "
        + "<span>\(htmlEscaped(phase.words))</span>"
        + (notes.isEmpty ? "</li>" : " <small>\(notes.joined(separator: ", "))</small></li>")
    }
    let crash =
      described.isVolatile
      ? "<p>A crash puts the machine back to its start.</p>"
      : described.recovery.map {
        "<p>After a crash, the first event it receives is \(codeTag(described.events[$0], "event")).</p>"
      } ?? ""
    return section("phases", "Phases", to: &contents)
      + "<ul class=\"phases\">\(cards.joined(separator: "\n"))</ul>\n\(crash)"
  }

  // MARK: Rules

  private mutating func rules() -> String {
    var html = section("rules", "Rules", to: &contents)
    html += "<p>Tried from the top; the first whose guards all hold fires.</p>\n"
    var told: Set<Int> = []
    let ids = machine.ruleIDs
    for (index, phase) in described.phases.enumerated() {
      let tried = described.rules.indices.filter { described.rules[$0].phases.contains(index) }
      html +=
        "<h3 class=\"in\">In <a href=\"#\(htmlEscaped(machine.phaseIDs[index]))\"><code class=\"phase\">"
        + "\(htmlEscaped(phase.name))</code></a></h3>\n"
      if tried.isEmpty {
        html += "<p class=\"quiet\">No rule: every event here is one of the silences below.</p>\n"
      }
      for number in tried {
        if told.insert(number).inserted {
          html += card(number, id: ids[number], in: index)
        } else {
          html +=
            "<p class=\"again\"><code "
            + "class=\"event\">\(htmlEscaped(described.events[described.rules[number].event]))</code> "
            + anchorTag("#\(ids[number])", htmlEscaped(described.rules[number].name)) + "</p>\n"
        }
      }
    }
    return html
  }

  private func card(_ number: Int, id: String, in phase: Int) -> String {
    let rule = described.rules[number]
    let found = evidence?[number]
    let guards = rule.guards.enumerated().map { place, it in
      let refused = found.map { $0.refusals.indices.contains(place) ? $0.refusals[place] : 0 } ?? 0
      let count =
        found == nil
        ? ""
        : " <small class=\"count\">\(refused == 0 ? "never said no" : "said no in \(grouped(refused)) states")</small>"
      return
        "<li>\(sourceTag(htmlEscaped(it.name), it.source, sources))"
        + (it.code.map { " \(codeTag($0, "code"))" } ?? "") + "\(count)</li>"
    }
    let clauses = rule.clauses.map { "<li>\(words($0))</li>" }
    let target = rule.target ?? phase
    let to =
      target == phase
      ? "<span class=\"stays\">stays</span>"
      : "<a class=\"to\" href=\"#\(htmlEscaped(machine.phaseIDs[target]))\"><code "
        + "class=\"phase\">\(htmlEscaped(described.phases[target].name))</code></a>"
    let fired =
      found.map { $0.fired == 0 ? span("fired never", "never fired") : span("fired", "fired \(grouped($0.fired)) ×") }
      ?? ""
    let others = rule.phases.filter { $0 != phase }.map { codeTag(described.phases[$0].name, "phase") }
    let source =
      sources.statement(at: rule.source).map {
        "<details class=\"code\"><summary>\(htmlEscaped(place(rule.source)))</summary><pre "
          + "class=\"swift\"><code>\(coloured(swift: $0))</code></pre></details>"
      } ?? ""
    return """
      <section class="rule" id="\(htmlEscaped(id))">
      <h4>\(codeTag(described.events[rule.event], "event"))\(rule.isOtherwise ? "<small>otherwise</small>" : "") \
      <span class="name">\(htmlEscaped(rule.name))</span> \(to)</h4>
      \(others.isEmpty ? "" : "<p class=\"also\">also in \(others.joined(separator: " "))</p>")\
      \(guards.isEmpty ? "" : "<ul class=\"when\">\(guards.joined(separator: "\n"))</ul>")
      \(clauses.isEmpty ? "" : "<ul class=\"then\">\(clauses.joined(separator: "\n"))</ul>")
      <p class="foot">\(requirementTags(rule.citations, in: book)) \(fired)</p>
      \(source)
      </section>

      """
  }

  private func words(_ clause: ClauseDescription) -> String {
    switch clause.kind {
    case .update(let words):
      "<span class=\"verb\">update</span> "
        + sourceTag(words.isEmpty ? "the state" : htmlEscaped(words), clause.source, sources)
    case .emit(let kind): "<span class=\"verb\">send</span> \(effect(kind))"
    case .emitEach(let kind): "<span class=\"verb\">send each</span> \(effect(kind))"
    case .cancel(let kind): "<span class=\"verb\">cancel</span> \(codeTag(described.effects[kind], "effect"))"
    case .cancelAll(let kind): "<span class=\"verb\">cancel every</span> \(codeTag(described.effects[kind], "effect"))"
    }
  }

  private func effect(_ kind: Int) -> String {
    let route = machine.design.routes.first { $0.from == machine.index && $0.effect == kind }
    let receiver =
      route.map { route -> String in
        let host = machine.design.hosts[route.to]
        let name = htmlEscaped(host.name)
        return " to the " + (book.machine(of: host.book).map { anchorTag($0.path, name) } ?? name)
      } ?? ""
    let contract = described.contracts.firstIndex { $0.effect == kind }
    let name = codeTag(described.effects[kind], "effect")
    return (contract.map { "<a href=\"#contract-\(slug(described.contracts[$0].name))\">\(name)</a>" } ?? name)
      + receiver
  }

  private func place(_ source: SourceLine) -> String {
    "\(source.file.split(separator: "/").last ?? ""):\(source.line)"
  }

  // MARK: What is refused

  private mutating func refusals() -> String? {
    let guarded = described.rules.indices.flatMap { rule in described.rules[rule].guards.map { (rule, $0) } }
    guard !guarded.isEmpty || !described.silences.isEmpty else { return nil }
    var html = section("refusals", "Refusals and silences", to: &contents)
    if !guarded.isEmpty {
      html += "<p>A refusal quotes the guard that said no: <em>it is not so that …</em></p>\n"
      var names: [String] = []
      for (_, it) in guarded where !names.contains(it.name) { names.append(it.name) }
      let ids = machine.ruleIDs
      html += htmlTable(
        ["It is not so that", "Code", "Asked by", "Source"],
        names.map { name in
          let users = guarded.filter { $0.1.name == name }
          var rules: [Int] = []
          for (rule, _) in users where !rules.contains(rule) { rules.append(rule) }
          let text = sources.source(of: users[0].1).map {
            "<pre class=\"swift tight\"><code>\(coloured(swift: $0))</code></pre>"
          }
          return [
            htmlEscaped(name), users[0].1.code.map { codeTag($0, "code") } ?? "",
            rules.map { anchorTag("#\(ids[$0])", htmlEscaped(described.rules[$0].name)) }.joined(separator: "; "),
            text ?? "",
          ]
        }, look: "cards guards")
    }
    if !described.silences.isEmpty {
      html += "<h3 id=\"silences\">Silences</h3>\n<p>Events that no rule handles, by decision.</p>\n"
      html += htmlTable(["Event", "In", "Is", "Why"], silenceRows, look: "cards")
    }
    return html
  }

  private var silenceRows: [[String]] {
    var groups: [(of: BookDescription.SilenceDescription, events: [String])] = []
    for silence in described.silences {
      if let last = groups.last?.of, last.source == silence.source, last.reason == silence.reason {
        groups[groups.count - 1].events.append(silence.eventName)
      } else {
        groups.append((silence, [silence.eventName]))
      }
    }
    return groups.map { silence, events in
      [
        events.map { codeTag($0, "event") }.joined(separator: " "),
        silence.phases.map { codeTag(described.phases[$0].name, "phase") }.joined(separator: " "),
        silence.word + (silence.code.map { " as \(codeTag($0, "code"))" } ?? ""),
        (silence.word == "refused" ? "unless " : "because ") + htmlEscaped(silence.reason),
      ]
    }
  }

  // MARK: Contracts

  private mutating func contracts() -> String? {
    guard !described.contracts.isEmpty else { return nil }
    var html = section("contracts", "Contracts", to: &contents)
    html += "<p>What the world may answer to each effect. Exploration tries every answer; a run is held to them.</p>\n"
    let answered = described.contracts.filter { !$0.isNotice }
    html += answered.isEmpty ? "" : "<div class=\"contracts\">\n"
    for contract in answered {
      let words = ContractWords(contract, key: sources.key(of: contract), events: described.events)
      let rows = [
        ("Answers", words.answers), ("Open at once", words.open), ("Faults", words.faults),
        ("A late answer", words.late), ("After a crash", words.afterCrash),
      ].map { "<div><dt>\($0)</dt><dd>\(MarkdownRendering().inline($1))</dd></div>" }
      html += """
        <section class="contract" id="contract-\(slug(contract.name))"><h4>\(codeTag(contract.name, "effect"))\
        \(contract.options.holds.map { " <small>holds \(codeTag($0))</small>" } ?? "")</h4>
        <dl>\(rows.joined())</dl></section>

        """
    }
    html += answered.isEmpty ? "" : "</div>\n"
    let notices = described.contracts.filter(\.isNotice)
    if !notices.isEmpty {
      html +=
        "<p>Notices, which nobody answers: "
        + notices.map { "<code class=\"effect\" id=\"contract-\(slug($0.name))\">\(htmlEscaped($0.name))</code>" }
        .joined(separator: " ") + "</p>\n"
    }
    return html
  }

  // MARK: Laws, locks and mistakes

  private mutating func laws() -> String? {
    guard !described.properties.isEmpty else { return nil }
    return section("laws", "Laws", to: &contents)
      + "<p>What holds of the machine whatever happens around it.</p>\n"
      + lawList(described.properties, ids: machine.lawIDs, in: book, sources)
  }

  /// The locks of the systems that have the machine.
  private mutating func locks() -> String? {
    lockSection(machine.pages.flatMap(\.locks), to: &contents)
  }

  /// How it fares in the systems that have it, whose pages tell more.
  private mutating func verified() -> String? {
    let systems = machine.pages.compactMap { book.system(of: $0) }
    let rows = systems.map { system -> [String] in
      let (page, path) = (system.page, system.path)
      let caught = page.stories.mutation.map { "\($0.killed) of \($0.judged)" }
      return [
        anchorTag(path, htmlEscaped(system.design.title)),
        page.states == 0 ? "" : anchorTag("\(path)#exploration", "\(grouped(page.states)) states"),
        verdictTags(page),
        caught.map { anchorTag("\(path)#mutation", $0) } ?? "",
        page.stories.run == nil ? "" : anchorTag("\(path)#run", "who says what to whom"),
      ]
    }
    if rows.isEmpty { return nil }
    return section("evidence", "Evidence", to: &contents)
      + "<p>What was explored and tried with it, and a run drawn as a sequence, by the systems that have it.</p>\n"
      + htmlTable(["System", "Explored", "Verdict", "Mistakes caught", "A run"], rows, look: "cards")
  }

  /// What it says and is told in a run of a system that has it; where it takes no part in one, in a scenario.
  private mutating func run() -> String? {
    for page in machine.pages {
      guard let run = page.stories.run, let system = book.system(of: page),
        let view = page.stories.sequence.flatMap({ view($0, in: page) })
      else { continue }
      let link = anchorTag("\(system.path)#run", "a run of \(htmlEscaped(system.design.title))")
      return runSection("\(link), which has every step", view, "Again with <code>\(htmlEscaped(run.command))</code>")
    }
    for page in machine.pages {
      for scenario in page.chapter.scenarios {
        let sequence = page.stories.scenarios[scenario.title]?.first?.sequence
        guard let view = sequence.flatMap({ view($0, in: page) }) else { continue }
        let link = anchorTag("\(page.htmlPath)#\(scenarioID(scenario))", htmlEscaped(scenario.title))
        return runSection("a scenario of chapter \(page.chapter.number)", view, link)
      }
    }
    return nil
  }

  /// What the machine says and is told in a sequence of a page's system; where it is there several times, the busiest.
  private func view(_ sequence: MessageSequence, in page: PageInput) -> MessageSequence? {
    machine.names(in: page).compactMap { sequence.seen(by: $0) }.max { $0.rows.count < $1.rows.count }
  }

  private mutating func runSection(_ what: String, _ view: MessageSequence, _ caption: String) -> String {
    section("run", "A run", to: &contents) + "<p>What it says and is told in \(what).</p>\n"
      + figure(svg(view, label: "A run of \(machine.title)", isStyled: false).trimmed, caption)
  }

  private mutating func mistakes() -> String? {
    let stories = machine.mistakes
    guard !stories.isEmpty else { return nil }
    return section("mistakes", "What a mistake would do", to: &contents)
      + "<p>A check must be able to fail. Each of these small mistakes was put into the machine, and this is the "
      + "shortest "
      + "run that gives it away.</p>\n" + stories.map(mistakeFigure).joined(separator: "\n")
  }
}

/// A mistake and the run that shows it, to open.
func mistakeFigure(_ mistake: MistakeStory) -> String {
  """
  <details class="mistake">
  <summary><span class="tag">Mistake</span> \(htmlEscaped(mistake.words)) \
  <small>\(htmlEscaped(mistake.place))</small></summary>
  <p class="broken">✗ \(htmlEscaped(mistake.found))</p>
  \(runFigure(mistake.run))
  </details>
  """
}

import Spec

func machineHeading(_ host: String) -> String { "Machine: \(host)" }

/// One machine: its phases, rules, silences, guards, contracts and laws.
func machineSection(
  _ index: Int, of design: DesignSummary, _ page: PageInput, _ citations: Citations
) -> String {
  let host = design.hosts[index]
  let section = MachineSection(
    host: host, routes: design.routes.filter { $0.from == index }, hosts: design.hosts.map(\.name), page: page,
    citations: citations, rulePlaces: rulePlaces(design)[index])
  return section.text
}

/// The parts of a machine's section, in the order of the page.
private struct MachineSection {
  let host: HostSummary
  /// The routes that begin here.
  let routes: [RouteSummary]
  let hosts: [String]
  let page: PageInput
  let citations: Citations
  let rulePlaces: [String]
  /// The guards, each once, with the places that links to them lead to.
  let guardGroups: [(place: String, guards: [GuardDescription])]

  init(
    host: HostSummary, routes: [RouteSummary], hosts: [String], page: PageInput, citations: Citations,
    rulePlaces: [String]
  ) {
    self.host = host
    self.routes = routes
    self.hosts = hosts
    self.page = page
    self.citations = citations
    self.rulePlaces = rulePlaces
    let groups = grouped(host.book.rules.flatMap(\.guards), by: page.sources)
    let places = distinct(groups.map { slug("\(host.name) guard \($0[0].name)") })
    guardGroups = Array(zip(places, groups))
  }

  private var book: BookDescription { host.book }
  private var name: String { escaped(host.name) }

  var text: String {
    [intro, phases, rules, silences, guards, contracts, laws].compactMap(\.self).joined(separator: "\n")
  }

  // MARK: Phases

  private var intro: String {
    """
    \(heading(2, machineHeading(host.name)))\
    \(book.words.isEmpty ? "" : "\(escaped(book.words))\n\n")\
    ![\(escaped(machineLabel(host)))](\(machineDiagramPath(page.name, host.name)))

    \(details("The same diagram in Mermaid", fenced(mermaid(book, starts: host.starts), "mermaid")))
    """
  }

  private var phases: String {
    let rows = book.phases.indices.map { index in
      let phase = book.phases[index]
      let notes = [host.starts.contains(index) ? "starts here" : nil, phase.isResting ? "may rest here" : nil]
      return [code(phase.name), escaped(phase.words), notes.compactMap(\.self).joined(separator: ", ")]
    }
    let crash =
      book.isVolatile
      ? "A crash puts the machine back to its start."
      : book.recovery.map { "After a crash, the first event it receives is \(code(book.events[$0]))." }
    return heading(3, "Phases of the \(host.name)") + table(["Phase", "Meaning", "Note"], rows)
      + (crash.map { "\n\($0)\n" } ?? "")
  }

  // MARK: Rules

  private var rules: String {
    var text =
      heading(3, "Rules of the \(host.name)") + "Rules are tried from the top; the first whose guards all hold fires.\n"
    var placed: Set<Int> = []
    for (index, phase) in book.phases.enumerated() {
      let tried = book.rules.indices.filter { book.rules[$0].phases.contains(index) }
      text += "\n**In \(code(phase.name))**\n\n"
      guard !tried.isEmpty else {
        text += "No rule: see the silences below.\n"
        continue
      }
      let rows = tried.map { number in
        let rule = book.rules[number]
        // A rule of several phases is shown in each; links lead to the first.
        let place = placed.insert(number).inserted ? anchor(rulePlaces[number]) : ""
        let when = rule.guards.map { condition in
          link(escaped(condition.name), to: "#\(guardGroups.first { $0.guards.contains(condition) }?.place ?? "")")
        }
        let target = rule.target ?? index
        return [
          code(book.events[rule.event]) + (rule.isOtherwise ? ", otherwise" : ""),
          place + sourceLink(escaped(rule.name), rule.source),
          when.joined(separator: ";<br>"), rule.clauses.map(words).joined(separator: ";<br>"),
          target == index ? "stays" : code(book.phases[target].name), citations.links(rule.citations, on: page),
        ]
      }
      text += table(["Event", "Rule", "When", "Changes", "To", "Cites"], rows)
    }
    return text
  }

  /// A clause in words: `send prepare`, `cancel prepareTimer`, `update`.
  private func words(_ clause: ClauseDescription) -> String {
    switch clause.kind {
    case .update(let words): sourceLink(words.isEmpty ? "update" : "update: \(escaped(words))", clause.source)
    case .emit(let kind): "send \(code(book.effects[kind]))\(receiver(of: kind))"
    case .emitEach(let kind): "send each \(code(book.effects[kind]))\(receiver(of: kind))"
    case .cancel(let kind): "cancel \(code(book.effects[kind]))"
    case .cancelAll(let kind): "cancel every \(code(book.effects[kind]))"
    }
  }

  private func receiver(of effect: Int) -> String {
    routes.first { $0.effect == effect }.map { " to the \(escaped(hosts[$0.to]))" } ?? ""
  }

  // MARK: Silences

  private var silences: String? {
    guard !book.silences.isEmpty else { return nil }
    var groups: [(of: BookDescription.SilenceDescription, events: [String])] = []
    for silence in book.silences {
      if let last = groups.last?.of, last.source == silence.source, last.reason == silence.reason {
        groups[groups.count - 1].events.append(silence.eventName)
      } else {
        groups.append((silence, [silence.eventName]))
      }
    }
    let rows = groups.map { silence, events in
      [
        codes(events), codes(silence.phases.map { book.phases[$0].name }),
        silence.word + (silence.code.map { " as \(code($0))" } ?? ""),
        (silence.word == "refused" ? "unless " : "because ") + escaped(silence.reason),
      ]
    }
    return heading(3, "Silences of the \(host.name)") + "Events that no rule handles, by decision.\n\n"
      + table(["Event", "In", "Is", "Why"], rows)
  }

  // MARK: Guards

  private var guards: String? {
    guard !guardGroups.isEmpty else { return nil }
    let rows = guardGroups.map { place, guards in
      let users = book.rules.indices.filter { !book.rules[$0].guards.allSatisfy { !guards.contains($0) } }
      return [
        anchor(place) + escaped(guards[0].name), guards[0].code.map(code) ?? "",
        users.map { link(escaped(book.ruleNames[$0]), to: "#\(rulePlaces[$0])") }.joined(separator: ";<br>"),
        guards.map { sourceLink(words($0.source), $0.source) }.joined(separator: "<br>"),
      ]
    }
    let sources = guardGroups.map { _, guards in
      "**\(escaped(guards[0].name))**\n\n"
        + (page.sources.source(of: guards[0]).map { fenced($0, "swift") } ?? "Source not found.\n")
    }
    return heading(3, "Guards of the \(host.name)") + "A refusal quotes the guard that said no, and its code.\n\n"
      + table(["Guard", "Code", "Asked by", "Source"], rows) + "\n"
      + details("Source of \(counted(guardGroups.count, "guard"))", sources.joined(separator: "\n"))
  }

  /// `Switch.swift:48`.
  private func words(_ source: SourceLine) -> String {
    escaped("\(source.file.split(separator: "/").last ?? "")") + ":\(source.line)"
  }

  private func sourceLink(_ words: String, _ source: SourceLine) -> String {
    page.sources.path(of: source).map { link(words, to: "../\($0)#L\(source.line)") } ?? words
  }

  // MARK: Contracts

  private var contracts: String? {
    let answered = book.contracts.filter { !$0.isNotice }
    let notices = book.contracts.filter(\.isNotice).map(\.name)
    guard !book.contracts.isEmpty else { return nil }
    var text = heading(3, "Contracts of the \(host.name)") + "What the world may answer to each effect.\n"
    if !answered.isEmpty {
      let rows = answered.map { contract in
        let words = ContractWords(contract, key: page.sources.key(of: contract), events: book.events)
        return [
          code(contract.name) + (contract.options.holds.map { ", holds \(code($0))" } ?? ""), words.answers, words.open,
          words.faults, words.late, words.afterCrash,
        ]
      }
      text += "\n"
      text += table(["Effect", "Answers", "Open at once", "Faults", "A late answer", "After a crash"], rows)
    }
    if !notices.isEmpty {
      text += "\nNotices, which nobody answers: \(codes(notices)).\n"
    }
    return text
  }

  // MARK: Laws

  private var laws: String? {
    guard !book.properties.isEmpty else { return nil }
    return heading(3, lawsHeading(host.name)) + lawTable(book.properties, page, citations)
  }
}

/// Each guard once, in the order in which rules ask: one written twice in the same words and the same code is one.
private func grouped(_ guards: [GuardDescription], by sources: SourceReader) -> [[GuardDescription]] {
  struct Look: Hashable {
    let name: String
    let code: String?
    /// Its text, or its place where the text was not found.
    let source: String
  }
  var order: [Look] = []
  var groups: [Look: [GuardDescription]] = [:]
  for condition in guards {
    let text = sources.source(of: condition) ?? "\(condition.source.file):\(condition.source.line)"
    let look = Look(name: condition.name, code: condition.code, source: text)
    if groups[look] == nil { order.append(look) }
    if groups[look]?.contains(condition) != true { groups[look, default: []].append(condition) }
  }
  return order.map { groups[$0] ?? [] }
}

/// Laws by their kind, each with what it cites.
func lawTable(
  _ laws: [BookDescription.PropertyDescription], _ page: PageInput, _ citations: Citations
) -> String {
  let kinds = [
    ("always", "in every state"), ("always, of each step", "of every step"), ("sometimes", "in some state"),
    ("sometimes, of a step", "of some step"), ("leads to", "in the end"),
  ]
  let known = Set(kinds.map(\.0))
  let others = laws.map(\.kind).filter { !known.contains($0) }.map { ($0, $0) }
  var rows: [[String]] = []
  for (kind, words) in kinds + others {
    for law in laws where law.kind == kind {
      let name = escaped(law.name)
      rows.append([
        words,
        page.sources.path(of: law.source).map { link(name, to: "../\($0)#L\(law.source.line)") } ?? name,
        citations.links(law.citations, on: page),
      ])
    }
  }
  return table(["Holds", "Law", "Cites"], rows)
}

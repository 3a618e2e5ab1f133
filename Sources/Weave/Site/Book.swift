import Chapters
import Spec

/// Which pages the book has, and where on them each thing stands.
struct Book {
  let title: String
  /// In reading order.
  let pages: [PageInput]
  let systems: [SystemPlace]
  /// Each rule book once, told by the first system that has it.
  let machines: [MachinePlace]
  /// Who cites each requirement.
  private(set) var uses: [String: [RequirementRow.Use]] = [:]
  /// The tests that are named by a requirement.
  let tests: NamedTests
  /// The page that states each requirement.
  let stated: [String: PageInput]

  init(_ pages: [PageInput], title: String, tests: NamedTests = NamedTests()) {
    self.title = title
    self.tests = tests
    self.pages = pages
    stated = Dictionary(
      pages.flatMap { page in page.chapter.requirements.map { ($0.id, page) } }, uniquingKeysWith: { first, _ in first }
    )
    var machines: [MachinePlace] = []
    for page in pages {
      guard let design = page.design else { continue }
      for index in design.told {
        let host = design.hosts[index]
        if let known = machines.firstIndex(where: { $0.tells(host.book) }) {
          machines[known].others.append(page)
        } else {
          machines.append(MachinePlace(page: page, design: design, index: index))
        }
      }
    }
    let slugs = distinct(machines.map { slug($0.title) })
    for index in machines.indices { machines[index].path = "machine-\(slugs[index]).html" }
    self.machines = machines
    systems = pages.compactMap { page in page.design.map { SystemPlace(page: page, design: $0) } }
    for machine in machines { add(machine) }
    for system in systems { add(system) }
    for page in pages { for other in page.others { add(other, of: page) } }
  }

  /// What two chapters tell on one page is one use.
  private mutating func add(_ use: RequirementRow.Use, to id: String) {
    if uses[id]?.contains(where: { $0.address == use.address }) != true { uses[id, default: []].append(use) }
  }

  private mutating func add(_ machine: MachinePlace) {
    let (page, host) = (machine.page.markdownPath, machine.host)
    let places = rulePlaces(machine.design)[machine.index]
    for (index, rule) in machine.book.rules.enumerated() {
      let use = RequirementRow.Use(
        isRule: true, owner: machine.title, name: rule.name, address: "\(machine.path)#\(machine.ruleIDs[index])",
        markdown: .init(page: page, anchor: places[index]))
      for id in rule.citations { add(use, to: id) }
    }
    for (index, law) in machine.book.properties.enumerated() {
      let use = RequirementRow.Use(
        isRule: false, owner: machine.title, name: law.name, address: "\(machine.path)#\(machine.lawIDs[index])",
        markdown: .init(page: page, anchor: place(lawsHeading(host.name))))
      for id in law.citations { add(use, to: id) }
    }
  }

  private mutating func add(_ system: SystemPlace) {
    for (index, law) in system.design.properties.enumerated() {
      let use = RequirementRow.Use(
        isRule: false, owner: system.design.title, name: law.name, address: "\(system.path)#\(system.lawIDs[index])",
        markdown: .init(page: system.page.markdownPath, anchor: place(jointHeading)))
      for id in law.citations { add(use, to: id) }
    }
  }

  /// What a system without a page cites besides what the others do; its rules and laws lead to their source.
  private mutating func add(_ design: DesignSummary, of page: PageInput) {
    func add(_ name: String, of owner: String, _ source: SourceLine, isRule: Bool, to ids: [String]) {
      guard let path = page.sources.path(of: source) else { return }
      let use = RequirementRow.Use(
        isRule: isRule, owner: owner, name: name, address: "../\(path)#L\(source.line)",
        markdown: .init(page: "../\(path)", anchor: "L\(source.line)"))
      for id in ids
      where uses[id]?.contains(where: { ($0.isRule, $0.owner, $0.name) == (isRule, owner, name) }) != true {
        uses[id, default: []].append(use)
      }
    }
    for book in design.told.map({ design.hosts[$0].book }) {
      for rule in book.rules { add(rule.name, of: book.title, rule.source, isRule: true, to: rule.citations) }
      for law in book.properties { add(law.name, of: book.title, law.source, isRule: false, to: law.citations) }
    }
    for law in design.properties { add(law.name, of: design.title, law.source, isRule: false, to: law.citations) }
  }

  func neighbours(of place: Int) -> (before: PageInput?, after: PageInput?) {
    (place > 0 ? pages[place - 1] : nil, place + 1 < pages.count ? pages[place + 1] : nil)
  }

  /// The chapters that state what a machine's rules cite.
  func chapters(citedBy machine: MachinePlace) -> [PageInput] {
    let cited = Set(machine.book.rules.flatMap(\.citations))
    return pages.filter { $0.chapter.requirements.contains { cited.contains($0.id) } }
  }

  /// The machines of a chapter: those of its system; where it has none, those whose rules cite it.
  func machines(of page: PageInput) -> [MachinePlace] {
    if let design = page.design { return design.told.compactMap { machine(of: design.hosts[$0].book) } }
    return machines.filter { machine in chapters(citedBy: machine).contains { $0.chapter.file == page.chapter.file } }
  }

  /// The page of a machine; nil for one that no page of the book tells.
  func machine(of book: BookDescription) -> MachinePlace? { machines.first { $0.tells(book) } }

  func system(of page: PageInput) -> SystemPlace? { systems.first { $0.page.chapter.file == page.chapter.file } }
}

/// A system's own page.
struct SystemPlace {
  let page: PageInput
  let design: DesignSummary

  var path: String { "system-\(slug(design.name)).html" }
  var lawIDs: [String] { distinct(design.properties.map { slug("law \($0.name)") }) }
}

/// A machine's own page.
struct MachinePlace {
  /// The first chapter whose system has it.
  let page: PageInput
  let design: DesignSummary
  let index: Int
  var path = ""
  /// The chapters whose systems have it too.
  var others: [PageInput] = []

  init(page: PageInput, design: DesignSummary, index: Int) {
    self.page = page
    self.design = design
    self.index = index
  }

  /// Every chapter whose system has it.
  var pages: [PageInput] { [page] + others }
  var host: HostSummary { design.hosts[index] }
  var book: BookDescription { host.book }
  var title: String { book.title }
  var ruleIDs: [String] { distinct(book.rules.map { slug("rule \($0.name)") }) }
  var lawIDs: [String] { distinct(book.properties.map { slug("law \($0.name)") }) }
  var phaseIDs: [String] { distinct(book.phases.map { slug("phase \($0.name)") }) }

  /// Whether this is the page of a book: books of one name that differ have pages of their own.
  func tells(_ other: BookDescription) -> Bool {
    book.title == other.title && book.rules.map(\.name) == other.rules.map(\.name)
  }

  /// What the system of a chapter calls it, each time that it has it.
  func names(in page: PageInput) -> [String] {
    page.design?.hosts.filter { tells($0.book) }.map(\.name) ?? []
  }

  /// What became of each rule in the worlds of every chapter whose system has the machine; nil where none was explored.
  var evidence: [RuleEvidence]? {
    var sums: [Int: RuleEvidence] = [:]
    for page in pages {
      let names = names(in: page)
      for found in page.stories.rules where !Set(names).isDisjoint(with: found.hosts) {
        let known = sums[found.rule]
        sums[found.rule] = RuleEvidence(
          hosts: names, rule: found.rule, fired: found.fired + (known?.fired ?? 0),
          refusals: known.map { zip($0.refusals, found.refusals).map(+) } ?? found.refusals)
      }
    }
    return sums.isEmpty
      ? nil
      : book.rules.indices.map { rule in
        sums[rule] ?? RuleEvidence(hosts: [], rule: rule, fired: 0, refusals: book.rules[rule].guards.map { _ in 0 })
      }
  }

  /// The mistakes that were put into it, on any page.
  var mistakes: [MistakeStory] {
    pages.flatMap { page in page.stories.mistakes.filter { $0.machine == title } }
  }
}

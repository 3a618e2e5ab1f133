import Spec

/// Why a record is none that the spec admits, with what it would have admitted instead.
public struct Rejection: Sendable {
  public let record: UInt64
  /// The record in words: `input  router route from=0`.
  public let what: String
  /// What the journal says, and what the spec says.
  public let differences: [String]
  /// What each rule for the event says of it, in the order tried.
  public let rules: [String]
  /// Rules for the event in other phases.
  public let elsewhere: [String]
  /// What the spec would have admitted here.
  public let admitted: [String]
  /// The fields of the state before the record.
  public let state: [(path: String, value: String)]

  /// All of it, for people; lines are broken at 100 columns.
  public var text: String {
    let before =
      record == 1 ? "" : record == 2 ? "; record 1 is explained" : "; records 1 to \(record - 1) are explained"
    var lines = ["record \(record) is the first that the spec does not admit\(before)"]
    let number = String(record)
    let pad = String(repeating: " ", count: max(0, 5 - number.count))
    lines += wrapped("\(pad)\(number)  ", what, indent: 15)
    for words in differences { lines += wrapped("       ", words, indent: 9) }
    func section(_ title: String, _ words: [String]) {
      if words.isEmpty { return }
      lines.append("       \(title)")
      for words in words { lines += wrapped("         ", words, indent: 11) }
    }
    section("rules for it here, in the order tried", rules)
    section("rules for it in other phases", elsewhere)
    section("admitted here instead", admitted)
    section("the state before", state.map { "\($0.path) = \($0.value)" })
    return lines.joined(separator: "\n")
  }
}

extension Auditor {
  /// Explains why the next record is none that the spec admits; the auditor stands before it, and stays there.
  public func rejection(of record: RecordedStep) -> Rejection {
    RejectionTeller(self, record).rejection
  }
}

private struct RejectionTeller<S: System> {
  private let auditor: Auditor<S>
  private let record: RecordedStep
  private var design: Design<S> { auditor.stepper.design }

  init(_ auditor: Auditor<S>, _ record: RecordedStep) {
    self.auditor = auditor
    self.record = record
  }

  /// The event, where the bytes are one.
  private var event: S.Event? {
    var event = S.Event()
    var reader = ByteReader(record.event)
    event.fields(&reader)
    return !reader.failed && reader.isAtEnd ? event : nil
  }

  var rejection: Rejection {
    let event = event
    let cause =
      switch record.cause {
      case .input: "input"
      case .answer(let ticket), .offContract(let ticket): "answer to \(words(ticket))"
      case .delivery(let channel): "delivery of channel \(channel)"
      case .crash: "fault"
      }
    if case .crash = record.cause { return crash(cause) }
    let what = event.map { Printer.line(of: $0) } ?? "an event that \(design.name) cannot read"
    return Rejection(
      record: record.number, what: "\(cause)  \(what)", differences: event.map(differences) ?? [],
      rules: event.map(rules) ?? [], elsewhere: event.map(elsewhere) ?? [], admitted: admitted(event),
      state: Printer.lines(of: auditor.state))
  }

  /// A crash has no event, and no rules of its own to tell of.
  private func crash(_ cause: String) -> Rejection {
    let stepper = Stepper(design)
    var state = auditor.state
    _ = stepper.recover(&state, start: auditor.start)
    let changes = Printer.differences(auditor.state, state)
    return Rejection(
      record: record.number, what: "\(cause)  crash and recovery",
      differences: ["by the spec these fields change"] + (changes.isEmpty ? ["  none"] : changes.map { "  \($0)" }),
      rules: [], elsewhere: [], admitted: admitted(nil), state: Printer.lines(of: auditor.state))
  }

  private func words(_ ticket: UInt64) -> String { "ticket \(ticket / 256).\(ticket % 256)" }

  // MARK: - What differs

  private func differences(_ event: S.Event) -> [String] {
    if let words = unasked(event) { return [words] }
    let stepper = Stepper(design)
    var state = auditor.state
    let outcome = stepper.step(&state, event)
    let recorded = stride(from: 0, to: record.fired.count / 4 * 4, by: 4).map { offset in
      Stepper<S>.Firing(
        host: Int(record.fired.loadUnaligned(fromByteOffset: offset, as: Int16.self)),
        rule: Int(record.fired.loadUnaligned(fromByteOffset: offset + 2, as: Int16.self)))
    }
    var words: [String] = []
    let (told, found) = (come(record.outcome, recorded, event), come(outcome, Array(stepper.fired), event))
    if told != found { words += ["the journal says: \(told)", "the spec says: \(found)"] }
    let buffer = ByteBuffer()
    stepper.encodeOrders(into: buffer)
    if !buffer.bytes.isEqual(to: record.effects) {
      words.append("effects in the journal: \(orders(record.effects))")
      words.append("effects by the spec: \(orders(UnsafeRawBufferPointer(buffer.bytes)))")
    }
    if words.isEmpty {
      // Everything that the record tells is right: the state before it was another.
      words.append("the state after it is not the spec's, by which these fields change")
      let changes = Printer.differences(auditor.state, state)
      words += changes.isEmpty ? ["  none"] : changes.map { "  \($0)" }
    }
    return words
  }

  /// What is wrong with the way the event came; nil where it may come so.
  private func unasked(_ event: S.Event) -> String? {
    switch record.cause {
    case .crash: return nil
    case .input:
      let place = Auditor<S>.Pair(host: event.kind, event: design.hosts[event.kind].eventKind(event))
      if let sender = auditor.routed[place] { return "as an input it is not admitted: only \(sender) sends it" }
      return auditor.answered[place].map {
        "as an input it is not admitted: it is an answer to \(design.contracts[$0].name)"
      }
    case .answer(let ticket), .offContract(let ticket):
      switch auditor.ledger.admission(of: ticket, event) {
      case .admitted: return nil
      case .late: return "\(words(ticket)) is not open"
      case .offContract(let entry):
        return "\(words(ticket)) is \(Printer.line(of: entry.effect)), to which this is no answer"
      }
    case .delivery(let channel):
      guard channel < design.channels.count else { return "there is no channel \(channel)" }
      var ledger = auditor.ledger
      if ledger.take(event, from: channel, design.channels[channel].order!) { return nil }
      let waiting = auditor.ledger.channels[channel].map { Printer.line(of: $0) }
      return "in channel \(channel) there is \(waiting.isEmpty ? "nothing" : waiting.joined(separator: "; "))"
    }
  }

  /// What an event came to, with the rules that fired.
  private func come(_ outcome: Outcome, _ fired: [Stepper<S>.Firing], _ event: S.Event) -> String {
    var words = fired.map { name(of: $0) }
    if case .fired(let rule) = outcome {
      let named = Stepper<S>.Firing(host: event.kind, rule: min(rule, Int(Int16.max)))
      if fired.first != named { words.insert("\(name(of: named)) as the outcome", at: 0) }
    } else {
      words.insert(outcome.word, at: 0)
    }
    return words.joined(separator: ", then ")
  }

  private func name(of firing: Stepper<S>.Firing) -> String {
    guard design.hosts.indices.contains(Int(firing.host)),
      design.hosts[Int(firing.host)].book.rules.indices.contains(Int(firing.rule))
    else { return "rule \(firing.rule) of host \(firing.host), which does not exist" }
    let host = design.hosts[Int(firing.host)]
    return "\(host.name): \"\(host.book.rules[Int(firing.rule)].name)\""
  }

  /// Orders as a journal keeps them, in words.
  private func orders(_ bytes: UnsafeRawBufferPointer) -> String {
    var reader = ByteReader(bytes)
    var words: [String] = []
    func number(max: UInt64) -> Int {
      var word: UInt64 = 0
      reader.word(&word, max: max) { _ in nil }
      return Int(word)
    }
    func contract() -> String {
      let index = number(max: 0xFFFF)
      return design.contracts.indices.contains(index) ? design.contracts[index].name : "contract \(index)"
    }
    while !reader.isAtEnd, !reader.failed {
      switch number(max: 0xFF) {
      case 0:
        _ = contract()
        words.append(effect(&reader))
      case 1:
        let name = contract()
        var key = Key()
        key.fields(&reader)
        words.append("cancel \(name) \(key)")
      case 2: words.append("cancel every \(contract())")
      case 3:
        _ = number(max: 0xFFFF)
        var event = S.Event()
        event.fields(&reader)
        words.append("post \(Printer.line(of: event))")
      case 4: words.append(effect(&reader))
      default: return (words + ["bytes that are no effect"]).joined(separator: "; ")
      }
    }
    if reader.failed { words.append("bytes that are no effect") }
    return words.isEmpty ? "none" : words.joined(separator: "; ")
  }

  private func effect(_ reader: inout Fields) -> String {
    var effect = S.Effect()
    effect.fields(&reader)
    return Printer.line(of: effect)
  }

  // MARK: - Nearest rules

  private func rules(_ event: S.Event) -> [String] {
    let host = design.hosts[event.kind]
    var words: [String] = []
    host.verdicts(auditor.state, event) { rule, refusing in
      let it = host.book.rules[rule]
      let verdict = refusing.map { "says no: it is not so that \(it.guards[$0].name)" } ?? "would fire"
      words.append("\"\(it.name)\" \(verdict)")
    }
    if words.isEmpty {
      words = host.refusals(auditor.state, event).map { "none, and it is refused: it is not so that \($0.name)" }
    }
    return words.isEmpty ? ["none in phase \(host.book.phases[host.phase(auditor.state)].name)"] : words
  }

  private func elsewhere(_ event: S.Event) -> [String] {
    let host = design.hosts[event.kind]
    let (kind, phase) = (host.eventKind(event), host.phase(auditor.state))
    return host.book.rules.filter { $0.event == kind && !$0.phases.contains(phase) }.map { rule in
      "\"\(rule.name)\", in \(rule.phases.map { host.book.phases[$0].name }.joined(separator: ", "))"
    }
  }

  // MARK: - What would be admitted

  private func admitted(_ rejected: S.Event?) -> [String] {
    var words: [String] = []
    for entry in auditor.ledger.open {
      let answers = design.contracts[entry.contract].contract.stages[entry.stage].answers
      let named = answers.map(\.name).joined(separator: " or ")
      words.append("\(named), as the answer to \(Printer.line(of: entry.effect)) (\(self.words(entry.ticket)))")
    }
    let most = 6
    if words.count > most { words[most...] = ["the answers to \(words.count - most) more open obligations"] }
    for (channel, waiting) in auditor.ledger.channels.enumerated() {
      if let head = waiting.first { words.append("\(Printer.line(of: head)), out of channel \(channel)") }
    }
    for host in design.hosts {
      let phase = host.phase(auditor.state)
      let kinds = Set(host.book.rules.filter { $0.phases.contains(phase) }.map(\.event))
      let inputs = kinds.sorted().filter { kind in
        let place = Auditor<S>.Pair(host: host.index, event: kind)
        return auditor.routed[place] == nil && auditor.answered[place] == nil
      }
      if inputs.isEmpty { continue }
      words.append(
        "\(inputs.map { host.book.events[$0] }.joined(separator: ", ")), as an input of \(host.name), "
          + "which is \(host.book.phases[phase].name)")
    }
    return words
  }
}

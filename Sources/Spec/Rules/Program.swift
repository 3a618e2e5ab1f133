/// What a step came to.
@frozen public enum Outcome: Hashable, Sendable {
  /// The rule with this index in its book fired.
  case fired(rule: Int)
  /// Rules exist for the event in this phase, and their guards said no (or the book declares the refusal).
  case refused
  /// The book says that nothing happens.
  case ignored
  /// The book has neither a rule nor a word for the event here, or says that it cannot happen.
  case unexpected

  /// A stable word: `fired`, `refused`, `ignored` or `unexpected`.
  @inlinable public var word: String {
    switch self {
    case .fired: "fired"
    case .refused: "refused"
    case .ignored: "ignored"
    case .unexpected: "unexpected"
    }
  }
}

/// The lean form of a rule book: one flat table of closures per phase and event. Steps walk nothing else.
public final class Program<M: Machine>: Sendable {
  @usableFromInline let table: ProgramTable<M>
  private let entryCount: Int

  public init(_ book: RuleBook<M>) {
    var starts: [Int32] = [0]
    var entries: [ProgramTable<M>.Entry] = []
    let cells = book.rulesByCell
    var silences = cells.map { $0.isEmpty ? Outcome.unexpected : .refused }
    for rules in cells {
      for index in rules { entries.append(.init(fire: book.rules[index].fire, rule: index)) }
      starts.append(Int32(entries.count))
    }
    let width = M.Event.names.count
    // The first word that is said of a cell counts, so it is written last.
    for silence in book.silences.reversed() where silence.eventKind < width {
      for phase in silence.phases {
        let cell = Int(phase.rawValue) * width + silence.eventKind
        if cells[cell].isEmpty { silences[cell] = silence.kind.outcome }
      }
    }
    table = ProgramTable(starts: starts, entries: entries, silences: silences, width: width)
    entryCount = entries.count
  }

  deinit { table.free(entryCount) }

  /// Tries the rules of the machine's phase for this event in the order written; the first that holds fires.
  ///
  /// Total: it never throws and never traps. Effects are appended to `outbox`.
  @inlinable public func step(_ machine: inout M, _ event: M.Event, _ outbox: inout Outbox<M.Effect>) -> Outcome {
    table.step(&machine, event, &outbox)
  }
}

extension RuleBook {
  /// For each phase and each event, the rules to try, in the order written.
  var rulesByCell: [[Int]] {
    let width = M.Event.names.count
    var cells: [[Int]] = Array(repeating: [], count: M.Phase.allCases.count * width)
    // A token of no case is a finding; it must not trap before it is one.
    for (index, rule) in rules.enumerated() where rule.kind < width {
      for phase in rule.phases { cells[Int(phase.rawValue) * width + rule.kind].append(index) }
    }
    return cells
  }
}

extension Silence.Kind {
  fileprivate var outcome: Outcome {
    switch self {
    case .ignored: .ignored
    case .refused: .refused
    case .impossible: .unexpected
    }
  }
}

/// A program in memory of its own, which whoever steps reads without counting references. The ``Program`` owns it.
// Written once, before anybody reads it.
@usableFromInline struct ProgramTable<M: Machine>: @unchecked Sendable {
  @usableFromInline let starts: UnsafePointer<Int32>
  @usableFromInline let entries: UnsafePointer<Unmanaged<Entry>>
  @usableFromInline let silences: UnsafePointer<Outcome>
  @usableFromInline let width: Int

  /// An object, because what is constant in one is called without being counted.
  @usableFromInline final class Entry: Sendable {
    @usableFromInline let fire: Rule<M>.Fire
    @usableFromInline let rule: Int

    init(fire: @escaping Rule<M>.Fire, rule: Int) {
      self.fire = fire
      self.rule = rule
    }
  }

  init(starts: [Int32], entries: [Entry], silences: [Outcome], width: Int) {
    self.starts = Self.copy(starts)
    self.entries = Self.copy(entries.map { Unmanaged.passRetained($0) })
    self.silences = Self.copy(silences)
    self.width = width
  }

  private static func copy<T>(_ values: [T]) -> UnsafePointer<T> {
    let memory = UnsafeMutableBufferPointer<T>.allocate(capacity: max(1, values.count))
    _ = memory.initialize(from: values)
    return UnsafePointer(memory.baseAddress!)
  }

  func free(_ entryCount: Int) {
    for index in 0..<entryCount { entries[index].release() }
    entries.deallocate()
    starts.deallocate()
    silences.deallocate()
  }

  @inlinable func step(_ machine: inout M, _ event: M.Event, _ outbox: inout Outbox<M.Effect>) -> Outcome {
    let cell = Int(machine.phase.rawValue) &* width &+ event.kind
    var index = Int(starts[cell])
    let end = Int(starts[cell &+ 1])
    while index < end {
      let fired = entries[index]._withUnsafeGuaranteedRef { $0.fire(&machine, event, &outbox) ? $0.rule : nil }
      if let fired { return .fired(rule: fired) }
      index &+= 1
    }
    return silences[cell]
  }
}

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
    var silences: [Outcome] = []
    let width = M.Event.names.count
    for phase in M.Phase.allCases {
      for kind in 0..<width {
        for (index, rule) in book.rules.enumerated() where rule.kind == kind && rule.phases.contains(phase) {
          entries.append(.init(fire: rule.fire, rule: index))
        }
        silences.append(Self.silence(book, phase, kind, hasRules: starts.last! < Int32(entries.count)))
        starts.append(Int32(entries.count))
      }
    }
    table = ProgramTable(starts: starts, entries: entries, silences: silences, width: width)
    entryCount = entries.count
  }

  deinit { table.free(entryCount) }

  private static func silence(_ book: RuleBook<M>, _ phase: M.Phase, _ kind: Int, hasRules: Bool) -> Outcome {
    if hasRules { return .refused }
    switch book.silences.first(where: { $0.covers(phase, kind) })?.kind {
    case .ignored: return .ignored
    case .refused: return .refused
    case .impossible, nil: return .unexpected
    }
  }

  /// Tries the rules of the machine's phase for this event in the order written; the first that holds fires.
  ///
  /// Total: it never throws and never traps. Effects are appended to `outbox`.
  @inlinable public func step(_ machine: inout M, _ event: M.Event, _ outbox: inout Outbox<M.Effect>) -> Outcome {
    table.step(&machine, event, &outbox)
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

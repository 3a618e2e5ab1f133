/// A rule book without its types: what documents, static findings and reports read.
public struct BookDescription: Sendable {
  public let title: String
  public let words: String
  public let phases: [PhaseDescription]
  public let events: [String]
  public let effects: [String]
  public let rules: [RuleDescription]
  public let silences: [SilenceDescription]
  public internal(set) var contracts: [ContractDescription]
  public let properties: [PropertyDescription]
  public let recovery: Int?
  public let isVolatile: Bool

  public struct PhaseDescription: Hashable, Sendable {
    public let name: String
    public let words: String
    public let isResting: Bool
  }

  public struct RuleDescription: Hashable, Sendable {
    public let name: String
    /// Indices into the book's phases and events.
    public let phases: [Int]
    public let event: Int
    public let guards: [GuardDescription]
    public let clauses: [ClauseDescription]
    public let target: Int?
    public let citations: [String]
    public let isOtherwise: Bool
    public let source: SourceLine

    /// The effects it sends, by kind, and the contracts it cancels.
    public var emitted: [Int] {
      clauses.compactMap { clause in
        switch clause.kind {
        case .emit(let kind), .emitEach(let kind): kind
        default: nil
        }
      }
    }
    public var cancelled: [Int] {
      clauses.compactMap { clause in
        switch clause.kind {
        case .cancel(let kind), .cancelAll(let kind): kind
        default: nil
        }
      }
    }
  }

  public struct SilenceDescription: Hashable, Sendable {
    public let word: String
    public let code: String?
    public let phases: [Int]
    public let event: Int
    public let eventName: String
    public let reason: String
    public let source: SourceLine
  }

  public struct ContractDescription: Hashable, Sendable {
    public let name: String
    public let effect: Int
    public let stages: [StageDescription]
    public let isKeyed: Bool
    public let options: ContractOptions
    public let source: SourceLine
    public var isNotice: Bool { stages.isEmpty }
  }

  public struct StageDescription: Hashable, Sendable {
    public let isOwed: Bool
    public let answers: [AnswerDescription]
  }

  public struct AnswerDescription: Hashable, Sendable {
    public let name: String
    public let event: Int
    public let next: Int?
  }

  public struct PropertyDescription: Hashable, Sendable {
    public let name: String
    public let kind: String
    public let citations: [String]
    public let source: SourceLine

    public init(_ property: Property<some Sendable, some Sendable, some Sendable>) {
      name = property.name
      kind = property.kindName
      citations = property.citations
      source = property.source
    }
  }

  public init<M: Machine>(_ book: RuleBook<M>) {
    let all = Array(M.Phase.allCases)
    func index(_ phase: M.Phase) -> Int { Int(phase.rawValue) }
    title = book.title
    words = book.words
    phases = all.map {
      PhaseDescription(name: "\($0)", words: book.phaseWords[$0] ?? "", isResting: book.resting.contains($0))
    }
    events = M.Event.names
    effects = M.Effect.names
    rules = book.rules.map {
      RuleDescription(
        name: $0.name, phases: $0.phases.map(index), event: $0.kind, guards: $0.guards, clauses: $0.clauses,
        target: $0.target.map(index), citations: $0.citations, isOtherwise: $0.isOtherwise, source: $0.source)
    }
    silences = book.silences.map {
      let (word, code) =
        switch $0.kind {
        case .ignored: ("ignored", nil as String?)
        case .impossible: ("impossible", nil)
        case .refused(let code): ("refused", code)
        }
      return SilenceDescription(
        word: word, code: code, phases: $0.phases.map(index), event: $0.eventKind, eventName: $0.event,
        reason: $0.reason, source: $0.source)
    }
    contracts = book.contracts.map { contract in
      ContractDescription(
        name: contract.name, effect: contract.effect,
        stages: contract.stages.map { stage in
          StageDescription(
            isOwed: stage.isOwed,
            answers: stage.answers.map { AnswerDescription(name: $0.name, event: $0.kind, next: $0.next) })
        },
        isKeyed: contract.isKeyed, options: contract.options, source: contract.source)
    }
    properties = book.properties.map { PropertyDescription($0) }
    recovery = book.recovery?.kind
    isVolatile = book.isVolatile
    tokens =
      book.rules.map { TokenUse(name: $0.event, kind: $0.kind) }
      + book.silences.map { TokenUse(name: $0.event, kind: $0.eventKind) }
      + book.contracts.flatMap { $0.stages.flatMap { $0.answers.map { TokenUse(name: $0.name, kind: $0.kind) } } }
    effectTokens = book.contracts.map { TokenUse(name: $0.name, kind: $0.effect) }
  }

  /// Each use of an event or effect token, to be held against the enum's names.
  let tokens: [TokenUse]
  let effectTokens: [TokenUse]

  struct TokenUse: Hashable, Sendable {
    let name: String
    let kind: Int
  }
}

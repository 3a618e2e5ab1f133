/// One entry of a rule book. Each word of the language below makes one, so that a slip inside an entry is reported
/// where it stands rather than at the head of the list.
public indirect enum BookPart<M: Machine>: Sendable {
  case block(phases: [M.Phase], words: String, rules: [Rule<M>])
  case silence(Silence<M>)
  case contract(Contract<M.Event, M.Effect>)
  case property(Property<M, M.Event, M.Effect>)
  case section([BookPart<M>])

  var parts: [BookPart<M>] {
    if case .section(let parts) = self { parts.flatMap(\.parts) } else { [self] }
  }
}

/// The rules of one phase, and what the phase means.
public func In<M: Machine>(
  _ phase: M.Phase, _ words: String = "", @InBuilder<M> _ rules: () -> [@Sendable ([M.Phase]) -> Rule<M>]
) -> BookPart<M> {
  .block(phases: [phase], words: words, rules: rules().map { $0([phase]) })
}

/// The rules that several phases share.
public func In<M: Machine>(
  _ phase: M.Phase, _ others: M.Phase..., @InBuilder<M> rules: () -> [@Sendable ([M.Phase]) -> Rule<M>]
) -> BookPart<M> {
  .block(phases: [phase] + others, words: "", rules: rules().map { $0([phase] + others) })
}

/// A part of a book written in its own place, so that each list stays small (type-checking grows faster than a list).
public typealias Section = BookPart

extension BookPart {
  public init(@RuleBookBuilder<M> _ parts: () -> [BookPart<M>]) { self = .section(parts()) }
}

/// Events that nothing happens on in these phases, and why that is right.
public func Ignored<M: Machine, each Payload>(
  _ events: repeat Signal<M.Event, each Payload>, in phases: M.Phase..., because reason: String, file: String = #fileID,
  line: Int = #line
) -> BookPart<M> {
  var named: [EventName] = []
  repeat named.append((each events).eventName)
  return silences(.ignored, named, phases, reason, SourceLine(file, line))
}

/// Events that cannot happen in these phases, and why; if one does, something is wrong.
public func Impossible<M: Machine, each Payload>(
  _ events: repeat Signal<M.Event, each Payload>, in phases: M.Phase..., because reason: String, file: String = #fileID,
  line: Int = #line
) -> BookPart<M> {
  var named: [EventName] = []
  repeat named.append((each events).eventName)
  return silences(.impossible, named, phases, reason, SourceLine(file, line))
}

/// Events whose sender is told no in these phases; `unless` completes "refused, because it is not so that …".
public func Refused<M: Machine, each Payload>(
  _ events: repeat Signal<M.Event, each Payload>, in phases: M.Phase..., unless condition: String, code: String? = nil,
  file: String = #fileID, line: Int = #line
) -> BookPart<M> {
  var named: [EventName] = []
  repeat named.append((each events).eventName)
  return silences(.refused(code: code), named, phases, condition, SourceLine(file, line))
}

func silences<M: Machine>(
  _ kind: Silence<M>.Kind, _ events: [EventName], _ phases: [M.Phase], _ reason: String, _ source: SourceLine
) -> BookPart<M> {
  .section(
    events.map {
      .silence(
        Silence(kind: kind, phases: phases, event: $0.name, eventKind: $0.kind, reason: reason, source: source))
    })
}

/// An event's name and place, whatever its payload.
struct EventName: Sendable {
  let name: String
  let kind: Int
}

extension Signal {
  var eventName: EventName { EventName(name: name, kind: kind) }
}

@resultBuilder public enum InBuilder<M: Machine> {
  @inlinable public static func buildExpression<Payload>(
    _ rule: On<M, Payload>
  ) -> @Sendable ([M.Phase]) -> Rule<M> {
    let parts = rule.parts
    return { parts.rule(in: $0) }
  }
  public static func buildBlock(
    _ rules: (@Sendable ([M.Phase]) -> Rule<M>)...
  ) -> [@Sendable ([M.Phase]) -> Rule<M>] { rules }
}

@resultBuilder public enum RuleBookBuilder<M: Machine> {
  public static func buildExpression(_ part: BookPart<M>) -> BookPart<M> { part }
  public static func buildBlock(_ parts: BookPart<M>...) -> [BookPart<M>] { parts }
}

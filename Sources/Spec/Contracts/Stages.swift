/// One stage of a contract, or what follows after an answer.
public enum StagePart<M: Machine, Sent>: Sendable {
  case stage(isOwed: Bool, answers: [AnswerPart<M, Sent>])
  case after(kind: Int, repeats: Bool, [StagePart<M, Sent>])
}

/// One answer of a stage.
public struct AnswerPart<M: Machine, Sent>: Sendable {
  @usableFromInline let name: String
  @usableFromInline let kind: Int
  @usableFromInline let draw: @Sendable (Sent) -> [M.Event]
  @usableFromInline let admits: @Sendable (Sent, M.Event) -> Bool

  @usableFromInline init(
    name: String, kind: Int, draw: @escaping @Sendable (Sent) -> [M.Event],
    admits: @escaping @Sendable (Sent, M.Event) -> Bool
  ) {
    self.name = name
    self.kind = kind
    self.draw = draw
    self.admits = admits
  }
}

/// A stage that the world must answer with exactly one of these.
@inlinable public func Owed<M: Machine, Sent>(
  @AnswersBuilder<M, Sent> _ answers: () -> [AnswerPart<M, Sent>]
) -> StagePart<M, Sent> {
  .stage(isOwed: true, answers: answers())
}

/// A stage that the world may answer with one of these, or never.
@inlinable public func Maybe<M: Machine, Sent>(
  @AnswersBuilder<M, Sent> _ answers: () -> [AnswerPart<M, Sent>]
) -> StagePart<M, Sent> {
  .stage(isOwed: false, answers: answers())
}

/// What the world may say after this answer; the obligation stays open until a last one.
@inlinable public func After<M: Machine, Sent, Received>(
  _ event: Signal<M.Event, Received>, @StagesBuilder<M, Sent> _ stages: () -> [StagePart<M, Sent>]
) -> StagePart<M, Sent> {
  .after(kind: event.kind, repeats: false, stages())
}

/// An answer that leaves the stage as it is: a stream.
@inlinable public func Repeats<M: Machine, Sent, Received>(_ event: Signal<M.Event, Received>) -> StagePart<M, Sent> {
  .after(kind: event.kind, repeats: true, [])
}

/// An answer without a payload.
@inlinable public func Answer<M: Machine, Sent>(_ event: Signal<M.Event, Void>) -> AnswerPart<M, Sent> {
  let answer = event.make(())
  return AnswerPart(name: event.name, kind: event.kind, draw: { _ in [answer] }, admits: { $1 == answer })
}

/// An answer whose payload follows from the effect's.
@inlinable public func Answer<M: Machine, Sent, Received: Equatable & SendableMetatype>(
  _ event: Signal<M.Event, Received>, _ payload: @escaping @Sendable (Sent) -> Received
) -> AnswerPart<M, Sent> {
  let make = event.make
  let read = event.read
  return AnswerPart(
    name: event.name, kind: event.kind, draw: { [make(payload($0))] }, admits: { read($1) == payload($0) })
}

/// An answer with a payload of the world's choosing.
///
/// - Parameters:
///   - event: The event.
///   - condition: The contract, which the auditor holds the world to.
///   - candidates: What an explorer tries; each must satisfy the condition.
@inlinable public func Answer<M: Machine, Sent, Received>(
  _ event: Signal<M.Event, Received>, where condition: @escaping @Sendable (Sent, Received) -> Bool,
  try candidates: @escaping @Sendable (Sent) -> [Received]
) -> AnswerPart<M, Sent> {
  let make = event.make
  let read = event.read
  return AnswerPart(
    name: event.name, kind: event.kind, draw: { candidates($0).map(make) },
    admits: { sent, event in read(event).map { condition(sent, $0) } ?? false })
}

@resultBuilder public enum AnswersBuilder<M: Machine, Sent> {
  public static func buildExpression(_ answer: AnswerPart<M, Sent>) -> AnswerPart<M, Sent> { answer }
  public static func buildBlock(_ answers: AnswerPart<M, Sent>...) -> [AnswerPart<M, Sent>] { answers }
}

@resultBuilder public enum StagesBuilder<M: Machine, Sent> {
  public static func buildExpression(_ stage: StagePart<M, Sent>) -> StagePart<M, Sent> { stage }
  public static func buildBlock(_ stages: StagePart<M, Sent>...) -> [StagePart<M, Sent>] { stages }
}

/// Numbers the stages: the first is where an obligation opens, each `After` opens one more.
@inlinable func flatten<M: Machine, Sent>(
  _ parts: [StagePart<M, Sent>], read: @escaping @Sendable (M.Effect) -> Sent?
) -> [Contract<M.Event, M.Effect>.Stage] {
  var stages: [Contract<M.Event, M.Effect>.Stage] = []

  func place(_ parts: [StagePart<M, Sent>]) -> Int {
    let index = stages.count
    stages.append(.init(isOwed: false, answers: []))
    var isOwed = false
    var answers: [AnswerPart<M, Sent>] = []
    var next: [Int: Int] = [:]
    for part in parts {
      switch part {
      case .stage(let owed, let listed):
        isOwed = isOwed || owed
        answers += listed
      case .after(let kind, let repeats, let following):
        next[kind] = repeats ? index : place(following)
      }
    }
    stages[index] = .init(
      isOwed: isOwed,
      answers: answers.map { answer in
        .init(
          name: answer.name, kind: answer.kind, next: next[answer.kind],
          draw: { read($0).map(answer.draw) ?? [] },
          admits: { effect, event in read(effect).map { answer.admits($0, event) } ?? false })
      })
    return index
  }
  _ = place(parts)
  return stages
}

/// A system of one machine, for protocols that are complete by themselves.
///
///     let design = Solo<Door>.design("door", worlds: [Solo.world("one visitor", start: Door()) { … }])
///     explore(design, world: design.worlds[0])
public struct Solo<M: Machine>: System {
  public var machine: M

  public init(_ machine: M) { self.machine = machine }

  public typealias Event = Sole<M.Event>
  public typealias Effect = Sole<M.Effect>

  @inlinable public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    stepper.step(&machine, event.inner, host: 0) { Sole($0) }
  }

  @inlinable public mutating func fields(_ f: inout Fields) { machine.fields(&f) }

  public static var design: Design<Self> { design(M.book.title, worlds: []) }

  /// - Parameters:
  ///   - name: What it is called.
  ///   - chapter: The file of the chapter that states its requirements.
  ///   - book: The machine's own, or a mutant of it.
  ///   - worlds: The worlds to explore it in.
  ///   - file: The source file that it stands in.
  @inlinable public static func design(
    _ name: String, chapter: String = "", book: RuleBook<M> = M.book, worlds: [World<Self>], file: String = #fileID
  ) -> Design<Self> {
    Design(name, title: book.title, chapter: chapter, worlds: worlds, file: file) {
      Host("machine", book, at: \.machine, events: .machine, effects: .machine) { $0.machine = $1.machine }
    }
  }
}

/// The events or effects of the only machine.
public struct Sole<Inner: Signals>: Signals {
  public var inner: Inner

  @inlinable public init(_ inner: Inner) { self.inner = inner }
  @inlinable public init() { inner = Inner() }

  public static var names: [String] { ["machine"] }
  @inlinable public var kind: Int { 0 }
  @inlinable public mutating func fields(_ f: inout Fields) { inner.fields(&f) }
}

/// What makes the token of the only machine expressible: a carrier of one inner type.
public protocol SoleCarrier: Signals {
  associatedtype Inner: Signals
  init(_ inner: Inner)
  var inner: Inner { get }
}

extension Sole: SoleCarrier {}

extension Signal where Carrier: SoleCarrier, Payload == Carrier.Inner {
  @inlinable public static var machine: Self { Signal("machine", kind: 0, { Carrier($0) }, { $0.inner }) }
}

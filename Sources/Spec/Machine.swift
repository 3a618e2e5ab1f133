/// A protocol as an explicit state machine: the value is its state, the book is its rules.
///
/// A machine never does I/O, reads no clock and draws no chance: these come in as events and leave as effects. The one
/// definition is explored, fuzzed, run, audited and woven into the documentation.
///
/// Source: the chapter that the machine cites.
public protocol Machine: Coded, Hashable, Sendable {
  associatedtype Phase: RawRepresentable<UInt8> & CaseIterable & Hashable & Sendable
  associatedtype Event: Signals
  associatedtype Effect: Signals
  /// The requirements that rules and properties may cite; one that no chapter states does not compile.
  associatedtype Requirement: Citation
  var phase: Phase { get set }
  /// The rules, contracts and properties. Built and validated once.
  static var book: RuleBook<Self> { get }
}

/// Events or effects: an enum that says which of its cases a value is. Its `init()` gives any one case.
public protocol Signals: Blank, Hashable, Sendable {
  /// One name for each case, in the order of ``kind``.
  static var names: [String] { get }
  var kind: Int { get }
}

/// A requirement that a chapter states.
public protocol Citation: RawRepresentable<String>, Sendable {
  /// The sentence, as the chapter has it.
  var text: String { get }
  /// Where it stands, as `file:line`.
  var source: String { get }
}

/// The token of one event or effect case, written once: its name, its place in the table, its typed payload.
///
///     extension Signal<Switch.Event, Topology> {
///       static var request: Self {
///         Signal("request", kind: 0, Carrier.request) { if case .request(let it) = $0 { it } else { nil } }
///       }
///     }
@frozen public struct Signal<Carrier: Signals, Payload>: Sendable {
  public let name: String
  public let kind: Int
  public let make: @Sendable (Payload) -> Carrier
  public let read: @Sendable (Carrier) -> Payload?

  @inlinable public init(
    _ name: String, kind: Int, _ make: @escaping @Sendable (Payload) -> Carrier,
    _ read: @escaping @Sendable (Carrier) -> Payload?
  ) {
    self.name = name
    self.kind = kind
    self.make = make
    self.read = read
  }
}

extension Signal where Payload == Void {
  /// A case without a payload.
  @inlinable public init(_ name: String, kind: Int, _ value: Carrier) {
    self.init(name, kind: kind, { value }, { $0.kind == kind ? () : nil })
  }
}

/// Where something is written, so that a document can show its source.
public struct SourceLine: Hashable, Sendable {
  /// `Module/File.swift`.
  public let file: String
  public let line: Int

  @inlinable public init(_ file: String, _ line: Int) {
    self.file = file
    self.line = line
  }
}

/// A figure of a chapter that is one more or one less in its last digit: a mistake for mutation runs to try.
///
/// The wrong value holds for the whole process, so whoever tries it does so in a process of its own, before anything
/// has read the right one. Anybody's chapters may state one; only this package can put it in force, and only by asking
/// for it: no environment variable, file or option of an ordinary run leads here.
public struct OffByOne: Sendable {
  public let figure: ParameterFigure
  /// The wrong number, in the figure's unit.
  public let value: String
  package let apply: @Sendable () -> Void

  /// Names the mistake; `apply` puts it in force.
  public init(_ figure: ParameterFigure, value: String, apply: @escaping @Sendable () -> Void) {
    self.figure = figure
    self.value = value
    self.apply = apply
  }

  /// Tells it from every other, such as `payload_max=524289`.
  public var name: String { "\(figure.name)=\(value)" }
}

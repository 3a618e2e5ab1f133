import Spec

// What the example models share: signals that are a kind and, at most, one number.

/// An event or effect that is a kind and a number.
protocol Note: Signals {
  /// The kinds from this one on carry a number.
  static var firstNumbered: Int { get }
  init(kind: Int, number: UInt8)
  var number: UInt8 { get set }
}

extension Note {
  public init() { self.init(kind: 0, number: 0) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.names.indices.map { Self(kind: $0, number: 0) })
    if kind >= Self.firstNumbered {
      var number = number
      f("number", &number, max: 63)
      if f.isReading { self.number = number }
    }
  }
}

extension Signal where Carrier: Note {
  static func plain(_ kind: Int) -> Self where Payload == Void {
    Signal(Carrier.names[kind], kind: kind, Carrier(kind: kind, number: 0))
  }
  static func numbered(_ kind: Int) -> Self where Payload == UInt8 {
    Signal(Carrier.names[kind], kind: kind, { Carrier(kind: kind, number: $0) }) {
      $0.kind == kind ? $0.number : nil
    }
  }
}

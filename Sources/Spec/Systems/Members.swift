/// Events or effects of a row of equal machines: whose, and what.
///
/// A system of many machines of one type has one case for all of them:
///
///     enum Event: Signals { case manager(Member<Manager.Event>), … }
///
/// or, where they are all it has, this as its event. Machines are counted from 0, up to 15.
public struct Member<Inner: Signals>: Signals {
  public static var most: Int { 16 }
  public var number: UInt8
  public var inner: Inner

  @inlinable public init(_ number: Int, _ inner: Inner) {
    self.number = UInt8(number)
    self.inner = inner
  }
  @inlinable public init() { self.init(0, Inner()) }

  public static var names: [String] { (0..<most).map(String.init) }
  @inlinable public var kind: Int { Int(number) }
  @inlinable public mutating func fields(_ f: inout Fields) {
    f.kind(&self, (0..<Self.most).map { Self($0, Inner()) })
    inner.fields(&f)
  }
}

/// What makes the token of one machine of a row expressible: a carrier of one inner type.
public protocol MemberCarrier: Signals {
  associatedtype Inner: Signals
  init(_ number: Int, _ inner: Inner)
  var number: UInt8 { get }
  var inner: Inner { get }
}

extension Member: MemberCarrier {}

extension Signal where Carrier: MemberCarrier, Payload == Carrier.Inner {
  /// The machine with this number.
  @inlinable public static func member(_ number: Int) -> Self {
    Signal("\(number)", kind: number, { Carrier(number, $0) }) { Int($0.number) == number ? $0.inner : nil }
  }
}

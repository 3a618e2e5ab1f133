/// Draws fields at random within their declared maxima: random states for the tests of an encoding.
public struct Sampler<Source: RandomNumberGenerator>: Fields {
  var source: Source
  /// Lists and queues get at most this many elements; numbers without a bound stay below 2^16.
  let most: UInt64

  public init(_ source: Source, most: Int = 3) {
    self.source = source
    self.most = UInt64(most)
  }

  public var isReading: Bool { true }

  public mutating func word(_ value: inout UInt64, max: UInt64, _ words: (UInt64) -> String?) {
    // Choices and flags take any of their values; numbers are often small, so that states resemble each other.
    let top = max < 256 ? max : min(max, Bool.random(using: &source) ? most : 0xFFFF)
    value = UInt64.random(in: 0...top, using: &source)
  }

  public mutating func count(_ value: inout UInt64, max: UInt64) {
    value = UInt64.random(in: 0...min(max, most), using: &source)
  }

  /// Overwrites `value` with drawn fields.
  public mutating func draw<C: Coded>(_ value: inout C) { value.fields(&self) }
}

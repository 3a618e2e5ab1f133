/// Draws fields at random within their declared maxima: random states for the tests of an encoding.
public final class Sampler<Source: RandomNumberGenerator>: FieldVisitor {
  private var source: Source
  private let most: UInt64

  /// - Parameters:
  ///   - source: Where numbers come from.
  ///   - most: Lists and queues get at most this many elements.
  public init(_ source: Source, most: Int = 3) {
    self.source = source
    self.most = UInt64(most)
  }

  public let isReading = true
  public func enter(_ name: String, isDetail: Bool) {}
  public func enter(index: Int) {}
  public func leave() {}

  public func word(_ value: UInt64, max: UInt64, _ words: (UInt64) -> String?) -> UInt64 {
    // Choices and flags take any of their values; numbers are often small, so that states resemble each other.
    UInt64.random(in: 0...(max < 256 ? max : min(max, Bool.random(using: &source) ? most : 0xFFFF)), using: &source)
  }

  public func count(_ value: UInt64, max: UInt64) -> UInt64 { UInt64.random(in: 0...min(max, most), using: &source) }

  /// Overwrites `value` with drawn fields.
  public func draw(_ value: inout some Coded) {
    var fields = Fields(self)
    value.fields(&fields)
  }
}

extension Duration {
  /// Whole milliseconds, rounded towards zero.
  @inlinable public var milliseconds: UInt64 {
    UInt64(components.seconds) * 1000 + UInt64(components.attoseconds / 1_000_000_000_000_000)
  }
}

extension Duration {
  /// Whole milliseconds, rounded towards zero.
  @inlinable public var milliseconds: UInt64 { nanoseconds / 1_000_000 }

  /// Whole nanoseconds, rounded towards zero.
  @inlinable public var nanoseconds: UInt64 {
    UInt64(components.seconds) * 1_000_000_000 + UInt64(components.attoseconds / 1_000_000_000)
  }
}

import CXXHash

extension UnsafeRawBufferPointer {
  /// Whether two runs hold the same bytes, compared eight and more at a time.
  @usableFromInline func isEqual(to other: UnsafeRawBufferPointer) -> Bool {
    if count != other.count { return false }
    guard let a = baseAddress, let b = other.baseAddress else { return true }
    return interlock_is_equal(a, b, UInt(count)) != 0
  }
}

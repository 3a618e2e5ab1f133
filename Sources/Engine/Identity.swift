import CXXHash

/// 64 bits that stand for some bytes: their XXH3.
public func digest(of bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { XXH3_64bits($0.baseAddress, $0.count) } }

/// 128 bits that stand for a text: XXH3 of its UTF-8.
public func identity(of text: String) -> (high: UInt64, low: UInt64) {
  var text = text
  let hash = text.withUTF8 { XXH3_128bits($0.baseAddress, $0.count) }
  return (hash.high64, hash.low64)
}

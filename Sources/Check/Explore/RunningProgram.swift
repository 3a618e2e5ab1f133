import CXXHash

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The program that runs, as a number: what a rule's guard does is in no listing, only in the code.
enum RunningProgram {
  /// 64 bits that stand for the file this code was loaded from: the program, or a library in it.
  ///
  /// Where the file cannot be read it is a number of this run alone, so that nothing passes for the same program.
  static let digest: UInt64 = file.flatMap { digest(of: $0) } ?? .random(in: 1 ... .max)

  private static func digest(of path: String) -> UInt64? {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard let state = XXH3_createState() else { return nil }
    defer { XXH3_freeState(state) }
    XXH3_64bits_reset(state)
    let size = 1 << 20
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = read(descriptor, buffer, size)
      if count < 0 { return nil }
      if count == 0 { return XXH3_64bits_digest(state) }
      XXH3_64bits_update(state, buffer, count)
    }
  }

  /// Something that stands in this code.
  private static let anchor: @convention(c) () -> Void = {}

  #if canImport(Darwin)
    private static var file: String? {
      var info = Dl_info()
      guard dladdr(unsafeBitCast(anchor, to: UnsafeRawPointer.self), &info) != 0, let name = info.dli_fname else {
        return nil
      }
      return String(cString: name)
    }
  #else
    /// The file that is mapped where this code stands, by the system's own list.
    private static var file: String? {
      let here = UInt(bitPattern: unsafeBitCast(anchor, to: UnsafeRawPointer.self))
      guard let maps = fopen("/proc/self/maps", "r") else { return nil }
      defer { fclose(maps) }
      var line = [CChar](repeating: 0, count: 8192)
      while fgets(&line, Int32(line.count), maps) != nil {
        let text = String(decoding: line.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let fields = text.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        let range = fields.first?.split(separator: "-").compactMap { UInt($0, radix: 16) } ?? []
        guard range.count == 2, range[0] <= here, here < range[1], fields.count == 6 else { continue }
        let path = String(fields[5].drop { $0 == " " })
        // A file that was replaced since is still there by this name.
        return path.hasSuffix(" (deleted)") ? "/proc/self/exe" : path
      }
      return nil
    }
  #endif
}

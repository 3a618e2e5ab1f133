#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// How many objects `work` allocates on the heap: arrays, boxes, closures, class instances.
///
/// Swift's runtime lets instruments stand in for its one function that allocates objects; this is such an instrument.
/// What it does not see is memory that code takes without an object (`UnsafeMutablePointer.allocate`), which no step
/// does.
///
/// - Returns: nil where the runtime has no such place, or an allocation made on purpose is not counted.
func allocations(_ work: () throws -> Void) rethrows -> Int? {
  guard let hook = dlsym(anywhere, "_swift_allocObject"),
    let isAsked = dlsym(anywhere, "_swift_enableSwizzlingOfAllocationAndRefCountingFunctions_forInstrumentsOnly")
  else { return nil }
  let original = hook.load(as: Allocate.self)
  allocate = original
  hook.storeBytes(of: countAndAllocate, as: Allocate.self)
  isAsked.storeBytes(of: true, as: Bool.self)
  defer {
    isAsked.storeBytes(of: false, as: Bool.self)
    hook.storeBytes(of: original, as: Allocate.self)
  }
  calls = 0
  onPurpose(500)
  guard calls >= 1 else { return nil }
  calls = 0
  try work()
  return calls
}

private typealias Allocate = @convention(c) (UnsafeRawPointer, Int, Int) -> UnsafeMutableRawPointer

private let countAndAllocate: Allocate = { type, size, mask in
  calls &+= 1
  return allocate.unsafelyUnwrapped(type, size, mask)
}

// Both belong to the one thread that measures; no other runs while it counts.
@exclusivity(unchecked) nonisolated(unsafe) private var calls = 0
@exclusivity(unchecked) nonisolated(unsafe) private var allocate: Allocate?

/// Where `dlsym` looks through every library that is loaded.
private var anywhere: UnsafeMutableRawPointer? {
  #if canImport(Darwin)
    UnsafeMutableRawPointer(bitPattern: -2)
  #else
    nil
  #endif
}

@inline(never) private func onPurpose(_ count: Int) { keep(Array(repeating: count, count: count)) }

/// Bytes of this process that are in memory; nil where the system does not tell.
var residentBytes: Int? {
  guard let file = fopen("/proc/self/statm", "r") else { return nil }
  defer { fclose(file) }
  var text = [CChar](repeating: 0, count: 128)
  guard fgets(&text, Int32(text.count), file) != nil else { return nil }
  let words = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(
    separator: " ")
  guard words.count > 1, let pages = Int(words[1]) else { return nil }
  return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}

/// The most memory that this process has held since it was last asked to forget.
enum PeakMemory {
  /// What was resident when this was first asked for; 0 where the system does not tell.
  static let atStart = residentBytes ?? 0

  /// Nil where the system does not tell.
  static var bytes: Int? { kibibytes("VmHWM:").map { $0 * 1024 } }

  /// Begins anew with what is held now, and returns that; nil where the system keeps no such count.
  static func forget() -> Int? {
    // What the allocator keeps of earlier work would hide what the next one needs.
    if let trim = dlsym(anywhere, "malloc_trim") { _ = unsafeBitCast(trim, to: Trim.self)(0) }
    guard let file = fopen("/proc/self/clear_refs", "w") else { return nil }
    // 5 is the count of the most that was resident; see proc(5).
    let isWritten = fputs("5", file) >= 0
    guard fclose(file) == 0, isWritten else { return nil }
    return residentBytes
  }

  private typealias Trim = @convention(c) (Int) -> CInt

  private static func kibibytes(_ name: String) -> Int? {
    guard let file = fopen("/proc/self/status", "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 256)
    while fgets(&line, Int32(line.count), file) != nil {
      let words = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        .split(whereSeparator: \.isWhitespace)
      if words.count > 1, words[0] == name { return Int(words[1]) }
    }
    return nil
  }
}

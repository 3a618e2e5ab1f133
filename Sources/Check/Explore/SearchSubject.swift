import Spec

/// What is searched, as far as a checkpoint can name it: each part as 64 bits.
public struct SearchSubject: Hashable, Sendable {
  let book: UInt64
  let laws: UInt64
  let world: UInt64

  @inlinable init<S: System>(_ design: Design<S>, _ world: World<S>) {
    var start = world.start()
    let buffer = ByteBuffer()
    var writer = ByteWriter(buffer)
    start.fields(&writer)
    self.init(
      book: design.bookDigest, laws: design.properties.map { Self.words(of: $0) }, world: Self.words(of: world),
      start: Array(buffer.bytes))
  }

  @usableFromInline init(book: UInt64, laws: [String], world: [String], start: [UInt8]) {
    self.book = book
    self.laws = Self.digest(laws.map { Array($0.utf8) })
    self.world = Self.digest([start] + world.map { Array($0.utf8) })
  }

  @usableFromInline static func words(of law: Property<some Sendable, some Sendable, some Sendable>) -> String {
    var fairness = ""
    if case .leadsTo(_, _, let it) = law.kind { fairness = it.rawValue }
    return "\(law.kindName) \(fairness) \(law.cost) \(law.reads ?? []) \(law.name)"
  }

  /// The purses of a world, and the bounds of its channels.
  @usableFromInline static func words(of world: World<some System>) -> [String] {
    world.inputs.map { "input \($0.name) \($0.limit ?? -1) \($0.looksAtState)" }
      + world.faults.map { "\($0.fault) \($0.host) \($0.effect) \($0.limit)" }
      + ["crashes \(world.crashes)", "channels of \(world.channelCapacity)"]
  }

  private static func digest(_ parts: [[UInt8]]) -> UInt64 {
    var sum: UInt64 = 0x9E37_79B9_7F4A_7C15
    for part in parts {
      for byte in part { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
      // Where one part ends, so that two do not run into one.
      sum = (sum ^ 0x1FF) &* 0x100_0000_01B3
    }
    return sum
  }
}

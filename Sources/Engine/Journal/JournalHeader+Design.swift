import Foundation
import Spec

extension JournalHeader {
  /// The header of a run that begins now.
  ///
  /// - Parameters:
  ///   - start: The state before the first step.
  ///   - clock: A virtual run is the same every time, and so is its journal: its dates are those of 1970.
  public init<S: System>(
    _ design: Design<S>, start: S, world: String, worldDigest: UInt64 = 0, seed: UInt64 = 0, roster: String = "{}",
    clock: Clock, others: [Member] = []
  ) {
    let member = Member(design, start: start, roster: roster)
    self.init(
      system: member.system, book: member.book, start: member.start, world: world, worldDigest: worldDigest,
      seed: seed, roster: roster,
      created: clock == .real ? ISO8601DateFormatter().string(from: Date()) : "1970-01-01T00:00:00Z", clock: clock,
      origin: clock == .real ? Loop.sinceEpoch : 0, shape: member.shape, others: others)
  }
}

extension JournalHeader.Member {
  /// A system as a journal's header knows it.
  public init<S: System>(_ design: Design<S>, start: S, roster: String = "{}") {
    var start = start
    let buffer = ByteBuffer()
    var writer = ByteWriter(buffer)
    start.fields(&writer)
    self.init(
      system: design.name, book: design.bookDigest, start: Array(buffer.bytes), roster: roster,
      shape: DesignShape(design, start).json)
  }
}

extension DesignShape {
  /// One JSON object with its keys in order, so that equal shapes give equal texts.
  public var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    // Strings, numbers and lists of them: nothing that JSON could refuse.
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  /// Reads what ``json`` wrote; nil where the text is none.
  public init?(json: String) {
    guard let shape = try? JSONDecoder().decode(DesignShape.self, from: Data(json.utf8)) else { return nil }
    self = shape
  }
}

import Engine
import Foundation
import Machines

extension Workload {
  /// The header of a run of this workload that begins now: what is needed to go on with it, and to refuse another.
  ///
  /// - Parameter seed: Seeds message identities; nil draws one.
  public func header(seed: UInt64?, clock: JournalHeader.Clock) -> JournalHeader {
    // Names are strings: nothing that JSON could refuse.
    let roster = try? JSONSerialization.data(withJSONObject: agents.map(\.name), options: .withoutEscapingSlashes)
    return JournalHeader(
      Machines.Team.design, start: TeamRun.start(self), world: name, worldDigest: digest,
      seed: seed ?? .random(in: 0...(.max)), roster: roster.map { String(decoding: $0, as: UTF8.self) } ?? "[]",
      clock: clock)
  }
}

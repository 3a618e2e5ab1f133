import Engine
import Foundation
import Machines

/// Holds a journal that went through kills against what its witness saw, the workload and the spec.
enum Judge {
  /// Whether nothing was acknowledged and nothing performed.
  static func hasNothing(_ folder: String) -> Bool { lines(folder).isEmpty }

  static func judge(_ load: Load, _ folder: String, _ tally: inout Tally) {
    do {
      let journal = try Told(folder + "/run.sqlite", load.workload)
      judge(journal, lines(folder), load.isDurable, &tally)
      if journal.verdict != .ready || journal.fault != nil {
        tally.faulty += 1
        tally.complain("\(journal.fault.map { "\($0)" } ?? "") \(journal.findings)")
      }
      if journal.asked != journal.owed {
        tally.lines += zip(journal.asked, journal.owed).reduce(0) { $0 + abs($1.0 - $1.1) }
        tally.complain("the workload asks for \(journal.owed), and the journal has \(journal.asked)")
      }
      tally.exercised += journal.exercised
      tally.unpaid += journal.mispaid.count
      journal.mispaid.forEach { tally.complain($0) }
    } catch {
      tally.faulty += 1
      tally.complain("\(error)")
    }
  }

  /// What the witness saw, in order.
  private static func judge(_ journal: Told, _ lines: [[Substring]], _ isDurable: Bool, _ tally: inout Tally) {
    var performed: Set<UInt64> = []
    var called: Set<UInt64> = []
    /// The last record before the last crash; steps after it were taken by the process that runs now.
    var recovered: UInt64 = 0
    for line in lines {
      guard line.count > 1, let number = UInt64(line[1]) else { continue }
      // What left before its commit may be missing, and its numbers may have been given anew.
      guard isDurable || line[0] == "safe" else { continue }
      switch line[0] {
      case "safe":
        tally.acknowledged += 1
        if line.count < 3 || journal.chains[number] != UInt64(line[2]) {
          tally.lost += 1
          tally.complain("record \(number) was acknowledged and is not in the journal")
        }
      case "perform":
        // Its record must have been committed before, and nobody may have performed it.
        if !performed.insert(number).inserted || journal.chains[number / 256] == nil {
          tally.doubled += 1
          tally.complain("ticket \(number / 256).\(number % 256) was performed anew")
        }
      case "call":
        if !called.insert(number).inserted {
          tally.doubled += 1
          tally.complain("the call of reservation \(number) was made twice")
        }
      case "again":
        tally.redelivered += 1
        performed.insert(number)
        if let answered = journal.answers[number], answered <= recovered {
          tally.doubled += 1
          tally.complain("ticket \(number / 256).\(number % 256) was performed again after its answer")
        }
      case "recovered": recovered = number
      default: break
      }
    }
  }

  private static func lines(_ folder: String) -> [[Substring]] {
    let text = FileManager.default.contents(atPath: folder + "/witness") ?? Data()
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
  }
}

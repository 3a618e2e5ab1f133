/// At which occupancy a class begins to be dropped at admission, and how often when the queue is all but full: weighted
/// random early drop (RTR-10).
///
/// The odds grow in a straight line from none at the threshold (DEC-4). Source: Floyd and Jacobson, *Random Early
/// Detection Gateways for Congestion Avoidance*, 1993, with the occupancy of the moment instead of its average.
struct EarlyDrop {
  /// Percent of the capacity.
  let threshold: Int
  /// Percent of the messages.
  let most: Int

  static func of(_ priority: Priority) -> EarlyDrop {
    switch priority {
    case .critic: EarlyDrop(threshold: Parameters.earlyDropCriticFrom, most: Parameters.earlyDropCriticMost)
    case .draft: EarlyDrop(threshold: Parameters.earlyDropDraftFrom, most: Parameters.earlyDropDraftMost)
    case .final: EarlyDrop(threshold: Parameters.earlyDropFinalFrom, most: Parameters.earlyDropFinalMost)
    }
  }

  /// Whether a message is dropped that drew this number, of 65,536 equally likely ones.
  ///
  /// In whole numbers: draw / 65,536 < most · (occupancy − threshold) / (1 − threshold).
  func drops(draw: UInt16, live: Int, capacity: Int) -> Bool {
    let above = 100 * live - threshold * capacity
    return above > 0 && Int(draw) * 100 * (100 - threshold) * capacity < 65_536 * most * above
  }
}

// Which moves of a state may stand for all.
extension PartWalker {
  /// The cluster whose moves suffice in the state at hand, with the fewest; nil where none does.
  ///
  /// That one of its moves leads to a state not seen before is for the caller to see to.
  func sufficient(_ batch: Batch, _ reduction: Reduction) -> Int? {
    var best: Int?
    var fewest = batch.count
    for cluster in 0..<reduction.clusterCount
    where reduction.isCandidate[cluster] && batch.disturbed & 1 << UInt64(cluster) == 0 {
      var moves = 0
      for ordinal in 0..<batch.count
      where reduction.clusters[Int(batch.successors[ordinal].owner)] == cluster { moves += 1 }
      if moves == 0 || moves >= fewest || isExposed(cluster, reduction) { continue }
      best = cluster
      fewest = moves
    }
    return best
  }

  /// Whether the state at hand breaks a law: nothing is explored from it, so it cannot stand for other orders.
  func breaksLaw() -> Bool {
    for host in 0..<hostCount where fact(host).findings >= 0 { return true }
    if heldParts.count > 0, heldFact() >= 0 { return true }
    return !(typed.judgeState?().findings.isEmpty ?? true)
  }

  /// Whether others can give a cluster another move.
  private func isExposed(_ cluster: Int, _ reduction: Reduction) -> Bool {
    reduction.inlets[cluster].contains { inlet in
      if queueSpans[Int(codes[firstChannel + inlet.channel])].count > 0 { return false }
      return !inlet.isHeld || inlet.receivers.contains { mayTake($0.host, $0.event) }
    }
  }

  private func mayTake(_ host: Int, _ event: Int) -> Bool {
    let key = UInt32(host) << 16 | UInt32(event)
    if let known = receptive[codes[host], key] { return known == 1 }
    let may = typed.mayTake(host, codes[host], event)
    receptive.insert(codes[host], key, may ? 1 : 0)
    return may
  }
}

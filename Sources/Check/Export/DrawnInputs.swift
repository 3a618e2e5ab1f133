/// What inputs that look at the state drew while a search went on, by the local states of the machines.
final class DrawnInputs {
  private var drawn: [[ContiguousArray<UInt32>: [UInt32]]]

  /// Listens to every draw of the walker from now on.
  init(_ walker: PartWalker) {
    drawn = Array(repeating: [:], count: walker.plan.inputs.count)
    let draw = walker.typed.draw
    let hosts = walker.plan.hosts
    walker.typed.draw = { [unowned walker] input in
      draw(input)
      let key = ContiguousArray((0..<hosts).map { walker.codes[$0] })
      self.drawn[input][key] = (0..<walker.drawn.count).map { walker.drawn[$0] }
    }
  }

  /// Each event that an input ever drew, with the local states that it needs. An event that is drawn twice in one
  /// state comes twice.
  func events(of input: Int) -> [(event: UInt32, condition: TabulatedMove.Condition?)] {
    let table = drawn[input]
    var counts: [UInt32: Int] = [:]
    for events in table.values {
      for (event, count) in Self.counts(events) { counts[event] = max(counts[event] ?? 0, count) }
    }
    return counts.sorted { $0.key < $1.key }.flatMap { event, most in
      (1...most).map { times in
        (event, condition(table.mapValues { drawn in drawn.count { $0 == event } >= times }))
      }
    }
  }

  private static func counts(_ events: [UInt32]) -> [UInt32: Int] {
    events.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// Which machines decide, found by leaving out one after the other; nil where none does.
  private func condition(_ isDrawn: [ContiguousArray<UInt32>: Bool]) -> TabulatedMove.Condition? {
    var hosts = Array(isDrawn.keys.first?.indices ?? 0..<0)
    var known = isDrawn
    for host in hosts.reversed() {
      let place = hosts.firstIndex(of: host)!
      var smaller: [ContiguousArray<UInt32>: Bool] = [:]
      let isFree = known.allSatisfy { key, value in
        var key = key
        key.remove(at: place)
        if let other = smaller[key] { return other == value }
        smaller[key] = value
        return true
      }
      if isFree {
        hosts.remove(at: place)
        known = smaller
      }
    }
    let wanted = known.filter(\.value).keys.map(Array.init).sorted { $0.lexicographicallyPrecedes($1) }
    switch hosts.count {
    case 0: return nil
    case 1: return .machine(hosts[0], wanted.map { $0[0] })
    default: return .combination(hosts: hosts, wanted)
    }
  }
}

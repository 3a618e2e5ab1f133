import Spec

extension MessageSequence {
  /// What one of those who take part tells, is told and notes, with whom; nil where it only looks on.
  func seen(by name: String) -> MessageSequence? {
    guard let own = lifelines.firstIndex(of: name) else { return nil }
    let rows = rows.filter { row in
      switch row {
      case .message(let it): it.from == own || it.to == own
      case .note(let place, _): place == own
      case .across: true
      }
    }
    var met: Set<Int> = []
    for case .message(let it) in rows { met.formUnion([it.from, it.to]) }
    if met.isEmpty { return nil }
    let kept = met.sorted()
    func place(_ old: Int) -> Int { kept.firstIndex(of: old)! }
    return MessageSequence(
      lifelines: kept.map { lifelines[$0] },
      rows: rows.map { row in
        switch row {
        case .message(let it):
          .message(.init(step: it.step, from: place(it.from), to: place(it.to), words: it.words, manner: it.manner))
        case .note(let at, let words): .note(at: place(at), words)
        case .across: row
        }
      })
  }
}

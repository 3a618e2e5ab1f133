extension BookDescription {
  /// Pairs of phase and event that nobody decided about, one finding for each event.
  var unhandledFindings: [Finding] {
    let mentioned = Set(tokens.map(\.kind))
    return events.indices.filter(mentioned.contains).compactMap { event in
      let open = phases.indices.filter { !hasRule($0, event) && silence($0, event) == nil }
      guard let first = open.first else { return nil }
      let place = rules.first { $0.phases.contains(first) } ?? rules.first { $0.event == event }
      return Finding(
        .major, "unhandled-event",
        "\(events[event]) has neither a rule nor a word in \(names(open)): write a rule, or say that it is ignored, "
          + "impossible or refused there",
        at: place?.source.place ?? anyPlace)
    }
  }

  func hasRule(_ phase: Int, _ event: Int) -> Bool {
    rules.contains { $0.event == event && $0.phases.contains(phase) }
  }

  /// What the book says of an event that no rule handles in this phase.
  func silence(_ phase: Int, _ event: Int) -> SilenceDescription? {
    silences.first { $0.event == event && $0.phases.contains(phase) }
  }
}

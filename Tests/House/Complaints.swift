import Testing

/// Fails with one line for each complaint.
func expectNone(_ complaints: [String], sourceLocation: SourceLocation = #_sourceLocation) {
  guard !complaints.isEmpty else { return }
  Issue.record("\n  \(complaints.joined(separator: "\n  "))", sourceLocation: sourceLocation)
}

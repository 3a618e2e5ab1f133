import Spec

// What was never exercised: a verdict says less of it than it seems.
extension Coverage {
  /// What several worlds of one system exercised together: what one of them exercised is exercised.
  public init(together all: some Sequence<Coverage>) {
    self.init(rules: [], sometimes: [])
    for one in all {
      for rule in one.rules { add(rule) }
      for law in one.sometimes {
        if let place = sometimes.firstIndex(where: { $0.name == law.name }) {
          sometimes[place].isMet = sometimes[place].isMet || law.isMet
        } else {
          sometimes.append(law)
        }
      }
      for law in one.leading {
        if let place = leading.firstIndex(where: { $0.name == law.name }) {
          leading[place].isBegun = leading[place].isBegun || law.isBegun
        } else {
          leading.append(law)
        }
      }
    }
  }

  /// Guards that never said no, of rules that fired.
  public var guardsNeverFalse: Int { rules.reduce(0) { $0 + $1.guardsNeverFalse.count } }
  /// Laws that were never put to the test, as a report quotes them.
  public var neverTested: [String] { neverBegun + neverMet }

  /// What a verdict says of it: `not exercised: 1 rule that never fired, 2 guards that never said no`.
  public var neverExercised: String {
    let counts = [
      (neverFired.count, "rule that never fired", "rules that never fired"),
      (guardsNeverFalse, "guard that never said no", "guards that never said no"),
      (neverTested.count, "law never put to the test", "laws never put to the test"),
    ]
    let told = counts.filter { $0.0 > 0 }.map { count, one, several in "\(count) \(count == 1 ? one : several)" }
    return told.isEmpty ? "every rule, guard and law was exercised" : "not exercised: \(told.joined(separator: ", "))"
  }

  /// A finding for each law that was never put to the test and each rule that never fired.
  ///
  /// - Parameter place: Where that was: `this world`.
  public func missed(in place: String) -> [Finding] {
    neverBegun.map { Finding(.minor, "never-begun", "\($0) was never put to the test: nothing began it") }
      + neverMet.map { Finding(.minor, "never-met", "\($0) never happened in \(place)") }
      + neverFired.map { Finding(.minor, "rule-never-fired", "\($0) never fired in \(place)") }
  }

  /// The codes of the findings of ``missed(in:)``.
  public static var missedCodes: Set<String> { ["never-begun", "never-met", "rule-never-fired"] }
}

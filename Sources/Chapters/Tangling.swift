/// Writes the Swift file that states, for the compiler, what the chapters state for readers.
///
/// The file depends on nothing but the chapters: the same chapters, in any order, give the same bytes. It imports
/// `Spec` for `Citation`, `ParameterFigure`, `OffByOne`, `Scenario` and `ScenarioLine`.
///
/// Each figure and scenario is a declaration of its own. As one array literal, 120 scenarios of 14 lines took the
/// compiler 19 seconds; as declarations, a tenth of one.
public func tangle(_ chapters: [Chapter]) -> String {
  let ordered = chapters.sorted { $0.file < $1.file }
  let parts = [
    "// Generated from specs/*.md by the TangleChapters plugin. Do not edit.\n\nimport Spec\n",
    requirementsInSwift(ordered),
    parametersInSwift(ordered),
    scenariosInSwift(ordered),
  ]
  return parts.joined(separator: "\n")
}

// MARK: - Requirements

private func requirementsInSwift(_ chapters: [Chapter]) -> String {
  let stated = chapters.flatMap { chapter in chapter.requirements.map { (chapter.place($0.line), $0) } }
  var swift = "/// A requirement that a chapter states. Citing one that no chapter states does not compile.\n"
  if stated.isEmpty {
    // Swift gives a raw type only to an enum that has cases.
    swift += """
      public enum Requirement: Citation, CaseIterable {
        public init?(rawValue: String) { nil }
        public var rawValue: String { switch self {} }
        public var text: String { switch self {} }
        public var source: String { switch self {} }
      }

      """
    return swift
  }
  swift += "public enum Requirement: String, Citation, CaseIterable {\n"
  for (place, requirement) in stated {
    swift += "  /// \(swiftComment(requirement.text)) (\(place))\n"
    swift += "  case `\(requirement.id)` = \(swiftLiteral(requirement.id))\n"
  }
  swift += "}\n\nextension Requirement {\n"
  swift += "  /// The sentence, as the chapter states it.\n"
  swift += "  public var text: String {\n    switch self {\n"
  for (_, requirement) in stated {
    swift += "    case .`\(requirement.id)`: \(swiftLiteral(requirement.text))\n"
  }
  swift += "    }\n  }\n\n"
  swift += "  /// The file and line of the sentence.\n"
  swift += "  public var source: String {\n    switch self {\n"
  for (place, requirement) in stated {
    swift += "    case .`\(requirement.id)`: \(swiftLiteral(place))\n"
  }
  swift += "    }\n  }\n}\n"
  return swift
}

// MARK: - Parameters

private func parametersInSwift(_ chapters: [Chapter]) -> String {
  let stated = chapters.flatMap { chapter in chapter.parameters.map { (chapter.place($0.line), $0) } }
  if stated.isEmpty {
    return """
      /// The figures that the chapters state.
      public enum Parameters {
        /// Every figure, as its chapter writes it.
        public static let all: [ParameterFigure] = []

        /// Each figure one more and one less in its last digit.
        package static let offByOne: [OffByOne] = []
      }

      """
  }
  var swift = """
    /// The figures that the chapters state.
    ///
    /// They are variables for ``offByOne`` alone: nothing else can change them, and reading one costs a load.
    public enum Parameters {

    """
  for (place, parameter) in stated {
    let figure = parameter.figure
    swift += "  /// \(swiftComment(parameter.meaning)) (\(parameter.value) \(parameter.unit.rawValue); \(place))\n"
    swift += "  @exclusivity(unchecked) public private(set) nonisolated(unsafe)\n"
    swift += "  static var \(declared(parameter.constant)): \(figure.type) = \(figure.expression)\n"
  }
  swift += "\n  /// Every figure, as its chapter writes it.\n  public static let all: [ParameterFigure] = ["
  for (_, parameter) in stated { swift += "\n    Stated.\(parameter.constant)," }
  swift += "\n  ]\n\n  /// Each figure one more and one less in its last digit.\n"
  swift += "  package static let offByOne: [OffByOne] = ["
  for (_, parameter) in stated {
    for number in parameter.offByOne.indices { swift += "\n    Wrong.\(parameter.constant)\(number + 1)," }
  }
  swift += "\n  ]\n\n  private enum Stated {\n"
  for (place, parameter) in stated {
    swift += "    static let \(declared(parameter.constant)) = ParameterFigure("
    swift += "\n      name: \(swiftLiteral(parameter.name)), value: \(swiftLiteral(parameter.value)),"
    swift += " unit: \(swiftLiteral(parameter.unit.rawValue)), meaning: \(swiftLiteral(parameter.meaning)),"
    swift += "\n      source: \(swiftLiteral(place)))\n"
  }
  swift += "  }\n\n  private enum Wrong {\n"
  for (_, parameter) in stated {
    for (number, wrong) in parameter.offByOne.enumerated() {
      swift += "    static let \(parameter.constant)\(number + 1) = OffByOne("
      swift += "Stated.\(parameter.constant), value: \(swiftLiteral(wrong.value))) {"
      swift += "\n      Parameters.\(parameter.constant) = \(wrong.figure.expression)\n    }\n"
    }
  }
  return swift + "  }\n}\n"
}

// MARK: - Scenarios

private func scenariosInSwift(_ chapters: [Chapter]) -> String {
  let told = chapters.flatMap { chapter in chapter.scenarios.map { (chapter, $0) } }
  var swift = "extension Scenario {\n  /// The scenarios that the chapters tell, in reading order.\n"
  swift += "  public static let all: [Scenario] = ["
  for index in told.indices { swift += "\n    told\(index + 1)," }
  swift += told.isEmpty ? "]\n" : "\n  ]\n"
  for (index, (chapter, scenario)) in told.enumerated() {
    swift += "\n  private static let told\(index + 1) = Scenario("
    swift += "\n    title: \(swiftLiteral(scenario.title)), chapter: \(chapter.number),"
    swift += " file: \(swiftLiteral(chapter.file)), line: \(scenario.line),"
    swift += "\n    lines: ["
    for line in scenario.lines {
      swift += "\n      ScenarioLine(number: \(line.number), text: \(swiftLiteral(line.text))),"
    }
    swift += "\n    ])\n"
  }
  return swift + "}\n"
}

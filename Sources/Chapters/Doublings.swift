/// Finds what is stated twice, in one chapter or in two; the later place is the error, and it names the earlier.
func doublings(in chapters: [Chapter]) -> [ChapterError] {
  var errors: [ChapterError] = []
  var requirements: [String: String] = [:]
  var parameters: [String: (name: String, place: String)] = [:]
  var scenarios: [String: String] = [:]

  for chapter in chapters {
    func report(_ line: Int, _ found: String, _ instead: String) {
      errors.append(ChapterError(file: chapter.file, line: line, found: found, instead: instead))
    }
    for requirement in chapter.requirements {
      if let earlier = requirements[requirement.id] {
        report(
          requirement.line, "requirement \(requirement.id) is already stated at \(earlier)",
          "write another identifier, or, to refer to it, do not begin the line with it in bold")
      } else {
        requirements[requirement.id] = chapter.place(requirement.line)
      }
    }
    for parameter in chapter.parameters {
      if let earlier = parameters[parameter.constant] {
        let alias = earlier.name == parameter.name ? "" : " as `\(earlier.name)`, which has the same name in Swift"
        report(
          parameter.line, "parameter `\(parameter.name)` is already stated at \(earlier.place)\(alias)",
          "write another name, or keep one of the two rows")
      } else {
        parameters[parameter.constant] = (parameter.name, chapter.place(parameter.line))
      }
    }
    for scenario in chapter.scenarios {
      if let earlier = scenarios[scenario.title] {
        report(
          scenario.line, "scenario `\(scenario.title)` is already told at \(earlier)", "write another title")
      } else {
        scenarios[scenario.title] = chapter.place(scenario.line)
      }
    }
  }
  return errors
}

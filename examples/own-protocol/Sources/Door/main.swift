import Check
import Spec

let visitors = World<Solo<Door>>("visitors", "any number of knocks; the latch may jam", start: { Solo(Door()) }) {
  Input(.machine, .knock)
  Input(.machine, .close)
}
let design = Solo<Door>.design("door", worlds: [visitors])

for finding in design.findings { print(finding.severity.word, finding.words) }
let report = explore(design, world: visitors)
print("the door: \(report.distinct) states, \(report.verdict.rawValue)")

// A check must be able to fail: without the update that clears the porch, the law about it breaks.
let mutant = Solo<Door>.design("door", book: Door.book.edited("let everybody in", .dropClause(1))!, worlds: [visitors])
for found in explore(mutant, world: visitors).findings.prefix(1) {
  print("a mutant: \(found.finding.words)")
  print(found.trace.text)
}

/// What a finding's code means, and what to do about it. Codes are stable: scripts and rounds know findings by them.
public struct FindingCode: Sendable {
  public let code: String
  /// A clause: what is so where it is found.
  public let meaning: String
  /// What to do, as an order.
  public let advice: String

  public static func named(_ code: String) -> FindingCode? { byName[code] }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.code, $0) })

  public static let all: [FindingCode] = audit + laws + books + journals

  private init(_ code: String, _ meaning: String, _ advice: String) {
    self.code = code
    self.meaning = meaning
    self.advice = advice
  }

  // MARK: - Chapters, locks, mutants, rounds

  private static let audit = [
    FindingCode(
      "program-old", "the program was built from other sources than lie in the package",
      "build it again (swift build), and ask the new one"),
    FindingCode(
      "counts-stranger", "a file of specs/evidence counts the mutants of a machine that is not there", "delete it"),
    FindingCode("no-chapters", "there is no chapter", "name the package's folder with --root"),
    FindingCode("chapter-missing", "a machine names a chapter that is not there", "write it, or name another"),
    FindingCode("chapter-unreadable", "a chapter cannot be read", "write what the finding says instead"),
    FindingCode("not-checked", "a check needs a chapter that cannot be read", "mend the chapter, and audit again"),
    FindingCode("broken-link", "a link of a chapter leads nowhere", "name a file and heading that are there"),
    FindingCode(
      "unknown-requirement", "a requirement is named that no chapter states", "state it, or name one that is stated"),
    FindingCode(
      "requirement-unheld", "nothing holds a requirement",
      "cite it in a rule or law, name a test by it, or write a row | Requirement | Held by | Why | in its chapter"),
    FindingCode(
      "requirement-unchecked", "rules cite a requirement, and nothing checks what they do",
      "cite it in a law, tell it in a scenario that fires one of the rules, or name a test by it"),
    FindingCode(
      "requirement-not-met", "the chapter says that a requirement is not met yet", "meet it, or leave it said"),
    FindingCode(
      "held-by-nothing", "what a chapter says holds a requirement is not there", "name the file and words that do"),
    FindingCode(
      "explains-nothing", "a row of a chapter explains no finding", "drop it, or name the finding's code and machine"),
    FindingCode(
      "lock-broken", "a locked machine changed otherwise than by additions",
      "take the change back, or: interlock unlock MACHINE --reason … and lock it again"),
    FindingCode(
      "lock-edited", "a lock is not as it was written",
      "restore specs/lock.json from the repository; or: interlock unlock MACHINE --reason … and lock it again"),
    FindingCode("lock-unreadable", "the file of locks cannot be read", "restore it from the repository"),
    FindingCode(
      "lock-missing", "a machine is not locked, and no unlocking says why",
      "interlock lock MACHINE; or bring its lock back from the repository, and: interlock unlock MACHINE --reason …"),
    FindingCode(
      "nothing-locked", "no machine's published rules are pinned",
      "interlock lock --all; or bring specs/lock.json back from the repository"),
    FindingCode("lock-stranger", "a lock is of a machine that is not there", "interlock unlock MACHINE --reason …"),
    FindingCode("scenario-failed", "a scenario does not go as it says", "mend the machine, or tell what it does"),
    FindingCode(
      "scenario-of-nobody", "no machine of its chapter takes a scenario, so that it is not run",
      "name a world that interlock list shows, in a chapter of its machine"),
    FindingCode("stale-excerpt", "an excerpt is no longer what its file says", "copy it from the file again"),
    FindingCode("stale-figure", "a chapter says of a world what exploring it does not", "write what it has"),
    FindingCode(
      "figure-unheld", "figures that a chapter's table says of worlds are held against nothing",
      "name the columns States and Steps; of a world too large for a page, say in the chapter what holds them"),
    FindingCode("foreign-request", "a page loads something over the network", "put it into the page, or leave it out"),
    FindingCode(
      "other-version", "kept evidence is of another version of the rules",
      "interlock mutate MACHINE --keep specs/evidence"),
    FindingCode(
      "counts-unreadable", "a file of specs/evidence cannot be read",
      "interlock mutate MACHINE --keep specs/evidence, or restore it from the repository"),
    FindingCode(
      "counts-differ", "a file of specs/evidence counts what cannot be, beside what this round found of the mutants",
      "interlock mutate MACHINE --keep specs/evidence"),
    FindingCode("page-stale", "a page is not as chapters and machines say", "interlock docs"),
    FindingCode("no-pages", "there is no folder of pages", "interlock docs"),
    FindingCode(
      "mutant-survived", "a mistake put into a machine was not noticed", "add a law or scenario that it breaks"),
    FindingCode(
      "mutant-noticed", "a remark alone tells a mutant from the original", "add a law or scenario that it breaks"),
    FindingCode(
      "mutants-broken-off", "something ended the process that tried a mutant", "audit again, with more memory free"),
    FindingCode(
      "mutant-score-low", "too few mutants of a machine are killed", "add laws or scenarios that the survivors break"),
    FindingCode(
      "mutants-uncounted", "the mutants of a machine were never all tried",
      "interlock mutate MACHINE --keep specs/evidence"),
    FindingCode("rounds-unreadable", "the file of rounds cannot be used", "name another with --rounds, or delete it"),
    FindingCode(
      "evidence-unreadable", "kept evidence cannot be read, and was gathered anew", "nothing: it was replaced"),
  ]

  // MARK: - Runs and worlds

  private static let laws = [
    FindingCode("property-broken", "a run breaks a law", "mend the rule that fired last, or the law"),
    FindingCode("never-leads", "a fair run never comes where a law says it does", "give the run a way out"),
    FindingCode("deadlock", "nothing can happen, and somebody may not rest", "add a rule or an answer that leads out"),
    FindingCode(
      "hosted", "a host does otherwise than the semantics say", "mend the engine, or the driver that it was given"),
    FindingCode("never-met", "what a law says happens sometimes never happens", "widen a world, or drop the law"),
    FindingCode("never-begun", "a law of where runs lead is never put to the test", "widen a world, or drop the law"),
    FindingCode("rule-never-fired", "a rule never fires in any world", "widen a world, or drop the rule"),
    FindingCode("unexpected-event", "an event comes that the book says nothing of", "add a rule, or say what it means"),
    FindingCode(
      "too-many-effects", "a step opens more obligations than a record has tickets",
      "send them over several steps, or one effect that stands for all"),
    FindingCode("identity-open", "an effect is sent under an identity that is still open", "put the try into its key"),
    FindingCode("stray-effect", "an effect goes nowhere", "give it a contract, a route or a notice"),
    FindingCode("refused-answer", "an answer that is owed is refused", "take it in every phase where it may come"),
    FindingCode("routed-event-refused", "a machine refuses what another sends it", "take it, or do not send it then"),
    FindingCode("cancelled-holding", "what holds something was cancelled", "ask it to stop, and wait for the answer"),
    FindingCode("not-a-function", "a rule gives different results for the same state", "take chance out of it"),
    FindingCode("not-interchangeable", "identities declared alike are told apart", "declare them otherwise"),
    FindingCode("encoding-not-injective", "two states have one encoding", "list every field in `fields`"),
    FindingCode("reads-more", "a law looks at machines that it does not name", "name them in `reads`"),
    FindingCode("too-large", "a world has more than can be explored", "make it smaller"),
    FindingCode("no-start", "a design has no world to start in", "give it one"),
  ]

  // MARK: - Rule books and routes

  private static let books = [
    FindingCode("unhandled-event", "a phase says nothing of an event", "add a rule, Ignored, Refused or Impossible"),
    FindingCode("unordered-rules", "two rules may both fire", "order them, or guard one against the other"),
    FindingCode("unreachable-rule", "a rule can never fire", "drop it, or the rule before it"),
    FindingCode("unreached-phase", "no rule leads to a phase", "drop it, or lead to it"),
    FindingCode("first-otherwise", "an otherwise rule has nothing before it", "drop the word"),
    FindingCode("duplicate-name", "two things have one name", "give one another name"),
    FindingCode("token-mismatch", "a token and its enum disagree", "give it the kind of its case"),
    FindingCode("unknown-host", "a law names a machine that is not there", "name one that is"),
    FindingCode("route-cycle", "direct routes lead in a circle", "put a channel in it"),
    FindingCode("route-unanswered", "no route brings an answer back", "route it"),
    FindingCode("two-destinations", "a route is given twice", "drop one"),
    FindingCode("never-emitted", "an effect is never sent", "drop it, or send it"),
    FindingCode(
      "answer-unhandled", "an answer may come where no rule takes it", "take it, or show that it cannot come"),
    FindingCode("answer-unheard", "an answer comes to nobody", "take it, or do not promise it"),
    FindingCode("answer-owed", "an answer is owed where nobody waits", "cancel it on the way"),
    FindingCode(
      "owed-at-rest", "an answer may be owed at rest", "cancel it on the way, or let a world show it is meant"),
    FindingCode("nothing-owed", "only inputs lead out of a phase", "set a timer, or declare the phase resting"),
    FindingCode("waits-in-vain", "a rule waits for an answer that nobody gives", "send what it answers first"),
    FindingCode("emitted-while-open", "an identity may be sent again while open", "put the try into its key"),
    FindingCode("cancelled-unanswered", "what has no answer is cancelled", "drop the cancellation"),
    FindingCode("reissued-staged", "a crash would begin again what goes in stages", "resume it instead"),
    FindingCode("lost-without-timer", "an answer may be lost, and no timer runs beside it", "set one"),
    FindingCode("late-unguarded", "a rule takes a late answer for a current one", "guard it by the key"),
    FindingCode("volatile-unrecovered", "a machine says nothing of its recovery", "add a rule for it"),
    FindingCode("skeleton-cut-off", "a book is too large to be read without exploring", "nothing: its worlds judge it"),
  ]

  // MARK: - Journals

  private static let journals = [
    FindingCode("journal-edited", "a record was changed after it was written", "ask who had the file"),
    FindingCode(
      "journal-tail", "the last records did not reach the disk", "nothing after a kill; else look at the disk"),
    FindingCode("journal-unreadable", "the rest of the file cannot be read", "look at the disk"),
    FindingCode("snapshot-edited", "a snapshot was changed after it was written", "ask who had the file"),
    FindingCode("snapshot-differs", "a snapshot is not where the records lead", "ask who had the file"),
    FindingCode("rejected", "a record is none that the spec admits", "mend the rule or the driver"),
    FindingCode("other-book", "the journal is of another version of the rules", "audit it with the version it names"),
    FindingCode("other-book-before", "a part is of another version of the rules", "audit that with its own version"),
    FindingCode("starts-at-snapshot", "the first records were dropped", "audit a copy from before"),
    FindingCode("crash-instant", "a crash is told at an impossible instant", "ask who had the file"),
    FindingCode("time-backwards", "time goes backwards", "look at the clock"),
    FindingCode("timer-early", "a timer fired before its time", "mend the driver"),
  ]
}

/// The words of the book, each once.
func glossaryArticle(_ book: Book) -> Article {
  let entries = glossary.sorted { $0.word < $1.word }.map { entry in
    let see = entry.see.map { "<a href=\"#\(slug($0))\">\(htmlEscaped($0))</a>" }
    return
      "<div id=\"\(slug(entry.word))\">"
      + "<dt>\(htmlEscaped(entry.word))</dt><dd>\(MarkdownRendering().inline(entry.meaning))"
      + (see.isEmpty ? "" : " <small>See \(see.joined(separator: ", ")).</small>") + "</dd></div>"
  }
  return Article(
    html: """
      <p class="eyebrow">Reference</p>
      <h1>Glossary</h1>
      <p class="lead">One thing has one name: in the chapters, in the code, in findings and in error messages.</p>
      <dl class="glossary">
      \(entries.joined(separator: "\n"))
      </dl>
      """, contents: [])
}

struct GlossaryEntry {
  let word: String
  let meaning: String
  let see: [String]

  init(_ word: String, _ meaning: String, see: String...) {
    self.word = word
    self.meaning = meaning
    self.see = see
  }
}

/// What the library's words mean.
let glossary = [
  GlossaryEntry(
    "machine", "A value type whose value is its state, with one rule book. It does no I/O.", see: "rule", "phase"),
  GlossaryEntry(
    "phase",
    "The named part of a machine's state by which rules are grouped. In a *resting* phase a machine may stay for ever.",
    see: "deadlock"),
  GlossaryEntry("state", "Everything that a machine, or a system of machines, remembers."),
  GlossaryEntry("event", "What a machine receives: an input, an answer, a delivery.", see: "input", "answer"),
  GlossaryEntry(
    "effect", "What a machine asks the world to do. It is data: somebody else performs it.", see: "contract", "driver"),
  GlossaryEntry(
    "contract",
    "What an effect declares: which answers it may get and which are owed, by which key, with which faults, and "
      + "what a crash does to it.",
    see: "obligation", "owed"),
  GlossaryEntry("answer", "The event by which the world replies to an effect.", see: "owed", "late"),
  GlossaryEntry(
    "owed",
    "An answer that the world must give, sooner or later: a promise of fairness. What is not owed may never come."),
  GlossaryEntry("obligation", "An effect that waits for its answer.", see: "key", "ticket"),
  GlossaryEntry("key", "What tells one open obligation of a contract from the next, read from the effect."),
  GlossaryEntry(
    "ticket", "The number of the journal record that opened an obligation: durable, unique, and no part of any state."),
  GlossaryEntry(
    "late",
    "An answer to an obligation that was cancelled. It is *fenced* (the host drops it) or *admitted* (the machine "
      + "sees it)."
  ),
  GlossaryEntry("notice", "An effect that nobody answers."),
  GlossaryEntry("input", "An event that nobody asked for, given by the world."),
  GlossaryEntry(
    "route",
    "How an effect of one machine becomes an event of another: directly, within the sender's step, or over a channel.",
    see: "channel"),
  GlossaryEntry(
    "channel",
    "A route whose events wait; their delivery is a step of its own. It may lose, repeat or reorder where it says so."),
  GlossaryEntry(
    "world",
    "What surrounds a system in an exploration: where it starts, the inputs it gets, and the faults it may meet.",
    see: "purse"),
  GlossaryEntry("purse", "How many faults, crashes or limited inputs a world may still spend."),
  GlossaryEntry("fault", "An answer or a delivery that is lost or comes again, or a crash.", see: "purse"),
  GlossaryEntry(
    "rule", "In some phases, on an event, if its guards hold: what changes, what is sent, and where to go.",
    see: "guard", "clause"),
  GlossaryEntry(
    "guard", "A named condition of a rule. Its name completes the sentence *refused, because it is not so that …*",
    see: "refusal"),
  GlossaryEntry("clause", "One thing that a rule does: an update, an effect that is sent, a cancellation."),
  GlossaryEntry("refusal", "That no rule fired because guards said no; it names them."),
  GlossaryEntry(
    "silence", "An event that no rule handles in a phase, by decision: ignored, refused or impossible, with a reason."),
  GlossaryEntry(
    "law",
    "A property that a machine or a system keeps: in every state, of every step, in some state, or of where runs lead.",
    see: "invariant"),
  GlossaryEntry("invariant", "A law that holds in every state."),
  GlossaryEntry("system", "Machines joined by routes, explored and run as one.", see: "host"),
  GlossaryEntry(
    "host", "The place of a machine in a system; in the engine, what owns its state, steps it and keeps its journal."),
  GlossaryEntry("driver", "What performs a machine's effects in the real world and brings the answers back."),
  GlossaryEntry(
    "journal", "The record of every step of a run, each chained to the one before by its fingerprint.",
    see: "fingerprint", "snapshot"),
  GlossaryEntry(
    "fingerprint", "A hash of the state and of what is open, by which a replay finds the first step that differs."),
  GlossaryEntry("snapshot", "A state kept in the journal, from which recovery goes on."),
  GlossaryEntry("run", "A sequence of steps from a start: a walk through a world, or a journal."),
  GlossaryEntry(
    "exploration", "Visiting every state that a system can reach in a world, and judging each by every law.",
    see: "world"),
  GlossaryEntry("counterexample", "A run that breaks a law; the explorer's is a shortest one."),
  GlossaryEntry("deadlock", "A state in which nothing can happen although some machine is not at rest."),
  GlossaryEntry("symmetry", "That states which differ by the names of interchangeable identities count as one."),
  GlossaryEntry(
    "mutant", "A machine with one small mistake put into it, which the verification is expected to notice.",
    see: "killed", "equivalent", "not exercised"),
  GlossaryEntry("killed", "Of a mutant: some law, scenario or finding noticed it."),
  GlossaryEntry("equivalent", "Of a mutant: every state and step of the explored worlds is as it was."),
  GlossaryEntry(
    "not exercised", "Of a mutant that changes a figure: no scenario and no explored world turns on that figure."),
  GlossaryEntry(
    "chapter",
    "An essay with facts in it: requirements, parameters and scenarios, from which Swift is tangled and into which "
      + "the machines are woven."
  ),
  GlossaryEntry(
    "requirement", "A testable sentence with an identifier, stated by one chapter and cited by rules and laws."),
  GlossaryEntry("parameter", "A figure that a chapter states in a table, compiled into the program."),
  GlossaryEntry(
    "scenario", "A short run that a chapter tells and the tests take: a start, events, and what is expected."),
  GlossaryEntry("finding", "Something wrong or worth asking, with a severity, a stable code and a place."),
  GlossaryEntry("verdict", "What a reader concludes: READY, FIX REQUIRED, UNFINISHED, or NOTHING FOUND."),
  GlossaryEntry(
    "lock", "What pins a machine's published rules: they may be added to, and nothing of them may change.",
    see: "rule", "finding"),
  GlossaryEntry("epoch", "The time between one committed change of topology and the next."),
]

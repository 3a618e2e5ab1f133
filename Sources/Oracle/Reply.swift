/// What a step by hand came to: the words of an outcome, without the names of rules.
///
/// This module writes chapter 1 a second time, in plain `switch` statements and without the DSL, so that tests can hold
/// the machines against it and benchmarks can say what the DSL costs. It shares the payloads and the queues with
/// `Machines` and nothing that decides: each decision is taken from the chapter once more.
public enum Reply: String, Sendable { case fired, refused, ignored, unexpected }

/// What a property says about one case.
enum AttemptOutcome: Equatable {
  case holds
  /// It does not hold; the kind of failure tells one bug from another while shrinking.
  case fails(kind: String)
  case discarded
}

/// One property with its generator, to be put to the test with any tokens.
protocol Subject: AnyObject {
  /// Builds a value from the source; false if the case is to be discarded.
  func build(from source: Source) -> Bool
  /// Asks the property about the value that was built last.
  func judge(_ source: Source) -> AttemptOutcome
}

final class Attempt<Value>: Subject {
  private let gen: Gen<Value>
  private let property: (Value, Source) throws -> Bool
  private(set) var value: Value?
  private(set) var error: (any Error)?
  /// An error of the generator itself, which is nobody's counterexample.
  private(set) var generatorError: (any Error)?

  init(_ gen: Gen<Value>, _ property: @escaping (Value, Source) throws -> Bool) {
    self.gen = gen
    self.property = property
  }

  func build(from source: Source) -> Bool {
    do {
      value = try gen.body(source)
      return !source.isOverrun
    } catch {
      if !(error is Discard) { generatorError = error }
      return false
    }
  }

  func judge(_ source: Source) -> AttemptOutcome {
    error = nil
    do {
      return try property(value!, source) ? .holds : .fails(kind: "")
    } catch is Discard {
      return .discarded
    } catch {
      self.error = error
      return .fails(kind: String(describing: type(of: error)))
    }
  }
}

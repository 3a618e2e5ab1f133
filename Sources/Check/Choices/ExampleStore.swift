/// Keeps failing cases between runs, as the choices that made them.
///
/// Choices and not seeds: a seed is lost when the generator draws in another order, and says nothing that was shrunk.
public protocol ExampleStore: AnyObject {
  /// The cases kept for a property, the simplest first.
  func examples(of property: String) -> [Tokens]
  /// Keeps a case of a property.
  func keep(_ example: Tokens, of property: String)
  /// Forgets a case that the generator can no longer make; one that holds by now stays, to guard what was mended.
  func remove(_ example: Tokens, of property: String)
}

/// A store that lasts as long as the process.
public final class ExamplesInMemory: ExampleStore {
  private var texts: [String: Set<String>] = [:]

  public init() {}

  public func examples(of property: String) -> [Tokens] {
    texts[property, default: []].compactMap { Tokens(text: $0) }.sorted { $0.isSimpler(than: $1) }
  }

  public func keep(_ example: Tokens, of property: String) { texts[property, default: []].insert(example.text) }
  public func remove(_ example: Tokens, of property: String) { texts[property]?.remove(example.text) }
}

/// How long a property is tested, and from where.
public struct PropertySettings {
  /// Cases that must hold, beside those that are discarded.
  public var cases: Int
  public var seed: UInt64
  /// Cases that may be discarded for each that is not.
  public var discardsPerCase: Int
  /// Times the property may be asked while shrinking.
  public var shrinkEvaluations: Int
  /// At the end of shrinking, all simpler cases are tried if they are no more than this.
  public var finishCases: Int
  /// What shrinking tries: all there is, unless you want to see what one kind of edit is good for.
  public var passes = Set(ShrinkPass.allCases)
  /// Where failing cases are kept and tried again first, under the property's name, which it must then have.
  public var store: (any ExampleStore)?
  /// Only this case, as a report printed it.
  public var replay: String?

  /// - Parameter seed: Equal seeds draw equal cases; a fixed one, so that a test that passed once passes again.
  public init(
    cases: Int = 200, seed: UInt64 = 1, discardsPerCase: Int = 20, shrinkEvaluations: Int = 20_000,
    finishCases: Int = 64, store: (any ExampleStore)? = nil, replay: String? = nil
  ) {
    self.cases = cases
    self.seed = seed
    self.discardsPerCase = discardsPerCase
    self.shrinkEvaluations = shrinkEvaluations
    self.finishCases = finishCases
    self.store = store
    self.replay = replay
  }

  /// Only the case that a report printed.
  public static func replaying(_ tokens: String) -> PropertySettings { PropertySettings(replay: tokens) }
}

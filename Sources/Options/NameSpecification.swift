/// The names by which an option or a flag is called, most of them made from the name of the property.
///
///     @Option(name: .shortAndLong) var maxDepth = 40            // -m, --max-depth
///     @Option(name: [.customShort("d"), .long]) var maxDepth    // -d, --max-depth
public struct NameSpecification: Sendable, ExpressibleByArrayLiteral {
  /// One name, or the way to make it.
  public struct Element: Hashable, Sendable {
    enum Source: Hashable {
      case long
      case short
      case customLong(String)
      case customShort(Character)
    }

    let source: Source

    /// The name of the property in kebab case, after two dashes.
    public static var long: Element { Element(source: .long) }

    /// The first letter of the property, after one dash.
    public static var short: Element { Element(source: .short) }

    /// `name`, after two dashes.
    public static func customLong(_ name: String) -> Element { Element(source: .customLong(name)) }

    /// `letter`, after one dash.
    public static func customShort(_ letter: Character) -> Element { Element(source: .customShort(letter)) }
  }

  let elements: [Element]

  /// All of the given names.
  public init(arrayLiteral elements: Element...) { self.elements = elements }

  /// The name of the property in kebab case, after two dashes.
  public static var long: NameSpecification { [.long] }

  /// The first letter of the property, after one dash.
  public static var short: NameSpecification { [.short] }

  /// Both the first letter and the whole name.
  public static var shortAndLong: NameSpecification { [.short, .long] }

  /// `name`, after two dashes.
  public static func customLong(_ name: String) -> NameSpecification { [.customLong(name)] }

  /// `letter`, after one dash.
  public static func customShort(_ letter: Character) -> NameSpecification { [.customShort(letter)] }
}

extension NameSpecification {
  /// The names of the property called `key`, dashes included, in the order given.
  func names(for key: String) -> [String] {
    elements.map { element in
      switch element.source {
      case .long: "--" + kebabCase(key)
      case .short: "-" + key.prefix(1)
      case .customLong(let name): "--" + name
      case .customShort(let letter): "-" + String(letter)
      }
    }
  }
}

/// Writes a Swift name in lower case with dashes between its words: `maxHTTPDepth` becomes `max-http-depth`.
package func kebabCase(_ name: String) -> String {
  let letters = Array(name)
  var result = ""
  for (index, letter) in letters.enumerated() {
    let next = index + 1 < letters.count ? letters[index + 1] : nil
    if letter.isUppercase, index > 0, letters[index - 1] != "_" {
      // A word begins where the capitals do, or with the last of several capitals: HTTPDepth is HTTP, Depth.
      if !letters[index - 1].isUppercase || next?.isLowercase == true { result += "-" }
    }
    result += letter == "_" ? "-" : letter.lowercased()
  }
  return result
}

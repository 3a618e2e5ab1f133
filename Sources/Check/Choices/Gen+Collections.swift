extension Gen {
  /// Lists of the element's values; most have up to 26 elements, one in sixteen up to 800 if `count` allows.
  @inlinable public static func array<Element>(
    of element: Gen<Element>, count: ClosedRange<Int> = 0...100
  ) -> Gen where Value == [Element] {
    Gen { source in
      var elements: [Element] = []
      try source.repeats(count) { _ in elements.append(try element.body(source)) }
      return elements
    }
  }

  /// Lists of exactly `count` elements.
  @inlinable public static func array<Element>(of element: Gen<Element>, count: Int) -> Gen where Value == [Element] {
    Gen { source in
      var elements: [Element] = []
      elements.reserveCapacity(count)
      for _ in 0..<count { elements.append(try source.span(.counted) { try element.body(source) }) }
      return elements
    }
  }

  /// Sets of the element's values: equal ones count once, so that there may be fewer than `count` asks for.
  @inlinable public static func set<Element: Hashable>(
    of element: Gen<Element>, count: ClosedRange<Int> = 0...100
  ) -> Gen where Value == Set<Element> {
    Gen<[Element]>.array(of: element, count: count).map { Set($0) }
  }

  /// Dictionaries; of equal keys the last one stays.
  @inlinable public static func dictionary<Key: Hashable, Element>(
    of key: Gen<Key>, to value: Gen<Element>, count: ClosedRange<Int> = 0...100
  ) -> Gen where Value == [Key: Element] {
    Gen { source in
      var entries: [Key: Element] = [:]
      try source.repeats(count) { _ in
        let key = try key.body(source)
        entries[key] = try value.body(source)
      }
      return entries
    }
  }

  /// Nil, which is simpler, or a value.
  @inlinable public static func optional<Wrapped>(_ wrapped: Gen<Wrapped>) -> Gen where Value == Wrapped? {
    Gen { source in try source.flag(likely: 192) ? wrapped.body(source) : nil }
  }
}

extension Gen<Character> {
  /// Printable ASCII; `a` is the simplest, then the other letters, digits and signs.
  public static var ascii: Gen {
    let letters = "abcdefghijklmnopqrstuvwxyz"
    return .element(of: Array(letters + letters.uppercased() + "0123456789 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"))
  }

  /// Any scalar of Unicode, ASCII more often than others, and some that programs stumble over.
  public static var any: Gen {
    let awkward: [Character] = [
      "\0", "\n", "\r\n", "\t", "\u{7F}", "\u{A0}", "é", "e\u{301}", "ß", "İ", "\u{200D}", "👩‍👩‍👧", "🇩🇪", "\u{FEFF}",
    ]
    return .frequency((6, ascii), (1, .element(of: awkward)), (1, scalar))
  }

  static var scalar: Gen {
    Gen<UInt32>.int(in: 0...0x10_F7FF, toward: 97).map { number in
      // The surrogates, which are no scalars, lie between.
      Character(Unicode.Scalar(number < 0xD800 ? number : number + 0x800)!)
    }
  }
}

extension Gen<String> {
  /// Strings of any characters, or of those you name.
  public static func string(
    of character: Gen<Character> = .any, count: ClosedRange<Int> = 0...100
  ) -> Gen {
    Gen<[Character]>.array(of: character, count: count).map { String($0) }
  }
}

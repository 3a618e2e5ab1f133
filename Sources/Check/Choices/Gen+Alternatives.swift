extension Gen {
  /// One of the values; the first is the simplest.
  @inlinable public static func element(of values: [Value]) -> Gen {
    precondition(!values.isEmpty, "no element to choose")
    return Gen { source in values[try source.pick(values.count)] }
  }

  /// A value of one of the generators, each as likely as the others; the first is the simplest.
  @inlinable public static func oneOf(_ gens: Gen...) -> Gen { oneOf(gens) }

  /// A value of one of the generators; with one alone, that one.
  @inlinable public static func oneOf(_ gens: [Gen]) -> Gen {
    precondition(!gens.isEmpty, "no generator to choose")
    return Gen { source in
      try source.span(.alternative) { try gens[source.pick(gens.count)].body(source) }
    }
  }

  /// A value of one of the generators, which are chosen in proportion to their weights; the first is the simplest.
  @inlinable public static func frequency(_ weighted: (weight: Int, gen: Gen)...) -> Gen {
    precondition(weighted.allSatisfy { $0.weight > 0 }, "each weight is at least 1")
    let total = weighted.reduce(0) { $0 + $1.weight }
    return Gen { source in
      try source.span(.alternative) {
        let place = try source.pick(weighted.count) { source in
          var left = source.below(total)
          return weighted.firstIndex { entry in
            left -= entry.weight
            return left < 0
          }!
        }
        return try weighted[place].gen.body(source)
      }
    }
  }

  /// Values that hold values of their own kind, down to `depth` levels: then `leaf` alone.
  ///
  ///     let tree = Gen<Tree>.recursive(.just(.leaf)) { tree in zip(tree, tree).map(Tree.node) }
  ///
  /// A value is replaced by one that it holds, and by a leaf, when the case is shrunk.
  @inlinable public static func recursive(
    depth: Int = 5, label: Label = .nested, _ leaf: Gen, _ grow: @escaping (Gen) -> Gen
  ) -> Gen {
    recursive(depth: depth, label: label, leaf, [grow])
  }

  /// Values of several shapes that hold values of their own kind.
  @inlinable public static func recursive(
    depth: Int = 5, label: Label = .nested, _ leaf: Gen, _ shapes: [(Gen) -> Gen]
  ) -> Gen {
    // Each level makes the same choices, the lowest among one alternative, so that a value means the same wherever it
    // is moved to.
    var level = Gen { source in
      try source.span(label) {
        _ = try source.pick(1)
        return try leaf.body(source)
      }
    }
    for _ in 0..<depth {
      let below = level
      let alternatives = [leaf] + shapes.map { $0(below) }
      level = Gen { source in
        try source.span(label) {
          let place = try source.pick(alternatives.count) { source in
            source.below(2) == 0 ? 0 : source.below(alternatives.count)
          }
          return try alternatives[place].body(source)
        }
      }
    }
    return level
  }
}

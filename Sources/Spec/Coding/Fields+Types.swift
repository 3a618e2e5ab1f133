// What an author may list: each kind of field in terms of words.
extension Fields {
  /// An integer from 0 to `max`.
  @inlinable @inline(__always) public mutating func callAsFunction<I: FixedWidthInteger & Sendable>(
    _ name: StaticString, _ value: inout I, max: I = .max
  ) {
    enter(name)
    var raw = UInt64(truncatingIfNeeded: value)
    if I.isSigned { raw = UInt64(bitPattern: Int64(truncatingIfNeeded: value)) }
    word(&raw, max: I.isSigned && max == .max ? .max : UInt64(truncatingIfNeeded: max)) { _ in nil }
    if isReading { value = I(truncatingIfNeeded: raw) }
    leave()
  }

  /// An integer that a reader rarely looks for: printers leave it out while it is 0.
  @inlinable @inline(__always) public mutating func detail<I: FixedWidthInteger & UnsignedInteger & Sendable>(
    _ name: StaticString, _ value: inout I
  ) {
    enter(detail: name)
    var raw = UInt64(value)
    word(&raw, max: UInt64(I.max)) { _ in nil }
    if isReading { value = I(truncatingIfNeeded: raw) }
    leave()
  }

  @inlinable @inline(__always) public mutating func callAsFunction(_ name: StaticString, _ value: inout Bool) {
    enter(name)
    var raw: UInt64 = value ? 1 : 0
    word(&raw, max: 1) { $0 == 0 ? "no" : "yes" }
    if isReading { value = raw != 0 }
    leave()
  }

  /// A choice: an enum without payloads whose raw values count up from 0.
  @inlinable @inline(__always) public mutating func callAsFunction<C: RawRepresentable<UInt8> & CaseIterable>(
    _ name: StaticString, _ value: inout C
  ) {
    enter(name)
    var raw = UInt64(value.rawValue)
    word(&raw, max: UInt64(C.allCases.count - 1)) { C(rawValue: UInt8(truncatingIfNeeded: $0)).map { "\($0)" } }
    if isReading, let read = C(rawValue: UInt8(truncatingIfNeeded: raw)) { value = read }
    leave()
  }

  /// A value with fields of its own.
  @inlinable @inline(__always) public mutating func callAsFunction<C: Coded>(_ name: StaticString, _ value: inout C) {
    enter(name)
    value.fields(&self)
    leave()
  }

  /// A value that may be absent: one word of presence, then the value.
  @inlinable public mutating func callAsFunction<B: Blank>(_ name: StaticString, _ value: inout B?) {
    enter(name)
    var present: UInt64 = value == nil ? 0 : 1
    word(&present, max: 1) { $0 == 0 ? "none" : "some" }
    if isReading { value = present == 0 ? nil : B() }
    if value != nil { value!.fields(&self) }
    leave()
  }

  /// A choice that may be absent, in one word.
  @inlinable @inline(__always) public mutating func callAsFunction<C: RawRepresentable<UInt8> & CaseIterable>(
    _ name: StaticString, _ value: inout C?
  ) {
    enter(name)
    var raw = value.map { UInt64($0.rawValue) + 1 } ?? 0
    word(&raw, max: UInt64(C.allCases.count)) {
      $0 == 0 ? "none" : C(rawValue: UInt8(truncatingIfNeeded: $0 - 1)).map { "\($0)" }
    }
    if isReading { value = raw == 0 ? nil : C(rawValue: UInt8(truncatingIfNeeded: raw - 1)) }
    leave()
  }

  /// A list whose length is a constant of the configuration: the count is not stored.
  ///
  /// - Parameter asDigests: Where the visitor condenses, a digest stands for each element: for those of many fields.
  @inlinable public mutating func each<C: Coded>(
    _ name: StaticString, _ values: inout [C], asDigests: Bool = false
  ) {
    enter(name)
    if asDigests, condenses {
      for index in values.indices {
        var digest = values[index].digest
        word(&digest, max: .max) { _ in nil }
      }
      leave()
      return
    }
    for index in values.indices {
      enter(index: index)
      values[index].fields(&self)
      leave()
    }
    leave()
  }

  /// Flags whose number is a constant of the configuration.
  @inlinable public mutating func flags(_ name: StaticString, _ values: inout [Bool]) {
    enter(name)
    for index in values.indices {
      enter(index: index)
      var raw: UInt64 = values[index] ? 1 : 0
      word(&raw, max: 1) { $0 == 0 ? "no" : "yes" }
      if isReading { values[index] = raw != 0 }
      leave()
    }
    leave()
  }

  /// A list of varying length, of at most `max` elements.
  @inlinable public mutating func list<B: Blank>(_ name: StaticString, _ values: inout [B], max: Int) {
    enter(name)
    var count = UInt64(values.count)
    self.count(&count, max: UInt64(max))
    if isReading {
      if values.count > Int(count) { values.removeLast(values.count - Int(count)) }
      while values.count < Int(count) { values.append(B()) }
    }
    for index in values.indices {
      enter(index: index)
      values[index].fields(&self)
      leave()
    }
    leave()
  }

  /// An enum with payloads: visits its case number and, when reading, starts from the sample of that case.
  ///
  /// The author switches over `value` afterwards and visits the payload of each case.
  @inlinable public mutating func kind<E: Signals>(_ value: inout E, _ samples: @autoclosure () -> [E]) {
    var raw = UInt64(value.kind)
    word(&raw, max: UInt64(E.names.count - 1)) { $0 < E.names.count ? E.names[Int($0)] : nil }
    if isReading, Int(raw) != value.kind {
      let all = samples()
      if Int(raw) < all.count { value = all[Int(raw)] }
    }
  }
}

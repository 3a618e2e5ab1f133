/// A collection that keeps a digest of its contents, so that a fingerprint need not walk them.
@usableFromInline protocol Summarised: RandomAccessCollection where Element: Blank, Index == Int {
  var summary: UInt64 { get }
  mutating func removeAll()
  mutating func put(_ element: Element)
}

extension Fields {
  @inlinable mutating func contents<C: Summarised>(_ name: StaticString, _ collection: inout C, max: Int) {
    enter(name)
    var count = UInt64(collection.count)
    self.count(&count, max: UInt64(max))
    if condenses {
      var summary = collection.summary
      word(&summary, max: .max) { _ in nil }
    } else if isReading {
      collection.removeAll()
      for index in 0..<Int(count) {
        var element = C.Element()
        enter(index: index)
        element.fields(&self)
        leave()
        collection.put(element)
      }
    } else {
      for index in 0..<collection.count {
        var element = collection[index]
        enter(index: index)
        element.fields(&self)
        leave()
      }
    }
    leave()
  }
}

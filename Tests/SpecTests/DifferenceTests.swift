import Spec
import Testing

/// How the change of a value is told.
@Suite struct `Differences of two values` {
  private static func pack(_ names: UInt16...) -> Zoo {
    var zoo = Zoo()
    zoo.pack = names.map { Zoo.Cub(name: $0) }
    return zoo
  }

  @Test(arguments: [
    // Another in its place, at the end, within, at the front.
    (pack(1, 2, 3), pack(1, 7, 3), ["pack[1] + name=7 age=0", "pack[1] − name=2 age=0"]),
    (pack(1, 2, 3), pack(1, 2, 3, 4), ["pack[3] + name=4 age=0"]),
    (pack(1, 2, 3), pack(1, 9, 2, 3), ["pack[1] + name=9 age=0"]),
    (pack(1, 2, 3), pack(1, 2), ["pack[2] − name=3 age=0"]),
    (pack(1, 2, 3, 4), pack(1, 3, 4), ["pack[1] − name=2 age=0"]),
    (pack(1, 2, 3), pack(2, 3), ["pack[0] − name=1 age=0"]),
    (pack(1), pack(), ["pack[0] − name=1 age=0"]),
    // Moved up, with one behind, or several.
    (pack(1, 2, 3, 4), pack(2, 3, 4, 5), ["pack[3] + name=5 age=0", "pack[0] − name=1 age=0"]),
    (
      pack(1, 2, 3, 4, 5, 6), pack(3, 4, 5, 6, 7),
      ["pack[4] + name=7 age=0", "pack[0] − name=1 age=0", "pack[1] − name=2 age=0"]
    ),
    (pack(1, 2), pack(2, 3), ["pack[1] + name=3 age=0", "pack[0] − name=1 age=0"]),
    (pack(1, 2, 3), pack(1, 2, 3), []),
  ])
  func `a list is told by what came and went, where that is shorter`(before: Zoo, after: Zoo, told: [String]) {
    #expect(Printer.differences(before, after) == told)
  }

  @Test func `an element that is the same, by its first field, is changed in its place`() {
    let before = Self.pack(1, 2, 3)
    var after = before
    after.pack[1].age = 4
    #expect(Printer.differences(before, after) == ["pack[1].age: 0 → 4"])
  }

  @Test func `what stands in a place of its own changes there, whatever differs`() {
    var after = Zoo()
    after.pair[1] = Zoo.Cub(name: 3, age: 4)
    #expect(Printer.differences(Zoo(), after) == ["pair[1].name: 0 → 3", "pair[1].age: 0 → 4"])
  }

  @Test func `a queue that has run on is two lines, however long it is`() {
    var (before, after) = (Zoo(), Zoo())
    for name in 0..<500 { before.line.append(Zoo.Cub(name: UInt16(name), age: UInt8(name % 7))) }
    for name in 1...500 { after.line.append(Zoo.Cub(name: UInt16(name), age: UInt8(name % 7))) }
    #expect(Printer.differences(before, after) == ["line[499] + name=500 age=3", "line[0] − name=0 age=0"])
  }

  @Test func `fields that come and go are 0 where they are not`() {
    var (before, after) = (Zoo(), Zoo())
    after.perhaps = .bee
    after.cub = Zoo.Cub(name: 3, age: 2)
    after.event = .number(4)
    let there = Printer.differences(before, after)
    #expect(there.contains { $0.hasPrefix("perhaps: ") && $0.hasSuffix("bee") }, "\(there)")
    #expect(there.contains("cub.name: 0 → 3"), "\(there)")
    let back = Printer.differences(after, before)
    #expect(back.contains("cub.name: 3 → 0"), "\(back)")
    before.wide = 5
    #expect(Printer.differences(Zoo(), before) == ["wide: 0 → 5"])
  }
}

import Adapters
import Check
import Foundation
import Testing

@Suite struct `A folder of examples` {
  private func withFolder(_ body: (String) throws -> Void) rethrows {
    let path = NSTemporaryDirectory() + "interlock-examples-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  private func run(_ path: String, limit: Int) throws -> PropertyReport {
    let settings = PropertySettings(store: ExampleFolder(at: path))
    return try check("sums: of 2/3", .array(of: .int(in: 0...100)), settings: settings) { list, _ in
      list.reduce(0, +) < limit
    }
  }

  @Test func `keeps a failing case for the next process, and when it holds by now too`() throws {
    try withFolder { path in
      let first = try #require(try run(path, limit: 250).falsified)
      #expect(first.number > 0)
      #expect(ExampleFolder(at: path).examples(of: "sums: of 2/3").map(\.text) == [first.tokens.text])
      #expect(try #require(try run(path, limit: 250).falsified).number == 0)
      #expect(try run(path, limit: 100_000).falsified == nil)
      #expect(ExampleFolder(at: path).examples(of: "sums: of 2/3").map(\.text) == [first.tokens.text])
    }
  }

  @Test func `says once that it can write nothing`() throws {
    try withFolder { path in
      try Data().write(to: URL(fileURLWithPath: path))
      var warnings: [String] = []
      let folder = ExampleFolder(at: path) { warnings.append($0) }
      for text in ["3", "4"] { folder.keep(try #require(Tokens(text: text)), of: "p") }
      #expect(warnings.count == 1)
      #expect(warnings[0].hasPrefix("failing cases cannot be kept in \(path): "))
    }
  }

  @Test func `keeps properties apart, and each case once, as text`() throws {
    try withFolder { path in
      let folder = ExampleFolder(at: path)
      let tokens = try #require(Tokens(text: "(1 (2 1 5 ) 0 )"))
      folder.keep(tokens, of: "a/b")
      folder.keep(tokens, of: "a/b")
      #expect(folder.examples(of: "a/b").map(\.text) == ["(1 (2 1 5 ) 0 )"])
      #expect(folder.examples(of: "a-b") == [])
      let properties = try FileManager.default.contentsOfDirectory(atPath: path)
      let files = try FileManager.default.contentsOfDirectory(atPath: path + "/" + properties[0])
      #expect(files.count == 1)
      let text = try String(contentsOfFile: "\(path)/\(properties[0])/\(files[0])", encoding: .utf8)
      #expect(text == "(1 (2 1 5 ) 0 )\n")
    }
  }

  @Test func `passes over files that hold no case, and over a place where nothing can be written`() throws {
    try withFolder { path in
      let folder = ExampleFolder(at: path)
      folder.keep(try #require(Tokens(text: "3")), of: "p")
      let property = try FileManager.default.contentsOfDirectory(atPath: path)[0]
      try Data("no case (".utf8).write(to: URL(fileURLWithPath: "\(path)/\(property)/torn.case"))
      try Data([0xFF, 0xFE]).write(to: URL(fileURLWithPath: "\(path)/\(property)/bytes.case"))
      #expect(folder.examples(of: "p").map(\.text) == ["3"])
      let nowhere = ExampleFolder(at: "\(path)/\(property)/torn.case")
      nowhere.keep(try #require(Tokens(text: "3")), of: "p")
      #expect(nowhere.examples(of: "p") == [])
    }
  }
}

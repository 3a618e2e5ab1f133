import Foundation
import Platform
import Testing

@Suite struct `Event stream` {
  /// The texts of the events that the stream makes of these pieces.
  private func events(_ pieces: [[UInt8]], finishes: Bool = true) -> [String] {
    var stream = EventStream()
    var events: [String] = []
    for piece in pieces { piece.withUnsafeBytes { stream.read($0) { events.append($0.text) } } }
    if finishes { stream.finish { events.append($0.text) } }
    return events
  }

  private func events(_ text: String) -> [String] { events([Array(text.utf8)]) }

  @Test(arguments: [
    ("data: one\n\ndata:two\n\n", ["one", "two"]),
    ("data: one\r\n\r\ndata: two\r\n\r\n", ["one", "two"]),
    ("data: one\r\rdata: two\r\r", ["one", "two"]),
    (": keepalive\n\n: more\ndata: one\n: in between\ndata: two\n\n", ["one\ntwo"]),
    ("data:  two blanks\n\n", [" two blanks"]),
    ("data\n\n", [""]), ("data:\n\n", [""]), ("\n\n\n", []), ("", []),
    ("event: x\n\n", []), ("id: 7\nretry: 10\nunknown: y\ndata: one\n\n", ["one"]),
    ("database: x\ndat: y\n\n", []), ("\u{FEFF}data: one\n\n", ["one"]),
    ("data: one\n\n\u{FEFF}data: two\n\n", ["one"]),
    ("data: no empty line\n", ["no empty line"]), ("data: no line end", ["no line end"]),
    ("data: a:b: c\n\n", ["a:b: c"]), ("data: größe 🙂\n\n", ["größe 🙂"]), ("data: [DONE]\n\n", ["[DONE]"]),
  ])
  func `texts are read as the standard says`(text: String, expected: [String]) {
    #expect(events(text) == expected)
  }

  @Test func `an event has the name that was given it, and the next has none`() {
    var stream = EventStream()
    var names: [String] = []
    Array("event: error\ndata: x\n\ndata: y\n\n".utf8).withUnsafeBytes { bytes in
      stream.read(bytes) { names.append(String(decoding: $0.name, as: UTF8.self)) }
    }
    #expect(names == ["error", ""])
  }

  @Test func `T-16: however a stream is divided, it says the same`() {
    let text =
      ": hi\r\ndata: größe 🙂\r\ndata: two\r\n\r\n\ndata:three\n\nevent: e\rdata: four\r\r: end\r\n\r\ndata: five\n\n"
    let bytes = Array(text.utf8)
    let whole = events([bytes])
    #expect(whole == ["größe 🙂\ntwo", "three", "four", "five"])
    for size in 1...bytes.count {
      let pieces = stride(from: 0, to: bytes.count, by: size).map { Array(bytes[$0..<min($0 + size, bytes.count)]) }
      #expect(events(pieces) == whole, "in pieces of \(size) bytes")
    }
    for first in 0...bytes.count {
      for second in first...bytes.count {
        let pieces = [Array(bytes[..<first]), Array(bytes[first..<second]), Array(bytes[second...])]
        #expect(events(pieces) == whole, "cut at \(first) and \(second)")
      }
    }
  }

  @Test func `an event is handed over with the byte that completes it, not later`() {
    var stream = EventStream()
    var count = 0
    let bytes = Array("data: x\r\n\r\n".utf8)
    for (index, byte) in bytes.enumerated() {
      withUnsafeBytes(of: byte) { stream.read($0) { _ in count += 1 } }
      // The second CR is the empty line; its LF belongs to it.
      #expect(count == (index >= bytes.count - 2 ? 1 : 0))
    }
  }

  @Test func `any bytes at all are taken, in any pieces, without a trap`() {
    var generator = SystemRandomNumberGenerator()
    let alphabet: [UInt8] = [0x0A, 0x0D, 0x3A, 0x20, 0xEF, 0xBB, 0xBF, 0x00, 0xFF] + Array("dataevent".utf8)
    for _ in 0..<2000 {
      let bytes = (0..<Int.random(in: 0..<60, using: &generator)).map { _ in alphabet.randomElement(using: &generator)!
      }
      let cut = Int.random(in: 0...bytes.count, using: &generator)
      #expect(events([Array(bytes[..<cut]), Array(bytes[cut...])]) == events([bytes]), "\(bytes) cut at \(cut)")
    }
  }
}

import Foundation
import Platform
import Testing

@Suite struct `Canonical JSON` {
  /// The vectors of the recipe's definition: the object, the length of its text, the hash.
  private static func recipe(
    _ version: String, _ chip: String, ram: Int64, target: Int64, _ candidates: [String], model: String,
    kv: CanonicalJSON, batch: Int64, context: Int64
  ) -> CanonicalJSON {
    [
      "target_context": .integer(target), "ram_gb": .integer(ram), "model": .string(model), "chip": .string(chip),
      "knobs": [
        "max_context_override": .integer(context), "max_concurrency_override": .integer(batch), "kv_bits": kv,
      ],
      "candidate_models": .array(candidates.map { .string($0) }), "binary_version": .string(version),
    ]
  }

  private static let small = "mlx-community/Llama-3.2-3B-Instruct-4bit"
  private static let large = "mlx-community/Qwen2.5-Coder-7B-Instruct-4bit"

  private static func first(
    version: String = "1.4.0", ram: Int64 = 16, _ candidates: [String] = [large, small]
  ) -> CanonicalJSON {
    recipe(
      version, "Apple M2", ram: ram, target: 4000, candidates, model: large, kv: 4, batch: 1, context: 4000)
  }

  private static let path = "/models/gr\u{FC}n \"alt\"\\v1.gguf"
  private static let second = recipe(
    "llama-server/b4621", "AMD EPYC 9654 + 1x NVIDIA H200", ram: 128, target: 8192,
    ["Qwen/Qwen2.5-3B-Instruct-GGUF:Q4_K_M", path], model: path, kv: nil, batch: 2, context: 131_072)

  @Test(arguments: [
    (first(), 323, "eb5f8f90c09c2bbcec0dca6f42c203c25a7a8d403a734c6a81379b14ad702f9d"),
    (first(ram: 8), 322, "ad56948cfa5c9033eddb7dbb50a5a8a006ffca6473e3ad60160c12af6afa624b"),
    (first(version: "1.5.0"), 323, "1a97923ff838e9feae358bd3057ce81b080f2143a14fa27b962134f2fcf5a67c"),
    (first([small, large]), 323, "618c1b446d10228d40290c8d4b6541484ebb2dcf580672d37efc9037aaaf08f6"),
    (second, 332, "e037c0fdecd09a3c6fe5c87546562699898e964ae2f4399d24c1de699fd8c050"),
  ])
  func `AC-12: the vectors of the recipe come out`(recipe: CanonicalJSON, length: Int, hash: String) {
    let bytes = Array(recipe.text.utf8)
    #expect(bytes.count == length)
    #expect(SHA256.hexadecimal(of: bytes) == hash)
  }

  @Test func `the first vector reads as it is written down`() {
    #expect(
      Self.first().text
        == #"{"binary_version":"1.4.0","candidate_models":["mlx-community/Qwen2.5-Coder-7B-Instruct-4bit","#
        + #""mlx-community/Llama-3.2-3B-Instruct-4bit"],"chip":"Apple M2","knobs":{"kv_bits":4,"#
        + #""max_concurrency_override":1,"max_context_override":4000},"#
        + #""model":"mlx-community/Qwen2.5-Coder-7B-Instruct-4bit","ram_gb":16,"target_context":4000}"#)
  }

  @Test func `names are in the order of their UTF-16 units`() {
    let value: CanonicalJSON = [
      "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
    ]
    #expect(
      value.text
        == #"{"\r":"Carriage Return","1":"One",""# + "\u{80}"
        + #"":"Control","ö":"Latin Small Letter O With Diaeresis","#
        + #""€":"Euro Sign","😀":"Emoji: Grinning Face",""# + "\u{fb33}" + #"":"Hebrew Letter Dalet With Dagesh"}"#)
  }

  @Test func `texts that are equivalent and differ in their code points stay two`() {
    let value: CanonicalJSON = ["e\u{301}": 1, "\u{e9}": 2]
    #expect(value.text.utf8.elementsEqual("{\"e\u{301}\":1,\"\u{e9}\":2}".utf8))
  }

  @Test func `only quotes, backslashes and what lies below the blank are escaped`() {
    let text = (0..<0x20).map { String(Unicode.Scalar(UInt8($0))) }.joined() + "\"\\/\u{7F}\u{2028}\u{FFFD}é"
    #expect(
      CanonicalJSON.string(text).text
        == #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013"#
        + #"\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\"\\/"#
        + "\u{7F}\u{2028}\u{FFFD}é\"")
  }

  // The table of RFC 8785, appendix B.
  @Test(
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
      (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
      (0xffef_ffff_ffff_ffff, "-1.7976931348623157e+308"), (0x4340_0000_0000_0000, "9007199254740992"),
      (0xc340_0000_0000_0000, "-9007199254740992"), (0x4430_0000_0000_0000, "295147905179352830000"),
      (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"), (0x44b5_2d02_c7e1_4af6, "1e+23"),
      (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"), (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
      (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"), (0x444b_1ae4_d6e2_ef50, "1e+21"),
      (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"), (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
      (0x41b3_de43_5555_5553, "333333333.3333332"), (0x41b3_de43_5555_5554, "333333333.33333325"),
      (0x41b3_de43_5555_5555, "333333333.3333333"), (0x41b3_de43_5555_5557, "333333333.33333343"),
      (0x41b3_de43_5555_5556, "333333333.3333334"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
      (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
    ] as [(UInt64, String)])
  func `numbers have the text that JavaScript gives them`(bits: UInt64, text: String) {
    let number = Double(bitPattern: bits)
    #expect(CanonicalJSON.number(number).text == text)
    // Whatever the text, it leads back to the number.
    #expect(Double(CanonicalJSON.number(number).text) == number)
  }

  @Test func `whole numbers never pass through a double`() {
    #expect(CanonicalJSON.integer(.max).text == "9223372036854775807")
    #expect(CanonicalJSON.integer(9_007_199_254_740_993).text == "9007199254740993")
    #expect(CanonicalJSON.number(.nan).text == "null")
  }

  @Test(.enabled(if: Python.hasCanonicalJSON, "python3 with the package rfc8785 is not installed"))
  func `AC-12: Python's rfc8785 writes the same text of the same value`() throws {
    var generator = SystemRandomNumberGenerator()
    let values = (0..<500).map { _ in CanonicalJSON.random(depth: 4, using: &generator) } + [Self.first(), Self.second]
    let texts = try Python.canonical(values.map(\.text))
    #expect(texts.count == values.count)
    for (value, text) in zip(values, texts) { #expect(value.text.utf8.elementsEqual(text.utf8)) }
  }
}

@Suite struct `SHA-256` {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func `the examples of the standard come out`(text: String, hash: String) {
    #expect(SHA256.hexadecimal(of: Array(text.utf8)) == hash)
  }

  @Test func `every length around a block agrees with the system's own tool`() throws {
    let folder = try TemporaryFolder()
    for count in Array(0...130) + [191, 192, 193] {
      try Data((0..<count).map { UInt8($0 & 0xFF) }).write(to: URL(fileURLWithPath: folder("\(count)")))
    }
    let log = try BoundedLog(creating: folder("log"))
    let script = "for i in $(seq 0 130) 191 192 193; do sha256sum $i || shasum -a 256 $i; done"
    let tool = try ChildProcess(Command("/bin/sh", ["-c", script], folder: folder.path), output: log.descriptor)
    #expect(tool.waitForEnd(atMost: .seconds(60)) == .exited(0))
    let lines = log.tail(bytes: 1 << 20).split(separator: "\n")
    try #require(lines.count == 134)
    for line in lines {
      let words = line.split(separator: " ").map(String.init)
      let count = try #require(Int(words[1]))
      #expect(SHA256.hexadecimal(of: (0..<count).map { UInt8($0 & 0xFF) }) == words[0], "\(count) bytes")
    }
  }
}

/// The other implementation, where it is installed.
private enum Python {
  /// That of `scripts/setup`, where it is; else the usual one.
  private static let program: String = {
    let own = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".build/python/bin/python3").path
    return FileManager.default.isExecutableFile(atPath: own) ? own : "python3"
  }()

  static let hasCanonicalJSON = (try? run("import rfc8785")) != nil

  /// Reads each text as JSON, and writes it again.
  static func canonical(_ texts: [String]) throws -> [String] {
    let folder = try TemporaryFolder()
    let input = try folder.write("in", "[" + texts.joined(separator: ",") + "]")
    let output = folder("out")
    try run(
      """
      import json, rfc8785
      values = json.load(open(\(input.debugDescription), encoding='utf-8'))
      with open(\(output.debugDescription), 'wb') as out:
        for value in values: out.write(rfc8785.dumps(value) + b'\\n')
      """)
    // JSON has no line feed of its own, and every other sign that ends a line of text may stand in it.
    return try Data(contentsOf: URL(fileURLWithPath: output)).split(separator: 0x0A).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  private static func run(_ script: String) throws {
    let folder = try TemporaryFolder()
    let log = try BoundedLog(creating: folder("log"))
    let process = try ChildProcess(Command(program, ["-c", script]), output: log.descriptor)
    try #require(process.waitForEnd(atMost: .seconds(60)) == .exited(0), "\(log.tail())")
  }
}

extension CanonicalJSON {
  /// A value of which both sides keep every digit.
  fileprivate static func random(depth: Int, using generator: inout SystemRandomNumberGenerator) -> CanonicalJSON {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: nil
    case 1: .bool(Bool.random(using: &generator))
    case 2: .integer(Int64.random(in: -(1 << 53) + 1..<1 << 53, using: &generator))
    case 3:
      // A double without a fraction would be read back as a whole number.
      .number(Double(Int64.random(in: -1_000_000...1_000_000, using: &generator)) + 0.5)
    case 4: .number(scaled(using: &generator))
    case 5: .string(text(using: &generator))
    case 6:
      .array((0..<Int.random(in: 0..<4, using: &generator)).map { _ in .random(depth: depth - 1, using: &generator) })
    default:
      .object(
        Dictionary(
          (0..<Int.random(in: 0..<5, using: &generator)).map { _ in
            (Array(text(using: &generator).unicodeScalars), CanonicalJSON.random(depth: depth - 1, using: &generator))
          }, uniquingKeysWith: { a, _ in a }
        ).map { name, value in
          var text = ""
          text.unicodeScalars.append(contentsOf: name)
          return Member(text, value)
        })
    }
  }

  private static func scaled(using generator: inout SystemRandomNumberGenerator) -> Double {
    let number = Double.random(in: 0.1..<1, using: &generator)
    return number * Double.random(in: 0.1..<1, using: &generator) * [1, 1e-7, 1e-5, 1e-300, 0x1p-1040].randomElement()!
  }

  private static func text(using generator: inout SystemRandomNumberGenerator) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0..<8, using: &generator) {
      let limit: UInt32 = [0x40, 0x80, 0x800, 0x1_0000, 0x11_0000].randomElement(using: &generator)!
      if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

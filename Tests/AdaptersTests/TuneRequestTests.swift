import Adapters
import Foundation
import Machines
import Testing

@Suite struct `What a command line asks of autotune` {
  private var profile: ServerProfile {
    get throws { try ProfileFile(named: "llama-server").profile }
  }

  private func order(_ change: (inout TuneRequest) -> Void) throws -> TuneOrder {
    var request = TuneRequest()
    change(&request)
    return try request.order(for: profile, home: "/h").order
  }

  private func warnings(_ change: (inout TuneRequest) -> Void) throws -> [String] {
    var request = TuneRequest()
    change(&request)
    return try request.order(for: profile, home: "/h").warnings
  }

  private func problem(of name: String = "llama-server", _ change: (inout TuneRequest) -> Void) throws -> String? {
    var request = TuneRequest()
    change(&request)
    let profile = try ProfileFile(named: name).profile
    do {
      _ = try request.order(for: profile, home: "/h")
      return nil
    } catch { return "\(error)" }
  }

  @Test func `left alone, everything has the value that the chapters state`() throws {
    let order = try order { _ in }
    #expect(order.plan.targetContext == 2000 && order.plan.gate.count == 60_000 && order.tieEpsilon == 0.02)
    #expect(order.plan.stage1Replicates == 1 && order.plan.stage2Replicates == 3)
    #expect(order.plan.maxDuration.count == 7_200_000 && order.port == 18_080 && order.retainedRuns == 50)
    #expect(order.plan.axes.kvBits == [.unset, .four, .eight] && order.plan.axes.maxBatch == [1, 2])
    #expect(order.plan.axes.maxContext.isEmpty && order.plan.cells.count == 6)
    #expect(order.databasePath == "/h/.config/interlock/autotune.sqlite")
    #expect(order.configurationPath == "/h/.config/interlock/config.yaml")
    #expect(order.logFolder == "/h/.config/interlock/logs")
    #expect(!order.plan.drains && !order.plan.applies && !order.plan.restartsForeground && !order.printsJSON)
  }

  // MARK: - Lists

  private static let axes: [(flag: String, path: WritableKeyPath<TuneRequest, String?> & Sendable, cell: String)] = [
    ("--kv-bits-axis", \.kvBitsAxis, "4"), ("--max-batch-axis", \.maxBatchAxis, "4"),
    ("--max-context-axis", \.maxContextAxis, "4000"), ("--candidate-models", \.candidateModels, "one"),
  ]

  @Test func `T-1: an empty cell is refused wherever it stands, and told by its flag and its number`() throws {
    for (flag, path, cell) in Self.axes {
      for (list, place) in [(",\(cell)", 1), ("\(cell),,8", 2), ("\(cell),", 2), ("\(cell), ,8", 2), (",", 1)] {
        #expect(
          try problem { $0[keyPath: path] = list } == "\(flag): cell \(place) of '\(list)' is empty", "\(flag) \(list)")
      }
      let empty = try problem { $0[keyPath: path] = "" }
      #expect(
        empty == (flag == "--max-context-axis" ? nil : "\(flag): it is empty; leave it out, or give a list"))
    }
  }

  @Test func `T-2, DEC-19: the order of a list is kept, and a cell that stands twice is refused`() throws {
    let order = try order {
      $0.kvBitsAxis = "8, unset"
      $0.maxBatchAxis = "4,1"
      $0.maxContextAxis = "2000,8000"
      $0.candidateModels = "small-1B,large-32B"
    }
    #expect(order.plan.axes.kvBits == [.eight, .unset] && order.plan.axes.maxBatch == [4, 1])
    #expect(order.plan.axes.maxContext == [2000, 8000] && order.candidates == ["small-1B", "large-32B"])
    #expect(
      order.plan.cells.map { "\($0.kvBits.word)/\($0.maxBatch)/\($0.maxContext)" } == [
        "8/4/2000", "8/4/8000", "8/1/2000", "8/1/8000", "unset/4/2000", "unset/4/8000", "unset/1/2000", "unset/1/8000",
      ])
    #expect(try problem { $0.kvBitsAxis = "4,8,4" } == "--kv-bits-axis: cell 3 is '4', as is cell 1")
    #expect(try problem { $0.maxBatchAxis = "1,01" } == "--max-batch-axis: cell 2 is '01', as is cell 1")
    #expect(try problem { $0.maxContextAxis = "4000,4000" } == "--max-context-axis: cell 2 is '4000', as is cell 1")
    #expect(try problem { $0.candidateModels = "a,b,A" } == "--candidate-models: cell 3 is 'A', as is cell 1")
    #expect(try problem { $0.candidateModels = "gr\u{FC}n,gru\u{308}n" }?.hasSuffix("as is cell 1") == true)
  }

  @Test func `FR-A.2: the models of a profile are looked at as those of the command line are`() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("models-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data().write(to: folder.appendingPathComponent("big-7B.gguf"))
    var profile = try ProfileFile(named: "llama-server").profile
    profile.candidates = ["~/big-7B.gguf", "some/hub-3B"]
    #expect(
      try TuneRequest().order(for: profile, home: folder.path).order.candidates
        == [folder.path + "/big-7B.gguf", "some/hub-3B"])
    for (wrong, words) in [
      ("models/typo-3B.gguf", "is a path, and there is no file '"), ("-x", "is '-x', which a server would take"),
      ("~/big-7B.gguf", "is '\(folder.path)/big-7B.gguf', as is candidate 1 of the profile 'llama-server'"),
    ] {
      profile.candidates = ["~/big-7B.gguf", wrong]
      let error = #expect(throws: TuneRequestError.self) { try TuneRequest().order(for: profile, home: folder.path) }
      #expect(
        "\(error.map { "\($0)" } ?? "")".hasPrefix("--provider: candidate 2 of the profile 'llama-server' \(words)"),
        "\(error.map { "\($0)" } ?? "")")
    }
  }

  @Test func `AC-18, FR-B.1: contexts are caps from the target on, in ascending order`() throws {
    #expect(
      try problem {
        $0.targetContext = 4000
        $0.maxContextAxis = "2000,4000"
      } == "--max-context-axis: cell 1 is '2000', below the target of 4000; cells are caps, not additions")
    #expect(
      try problem { $0.maxContextAxis = "8000,4000" }
        == "--max-context-axis: cell 2 is '4000', below cell 1 (8000); give them in ascending order")
    for cell in ["0", "-1", "4k", "1.5", "99999999999"] {
      #expect(
        try problem { $0.maxContextAxis = cell }
          == "--max-context-axis: cell 1 is '\(cell)'; a cell is a whole number of tokens")
    }
  }

  @Test(arguments: ["5", "0", "four", "UNSET", "16"])
  func `T-5: bits are unset, 4 or 8`(cell: String) throws {
    #expect(
      try problem { $0.kvBitsAxis = "unset,\(cell)" } == "--kv-bits-axis: cell 2 is '\(cell)'; a cell is unset, 4 or 8")
  }

  @Test(arguments: ["0", "-2", "two", "1.5", "+1"])
  func `T-5: a batch is a whole number above 0`(cell: String) throws {
    #expect(
      try problem { $0.maxBatchAxis = cell }
        == "--max-batch-axis: cell 1 is '\(cell)'; a cell is a whole number from 1 to 1048576")
  }

  @Test func `DEC-12: a knob that the profile cannot express has one cell, and asked for it is refused`() throws {
    let mlx = try ProfileFile(named: "mlx_lm.server").profile
    let (order, warnings) = try TuneRequest().order(for: mlx, home: "/h")
    #expect(order.plan.cells.map(\.kvBits) == [.unset, .unset] && order.plan.cells.map(\.maxContext) == [2000, 2000])
    #expect(
      warnings == [
        "kv_bits 4 and 8 left out: the profile 'mlx_lm.server' has no words for it",
        "max_context is the target throughout, and not passed on: the profile 'mlx_lm.server' has no words for it",
      ])
    #expect(
      try problem(of: "vllm") { $0.kvBitsAxis = "unset,4" }
        == "--kv-bits-axis: cell 2 is 4, which the profile 'vllm' has no words for")
    #expect(
      try problem(of: "mlx_lm.server") { $0.maxContextAxis = "2000,4000" }
        == "--max-context-axis: the profile 'mlx_lm.server' has no words for it")
  }

  // MARK: - Numbers

  private static let numbers: [(flag: String, path: WritableKeyPath<TuneRequest, Int> & Sendable, bad: [Int])] = [
    ("--target-context", \.targetContext, [0, -1, 10_000_001]),
    ("--stage1-replicates", \.stage1Replicates, [0, -3, 65_536]),
    ("--stage2-replicates", \.stage2Replicates, [0]), ("--gate-ttft-ms", \.gateMilliseconds, [0, -1]),
    ("--max-duration", \.maxDurationSeconds, [0, .max]), ("--port", \.port, [0, 65_536, -1]),
    ("--retain-runs", \.retainedRuns, [0, -1]),
  ]

  @Test func `T-5: a number out of its range is refused, and told by its flag`() throws {
    for (flag, path, bad) in Self.numbers {
      for number in bad {
        let found = try problem { $0[keyPath: path] = number } ?? "no problem"
        #expect(found.hasPrefix("\(flag): it is \(number); give a whole number from 1 to "), "\(found)")
      }
      #expect(try problem { $0[keyPath: path] = 1 } == nil)
    }
    #expect(try problem { $0.drainGraceSeconds = 0 }?.hasPrefix("--drain-grace: it is 0") == true)
  }

  @Test(arguments: [-0.01, .nan, .infinity, -.infinity, 1e300])
  func `a tie band is a share that is finite and not below 0`(share: Double) throws {
    #expect(try problem { $0.tieEpsilon = share }?.hasPrefix("--tps-tie-epsilon: it is \(share); ") == true)
  }

  @Test func `DEC-1: the grace that is given holds for a server of ours as well`() throws {
    let usual = try order { _ in }.plan
    #expect(usual.drainGrace.count == 30_000 && usual.stopGrace.count == 10_000)
    let given = try order { $0.drainGraceSeconds = 30 }.plan
    #expect(given.drainGrace.count == 30_000 && given.stopGrace.count == 30_000)
  }

  // MARK: - Candidates

  @Test func `AC-19, FR-C.2: limits of size trim the profile's list, both ends included`() throws {
    let small = try order { $0.maxModelSize = "8B" }
    #expect(small.candidates.first == "Qwen/Qwen2.5-Coder-7B-Instruct-GGUF:Q4_K_M" && small.candidates.count == 3)
    let middle = try order {
      $0.maxModelSize = "7B"
      $0.minModelSize = "3B"
    }
    #expect(
      middle.candidates == [
        "Qwen/Qwen2.5-Coder-7B-Instruct-GGUF:Q4_K_M", "Qwen/Qwen2.5-3B-Instruct-GGUF:Q4_K_M",
      ])
    #expect(
      try problem {
        $0.maxModelSize = "5B"
        $0.minModelSize = "4B"
      } == "--max-model-size: no candidate of 'llama-server' is within --max-model-size 5B --min-model-size 4B")
    for size in ["8", "B", "8GB", "-8B", ""] {
      #expect(try problem { $0.maxModelSize = size }?.hasPrefix("--max-model-size: it is '\(size)'; ") == true)
    }
  }

  @Test func `AC-15, FR-C.2: a list that is given wins over limits of size, with a warning`() throws {
    let change: (inout TuneRequest) -> Void = {
      $0.candidateModels = "a-70B,b-13B,c-1B"
      $0.maxModelSize = "7B"
    }
    #expect(try order(change).candidates == ["a-70B", "b-13B", "c-1B"])
    #expect(
      try warnings(change) == ["--max-model-size is ignored: --candidate-models says which models are tried"])
  }

  @Test func `a path leads to a file, a tilde to the home, and a dash to nowhere`() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).gguf").path
    #expect(
      try problem { $0.candidateModels = "org/m,\(file)" }
        == "--candidate-models: cell 2 is a path, and there is no file '\(file)'")
    try Data().write(to: URL(fileURLWithPath: file))
    defer { try? FileManager.default.removeItem(atPath: file) }
    #expect(try order { $0.candidateModels = "org/m,\(file)" }.candidates == ["org/m", file])
    // What is there is what a server takes for the model, from where it is started.
    let here = FileManager.default.currentDirectoryPath
    #expect(try order { $0.candidateModels = "Tests/AdaptersTests" }.candidates == ["\(here)/Tests/AdaptersTests"])
    #expect(try order { $0.candidateModels = "Package.swift" }.candidates == ["\(here)/Package.swift"])
    #expect(
      try problem { $0.candidateModels = "nowhere/" }
        == "--candidate-models: cell 1 is a path, and there is no file '\(here)/nowhere'")
    #expect(
      try problem { $0.candidateModels = "~/m.gguf" }
        == "--candidate-models: cell 1 is a path, and there is no file '/h/m.gguf'")
    #expect(
      try problem { $0.candidateModels = "a,--help" }
        == "--candidate-models: cell 2 is '--help', which a server would take for a flag")
  }

  @Test func `places are those that are given, or the profile's own`() throws {
    let given = try order {
      $0.databasePath = "~/t.sqlite"
      $0.configurationPath = "~/c.yaml"
      $0.providerBinary = "/opt/llama"
    }
    #expect(
      given.databasePath == "/h/t.sqlite" && given.configurationPath == "/h/c.yaml" && given.logFolder == "/h/logs")
    #expect(given.profile.program == "/opt/llama")
    var own = try profile
    own.configuration = ServerProfile.Configuration(file: "~/llama/config.yaml")
    #expect(try TuneRequest().order(for: own, home: "/h").order.configurationPath == "/h/llama/config.yaml")
    #expect(try problem { $0.databasePath = "" } == "--db-path: it is empty; leave it out, or give a name")
    #expect(try problem { $0.configurationPath = "" } == "--config: it is empty; leave it out, or give a name")
    #expect(try problem { $0.providerBinary = "" } == "--provider-bin: it is empty; leave it out, or give a name")
  }
}

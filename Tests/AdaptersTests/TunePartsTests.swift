import Adapters
import Foundation
import Machines
import Platform
import Testing

@Suite struct `Server profile` {
  private var profile: ServerProfile {
    var profile = ServerProfile(
      id: "llama-server", program: "/opt/llama-server",
      arguments: ["-hf", "{model}", "--host", "127.0.0.1", "--port", "{port}"], readyPath: "/health")
    profile.kvBits = ["4": ["--cache-type-k", "q4_0"], "8": ["--cache-type-k", "q8_0"]]
    profile.maxBatch = ["--parallel", "{batch}"]
    profile.maxContext = ["--ctx-size", "{total_context}"]
    profile.noJoin = ["--no-join"]
    return profile
  }

  @Test func `knobs become words, and what is unset is not said`() {
    let words = profile.launchWords(
      model: "org/m:Q4_K_M", port: 18080, Knobs(kvBits: .eight, maxBatch: 2, maxContext: 4000))
    #expect(
      words == [
        "/opt/llama-server", "-hf", "org/m:Q4_K_M", "--host", "127.0.0.1", "--port", "18080", "--no-join",
        "--cache-type-k", "q8_0", "--parallel", "2", "--ctx-size", "8000",
      ])
    #expect(
      profile.launchWords(model: "m", port: 1, Knobs()).suffix(3) == ["--no-join", "--parallel", "1"])
  }

  @Test func `FR-A.2: a model's name is one word, whatever it holds`() {
    for name in ["a b", "'\"", "größe", "../up", "-dash", "{port}", "{model}", "$(rm)"] {
      #expect(profile.launchWords(model: name, port: 7, Knobs())[2] == name)
    }
  }

  @Test func `FR-F.1: the command that serves has neither port nor the word for not joining`() {
    let words = profile.serveWords(model: "m", Knobs(kvBits: .four, maxBatch: 1, maxContext: 2000))
    #expect(
      words == [
        "/opt/llama-server", "-hf", "m", "--host", "127.0.0.1", "--cache-type-k", "q4_0", "--parallel", "1",
        "--ctx-size", "2000",
      ])
  }

  @Test func `it is data, which is read as it was written`() throws {
    let bytes = try JSONEncoder().encode(profile)
    #expect(try JSONDecoder().decode(ServerProfile.self, from: bytes) == profile)
  }
}

@Suite struct `Weight cache` {
  private let folder: URL
  private var cache: WeightCache { WeightCache(environment: ["HF_HUB_CACHE": folder.path]) }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("weights-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func write(_ path: String) throws -> String {
    let file = folder.appendingPathComponent(path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data("x".utf8).write(to: file)
    return file.path
  }

  @Test func `PWM-6: weights are there when a snapshot has a file and no blob is incomplete`() throws {
    #expect(cache.isCold("org/m"))
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("models--org--m/snapshots/abc"), withIntermediateDirectories: true)
    #expect(cache.isCold("org/m"))
    _ = try write("models--org--m/snapshots/abc/model.safetensors")
    #expect(!cache.isCold("org/m") && !cache.isCold("org/m:Q4_K_M"))
    #expect(cache.isCold("org/other"))
    _ = try write("models--org--m/blobs/123.incomplete")
    #expect(cache.isCold("org/m"))
  }

  @Test func `a path is never cold`() throws { #expect(!cache.isCold(try write("model.gguf"))) }

  @Test func `the environment says where it is`() {
    #expect(WeightCache(environment: ["HOME": "/h"]).folder == "/h/.cache/huggingface/hub")
    #expect(WeightCache(environment: ["HOME": "/h", "XDG_CACHE_HOME": "/c"]).folder == "/c/huggingface/hub")
    #expect(WeightCache(environment: ["HOME": "/h", "HF_HOME": "/hf"]).folder == "/hf/hub")
    #expect(WeightCache(environment: ["HF_HOME": "/hf", "HF_HUB_CACHE": "/hub"]).folder == "/hub")
  }
}

@Suite struct `Prompts` {
  @Test func `MSR-2: no two begin alike, and each has the words that were asked for`() {
    let prompts = (0..<200).map { _ in Prompt.text(words: 500) }
    #expect(Set(prompts.map { $0.prefix(20) }).count == 200)
    let lines = prompts[0].split(separator: "\n")
    #expect(lines.count == 3 && lines[1].split(separator: " ").count == 500)
  }
}

@Suite struct `Scale of prompts` {
  @Test func `MSR-2: two reports tell the frame from the words`() throws {
    let scale = try #require(PromptScale(frame: 60, words: 240, 60 + 480))
    #expect(scale.frameTokens == 60 && scale.tokensPerWord == 2)
    #expect(scale.words(filling: 1600) == 770)
    #expect(scale.words(filling: 10) == 1)
    #expect(PromptScale().words(filling: 1600) == 1600)
  }

  @Test func `a server that reports the same of both tells nothing`() {
    #expect(PromptScale(frame: 100, words: 240, 100) == nil)
    #expect(PromptScale(frame: 100, words: 0, 200) == nil)
    #expect(PromptScale(frame: 9, words: 240, 10) == nil)
    #expect(PromptScale(frame: 100, words: 30, 50) == nil)
  }

  @Test func `the longer prompt is a fraction of one that is measured, in whole rounds of its words`() {
    #expect(PromptScale.probeWords(targetContext: 2000) % 31 == 0)
    for target: UInt32 in [1, 200, 2000, 131_072, .max] {
      let words = PromptScale.probeWords(targetContext: target)
      #expect((31...248).contains(words) && (target < 2000 || words <= Int(target) / 5))
    }
  }
}

@Suite struct `Tune order` {
  @Test func `its plan has what stands elsewhere in it, whatever is set`() {
    var order = TuneOrder(
      ServerProfile(id: "x", program: "x", arguments: [], readyPath: "/"), candidates: ["a", "b"], folder: "/f")
    order.plan.candidates = 7
    order.plan.tieBand = TieBand(billionths: 1)
    order.tieEpsilon = 0.5
    order.profile.warmsUp = true
    #expect(order.plan.candidates == 2 && order.plan.tieBand == TieBand(billionths: 500_000_000) && order.plan.warmsUp)
    #expect(order.plan.cells == [Knobs(kvBits: .unset, maxBatch: 1, maxContext: 2000)])
  }

  @Test func `T-22: what a run wants is told to its parts, whose defaults stay those of the chapters`() {
    var plan = TunePlan()
    (plan.stopGrace, plan.drainGrace) = (Milliseconds(1), Milliseconds(2))
    plan.restartsForeground = true
    let run = Autotune(plan)
    #expect(run.provider.grace == Milliseconds(1) && run.service.grace == Milliseconds(2))
    #expect(run.service.restartsForeground && !LiveService().restartsForeground)
    #expect(Provider().grace == Milliseconds(10_000) && LiveService().grace == Milliseconds(30_000))
    #expect(TunePlan().stopGrace == Milliseconds(10_000) && TunePlan().drainGrace == Milliseconds(30_000))
  }
}

@Suite struct `Tune report` {
  private func report(candidates: [String], knobs: Knobs?, isPartial: Bool = false) -> TuneReport {
    var profile = ServerProfile(
      id: "macprovider-cli", program: "macprovider-cli",
      arguments: ["serve", "--model", "{model}", "--port", "{port}"],
      readyPath: "/v1/models")
    profile.kvBits = ["4": ["--kv-bits", "4"]]
    var order = TuneOrder(profile, candidates: candidates, folder: "/folder")
    order.plan.targetContext = 4000
    var report = TuneReport(
      order: order, runID: "id", started: Date(timeIntervalSince1970: 0), ended: Date(timeIntervalSince1970: 61),
      binaryVersion: "1.4.0", hardware: Hardware(chip: "Apple M2", cores: 8, ramGB: 16, osVersion: "macOS 15.1"))
    report.found = knobs.map {
      TuneReport.Found(
        candidate: 0, knobs: $0,
        best: Best(cell: 0, rate: Rate(microtokens: 10_050_000), firstToken: Microseconds(3_000_250)),
        isPartial: isPartial)
    }
    return report
  }

  private let candidates = ["mlx-community/Qwen2.5-Coder-7B-Instruct-4bit", "mlx-community/Llama-3.2-3B-Instruct-4bit"]
  private let knobs = Knobs(kvBits: .four, maxBatch: 1, maxContext: 4000)

  @Test func `AC-12: a recipe has the hash of its vector, whatever was measured`() {
    var report = report(candidates: candidates, knobs: knobs)
    let hash = "sha256:eb5f8f90c09c2bbcec0dca6f42c203c25a7a8d403a734c6a81379b14ad702f9d"
    #expect(report.recipeHash == hash)
    report.found?.best = Best()
    report.found?.isPartial = true
    report.runID = "other"
    #expect(report.recipeHash == hash)
    report.binaryVersion = "1.5.0"
    #expect(report.recipeHash == "sha256:1a97923ff838e9feae358bd3057ce81b080f2143a14fa27b962134f2fcf5a67c")
  }

  @Test func `AC-11, T-17: the document has exactly these fields`() throws {
    let text = report(candidates: candidates, knobs: knobs).document.text
    let object = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "spec_version", "run_id", "started_at", "ended_at", "machine", "inputs", "recommendation", "alternates",
        "infeasible", "recipe_hash", "db_path",
      ])
    #expect(
      Set((object["machine"] as? [String: Any] ?? [:]).keys) == ["ram_gb", "chip", "os_version", "binary_version"])
    #expect(
      Set((object["inputs"] as? [String: Any] ?? [:]).keys) == [
        "target_context", "candidate_models", "stage1_replicates", "stage2_replicates", "gate_ttft_ms",
        "tps_tie_epsilon",
      ])
    let found = try #require(object["recommendation"] as? [String: Any])
    #expect(
      Set(found.keys) == [
        "model", "target_context", "knobs", "tps_median", "ttft_p95_ms", "replicates", "serve_command",
      ])
    #expect(found["tps_median"] as? Double == 10.05 && found["ttft_p95_ms"] as? Double == 3000.25)
    #expect(
      Set((found["knobs"] as? [String: Any] ?? [:]).keys) == [
        "kv_bits", "max_concurrency_override", "max_context_override",
      ])
    #expect(object["started_at"] as? String == "1970-01-01T00:00:00Z")
    #expect(object["ended_at"] as? String == "1970-01-01T00:01:01Z")
    let partial = report(candidates: candidates, knobs: knobs, isPartial: true).document.text
    #expect(partial.contains(#""partial":true"#))
  }

  /// The type of each value of the document, by its path; of a list, that of each element as well.
  private static func types(of document: CanonicalJSON, at path: String = "") -> [String: String] {
    switch document {
    case .null: return [path: "null"]
    case .bool: return [path: "bool"]
    case .integer: return [path: "integer"]
    case .number: return [path: "number"]
    case .string: return [path: "string"]
    case .array(let list):
      return list.map { types(of: $0, at: path + "[]") }
        .reduce(into: [path: "array"]) { $0.merge($1) { $0 == $1 ? $0 : "\($0) or \($1)" } }
    case .object(let members):
      return members.map { types(of: $0.value, at: path.isEmpty ? $0.name : "\(path).\($0.name)") }
        .reduce(into: path.isEmpty ? [:] : [path: "object"]) { $0.merge($1) { first, _ in first } }
    }
  }

  private static let always = [
    "spec_version": "string", "run_id": "string", "started_at": "string", "ended_at": "string", "machine": "object",
    "machine.ram_gb": "integer", "machine.chip": "string", "machine.os_version": "string",
    "machine.binary_version": "string", "inputs": "object", "inputs.target_context": "integer",
    "inputs.candidate_models": "array", "inputs.candidate_models[]": "string", "inputs.stage1_replicates": "integer",
    "inputs.stage2_replicates": "integer", "inputs.gate_ttft_ms": "integer", "inputs.tps_tie_epsilon": "number",
    "alternates": "array", "infeasible": "array", "infeasible[]": "object", "infeasible[].model": "string",
    "infeasible[].rank": "integer", "infeasible[].reason": "string", "db_path": "string",
  ]
  private static let recommended = [
    "recommendation": "object", "recommendation.model": "string", "recommendation.target_context": "integer",
    "recommendation.knobs": "object", "recommendation.knobs.kv_bits": "integer",
    "recommendation.knobs.max_concurrency_override": "integer",
    "recommendation.knobs.max_context_override": "integer", "recommendation.tps_median": "number",
    "recommendation.ttft_p95_ms": "number", "recommendation.replicates": "integer",
    "recommendation.serve_command": "string", "recipe_hash": "string", "alternates[]": "string",
  ]

  @Test func `AC-11, T-17: every field has its type, with a recommendation, a partial one and none`() {
    let list = ["a-32B", "b-7B", "c-1B"]
    func types(_ knobs: Knobs?, isPartial: Bool = false) -> [String: String] {
      var report = report(candidates: list, knobs: knobs, isPartial: isPartial)
      report.found?.candidate = 1
      report.reasons = [0: "too big"]
      return Self.types(of: report.document)
    }
    var expected = Self.always.merging(Self.recommended) { $1 }
    #expect(types(knobs) == expected)
    expected["recommendation.partial"] = "bool"
    #expect(types(knobs, isPartial: true) == expected)
    expected["recommendation.partial"] = nil
    expected["recommendation.knobs.kv_bits"] = "null"
    #expect(types(Knobs(kvBits: .unset, maxBatch: 2, maxContext: 4000)) == expected)
    #expect(types(nil) == Self.always.merging(["recommendation": "null", "recipe_hash": "null"]) { $1 })
  }

  @Test func `AC-11: every value is that of the order, the machine and what was found`() throws {
    var report = report(candidates: ["a-32B", "b-7B", "c-1B"], knobs: knobs)
    report.order.plan.stage1Replicates = 2
    report.order.plan.stage2Replicates = 5
    report.order.plan.gate = Milliseconds(1234)
    report.order.tieEpsilon = 0.125
    report.found?.candidate = 1
    report.reasons = [0: "too big"]
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(report.document.text.utf8)) as? [String: Any])
    let expected: [String: Any] = [
      "spec_version": "SPEC-013 v0.3", "run_id": "id", "started_at": "1970-01-01T00:00:00Z",
      "ended_at": "1970-01-01T00:01:01Z",
      "machine": ["ram_gb": 16, "chip": "Apple M2", "os_version": "macOS 15.1", "binary_version": "1.4.0"],
      "inputs": [
        "target_context": 4000, "candidate_models": ["a-32B", "b-7B", "c-1B"], "stage1_replicates": 2,
        "stage2_replicates": 5, "gate_ttft_ms": 1234, "tps_tie_epsilon": 0.125,
      ] as [String: Any],
      "recommendation": [
        "model": "b-7B", "target_context": 4000,
        "knobs": ["kv_bits": 4, "max_concurrency_override": 1, "max_context_override": 4000], "tps_median": 10.05,
        "ttft_p95_ms": 3000.25, "replicates": 5, "serve_command": "macprovider-cli serve --model b-7B --kv-bits 4",
      ] as [String: Any],
      "alternates": ["c-1B"], "infeasible": [["model": "a-32B", "rank": 1, "reason": "too big"] as [String: Any]],
      "recipe_hash": try #require(report.recipeHash), "db_path": "/folder/autotune.sqlite",
    ]
    #expect(object as NSDictionary == expected as NSDictionary)
  }

  @Test func `AC-17: alternates are smaller by size, wherever they stand`() {
    let small = report(candidates: ["x-1B", "x-32B"], knobs: knobs)
    #expect(small.alternates == [])
    #expect(report(candidates: ["x-7B", "x-3B", "x-1B"], knobs: knobs).alternates == ["x-3B", "x-1B"])
  }

  @Test func `without a recommendation, nulls are written and nothing is left out`() {
    let text = report(candidates: candidates, knobs: nil).document.text
    #expect(text.contains(#""recommendation":null"#) && text.contains(#""recipe_hash":null"#))
    #expect(text.contains(#""alternates":[]"#) && text.contains(#""infeasible":[]"#))
  }
}

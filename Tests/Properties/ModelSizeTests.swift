import Machines
import Testing

@Suite struct `Sizes of models` {
  @Test(arguments: [
    ("mlx-community/Qwen2.5-32B-Instruct-4bit", 32_000_000_000, 4),
    ("mlx-community/Llama-3.2-1B-Instruct-4bit", 1_000_000_000, 4),
    ("Qwen/Qwen2.5-1.5B-Instruct-GGUF:Q4_K_M", 1_500_000_000, 4), ("Qwen/Qwen2.5-0.5B-Instruct-AWQ", 500_000_000, 4),
    ("mistralai/Mixtral-8x7B-Instruct-v0.1", 56_000_000_000, 16), ("Qwen3-30B-A3B-FP8", 30_000_000_000, 8),
    ("SmolLM2-360M-Instruct", 360_000_000, 16), ("Qwen2.5-7B-Instruct-1M", 7_000_000_000, 16),
    ("gemma-3-4b-it", 4_000_000_000, 16), ("/models/70B/tiny-1b-q8_0.gguf", 1_000_000_000, 8),
    ("/models/7B/ggml-model-q4_0.gguf", 7_000_000_000, 4),
  ])
  func `DEC-16: parameters and bits, as the name tells`(name: String, parameters: UInt64, bits: UInt8) {
    #expect(ModelSize(name: name) == ModelSize(parameters: parameters, bits: bits))
  }

  @Test(arguments: ["some-finetune", "model-4bit", "Q4_K_M", "", "B", "x7", "1.2.3B", "4bitB2", "99999999B", "8xB"])
  func `a name that tells no size has none`(name: String) { #expect(ModelSize(name: name) == nil) }

  @Test(arguments: [("8B", 8_000_000_000), ("0.5B", 500_000_000), ("16b", 16_000_000_000), ("135M", 135_000_000)])
  func `FR-C.2: a limit of size is a number with its unit`(flag: String, parameters: UInt64) {
    #expect(ModelSize.parameters(of: flag) == parameters)
  }

  @Test(arguments: ["8", "B", "8GB", "eight", "8B-4B", "-8B", "8 B", ""])
  func `FR-C.2: anything else is no limit of size`(flag: String) { #expect(ModelSize.parameters(of: flag) == nil) }

  @Test func `AC-1, AC-2, AC-17: alternates are smaller than the chosen, and nobody probed them`() {
    let sizes = CandidateSizes(names: ["m-32B", "m-7B", "m-3B", "m-1B"])
    #expect(sizes.alternates(to: 1) == [2, 3])
    #expect(sizes.alternates(to: 3) == [])
    #expect(CandidateSizes(names: ["m-1B", "m-32B"]).alternates(to: 0) == [])
    #expect(CandidateSizes(names: ["m-7B", "m-32B", "n-7B", "m-3B"]).alternates(to: 0) == [3], "equal is not smaller")
    #expect(
      CandidateSizes(names: ["m-8B-4bit", "m-7B", "m-3B-4bit"]).alternates(to: 0) == [2], "by weight, not by count")
  }

  @Test func `DEC-16: where a size is unknown, later in the list is smaller`() {
    #expect(CandidateSizes(names: ["m-7B", "unknown", "m-32B", "m-1B"]).alternates(to: 0) == [1, 3])
    #expect(CandidateSizes(names: ["unknown", "m-32B", "m-1B"]).alternates(to: 0) == [1, 2])
  }

  @Test func `AC-3, FR-H.4: reasons are told from the smallest on, in whatever order they came`() {
    #expect(CandidateSizes(names: ["m-1B", "m-32B"]).ascending([0, 1]) == [0, 1])
    #expect(CandidateSizes(names: ["m-32B", "m-1B"]).ascending([0, 1]) == [1, 0])
    #expect(CandidateSizes(names: ["m-7B", "m-32B", "m-1B"]).ascending([0, 1, 2]) == [2, 0, 1])
    #expect(CandidateSizes(names: ["m-7B", "unknown", "m-1B"]).ascending([0, 1, 2]) == [2, 1, 0])
    #expect(CandidateSizes(names: ["m-7B", "n-7B"]).ascending([0, 1]) == [1, 0])
  }

  @Test func `FR-C.2, AC-19: limits of size are inclusive, and by parameters alone`() {
    let sizes = CandidateSizes(names: ["m-32B-4bit", "m-14B-4bit", "m-7B-4bit", "m-3B", "m-1B", "unknown"])
    #expect(sizes.within(nil, 8_000_000_000) == [2, 3, 4, 5])
    #expect(sizes.within(3_000_000_000, 8_000_000_000) == [2, 3, 5])
    #expect(sizes.within(nil, 14_000_000_000).first == 1)
    #expect(sizes.within(nil, nil).count == 6)
  }
}

import Adapters
import Machines
import Platform
import Testing

@Suite struct `Profiles of model servers` {
  private static let least = """
    id: mine
    program: mine
    arguments: [--port, "{port}"]
    model: [--model, "{model}"]
    no_join: implicit
    ready: /health

    """

  @Test func `T-9: vLLM's own words for a spoilt header are integrity by its profile`() throws {
    let markers = try ProfileFile(named: "vllm").profile.integrityMarkers
    let line = "safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge"
    #expect(LoadEvidence(log: line, integrityMarkers: markers) == .integrity)
  }

  private func profile(_ more: String = "") throws -> ServerProfile {
    try ProfileFile(Self.least + more, name: "mine.yaml", folder: "/etc/mine").profile
  }

  private func problem(_ text: String, folder: String? = nil) -> String? {
    do {
      _ = try ProfileFile(text, name: "mine.yaml", folder: folder)
      return nil
    } catch { return "\(error)" }
  }

  @Test func `the least profile starts a server, and every other key has its usual value`() throws {
    let profile = try profile()
    #expect(profile.launchWords(model: "m", port: 80, Knobs()) == ["mine", "--port", "80", "--model", "m"])
    #expect(profile.readyTimeout == .seconds(120) && profile.prewarmTimeout == .seconds(3600))
    #expect(profile.requestTimeout == .seconds(300) && profile.helpArguments == ["--help"])
    #expect(profile.kvBits.isEmpty && profile.maxBatch.isEmpty && profile.maxContext.isEmpty && profile.noJoin == nil)
  }

  private static let mistakes: [(more: String, problem: String)] = [
    ("timeout: 3\n", "mine.yaml:7: timeout: there is no such key; there are: id, program, version, help, arguments"),
    ("id: other\n", "mine.yaml:7: id: it stands in line 1 already"),
    ("max_batch: --parallel\n", "mine.yaml:7: max_batch: it is the text '--parallel', not a list; write [one, two]"),
    ("max_batch: [--parallel]\n", "mine.yaml:7: max_batch: no word has {batch}, so that it would always be the same"),
    (
      "max_batch: [--parallel, {batch}]\n",
      "mine.yaml:7: max_batch: entry 2 is a mapping to YAML; put it in quotes: \"{batch}\""
    ),
    (
      "max_context: [--ctx, \"{contxt}\"]\n",
      "mine.yaml:7: max_context: '{contxt}' has the slot {contxt}, which it cannot; there are: {context}, "
        + "{total_context}, {folder}"
    ),
    ("kv_bits:\n  5: [--five]\n", "mine.yaml:8: kv_bits.5: there is no such key; there are: 4, 8"),
    ("kv_bits:\n  4: []\n", "mine.yaml:8: kv_bits.4: it has no words; leave out what it cannot express"),
    ("warm_up: perhaps\n", "mine.yaml:7: warm_up: it is the text 'perhaps', not true or false"),
    ("warm_up: \"true\"\n", "mine.yaml:7: warm_up: it is the text 'true', not true or false"),
    ("timeouts:\n  ready: soon\n", "mine.yaml:8: timeouts.ready: it is the text 'soon', not a number of seconds"),
    ("timeouts:\n  ready: 0\n", "mine.yaml:8: timeouts.ready: it is 0; give seconds above 0, up to 604800"),
    ("version:\n  pattern: '('\n", "mine.yaml:8: version.pattern: '(' is no regular expression"),
    ("environment:\n  A B: x\n", "mine.yaml:8: environment.A B: it is no name of a variable"),
    ("unit:\n", "mine.yaml:7: unit: it is nothing, not a text"),
    ("candidates: [a, a]\n", "mine.yaml:7: candidates: 'a' stands in it twice"),
    ("candidates: [Org/a, org/A]\n", "mine.yaml:7: candidates: 'org/A' stands in it twice, as 'Org/a'"),
    ("candidates: [a, \"\"]\n", "mine.yaml:7: candidates: entry 2 is empty"),
    ("config:\n  keys: {model: m}\n", "mine.yaml:8: config.file: it is missing"),
    (
      "config:\n  file: x\n  keys: {model: m, kv_bits: m}\n", "mine.yaml:9: config.keys: two of them have the same name"
    ),
    ("cache: &a x\n", "mine.yaml:7: cache: anchors, aliases and tags are not read; write the value out"),
    ("stop_tokens: [<|x|>\n", "mine.yaml:8: it is no YAML: did not find expected ',' or ']'"),
  ]

  @Test(arguments: mistakes)
  func `a mistake is told with its file, its line and its key`(more: String, expected: String) {
    let found = problem(Self.least + more) ?? "no problem"
    #expect(found.hasPrefix(expected), "\(found)")
  }

  @Test(arguments: [
    ("id: mine\n", "id: a b\n", "mine.yaml:1: id: 'a b' has other signs than letters"),
    ("program: mine\n", "", "mine.yaml:1: program: it is missing"),
    ("no_join: implicit\n", "", "mine.yaml:1: no_join: it is missing; give the words that keep it from joining a pool"),
    ("no_join: implicit\n", "no_join: never\n", "mine.yaml:5: no_join: give a list of words"),
    (
      "no_join: implicit\n", "no_join: [--no-join, --no-join]\n", "mine.yaml:5: no_join: '--no-join' stands in it twice"
    ),
    (
      "no_join: implicit\n", "no_join: [--port]\n",
      "mine.yaml:5: no_join: '--port' stands in arguments as well; a server is told once"
    ),
    (
      "no_join: implicit\n", "no_join: [--model]\n",
      "mine.yaml:5: no_join: '--model' stands in model as well; a server is told once"
    ),
    (
      "no_join: implicit\n", "no_join: [--alone]\nmax_batch: [--alone, \"{batch}\"]\n",
      "mine.yaml:5: no_join: '--alone' stands in max_batch as well; a server is told once"
    ),
    ("no_join: implicit\n", "no_join: []\n", "mine.yaml:5: no_join: give a list of words"),
    ("ready: /health\n", "ready: health\n", "mine.yaml:6: ready: 'health' does not begin with a slash"),
    ("[--port, \"{port}\"]", "[--port, \"80\"]", "mine.yaml:3: arguments: no word has {port}"),
    ("[--model, \"{model}\"]", "[--model]", "mine.yaml:4: model: no word has {model}"),
    ("program: mine\n", "program: \"{folder}/mine\"\n", "mine.yaml:2: program: '{folder}/mine' has the slot {folder}"),
  ])
  func `what every profile needs is asked for`(old: String, new: String, expected: String) {
    let found = problem(Self.least.replacing(old, with: new)) ?? "no problem"
    #expect(found.hasPrefix(expected), "\(found)")
  }

  @Test func `a text that is no profile, and a file that is not there, are told as what they are`() {
    #expect(problem("- a\n") == "mine.yaml:1: it is a list, not a mapping of keys to values")
    #expect(problem("") == "mine.yaml: it is empty")
    #expect(throws: SettingsError.self) { try ProfileFile(named: "/not/there.yaml") }
    do {
      _ = try ProfileFile(named: "lama-server")
      Issue.record("there is no such profile")
    } catch {
      #expect(
        "\(error)"
          == "lama-server: there is no such profile; there are interlock, macprovider-cli, llama-server, vllm, "
          + "mlx_lm.server, or the path of a file")
    }
  }

  @Test func `a file's own folder stands for its slot`() throws {
    let text = Self.least.replacing("program: mine", with: "program: \"{folder}/mine.py\"")
    #expect(try ProfileFile(text, name: "mine.yaml", folder: "/etc/x").profile.program == "/etc/x/mine.py")
  }

  // MARK: - Shipped

  private func shipped(_ name: String) throws -> ServerProfile { try ProfileFile(named: name).profile }
  private func words(_ name: String, model: String = "m", _ knobs: Knobs) throws -> String {
    ShellText.line(try shipped(name).launchWords(model: model, port: 1234, knobs))
  }

  @Test func `every profile of the program is read, with its own name`() throws {
    #expect(
      ProfileFile.shipped.map(\.name) == ["interlock", "macprovider-cli", "llama-server", "vllm", "mlx_lm.server"])
    for (name, _) in ProfileFile.shipped { #expect(try shipped(name).id == name) }
  }

  @Test func `AC-7: every profile of the program has its word against joining once, or says that it never joins`()
    throws
  {
    for (name, _) in ProfileFile.shipped {
      let profile = try shipped(name)
      let words = profile.launchWords(model: "m", port: 1, Knobs(kvBits: .eight, maxBatch: 2, maxContext: 10))
      #expect(words.count { $0 == "--no-join" } == (["interlock", "macprovider-cli"].contains(name) ? 1 : 0))
      #expect(profile.noJoin == (["interlock", "macprovider-cli"].contains(name) ? ["--no-join"] : nil))
    }
  }

  @Test func `each kind of server is started with its own flags`() throws {
    let four = Knobs(kvBits: .four, maxBatch: 2, maxContext: 4000)
    let eight = Knobs(kvBits: .eight, maxBatch: 2, maxContext: 4000)
    #expect(
      try words("macprovider-cli", four)
        == "macprovider-cli serve --port 1234 --model m --no-join --kv-bits 4 --max-batch 2 --max-context 4000")
    #expect(
      try words("llama-server", model: "org/m:Q4", four)
        == "llama-server --host 127.0.0.1 --port 1234 -hf org/m:Q4 --cache-type-k q4_0 --cache-type-v q4_0 "
        + "--flash-attn on --parallel 2 --ctx-size 8000")
    #expect(try words("llama-server", model: "./a b.gguf", Knobs()).contains(" -m './a b.gguf' "))
    #expect(
      try words("vllm", eight)
        == "vllm serve --host 127.0.0.1 --port 1234 m --kv-cache-dtype fp8 --max-num-seqs 2 --max-model-len 4000")
    #expect(
      try words("mlx_lm.server", Knobs(kvBits: .unset, maxBatch: 2, maxContext: 4000))
        == "mlx_lm.server --host 127.0.0.1 --port 1234 --model m --decode-concurrency 2 --prompt-concurrency 2")
  }

  @Test func `what serves the model is typed without port and without the word against joining`() throws {
    let knobs = Knobs(kvBits: .eight, maxBatch: 2, maxContext: 4000)
    #expect(
      ShellText.line(try shipped("macprovider-cli").serveWords(model: "m", knobs))
        == "macprovider-cli serve --model m --kv-bits 8 --max-batch 2 --max-context 4000")
    // A port within a word goes with its word alone.
    var profile = try profile()
    profile.arguments = ["--host", "h", "--port={port}"]
    #expect(profile.serveWords(model: "m", Knobs()) == ["mine", "--host", "h", "--model", "m"])
    // So does the flag that it is the value of.
    profile.arguments = ["--base-url", "http://127.0.0.1:{port}", "--port", "{port}", "--fast"]
    #expect(profile.serveWords(model: "m", Knobs()) == ["mine", "--fast", "--model", "m"])
    profile.arguments = ["--name=x", "127.0.0.1:{port}"]
    #expect(profile.serveWords(model: "m", Knobs()) == ["mine", "--name=x", "--model", "m"])
  }

  @Test func `readiness, environment and service are those of the kind`() throws {
    #expect(
      try ProfileFile.shipped.map { try shipped($0.name).readyPath } == [
        "/v1/models", "/v1/models", "/health", "/health", "/health",
      ])
    #expect(try shipped("mlx_lm.server").warmsUp && !shipped("llama-server").warmsUp)
    #expect(
      try shipped("vllm").environment == [
        "VLLM_NO_USAGE_STATS": "1", "DO_NOT_TRACK": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
      ])
    #expect(try shipped("macprovider-cli").label == "live.streamvc.macprovider")
    for (name, _) in ProfileFile.shipped { #expect(try shipped(name).unit?.hasSuffix(".service") == true) }
    #expect(try shipped("vllm").kvBits["4"] == nil && shipped("mlx_lm.server").kvBits.isEmpty)
  }

  @Test func `DEC-14: the lists go from a model that is too big for most down to one for nearly any`() throws {
    for (name, _) in ProfileFile.shipped {
      let list = try shipped(name).candidates
      let sizes = list.compactMap { ModelSize(name: $0)?.parameters }
      #expect(sizes.count == 5 && sizes == sizes.sorted(by: >) && sizes[0] == 32_000_000_000, "\(name)")
    }
    #expect(try shipped("llama-server").candidates.allSatisfy { $0.hasSuffix("-Instruct-GGUF:Q4_K_M") })
    #expect(try shipped("vllm").candidates.allSatisfy { $0.hasSuffix("-AWQ") })
    #expect(
      try shipped("mlx_lm.server").candidates == [
        "mlx-community/Qwen2.5-32B-Instruct-4bit", "mlx-community/Qwen2.5-14B-Instruct-4bit",
        "mlx-community/Qwen2.5-Coder-7B-Instruct-4bit", "mlx-community/Llama-3.2-3B-Instruct-4bit",
        "mlx-community/Llama-3.2-1B-Instruct-4bit",
      ])
  }

  // MARK: - Versions

  @Test(arguments: [
    (
      "llama-server", "ggml_cuda_init: found 1 CUDA devices:\nversion: 4621 (ab12cd3)\nbuilt with gcc 12",
      "llama-server/4621"
    ),
    (
      "vllm", "INFO 05-07 10:11:12 [__init__.py:239] Automatically detected platform cuda.\n0.8.5.post1",
      "vllm/0.8.5.post1"
    ),
    ("macprovider-cli", "macprovider-cli 1.4.0\n", "1.4.0"),
    ("mlx_lm.server", "0.24.1\n", "mlx_lm.server/0.24.1"),
    ("interlock", "0.1.0\n", "interlock/0.1.0"),
    ("interlock", "interlock version 2.0-beta, of today", "interlock/2.0-beta"),
    ("interlock", "version \u{1B}[1m2.0\u{1B}[0m\u{202E}", "interlock/2.0"),
  ])
  func `DEC-17: the version is found among what else is printed`(name: String, said: String, expected: String) throws {
    #expect(try shipped(name).binaryVersion(in: said) == expected)
  }

  @Test(arguments: ["", "usage: server [options]", "INFO 05-07 10:11:12 starting up on 2 devices"])
  func `DEC-17: what is no version is none`(said: String) throws {
    #expect(try shipped("interlock").binaryVersion(in: said) == nil)
    #expect(try shipped("vllm").binaryVersion(in: said) == nil)
  }
}

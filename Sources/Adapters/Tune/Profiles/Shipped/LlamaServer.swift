extension ProfileFile {
  static let llamaServer = """
    # llama-server of llama.cpp. Its flags are those of --help; `interlock provider check` holds them against it.
    id: llama-server
    program: llama-server
    version:
      arguments: [--version]
      pattern: 'version: (\\d+)'

    arguments: [--host, 127.0.0.1, --port, "{port}"]
    # A repository of the Hub, with the quantisation behind a colon; or a file.
    model: [-hf, "{model}"]
    model_file: [-m, "{model}"]
    # It joins nothing.
    no_join: implicit

    # A quantised value cache needs flash attention.
    kv_bits:
      4: [--cache-type-k, q4_0, --cache-type-v, q4_0, --flash-attn, "on"]
      8: [--cache-type-k, q8_0, --cache-type-v, q8_0, --flash-attn, "on"]
    max_batch: [--parallel, "{batch}"]
    # The server divides the context by its slots.
    max_context: [--ctx-size, "{total_context}"]
    # Its own default is the most that the model was trained for.
    starts_at_target_context: true

    # The list of models says 200 while one loads.
    ready: /health

    # The service that runs it, if one does: a unit of systemd for a user, or a label of launchd.
    unit: llama-server.service
    label: org.ggml.llama-server

    candidates:
      - Qwen/Qwen2.5-32B-Instruct-GGUF:Q4_K_M
      - Qwen/Qwen2.5-14B-Instruct-GGUF:Q4_K_M
      - Qwen/Qwen2.5-Coder-7B-Instruct-GGUF:Q4_K_M
      - Qwen/Qwen2.5-3B-Instruct-GGUF:Q4_K_M
      - Qwen/Qwen2.5-1.5B-Instruct-GGUF:Q4_K_M

    """
}

extension ProfileFile {
  static let vllm = """
    # vLLM's server. Its flags are those of `vllm serve --help=all`.
    id: vllm
    program: vllm
    help: [serve, --help=all]
    version:
      arguments: [--version]
      # It logs, with dates, before it answers.
      pattern: '(?m)^(\\d+\\.\\d+\\S*)$'

    # Left to itself, it listens at every address.
    arguments: [serve, --host, 127.0.0.1, --port, "{port}"]
    model: ["{model}"]
    # It joins nothing.
    no_join: implicit

    # It has no cache of 4 bits.
    kv_bits:
      8: [--kv-cache-dtype, fp8]
    max_batch: [--max-num-seqs, "{batch}"]
    max_context: [--max-model-len, "{context}"]
    # Its own default is the most that the model was trained for, which the memory may not hold.
    starts_at_target_context: true

    environment:
      VLLM_NO_USAGE_STATS: "1"
      DO_NOT_TRACK: "1"
      HF_HUB_DISABLE_TELEMETRY: "1"

    ready: /health
    # It compiles before it is ready.
    timeouts:
      ready: 600

    subcommand: serve
    script: true
    # The service that runs it, if one does: a unit of systemd for a user, or a label of launchd.
    unit: vllm.service
    label: ai.vllm.serve

    # What safetensors says of a file whose header is spoilt.
    integrity_markers: [Error while deserializing header]

    candidates:
      - Qwen/Qwen2.5-32B-Instruct-AWQ
      - Qwen/Qwen2.5-14B-Instruct-AWQ
      - Qwen/Qwen2.5-Coder-7B-Instruct-AWQ
      - Qwen/Qwen2.5-3B-Instruct-AWQ
      - Qwen/Qwen2.5-1.5B-Instruct-AWQ

    """
}

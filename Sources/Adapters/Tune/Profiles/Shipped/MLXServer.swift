extension ProfileFile {
  static let mlxServer = """
    # The server of mlx-lm.
    id: mlx_lm.server
    program: mlx_lm.server
    version:
      # The server has no such flag; the program of the package has.
      program: mlx_lm
      arguments: [--version]

    arguments: [--host, 127.0.0.1, --port, "{port}"]
    model: [--model, "{model}"]
    # It joins nothing.
    no_join: implicit

    # It takes neither bits of the cache nor a context: those knobs have one cell each.
    max_batch: [--decode-concurrency, "{batch}", --prompt-concurrency, "{batch}"]

    environment:
      HF_HUB_DISABLE_TELEMETRY: "1"

    # Both of its routes say 200 before a model is loaded: the first request is what tells.
    ready: /health
    warm_up: true

    script: true
    # The service that runs it, if one does: a unit of systemd for a user, or a label of launchd.
    unit: mlx-lm.service
    label: org.ml-explore.mlx-lm

    candidates:
      - mlx-community/Qwen2.5-32B-Instruct-4bit
      - mlx-community/Qwen2.5-14B-Instruct-4bit
      - mlx-community/Qwen2.5-Coder-7B-Instruct-4bit
      - mlx-community/Llama-3.2-3B-Instruct-4bit
      - mlx-community/Llama-3.2-1B-Instruct-4bit

    """
}

extension ProfileFile {
  static let macproviderCLI = """
    # The command of MacProvider.
    id: macprovider-cli
    program: macprovider-cli
    # Recipes name its version alone, without the profile.
    version:
      arguments: [--version]
      bare: true

    arguments: [serve, --port, "{port}"]
    model: [--model, "{model}"]
    # Keeps a server that is measured out of every pool.
    no_join: [--no-join]
    help: [serve, --help]

    kv_bits:
      4: [--kv-bits, "4"]
      8: [--kv-bits, "8"]
    max_batch: [--max-batch, "{batch}"]
    max_context: [--max-context, "{context}"]

    ready: /v1/models

    subcommand: serve
    # The service that runs it, if one does: a unit of systemd for a user, or a label of launchd.
    unit: macprovider-cli.service
    label: live.streamvc.macprovider

    candidates:
      - mlx-community/Qwen2.5-32B-Instruct-4bit
      - mlx-community/Qwen2.5-14B-Instruct-4bit
      - mlx-community/Qwen2.5-Coder-7B-Instruct-4bit
      - mlx-community/Llama-3.2-3B-Instruct-4bit
      - mlx-community/Llama-3.2-1B-Instruct-4bit

    """
}

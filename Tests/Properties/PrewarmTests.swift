import Machines
import Testing

@Suite struct `Why a server did not load` {
  @Test(arguments: LoadEvidence.integrityMarkers) func `PWM-5: every marker of integrity counts, whatever its case`(
    marker: String
  ) {
    for written in [marker, marker.uppercased(), marker.capitalized] {
      #expect(LoadEvidence(log: "Loading model\nerror: \(written) in model.safetensors\nexit") == .integrity)
    }
  }

  @Test func `there are thirteen markers of integrity`() { #expect(LoadEvidence.integrityMarkers.count == 13) }

  @Test(arguments: [
    "Required configuration file missing: tokenizer.json",
    "[load_safetensors] Invalid json header length 18446744073709551615 in model.safetensors",
    "RuntimeError: Hash mismatch for shard 2: expected ab12, found cd34",
    "OSError: Missing tokenizer.json in snapshot",
  ])
  func `T-8, T-9: what libraries really write is integrity`(line: String) {
    #expect(LoadEvidence(log: line) == .integrity)
  }

  @Test(arguments: [
    "Download failed: incomplete metadata in Hugging Face API response; retry later",
    "cache index invalid or corrupted; rebuild cache and retry",
    "requests.exceptions.ConnectionError: HTTPSConnectionPool: Max retries exceeded with url",
    "401 Client Error: Unauthorized for url", "HTTP 403 Forbidden", "error 404: not found", "HTTP status 429",
    "server error: 503 Service Unavailable", "curl: (6) Could not resolve host: huggingface.co",
    "HTTP Error 507: Insufficient Storage", "501 Server Error: Not Implemented for url", "HTTP/1.1 599",
    "[Errno 28] No space left on device", "Cannot access gated repo for url",
    "socket.gaierror: [Errno -3] Temporary failure in name resolution", "connection reset by peer",
  ])
  func `T-10, FR-D.2: what may go better another time is a failure to fetch`(line: String) {
    #expect(LoadEvidence(log: line) == .fetch)
    #expect(LoadEvidence(log: line.uppercased()) == .fetch)
  }

  @Test(arguments: [
    "CUDA out of memory. Tried to allocate 2.00 GiB", "ggml: failed to allocate buffer of size 9126805504",
    "error: unrecognized arguments: --kv-bits 4", "error: unknown argument: --foo", "Segmentation fault (core dumped)",
    "[metal::malloc] Attempting to allocate 17179869184 bytes which is greater than the maximum allowed buffer size",
    "terminate called after throwing an instance of 'std::bad_alloc'", "GGML_ASSERT(n_ctx > 0) failed",
    "x: error: argument --kv-bits: invalid choice: 7", "ValueError: Model type foo not supported.",
  ])
  func `DEC-10: a model that does not fit, a wrong flag or a crash is neither`(line: String) {
    #expect(LoadEvidence(log: line) == .other)
  }

  @Test func `PWM-5: a marker that is denied says nothing`() {
    #expect(LoadEvidence(log: "no hash mismatch") == .none)
    #expect(LoadEvidence(log: "verified: 0 checksum mismatches") == .none)
    #expect(LoadEvidence(log: "found 0 hash mismatches") == .none)
    #expect(LoadEvidence(log: "ready without any signature mismatch") == .none)
    #expect(LoadEvidence(log: "loaded without hash mismatch\nconnection refused") == .fetch)
    #expect(LoadEvidence(log: "no signature or hash mismatch") == .none)
    #expect(LoadEvidence(log: "no update was found; hash mismatch in shard 3") == .integrity)
    #expect(LoadEvidence(log: "no hash mismatch so far\nhash mismatch in shard 3") == .integrity)
    #expect(LoadEvidence(log: "no hash mismatch, but a hash mismatch after all") == .integrity)
    #expect(LoadEvidence(log: "a signature, no: a signature mismatch") == .integrity)
  }

  @Test(arguments: [
    "worker 0 checksum mismatch in model-00001-of-00002.safetensors",
    "ERROR shard 0 hash mismatch: expected ab12 got cd34", "rank 0 hash mismatches in 2 files",
    "model file not trusted - signature mismatch", "GPU 0 weight verification failed",
    "not loaded: verification of shard 0, checksum mismatch", "never mind the cache, hash mismatch",
    "the file was not what it should be (hash mismatch)", "verified: 0 checksum mismatch",
  ])
  func `PWM-5, T-8: a number or a word that denies something else does not deny the marker`(line: String) {
    #expect(LoadEvidence(log: line) == .integrity)
    #expect(LoadEvidence(log: line.uppercased()) == .integrity)
  }

  @Test func `PWM-5: lines are read one by one, and a marker across two lines is none`() {
    #expect(LoadEvidence(log: "hash\nmismatch") == .none)
    #expect(LoadEvidence(log: "ok\r\nHASH MISMATCH\r\n") == .integrity)
    #expect(LoadEvidence(log: "") == .none)
  }

  @Test func `integrity comes before fetching, and both before the rest`() {
    #expect(LoadEvidence(log: "out of memory\nconnection reset\nchecksum mismatch") == .integrity)
    #expect(LoadEvidence(log: "out of memory\nconnection reset") == .fetch)
    #expect(LoadEvidence(log: "Loading", hasCrashed: true) == .other)
    #expect(LoadEvidence(log: "connection reset", hasCrashed: true) == .fetch)
  }

  @Test func `a profile may add markers, whatever their case`() {
    let line = "safetensors_rust.SafetensorError: Error while deserializing header: HeaderTooLarge"
    #expect(LoadEvidence(log: line) == .none)
    #expect(LoadEvidence(log: line, integrityMarkers: ["Error while deserializing header"]) == .integrity)
  }

  @Test func `DEC-10: the size of what could not be had is no status of HTTP`() {
    #expect(LoadEvidence(log: "error: failed to allocate CUDA0 buffer of 500 MiB") == .other)
    #expect(LoadEvidence(log: "HTTP proxy in use; failed to allocate 404 MB, error 12") == .other)
    let torch = "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 500.00 MiB. GPU 0 has 404.06 MiB free."
    #expect(LoadEvidence(log: torch + " See (https://pytorch.org/docs/stable)") == .other)
    #expect(LoadEvidence(log: "error 500 while loading") == .fetch)
  }

  @Test func `DEC-10: an error without a cause is none of fetching, once the weights are in the cache`() {
    #expect(LoadEvidence(log: "error: cannot go on", isCached: true) == .other)
    #expect(LoadEvidence(log: "error: cannot go on") == .none)
    #expect(LoadEvidence(log: "loading", isCached: true) == .none)
    #expect(LoadEvidence(log: "error: connection reset", isCached: true) == .fetch)
  }

  @Test func `numbers that are no answers of a server are none`() {
    #expect(LoadEvidence(log: "loaded 404 tensors in 500 ms") == .none)
    #expect(LoadEvidence(log: "http server listens on port 5004") == .none)
    #expect(LoadEvidence(log: "error loading model: wrong number of tensors; expected 512, got 290") == .none)
  }
}

@Suite struct `Judgement of a load` {
  /// What was found, with a cache that was cold and one that was warm.
  private static let table: [(ProviderEnd, cold: Judgement.Kind, warm: Judgement.Kind)] = [
    (ProviderEnd(.exited, .integrity), .integrity, .integrity), (ProviderEnd(.exited, .fetch), .transient, .transient),
    (ProviderEnd(.exited, .none), .transient, .loadFailed), (ProviderEnd(.exited, .other), .loadFailed, .loadFailed),
    (ProviderEnd(.warmUpFailed, .integrity), .integrity, .integrity),
    (ProviderEnd(.warmUpFailed, .fetch), .transient, .transient),
    (ProviderEnd(.warmUpFailed, .none), .transient, .loadFailed),
    (ProviderEnd(.warmUpFailed, .other), .loadFailed, .loadFailed), (ProviderEnd(.timedOut), .transient, .loadFailed),
    (ProviderEnd(.timedOut, .integrity), .transient, .loadFailed), (ProviderEnd(.portHeld), .portHeld, .portHeld),
    (ProviderEnd(.notStarted), .notStarted, .notStarted), (ProviderEnd(.stopped), .dropped, .dropped),
  ]

  @Test func `PWM-2: the table, line by line, with one error each`() {
    for (end, cold, warm) in Self.table {
      #expect(Judgement(loading: end, isCold: true) == Judgement(cold, errors: 1), "\(end), cold")
      #expect(Judgement(loading: end, isCold: false) == Judgement(warm, errors: 1), "\(end), warm")
    }
  }

  @Test func `FR-D.2, RUN-8: what ends the run, and what makes the next candidate be taken`() {
    let ends: [Judgement.Kind: StageEnd] = [
      .integrity: .integrity, .portHeld: .conflict, .notStarted: .broken, .stuck: .broken, .dropped: .cut,
    ]
    for kind in Judgement.Kind.allCases { #expect(StageEnd(kind) == ends[kind], "\(kind)") }
  }
}

import Adapters
import Foundation
import Platform
import Testing

/// Why models and cells are taken or passed over, through the command.
@Suite struct `Verdicts of interlock autotune` {
  @Test(arguments: [
    "worker 0 checksum mismatch in model-00001-of-00002.safetensors",
    "ERROR shard 0 hash mismatch: expected ab12 got cd34", "model file not trusted - signature mismatch",
    "GPU 0 weight verification failed",
  ])
  func `FR-D.2, T-8: tampered weights end the run, whatever number stands before the words`(line: String) throws {
    let bench = try TuneBench(#"{"a-7B": {"fails": {"log": ["\#(line)"]}}}"#)
    let run = try bench.runShort("--candidate-models", "a-7B,b-3B", "--json")
    #expect(run.status == 5 && run.lastError == "exit_reason=pre_warm_integrity_failure", "\(run.errors)")
    #expect(bench.modelsStarted == ["a-7B"])
    #expect(try run.document()["recommendation"] is NSNull)
    #expect(try bench.record().probes.map(\.notes) == ["pre-warm integrity: status 1: \(line)"])
  }

  @Test(arguments: [
    "[metal::malloc] Attempting to allocate 17179869184 bytes which is greater than the maximum allowed buffer size",
    "terminate called after throwing an instance of 'std::bad_alloc'",
    "x: error: argument --kv-bits: invalid choice: 7", "ValueError: Model type foo not supported.",
  ])
  func `DEC-10: a cold model that does not load for want of memory, by a flag or by a crash is not told as transient`(
    line: String
  ) throws {
    let bench = try TuneBench(#"{"a-7B": {"fails": {"log": ["\#(line)"], "status": 1}}}"#)
    #expect(try bench.runShort("--candidate-models", "a-7B,b-3B").status == 0)
    #expect(try bench.record().probes.map(\.notes) == ["load failed: status 1: \(line)", nil])
  }

  @Test func `DEC-10: the status that a shell gives to a signal is a crash`() throws {
    let bench = try TuneBench(#"{"a-7B": {"fails": {"log": ["loading"], "status": 134}}}"#)
    #expect(try bench.runShort("--candidate-models", "a-7B,b-3B").status == 0)
    #expect(try bench.record().probes.map(\.notes) == ["load failed: status 134: loading", nil])
  }

  @Test(arguments: [(first: 3000, best: 4), (first: 3900, best: nil as Int?)])
  func `AC-5: of cells that are as good as equally fast the one that begins sooner is kept`(first: Int, best: Int?)
    throws
  {
    // 10.00 and 10.05 tokens a second.
    let bench = try TuneBench(
      #"""
      {"m": {"cells": {
        "unset/1/2000": [{"completionTokens": 40, "firstTokenMilliseconds": 3500, "milliseconds": 4000}],
        "4/1/2000": [{"completionTokens": 40, "firstTokenMilliseconds": \#(first), "milliseconds": 3980}]}}}
      """#)
    let run = try bench.run(
      "--candidate-models", "m", "--kv-bits-axis", "unset,4", "--max-batch-axis", "1", "--stage2-replicates", "1")
    #expect(run.status == 0, "\(run.errors)")
    let record = try bench.record()
    let rates = record.cells.compactMap(\.rate)
    try #require(rates.count == 2 && abs(rates[1] - rates[0]) <= 0.02 * rates[0], "\(rates)")
    #expect(record.recommendation?.kvBits == best && record.cells.first { $0.isKept }?.kvBits == best)
  }

  @Test func `AC-3, T-12: reasons are told by size, and by place where sizes are equal or unknown`() throws {
    let replies = ["x-3B", "y-3B", "z"].map { #""\#($0)": {"replies": [{"status": 500, "body": "\#($0)!"}]}"# }
    let bench = try TuneBench("{\(replies.joined(separator: ", "))}")
    let run = try bench.runShort("--candidate-models", "x-3B,y-3B,z")
    #expect(run.status == 2 && run.lastError == "exit_reason=no_feasible")
    let told = run.errors.split(separator: "\n").filter { $0.contains("requests failed") }
      .map { $0.trimmingCharacters(in: .whitespaces) }
    // Later in the list counts as smaller.
    #expect(
      told == ["z", "y-3B", "x-3B"].map { "\($0): 1 of 1 requests failed: HTTP 500: \($0)!" }, "\(run.errors)")
    #expect(run.errors.contains("note: the names z tell no size; later in the list counts as smaller\n"))
  }

  @Test func `KNB-2, KNB-4: cells without a rate say so, row by row and in the reason`() throws {
    let bench = try TuneBench(#"{"zero": {"replies": [{"completionTokens": 0, "texts": ["a", "b"]}]}}"#)
    let run = try bench.runShort("--candidate-models", "zero")
    #expect(run.status == 2)
    #expect(
      run.errors.hasPrefix(
        "error: zero works, but none of its settings does\n"
          + "  kv_bits unset, max_batch 1, max_context 2000: no token was counted, so there is no rate\n"),
      "\(run.errors)")
    #expect(try bench.record().cells.map(\.notes) == ["no token was counted, so there is no rate"])
  }

  @Test func `a stream of HTTP 1.0 that breaks off is no measurement`() throws {
    let bench = try TuneBench(#"{"m": {"replies": [{"http10": true, "cutsAfter": 3, "completionTokens": 20}]}}"#)
    let run = try bench.runShort("--candidate-models", "m")
    #expect(run.status == 2 && run.lastError == "exit_reason=no_feasible")
    let probe = try #require(try bench.record().probes.first)
    #expect(!probe.fits && probe.errors == 1 && probe.rate == nil)
  }

  @Test func `a cell that misses the gate is drawn as one that does not work`() throws {
    let bench = try TuneBench(#"{"m": {"cells": {"unset/2/2000": [{"firstTokenMilliseconds": 1500}]}}}"#)
    let page = bench.scratch.path("r.html")
    let run = try bench.run(
      "--candidate-models", "m", "--kv-bits-axis", "unset", "--stage2-replicates", "1", "--gate-ttft-ms", "1000",
      "--html", page)
    #expect(run.status == 0, "\(run.errors)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.components(separatedBy: "class=\"bar failed\"").count == 3)
  }
}

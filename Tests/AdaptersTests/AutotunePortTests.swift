import Adapters
import Foundation
import Machines
import Platform
import Testing

/// Whose answers count: those of the server that was started, and nobody else's.
@Suite struct `Whoever answers at the port` {
  /// What puts the server elsewhere than in the program that is started: it is in a session of its own, and carries the
  /// start's mark or not.
  private func detach(_ bench: Bench, marked: Bool) throws {
    let real = bench.order.profile.program
    let wrapper = real + "-elsewhere"
    let run = (marked ? "setsid" : "env -u INTERLOCK_TICKET setsid") + " '\(real)' \"$@\" &"
    let text = "#!/bin/sh\n\(run)\nchild=$!\n\(marked ? "" : "trap 'kill $child' TERM\nwait $child\n")wait $child\n"
    try text.write(toFile: wrapper, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper)
    bench.order.profile.program = wrapper
  }

  @Test(arguments: [0, 1])
  func `DEC-30, PRV-3: a stranger that takes the port while a server loads is not measured, in either stage`(
    stage: Int
  ) throws {
    let bench = try Bench(#"{"m": {"loadMilliseconds": 700}}"#)
    defer { bench.endAll() }
    bench.order.plan.applies = true
    var theirs: ChildProcess?
    let conclusion = try bench.run(["m"], doing: { theirs = try? bench.startByHand("theirs") }) { run in
      run.provider.phase == .waiting && (stage == 0 || run.search.phase != .idle)
    }
    let stranger = try #require(theirs)
    #expect(conclusion.reason == .providerConflict && !conclusion.isApplied)
    #expect(stranger.isAlive)
    let note = try #require(try bench.rows().1.last?.notes)
    #expect(
      note.hasPrefix("port \(bench.order.port) was taken by pid \(stranger.pid), ")
        && note.hasSuffix(" while the server loaded"), "\(note)")
    #expect(!FileManager.default.fileExists(atPath: bench.order.configurationPath))
    #expect(ProcessTable.processes { $0.contains(bench.script) }.map(\.pid) == [stranger.pid])
  }

  @Test func `PRV-3: a server that ends because somebody took its port is not at fault`() throws {
    let bench = try Bench(#"{"m": {"loadMilliseconds": 300}}"#)
    bench.order.plan.stopGrace = Milliseconds(500)
    var stranger: Listening?
    // It never says a word: the server finds the port taken, and ends.
    let conclusion = try bench.run(["m", "n"], doing: { stranger = try? Listening(at: bench.order.port) }) {
      $0.provider.phase == .waiting
    }
    #expect(conclusion.reason == .providerConflict && stranger != nil)
    let trials = try bench.rows().1
    #expect(trials.map(\.model) == ["m"] && trials.last?.notes?.contains("was taken by pid \(getpid())") == true)
  }

  @Test(arguments: [false, true])
  func `PRV-3: a server that runs elsewhere is one where its profile says so, and a stranger otherwise`(
    isDetached: Bool
  ) throws {
    let bench = try Bench("{}")
    bench.oneCell()
    try detach(bench, marked: false)
    bench.order.profile.isDetached = isDetached
    #expect(try bench.run(["m"]).reason == (isDetached ? .ok : .providerConflict))
    try bench.expectClean()
  }

  @Test func `PRV-9: a server in a session of its own is known by its mark, and asked to end`() throws {
    let bench = try Bench("{}")
    bench.oneCell()
    try detach(bench, marked: true)
    #expect(try bench.run(["m"]).reason == .ok)
    try bench.expectClean()
  }

  @Test(arguments: [(60_000, false), (1500, true)])
  func `PRV-9: what a server leaves at its port is asked to end, and waited for where it does not`(
    milliseconds: Int, ignores: Bool
  ) throws {
    let bench = try Bench(
      #"{"m": {"holdsPortMilliseconds": \#(milliseconds), "holderIgnoresTerm": \#(ignores)}}"#)
    bench.oneCell()
    #expect(try bench.run(["m"]).reason == .ok)
    #expect(!bench.output.warnings.contains { $0.contains("is held by") }, "\(bench.output.warnings)")
    try bench.expectClean()
  }

  /// What stands between the run and its server: a shell that does not pass on that it is to end.
  private func wrap(_ bench: Bench, _ before: String = "") throws {
    let real = bench.order.profile.program
    let wrapper = real + "-wrapped"
    try "#!/bin/sh\n\(before)'\(real)' \"$@\"\n".write(toFile: wrapper, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper)
    bench.order.profile.program = wrapper
  }

  @Test func `PRV-9: what outlives a wrapper is waited for, and nothing is started beside it`() throws {
    let bench = try Bench(#"{"m": {"leavesPortOnTerm": true}}"#)
    defer { bench.endAll() }
    bench.order.plan.stopGrace = Milliseconds(600)
    try wrap(bench)
    #expect(try bench.run(["m", "n"]).reason == .providerConflict)
    let left = ProcessTable.processes { $0.contains(bench.script) }.map(\.pid)
    #expect(left.count == 1 && bench.starts.count == 1)
    let words = "what the server started lives on: pid \(left.first ?? 0), SIGKILL disabled"
    #expect(bench.output.warnings.contains("warning: the server has ended, and \(words)"), "\(bench.output.warnings)")
    let notes = try bench.rows().1.map(\.notes)
    #expect(notes.last == words, "\(notes)")
  }

  @Test func `PRV-9: a worker that takes its time to end is waited for before the next start, and at the end`() throws {
    let bench = try Bench("{}")
    defer { bench.endAll() }
    bench.order.plan.axes.kvBits = [.unset]
    bench.order.plan.stopGrace = Milliseconds(10_000)
    try wrap(bench, "case $1 in serve) ( trap 'sleep 0.7; exit' TERM; while :; do sleep 0.1; done ) & esac\n")
    var most = 0
    let wrapper = bench.order.profile.program
    let conclusion = try bench.run(["m"], doing: {}) { run in
      // The worker of each start has the wrapper's words.
      if run.provider.phase == .starting { most = max(most, ProcessTable.processes { $0.contains(wrapper) }.count) }
      return false
    }
    #expect(conclusion.reason == .ok && bench.starts.count > 2 && most == 0)
    #expect(ProcessTable.processes { $0.contains(wrapper) }.isEmpty)
    try bench.expectClean()
  }

  @Test func `PRV-3: who listens elsewhere from before is not blamed for a server that fails`() throws {
    let bench = try Bench(#"{"bad": {"fails": {"log": ["CUDA out of memory"]}}}"#)
    bench.oneCell()
    let socket = Foundation.socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var yes: Int32 = 1
    setsockopt(socket, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, socklen_t(MemoryLayout<Int32>.size))
    var place = sockaddr_in6()
    place.sin6_family = sa_family_t(AF_INET6)
    place.sin6_port = bench.order.port.bigEndian
    let bound = withUnsafePointer(to: &place) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
      }
    }
    // Where the system has no version 6, nobody can listen there.
    guard bound == 0, listen(socket, 1) == 0 else { return }
    #expect(try bench.run(["bad", "m"]).reason == .ok)
    #expect(try bench.rows().1.first?.notes?.contains("CUDA out of memory") == true)
  }

  @Test func `PRV-3: what a stranger says is not taken for the server's word`() throws {
    let bench = try Bench(#"{"m": {"loadMilliseconds": 900}}"#)
    defer { bench.endAll() }
    // A path that its kind does not know.
    bench.order.profile.readyPath = "/nowhere"
    let conclusion = try bench.run(["m"], doing: { _ = try? bench.startByHand("theirs") }) {
      $0.provider.phase == .waiting
    }
    #expect(conclusion.reason == .providerConflict)
    #expect(!bench.output.warnings.contains { $0.contains("HTTP 404") }, "\(bench.output.warnings)")
  }
}

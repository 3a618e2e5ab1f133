import Adapters
import Foundation
import Machines
import Options

struct MakeWorkload: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "workload", abstract: "Make a workload for run, from a trace of model requests or from a profile.",
    discussion: """
      A trace is a CSV file with the columns TIMESTAMP,ContextTokens,GeneratedTokens, such as the Azure LLM inference \
      trace of 2023: requests that follow each other become the messages of an episode, and their tokens the costs of \
      its model calls. Profile n is the normal load (5 agents, 200 messages a second), s the stressed one (7 agents, \
      bursts at twice what receivers can do, failures, a slow receiver).

      The same seed, options and trace give the same bytes.
      """,
    exitCodes: [
      0: "the workload is written", 2: "usage", 3: "the trace is missing or malformed, or the file cannot be written",
    ])

  @Argument(help: "The trace's file.") var trace: String?
  @Option(help: "Make this profile instead.") var profile: Profile?
  @Option(help: ArgumentHelp("What the workload follows from.", valueName: "number")) var seed: UInt64 = 1
  @Option(help: ArgumentHelp("The size of the team of a trace, 2 to 7; 5 unless given.", valueName: "count"))
  var agents: Int?
  @Option(help: ArgumentHelp("How many episodes to take from a trace; 20 unless given.", valueName: "count"))
  var episodes: Int?
  @Option(help: ArgumentHelp("How many times faster than the trace to go; 1 unless given.", valueName: "number"))
  var speed: Double?
  @Option(help: ArgumentHelp("How long the messages of a profile come.", valueName: "number")) var seconds: Double?
  @Option(help: ArgumentHelp("Where to write; without it, to standard output.", valueName: "file")) var out: String?
  @Flag(help: "Print one JSON object about the workload, which is written to --out.") var json = false

  func validate() throws {
    if (trace == nil) == (profile == nil) {
      throw ValidationError(
        trace == nil ? "name a trace, or give --profile n or s" : "a trace and --profile: give one of them")
    }
    let others =
      profile == nil
      ? [("--seconds", seconds != nil)]
      : [("--agents", agents != nil), ("--episodes", episodes != nil), ("--speed", speed != nil)]
    if let (name, _) = others.first(where: \.1) {
      throw ValidationError("\(name) is for \(profile == nil ? "profiles" : "traces") alone; leave it out")
    }
    if let agents, !(2...Workload.agentCountMax).contains(agents) {
      throw ValidationError("--agents is \(agents); a team has 2 to \(Workload.agentCountMax)")
    }
    if let episodes, episodes < 1 { throw ValidationError("--episodes is \(episodes); give a number from 1 on") }
    if let speed, !(speed > 0 && speed <= 1e6) { throw ValidationError("--speed is \(speed); give a number above 0") }
    if let seconds, !(seconds > 0 && seconds <= 3_600) {
      throw ValidationError("--seconds is \(seconds); give a number above 0, at most 3600")
    }
    if json, out == nil { throw ValidationError("--json needs --out: the workload itself is written there") }
  }

  mutating func run() throws {
    let workload: Workload
    let origin: String
    if let profile {
      workload = profile.workload(seed: seed, seconds: seconds)
      origin = "Profile \(profile.rawValue.uppercased()), seed \(seed)"
    } else {
      let read = try TokenTrace.read(path: trace!)
      let (agents, episodes, speed) = (agents ?? 5, episodes ?? 20, speed ?? 1)
      workload = try TraceEpisodes(seed: seed, agents: agents, episodes: episodes, speed: speed).workload(from: read)
      origin = "\(episodes) episodes of \(read.name), seed \(seed), \(agents) agents, speed \(speed)"
    }
    let text = workload.text(comment: "\(origin). Made by interlock workload.")
    guard let out else {
      print(text, terminator: "")
      return
    }
    try write(text, to: out)
    let last = workload.actions.last?.at ?? .zero
    let messages = workload.actions.count { if case .send = $0.kind { true } else { false } }
    if json {
      try Output.json([
        "file": out, "agents": workload.agents.count, "messages": messages,
        "episodes": trace == nil ? 0 : episodes ?? 20,
        "seconds": Double(last.nanoseconds) / 1e9, "seed": seed, "bytes": text.utf8.count,
      ])
    } else {
      print(
        "\(out)  \(origin): \(Output.count(messages)) messages in \(Output.decimal(Double(last.nanoseconds) / 1e9)) s\n"
          + "  try: interlock run \(out) --clock virtual")
    }
  }

  private func write(_ text: String, to path: String) throws {
    guard !FileManager.default.fileExists(atPath: path) else {
      throw WorldFailure("\(path) exists already", try: "another name, or remove it first")
    }
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw WorldFailure(
        "\(path) cannot be written: \(error.systemReason)", try: "--out with a file in a folder that exists")
    }
  }
}

extension Profile: ExpressibleByArgument {}

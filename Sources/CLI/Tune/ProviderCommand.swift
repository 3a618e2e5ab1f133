import Adapters
import Machines
import Options
import Platform

struct ProviderCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provider", abstract: "The kinds of model servers that autotune can start.",
    discussion: """
      A kind is described by a profile: a YAML file with the program, its words for model, port and knobs, and how it \
      is seen to be ready. Copy one, change it, and name your file:

        interlock provider show llama-server > mine.yaml
        interlock provider check mine.yaml --model ./model.gguf
        interlock autotune --provider mine.yaml
      """,
    subcommands: [ProviderList.self, ProviderShow.self, ProviderCheck.self])
}

struct ProviderList: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the profiles that are part of the program.")

  @Flag(help: "Print one JSON object.") var json = false

  mutating func run() throws {
    let style = Style(for: .standardOutput)
    var table = Table(["profile", "program", "here", .right("candidates"), "kv bits"])
    var objects: [[String: Any]] = []
    for (name, _) in ProfileFile.shipped {
      let profile = try ProfileFile(named: name).profile
      let path = try? Program.locate(profile.program, path: Surroundings.environment["PATH"])
      let bits = profile.kvBits.keys.sorted()
      table.add(
        name, profile.program, path ?? style.dim("not on PATH"), "\(profile.candidates.count)",
        bits.isEmpty ? "none" : bits.joined(separator: ", "))
      objects.append([
        "name": name, "program": profile.program, "path": path ?? "", "candidates": profile.candidates,
        "kv_bits": bits,
      ])
    }
    if json { return try Output.json(["profiles": objects]) }
    print(table.text, terminator: "")
  }
}

struct ProviderShow: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Print a profile as the file that it is, to be copied and edited.")

  @Argument(help: "The profile's name, or its file.") var provider: String
  @Flag(help: "Print one JSON object.") var json = false

  mutating func run() throws {
    let file = try ProfileFile(named: provider)
    if json { return try Output.json(["name": file.name, "id": file.profile.id, "text": file.text]) }
    print(file.text, terminator: file.text.hasSuffix("\n") ? "" : "\n")
  }
}

struct ProviderCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Try a profile out, and say what is wrong with it, line by line.",
    discussion: """
      Reads the profile, finds its program, asks it for its version and its help, and holds every flag against that. \
      With --model it starts a server with every knob, waits until it is ready, sends one request, and has it end.
      """,
    exitCodes: [
      0: "the profile does what it says", 1: "something is wrong with it", 2: "usage", 3: "no such profile",
      130: "interrupted; the server was asked to end",
    ])

  @Argument(help: "The profile's name, or its file.") var provider: String
  @Option(help: ArgumentHelp("What to serve; without it, no server is started.", valueName: "model")) var model: String?
  @Option(help: ArgumentHelp("The port of 127.0.0.1; without it, one that is free.", valueName: "number"))
  var port: UInt32?
  @Option(help: ArgumentHelp("The context, in tokens, of the server.", valueName: "tokens")) var targetContext = 512
  @Option(help: ArgumentHelp("The program to start; without it, the profile's.", valueName: "path"))
  var providerBin: String?
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if let port, !(1...65_535).contains(port) { throw ValidationError("--port: it is \(port); give 1 to 65535") }
    guard (1...1_000_000).contains(targetContext) else {
      throw ValidationError("--target-context: it is \(targetContext); give 1 to 1000000")
    }
    if model == "" { throw ValidationError("--model: it is empty; leave it out, or name a model") }
  }

  mutating func run() throws {
    let style = Style(for: .standardOutput)
    var file = try read(style)
    if let providerBin { file.profile.start(providerBin) }
    let check = ProfileCheck(
      file, model: model.map { TuneRequest.located($0, home: Surroundings.home) },
      port: port.map { UInt16($0) } ?? LocalPort.unused().number,
      targetContext: UInt32(targetContext))
    let signals = TuneSignals()
    signals.send(to: { [cancellation = check.cancellation] _ in cancellation.cancel() })
    var objects: [[String: Any]] = []
    let isFine = check.run { remark in
      objects.append([
        "kind": remark.kind.rawValue, "key": remark.key, "line": remark.line ?? 0, "words": remark.words,
      ])
      if !json { print(line(remark, file, style)) }
    }
    if check.cancellation.isCancelled {
      Terminal.printError("error: interrupted; the server was asked to end\n")
      throw ExitCode(ExitReason.interrupted.code)
    }
    if json {
      try Output.json(["profile": file.name, "remarks": objects, "fine": isFine])
    } else {
      print(isFine ? style.green("the profile does what it says") : style.red("something is wrong with the profile"))
    }
    if !isFine { throw ExitCode.findings }
  }

  /// What is wrong with the text of a file that is there is a finding.
  private func read(_ style: Style) throws -> ProfileFile {
    do {
      return try ProfileFile(named: provider)
    } catch {
      guard error.line != nil else { throw error }
      if json {
        try Output.json(["profile": provider, "remarks": [["kind": "wrong", "words": "\(error)"]], "fine": false])
      } else {
        print("\(style.red("wrong"))  \(error)")
      }
      throw ExitCode.findings
    }
  }

  private func line(_ remark: ProfileCheck.Remark, _ file: ProfileFile, _ style: Style) -> String {
    let word =
      switch remark.kind {
      case .fine: style.green("fine ")
      case .wrong: style.red("wrong")
      case .open: style.yellow("open ")
      }
    let place = remark.line.map { "\(file.name):\($0): " } ?? "\(file.name): "
    return "\(word)  \(remark.kind == .fine ? "" : place)\(remark.key): \(remark.words)"
  }
}

import Options
import Synchronization
import Testing

@Suite struct `Terminal and style` {
  private func terminal(_ isTerminal: Bool, columns: Int? = 100, _ environment: [String: String] = [:]) -> Terminal {
    Terminal(isTerminal: isTerminal, columns: columns) { environment[$0] }
  }

  @Test func `colour needs a terminal that is not dumb, and nobody who objects`() {
    #expect(terminal(true).hasColor)
    #expect(terminal(true, ["TERM": "xterm", "NO_COLOR": ""]).hasColor)
    #expect(!terminal(false).hasColor)
    #expect(!terminal(true, ["NO_COLOR": "1"]).hasColor)
    #expect(!terminal(true, ["TERM": "dumb"]).hasColor)
    #expect(!terminal(true, ["TERM": "dumb"]).canRewrite)
    #expect(terminal(true, ["NO_COLOR": "1"]).canRewrite)
  }

  @Test func `the width comes from the system, the environment, or habit`() {
    #expect(terminal(true).columns == 100)
    #expect(terminal(true, columns: nil, ["COLUMNS": "72"]).columns == 72)
    #expect(terminal(true, columns: 0, ["COLUMNS": "none"]).columns == 80)
    #expect(terminal(true, columns: nil).columns == 80)
    #expect(Terminal.standardOutput.columns > 0)
  }

  @Test func `words are marked when there is colour, and left alone otherwise`() {
    let on = Style(for: terminal(true))
    #expect(on.bold("a") == "\u{1B}[1ma\u{1B}[0m")
    #expect(on.dim("a") == "\u{1B}[2ma\u{1B}[0m")
    #expect(on.red("a") == "\u{1B}[31ma\u{1B}[0m")
    #expect(on.green("a") == "\u{1B}[32ma\u{1B}[0m")
    #expect(on.yellow("a") == "\u{1B}[33ma\u{1B}[0m")
    #expect(on.red("") == "")
    let off = Style(for: terminal(false))
    #expect([off.bold("a"), off.dim("a"), off.red("a"), off.green("a"), off.yellow("a")].allSatisfy { $0 == "a" })
  }
}

@Suite struct `Progress line` {
  /// A clock that is moved by hand, and what was written meanwhile.
  private final class Scene: Sendable {
    let state = Mutex((now: ContinuousClock.now, written: [String]()))

    var written: [String] { state.withLock { $0.written } }

    func pass(_ time: Duration) { state.withLock { $0.now += time } }

    func progress(isTerminal: Bool = true) -> Options.Progress {
      Progress(
        on: Terminal(isTerminal: isTerminal, columns: 12) { _ in nil }, now: { self.state.withLock { $0.now } },
        write: { text in self.state.withLock { $0.written.append(text) } })
    }
  }

  @Test func `an update replaces the line at most ten times a second`() {
    let scene = Scene()
    let progress = scene.progress()
    var made = 0
    func text(_ number: Int) -> String {
      made += 1
      return "\(number) states"
    }
    for number in 0..<25 {
      progress.update(text(number))
      scene.pass(.milliseconds(10))
    }
    #expect(scene.written == ["\r\u{1B}[2K0 states", "\r\u{1B}[2K10 states", "\r\u{1B}[2K20 states"])
    #expect(made == 3)
  }

  @Test func `the line is gone at the end, and stays gone`() {
    let scene = Scene()
    let progress = scene.progress()
    progress.update("one")
    progress.finish()
    progress.finish()
    scene.pass(.seconds(1))
    progress.update("two")
    #expect(scene.written == ["\r\u{1B}[2Kone", "\r\u{1B}[2K"])
  }

  @Test func `the line makes room for what is printed, and comes back at once`() {
    let scene = Scene()
    let progress = scene.progress()
    progress.clear()
    progress.update("one")
    progress.clear()
    progress.update("two")
    #expect(scene.written == ["\r\u{1B}[2Kone", "\r\u{1B}[2K", "\r\u{1B}[2Ktwo"])
  }

  @Test func `the line is gone with its owner`() {
    let scene = Scene()
    do {
      let progress = scene.progress()
      progress.update("one")
    }
    #expect(scene.written == ["\r\u{1B}[2Kone", "\r\u{1B}[2K"])
  }

  @Test func `a line fits the terminal`() {
    let scene = Scene()
    let progress = scene.progress()
    progress.update("twelve columns")
    scene.pass(.seconds(1))
    progress.update("two\nlines")
    #expect(scene.written == ["\r\u{1B}[2Ktwelve colu", "\r\u{1B}[2Ktwo"])
  }

  @Test func `nothing is written where nobody looks`() {
    let scene = Scene()
    let progress = scene.progress(isTerminal: false)
    progress.update("one")
    progress.finish()
    #expect(scene.written == [])
  }
}

@Suite struct `Table` {
  @Test func `columns are aligned to their side and no line ends in spaces`() {
    var table = Options.Table(["machine", .right("states"), "note"])
    table.add("switch", "288", "")
    table.add("mailbox with copies", "1_284", "slow")
    table.add("été 👩‍👩‍👧", "7", "")
    #expect(
      table.text == """
        machine              states  note
        switch                  288
        mailbox with copies   1_284  slow
        été 👩‍👩‍👧                     7

        """)
  }

  @Test func `without titles there is no line for them`() {
    var table = Options.Table([.right(), .left()])
    table.add("9", "nine")
    table.add(["10", "ten"])
    #expect(table.text == " 9  nine\n10  ten\n")
    #expect(Options.Table([.left()]).text == "")
    #expect(Options.Table([.left("alone")]).text == "alone\n")
  }

  @Test func `marks take no room`() {
    let style = Style(isOn: true)
    var table = Options.Table([.left(), .right()])
    table.add(style.red("no"), "1")
    table.add("none", style.bold("22"))
    #expect(table.text == "\u{1B}[31mno\u{1B}[0m     1\nnone  \u{1B}[1m22\u{1B}[0m\n")
  }
}

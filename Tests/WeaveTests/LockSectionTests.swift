import Chapters
import Foundation
import Testing
import Weave

@Suite struct `Locks on a page` {
  private func files(_ locks: [LockNote]) throws -> [WovenFile] {
    let bare = try page()
    let input = PageInput(
      chapter: bare.chapter, source: bare.source, design: bare.design, evidence: [], sources: bare.sources, locks: locks
    )
    return weave([input])
  }

  private let reason = LockNote.Unlocked(on: "2026-02-02", reason: "a third | <train>")

  @Test func `tell since when rules may only be added to, and why they were unlocked`() throws {
    let files = try files([
      LockNote(machine: "crossing", since: "2026-03-03", unlocked: [reason]),
      LockNote(machine: "other", since: nil, unlocked: []),
    ])
    #expect(
      section("Locks", of: text("07-crossing.md", of: files)) == """
        - `crossing` is locked since 2026-03-03: its published rules may only be added to.
          - Unlocked on 2026-02-02: a third \\| &lt;train>
        """)
    #expect(lockedMachines(in: text("07-crossing.md", of: files)) == ["crossing"], "and that can be read back")
  }

  @Test(arguments: ["07-crossing.html", "system-crossing.html", "machine-gate.html", "machine-bell.html"])
  func `tell the same in the book, in the chapter and of the system and each of its machines`(path: String) throws {
    let page = text(path, of: try files([LockNote(machine: "crossing", since: nil, unlocked: [reason])]))
    #expect(
      page.contains(
        """
        <li><code>crossing</code> is not locked.
        <ul>
        <li>Unlocked on 2026-02-02: a third | &lt;train&gt;</li>
        </ul></li>
        """))
    #expect(page.contains("<h2 id=\"locks\">Locks") && page.contains("<li><a href=\"#locks\">Locks</a></li>"))
  }

  @Test func `are no section where there is none`() throws {
    let files = try files([LockNote(machine: "crossing", since: nil, unlocked: [])])
    for path in ["07-crossing.md", "system-crossing.html", "machine-gate.html"] {
      #expect(!text(path, of: files).contains("Locks"), "\(path)")
    }
  }
}

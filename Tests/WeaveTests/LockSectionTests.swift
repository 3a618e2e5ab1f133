import Chapters
import Foundation
import Testing
import Weave

@Suite struct `Locks on a page` {
  private func woven(_ locks: [LockNote]) throws -> String {
    let bare = try page()
    let input = PageInput(
      chapter: bare.chapter, source: bare.source, design: bare.design, evidence: [], sources: bare.sources, locks: locks
    )
    return text("07-crossing.md", of: weave([input]))
  }

  @Test func `tell since when rules may only be added to, and why they were unlocked`() throws {
    let reason = LockNote.Unlocked(on: "2026-02-02", reason: "a third | train")
    let page = try woven([
      LockNote(machine: "crossing", since: "2026-03-03", unlocked: [reason]),
      LockNote(machine: "other", since: nil, unlocked: []),
    ])
    #expect(
      section("Locks", of: page) == """
        - `crossing` is locked since 2026-03-03: its published rules may only be added to.
          - Unlocked on 2026-02-02: a third \\| train
        """)
  }

  @Test func `are no section where there is none`() throws {
    #expect(!(try woven([LockNote(machine: "crossing", since: nil, unlocked: [])])).contains("Locks"))
  }
}

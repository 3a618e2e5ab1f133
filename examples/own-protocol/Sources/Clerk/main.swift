import Engine
import Foundation
import Leasing
import Spec

let folder = URL(filePath: CommandLine.arguments.dropFirst().first ?? ".")
let start = Solo(Lease())
let journal = try Journal(
  creating: folder.appending(path: "lease.sqlite").path,
  header: JournalHeader(Lease.design, start: start, world: "clerk", roster: "[]", clock: .virtual))

// On a virtual clock, half a minute takes no time.
let loop = Loop(.virtual)
let clerk = Clerk(
  Engine.Host(Lease.design, start: start, loop: loop, journal: journal), writing: folder.appending(path: "term"))
let day: [(second: Int, event: Lease.Event)] = [
  (0, .ask(1)), (1, .ask(2)), (20, .renew(1)), (60, .ask(2)), (61, .renew(1)), (65, .release(2)),
]
for (second, event) in day { loop.schedule(after: .seconds(second)) { try clerk.receive(event) } }
loop.onTurn = { try clerk.host.flush() }
try loop.run { false }
try journal.close()

import Engine
import Foundation
import Leasing
import Spec

/// Runs a lease for real: terms are written to a file, and clients are told on the terminal.
final class Clerk: Driver {
  typealias S = Solo<Lease>
  let host: Engine.Host<S>
  private let file: URL

  init(_ host: Engine.Host<S>, writing file: URL) {
    self.host = host
    self.file = file
    host.driver = self
  }

  func perform(_ effect: S.Effect, ticket: UInt64, at nanoseconds: UInt64) {
    // The timer is the host's own.
    guard case .store(let term) = effect.inner else { return }
    let isWritten = (try? Data("\(term)\n".utf8).write(to: file, options: .atomic)) != nil
    host.loop.schedule(at: host.loop.now) { [host] in
      try host.answer(ticket, with: Sole(isWritten ? .stored : .storeFailed))
      try host.flush()
    }
  }

  func notice(_ effect: S.Effect, at nanoseconds: UInt64) {
    switch effect.inner {
    case .granted(let grant): print("client \(grant.client) has term \(grant.term)")
    case .ended(let grant): print("term \(grant.term) of client \(grant.client) is over")
    case .store, .expiry: break
    }
  }

  /// What a client sends; prints why where it is refused.
  func receive(_ event: Lease.Event) throws {
    let receipt = try host.send(Sole(event))
    for refusal in receipt.refusals { print("refused: it is not so that \(refusal.name)") }
    try host.flush()
  }
}

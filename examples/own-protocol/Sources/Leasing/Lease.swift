import Spec

/// Lends one thing to one client at a time, for a while.
///
/// The term of a grant is written down before the grant is told: after a crash, no two clients have the same one.
public struct Lease: Machine {
  public enum Phase: UInt8, CaseIterable, Sendable { case free, writing, held }
  public typealias Requirement = Leasing.Requirement

  public var phase = Phase.free
  /// Who holds the lease or is about to; 0 for nobody.
  public var client: UInt8 = 0
  /// How many grants were begun.
  public var term: UInt64 = 0

  public init() {}

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("client", &client)
    f("term", &term)
  }

  public static let book = RuleBook<Self>("Lease", "Lends one thing to one client at a time.", resting: .free, .held) {
    In(.free, "Nobody has it.") {
      On(.ask, "write the grant down first", cites: .`L-1`, .`L-2`)
        .then { lease, client in
          lease.client = client
          lease.term += 1
        }
        .emit(.store) { lease, _ in lease.term }
        .go(.writing)
    }
    In(.writing, "The grant is being written down; nobody has been told.") {
      On(.stored, "tell the client", cites: .`L-2`)
        .emit(.granted) { lease, _ in Grant(client: lease.client, term: lease.term) }
        .emit(.expiry)
        .go(.held)
      On(.storeFailed, "nobody gets it", cites: .`L-2`)
        .then { lease, _ in lease.client = 0 }
        .go(.free)
    }
    In(.held, "A client has it.") {
      On(.renew, "keep it for another while", cites: .`L-3`)
        .when(.isHolder)
        .cancel(.expiry)
        .emit(.expiry)
      On(.release, "the client gives it back", cites: .`L-1`)
        .when(.isHolder)
        .cancel(.expiry)
        .emit(.ended) { lease, _ in Grant(client: lease.client, term: lease.term) }
        .then { lease, _ in lease.client = 0 }
        .go(.free)
      On(.expired, "its time is over", cites: .`L-3`)
        .emit(.ended) { lease, _ in Grant(client: lease.client, term: lease.term) }
        .then { lease, _ in lease.client = 0 }
        .go(.free)
    }
    Refused(.ask, in: .writing, .held, unless: "nobody has the lease", code: "lease_taken")
    Refused(.renew, in: .free, .writing, unless: "the client has the lease", code: "not_yours")
    Refused(.release, in: .free, .writing, unless: "the client has the lease", code: "not_yours")
    Impossible(.stored, .storeFailed, in: .free, .held, because: "a term is written once, while the machine waits")
    Impossible(.expired, in: .free, .writing, because: "leaving cancels the timer")

    Answers(.store) {
      Owed {
        Answer(.stored)
        Answer(.storeFailed)
      }
    }
    Timer(.expiry, after: Parameters.leaseTime, fires: .expired, afterCrash: .fromStart)
    Notice(.granted)
    Notice(.ended)

    Always("the thing is with somebody exactly while it is not free", cites: .`L-1`) { lease in
      (lease.client != 0) == (lease.phase != .free)
    }
    AlwaysStep("who is told of a grant is who it was written down for", cites: .`L-2`, before: { $0 }) { before, step in
      step.sent(.granted).allSatisfy {
        $0 == Grant(client: before.client, term: before.term) && before.phase == .writing
      }
    }
    AlwaysStep("terms only grow", cites: .`L-2`, before: { $0.term }) { term, step in
      step.after.term == term + UInt64(step.sent(.store).count)
    }
    AlwaysStep("only who has it keeps it longer, or gives it back", cites: .`L-1`, before: { $0 }) { before, step in
      let asked = step.received(.renew) + step.received(.release)
      let isHeeded = before.phase == .held && !(step.sent(.expiry).isEmpty && step.sent(.ended).isEmpty)
      return !isHeeded || asked.allSatisfy { $0 == before.client }
    }
    AlwaysStep("who had it is told of its end", cites: .`L-1`, .`L-3`, before: { $0 }) { before, step in
      let ends = before.phase == .held && step.after.phase == .free
      return step.sent(.ended) == (ends ? [Grant(client: before.client, term: before.term)] : [])
    }
    LeadsTo("what is begun ends", cites: .`L-2`, from: .writing, to: .free, .held)
    LeadsTo("a lease ends", cites: .`L-3`, from: .held, to: .free)
    Sometimes("somebody has the second term") { $0.phase == .held && $0.term == 2 }
  }
}

extension Guard<Lease, UInt8> {
  static var isHolder: Self {
    Guard("the client has the lease", code: "not_yours") { lease, client in lease.client == client }
  }
}

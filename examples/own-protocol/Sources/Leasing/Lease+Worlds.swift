import Spec

extension Lease {
  public typealias Design = Spec.Design<Solo<Lease>>

  /// The lease as a system of its own, in the worlds that it is explored in.
  public static let design: Design = Solo<Lease>.design("lease", chapter: "01-lease.md", worlds: [clients])

  private static let clients = World<Solo<Lease>>(
    "clients", "two clients, three grants, and a crash anywhere", start: { Solo(Lease()) }
  ) {
    Input(.machine, .ask, atMost: 3) { _ in [1, 2] }
    Input(.machine, .renew) { _ in [1, 2] }
    Input(.machine, .release) { _ in [1, 2] }
    Crashes(atMost: 1)
  }
}

import Check
import Machines
import Spec
import Testing

/// A run that must not break its law again.
///
/// Of topology-switch in the world "two-agents", found by interlock:
///
/// CRITICAL property-broken: "only what passes the checks of its content is queued" does not hold
///   (RTR-2, RTR-17)
///
///       1  input  router route id=1 from=0 to=1 priority=draft bytes=2 draw=65535
///            router: queue for the active epoch
///            sends router pressed pressure=throttle
///            router.accepted: 0 → 1
///            router.pressure: none → throttle
///            router.mailboxes[1].active.from[0].copies[0] + sequence=1 id=1 expires=60000 bytes=2 epoch=0
///              from=0 to=1 priority=draft redelivered=no
///       2  input  switch request topology=star
///            switch: begin a switch
///            sends switch prepare topology=star
///            sends switch prepareTimer
///            switch.phase: stable → preparing
///            switch.target: none → star
///       3  answer  switch prepared
///            switch: every agent is warm: send arrivals behind the gate
///            sends switch quiesceTimer
///            cancels switch.prepareTimer
///            → router divert
///            router: send arrivals behind the gate
///            switch.phase: preparing → quiescing
///            router.phase: open → diverting
///       4  input  router route id=0 from=0 to=1 priority=draft bytes=524289 draw=65535
///            router: queue for the next epoch
///            sends router pressed pressure=shed
///            sends router pressed pressure=reconfigure
///            router.accepted: 1 → 2
///            router.pressure: throttle → reconfigure
///            router.mailboxes[1].next.from[0].copies[0] + sequence=2 id=0 expires=60000 bytes=524289
///              epoch=1 from=0 to=1 priority=draft redelivered=no
@Suite struct `OversizeBehindTheGate` {
  @Test func `not again: "only what passes the checks of its content is queued" does not hold (RTR-2,`() throws {
    let run = try rerun(
      TopologySwitch.design, world: "two-agents",
      """
      router.route id=1 from=0 to=1 priority=draft bytes=2 draw=65535
      switch.request topology=star
      answer switch.prepared
      router.route id=0 from=0 to=1 priority=draft bytes=524289 draw=65535
      """)
    #expect(
      run.complaint(
        "property-broken",
        #"""
        "only what passes the checks of its content is queued" does not hold (RTR-2, RTR-17)
        """#) == nil,
      "\(run)")
  }
}

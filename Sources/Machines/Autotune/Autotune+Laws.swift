import Spec

// What must hold of a run and everything it has in hand, said of the machines together.
extension Autotune {
  static let laws = DesignPart<Self>.section(
    [
      Always(
        "a server of ours runs only while a stage has something in hand", cites: Requirement.`RUN-9`,
        reads: ["run", "provider"]
      ) { system in
        [.absent, .stuck].contains(system.provider.phase)
          || [.selecting, .searching, .cutting].contains(system.run.phase)
      },
      Always(
        "the operator's server and ours never run together", cites: Requirement.`FR-E.1`, Requirement.`NFR-2`,
        reads: ["service", "provider"]
      ) { system in
        [.absent, .stuck].contains(system.provider.phase) || [.clear, .down].contains(system.service.phase)
      },
      Always(
        "a run that is over leaves the operator's service as it was", cites: Requirement.`FR-E.1`,
        Requirement.`SRV-7`, reads: ["run", "service"], when: { $0.run.phase == .ended }
      ) { system in
        system.run.restoreFailed
          ? system.service.phase == .lost
          : !system.service.isOwed && ![.surveying, .stopping, .looking, .starting].contains(system.service.phase)
      },
      Always(
        "one of the two is loading or measuring, and has the server", cites: Requirement.`NFR-2`,
        reads: ["prewarm", "probe", "provider"]
      ) { system in
        let users = [system.prewarm.phase != .idle, system.probe.phase != .idle].count { $0 }
        return users <= 1 && (users == 1 || [.absent, .stuck].contains(system.provider.phase))
      },
      Always(
        "a stage has something in hand while the run is in it, and only then", cites: Requirement.`RUN-5`,
        reads: ["run", "selection", "search"]
      ) { system in
        let isBusy = (system.selection.phase != .idle, system.search.phase != .idle)
        switch system.run.phase {
        case .selecting: return isBusy == (true, false)
        case .searching: return isBusy == (false, true)
        case .cutting: return isBusy.0 != isBusy.1
        default: return isBusy == (false, false)
        }
      },
      Always(
        "a configuration is touched while the run applies it, and only then", cites: Requirement.`NFR-3`,
        reads: ["run", "apply"]
      ) { system in
        [.idle, .applied, .unchanged].contains(system.apply.phase) || system.run.phase == .applying
      },
      Always(
        "a run says that it applied what is in force", cites: Requirement.`NFR-3`, Requirement.`FR-F.3`,
        reads: ["run", "apply"]
      ) { system in
        system.run.isApplied == (system.apply.phase == .applied)
      },
      Always(
        "a run is over when nothing is under way", cites: Requirement.`RUN-9`,
        reads: ["run", "service", "selection", "prewarm", "search", "probe", "provider", "apply"],
        when: { $0.run.phase == .ended }
      ) { system in
        system.selection.phase == .idle && system.prewarm.phase == .idle && system.search.phase == .idle
          && system.probe.phase == .idle && [.absent, .stuck].contains(system.provider.phase)
          && [.idle, .applied, .unchanged].contains(system.apply.phase)
          && [.unknown, .clear, .occupied, .down, .back, .lost].contains(system.service.phase)
      },
      Always(
        "a server that is stuck ends the run for what it is", cites: Requirement.`RUN-8`, reads: ["run", "provider"],
        when: { $0.run.phase == .ended && $0.provider.phase == .stuck }
      ) { system in
        system.run.reason == .internalError || system.run.reason == .interrupted
      },
      Sometimes("a run ends well, with what it found in force", cites: Requirement.`FR-F.3`) { system in
        system.run.phase == .ended && system.run.reason == .ok && system.run.isApplied
      },
    ]
      + ExitReason.allCases.map { reason in
        Sometimes("a run ends as \(reason.word)", cites: Requirement.`RUN-6`) { system in
          system.run.phase == .ended && system.run.reason == reason
        }
      })
}

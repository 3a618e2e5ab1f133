import Check

/// One thing that happens to a host in a ``HostedRun``.
///
/// Numbers choose among what is possible at that moment, by their remainder, so that a run still means something when
/// commands before it are deleted.
public enum HostedCommand: Hashable, Sendable {
  /// An input that the world may give: which kind of input, and which event of it.
  case send(kind: Int, Int)
  /// An answer to something that was performed; what was sent is performed before, where there is nothing else.
  case answer(Int)
  /// The last answer comes once more.
  case answerAgain
  /// What was sent is committed, and performed.
  case flush
  /// Time goes by, in milliseconds; timers that fall due fire.
  case wait(Int)
  /// The process dies, and another one goes on after so many milliseconds.
  case crash(outage: Int)
  /// The power fails during the next commit: of what that writes, so many parts of 256 reach the disk.
  case tear(share: Int, outage: Int)

  /// A run of some forty commands: inputs and answers mostly, and a fault now and then. Lost answers are those that
  /// never come.
  public static var run: Gen<[HostedCommand]> {
    let number = Gen<Int>.int(in: 0...255)
    let time = Gen<Int>.oneOf(.just(0), .int(in: 0...50), .int(in: 0...100_000))
    let command = Gen<HostedCommand>.frequency(
      (8, zip(number, number).map { .send(kind: $0, $1) }), (4, .just(.flush)), (8, number.map { .answer($0) }),
      (2, .just(.answerAgain)), (2, time.map { .wait($0) }), (1, time.map { .crash(outage: $0) }),
      (1, zip(Gen<Int>.int(in: 0...256), time).map { .tear(share: $0, outage: $1) }))
    return Gen<[HostedCommand]> { source in
      var commands: [HostedCommand] = []
      try source.repeats(0...200, usual: 40) { _ in commands.append(try source.draw(command)) }
      return commands
    }
  }
}

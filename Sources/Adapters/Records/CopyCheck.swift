import Engine
import Machines

/// Holds the router's records, and nothing else, against I1, I2 and I3 (TEL-5).
///
/// Each copy is followed from its acceptance to its end: it is queued, given out, waits for its next delivery or is
/// gone, and each record must fit where the copy is.
struct CopyCheck {
  private(set) var problems: [RecordProblem] = []
  /// Those that have not ended.
  private var copies: [Int: Life] = [:]
  /// How many copies are queued, by their stamped epoch.
  private var queued: [Int: Int] = [:]
  /// For each pair, the accepted copies that may still have their first delivery to come, in their order.
  private var firsts: [Pair: Line] = [:]
  private var lastSequence = 0
  private var lastEpoch = 0
  private var lastCopy = 0
  private let path: String

  private enum Place { case queued, leased, waiting, ended }

  private struct Pair: Hashable {
    let from: String
    let to: String
  }

  private struct Life {
    let line: Int
    let pair: Pair
    var place = Place.queued
    var epoch: Int
    /// Deliveries so far.
    var deliveries = 0
    var attempt = 0
  }

  /// Copies by number; those that are gone or were delivered are skipped when they come to the front.
  private struct Line {
    var numbers: [Int] = []
    var front = 0
  }

  init(_ path: String) { self.path = path }

  private mutating func complain(_ line: Int, _ words: String) {
    if problems.count < 100 { problems.append(RecordProblem(path, line, words)) }
  }

  mutating func take(_ record: JSONValue, line: Int) {
    guard let event = record["event"]?.string, let sequence = record["seq"]?.integer,
      let epoch = record["epoch"]?.integer, let attempt = record["attempt"]?.integer
    else { return complain(line, "a router's record has seq, event, epoch and attempt") }
    if sequence != lastSequence + 1 {
      complain(line, "seq is \(sequence), and the record before it has \(lastSequence): records are missing")
    }
    lastSequence = sequence
    if event == "enqueue_rejected" { return }
    guard let number = record["copy"]?.integer else { return complain(line, "the record names no copy") }
    if event == "enqueue_success" {
      accept(number, record, epoch, line)
    } else if copies[number] == nil {
      complain(
        line, number <= lastCopy ? "copy \(number) has ended before (I1)" : "copy \(number) was never accepted (I1)")
    } else {
      advance(number, event, record, epoch, attempt, line)
    }
  }

  private mutating func accept(_ number: Int, _ record: JSONValue, _ epoch: Int, _ line: Int) {
    guard copies[number] == nil, number > lastCopy else {
      return complain(line, "copy \(number) was accepted before (I1)")
    }
    lastCopy = number
    let pair = Pair(from: record["from_agent"]?.string ?? "", to: record["to_agent"]?.string ?? "")
    copies[number] = Life(line: line, pair: pair, epoch: epoch)
    queued[epoch, default: 0] += 1
    firsts[pair, default: Line()].numbers.append(number)
  }

  private mutating func advance(
    _ number: Int, _ event: String, _ record: JSONValue, _ epoch: Int, _ attempt: Int, _ line: Int
  ) {
    guard var copy = copies[number] else { return }
    func must(_ place: Place, _ words: String) {
      if copy.place != place { complain(line, "copy \(number) \(words) (I1)") }
    }
    switch event {
    case "dequeue":
      must(.queued, "is delivered and does not wait in a queue")
      deliver(number, &copy, record, epoch, attempt, line)
    case "ack":
      must(.leased, "is acknowledged and is with no handler")
      copy.place = .ended
    case "nack":
      must(.leased, "is failed and is with no handler")
      copy.place = .waiting
    case "retry":
      must(.waiting, "lines up again and did not wait to")
      if attempt != copy.attempt + 1 {
        complain(line, "copy \(number) lines up for attempt \(attempt) after attempt \(copy.attempt) (I1)")
      }
      copy.place = .queued
      copy.epoch = epoch
      queued[epoch, default: 0] += 1
    case "requeue_abort":
      must(.queued, "is put back and does not wait in a queue")
      move(&copy, to: epoch)
    case "drop": drop(number, &copy, record["reason"]?.string, line)
    default: complain(line, "no event is called \"\(event)\"")
    }
    copies[number] = copy.place == .ended ? nil : copy
  }

  private mutating func move(_ copy: inout Life, to epoch: Int) {
    leaveQueue(copy)
    copy.epoch = epoch
    queued[epoch, default: 0] += 1
  }

  private mutating func leaveQueue(_ copy: Life) {
    let left = (queued[copy.epoch] ?? 0) - 1
    queued[copy.epoch] = left > 0 ? left : nil
  }

  private mutating func deliver(
    _ number: Int, _ copy: inout Life, _ record: JSONValue, _ epoch: Int, _ attempt: Int, _ line: Int
  ) {
    if copy.place == .queued { leaveQueue(copy) }
    if epoch != copy.epoch {
      complain(line, "copy \(number) is of epoch \(copy.epoch), and is delivered in epoch \(epoch) (I2)")
    }
    if epoch < lastEpoch {
      complain(line, "a delivery of epoch \(epoch) comes after one of epoch \(lastEpoch) (I2)")
    }
    lastEpoch = max(lastEpoch, epoch)
    if let older = queued.keys.filter({ $0 < epoch }).min() {
      complain(line, "a delivery of epoch \(epoch), while copies of epoch \(older) wait (I2)")
    }
    if attempt != copy.deliveries {
      complain(line, "delivery \(copy.deliveries + 1) of copy \(number) has attempt \(attempt) (I1)")
    }
    if copy.deliveries > 0, record["redelivered"]?.bool != true {
      complain(line, "copy \(number) is delivered again, and is not flagged (I1)")
    }
    if copy.deliveries == 0 { checkTurn(number, copy, line) }
    copy.deliveries += 1
    copy.attempt = attempt
    copy.place = .leased
  }

  /// I3: no copy of the pair and epoch that was accepted earlier still waits for its first delivery.
  private mutating func checkTurn(_ number: Int, _ copy: Life, _ line: Int) {
    guard var pair = firsts[copy.pair] else { return }
    var index = pair.front
    while index < pair.numbers.count, pair.numbers[index] < number {
      if let earlier = copies[pair.numbers[index]], earlier.place == .queued, earlier.deliveries == 0 {
        if earlier.epoch == copy.epoch {
          complain(
            line,
            "copy \(number) overtakes copy \(pair.numbers[index]) from \(copy.pair.from) to \(copy.pair.to) (I3)")
          break
        }
      } else if index == pair.front {
        pair.front += 1
      }
      index += 1
    }
    if pair.front > 1_024, pair.front * 2 > pair.numbers.count {
      pair.numbers.removeFirst(pair.front)
      pair.front = 0
    }
    firsts[copy.pair] = pair
  }

  private mutating func drop(_ number: Int, _ copy: inout Life, _ reason: String?, _ line: Int) {
    switch (reason, copy.place) {
    case ("expired", .queued), ("shutdown", .queued): leaveQueue(copy)
    case ("max_retries", .waiting), ("shutdown", _): break
    case ("max_retries", .leased), ("expired", _):
      complain(line, "copy \(number) is dropped as \(reason ?? "") where that cannot happen (I1)")
    default: complain(line, "copy \(number) is dropped with the reason \(reason ?? "null") (I1)")
    }
    if reason == "max_retries", copy.deliveries != Parameters.retriesMost + 1 {
      complain(line, "copy \(number) is given up after \(copy.deliveries) deliveries (I1)")
    }
    copy.place = .ended
  }

  /// At the end of the file: every accepted copy has ended.
  mutating func finish() {
    for (number, copy) in copies.sorted(by: { $0.key < $1.key }) {
      complain(copy.line, "copy \(number) was accepted, and nothing says how it ended (I1)")
    }
  }
}

import Engine

/// Holds the budget's records, and nothing else, against I4 (TEL-5): it keeps the books of each scope itself.
struct BudgetCheck {
  private(set) var problems: [RecordProblem] = []
  private var books: [Scope: Account] = [:]
  /// What each reservation holds and in which scopes it still is.
  private var reservations: [Int: [Scope: Double]] = [:]
  private var lapsed: Set<Int> = []
  /// The grant whose scopes are being told.
  private var grant: (number: Int, line: Int, scopes: Set<String>)?
  private let path: String

  private struct Scope: Hashable {
    let name: String
    let resource: String
  }

  private struct Account {
    var used = 0.0
    var reserved = 0.0
  }

  init(_ path: String) { self.path = path }

  private mutating func complain(_ line: Int, _ words: String) {
    if problems.count < 100 { problems.append(RecordProblem(path, line, words)) }
  }

  mutating func take(_ record: JSONValue, line: Int) {
    guard let event = record["event"]?.string, let name = record["scope"]?.string,
      let resource = record["resource"]?.string, let used = record["used_after"]?.number,
      let reserved = record["reserved_after"]?.number, let limit = record["budget"]?.number
    else { return complain(line, "a record of the budget has event, scope, resource, used_after and reserved_after") }
    let scope = Scope(name: name, resource: resource)
    let number = record["reservation_id"]?.integer
    if event != "granted" || number != grant?.number { closeGrant() }
    let before = books[scope]
    var account = before ?? Account()
    switch event {
    case "begin":
      account = Account(used: used, reserved: reserved)
      if name != "daily", used != 0 || reserved != 0 { complain(line, "\(name) does not begin with empty books (I4)") }
    case "day": account.used = 0
    case "granted": grant(record, number, scope, &account, limit, line)
    case "settled", "released":
      account.reserved -= held(number, scope, line)
      account.used += record["actual"]?.number ?? 0
    case "corrected":
      account.used += (record["actual"]?.number ?? 0) - held(number, scope, line)
    case "expired", "ended":
      let hold = reservations[number ?? 0]?[scope] ?? 0
      account.reserved -= hold
      account.used += hold
    case "denied": deny(record, account, limit, scope, line)
    case "violated":
      if account.used <= limit {
        complain(line, "a violation of \(name), which used \(short(account.used)) of \(short(limit))")
      }
    default: complain(line, "no event is called \"\(event)\"")
    }
    if before == nil, event != "begin" { complain(line, "the books of \(name) were never begun") }
    if account.used != used || account.reserved != reserved {
      complain(
        line,
        "\(name) has \(short(used)) used and \(short(reserved)) reserved, and by the records before it "
          + "\(short(account.used)) and \(short(account.reserved)) (I4)")
    }
    if reserved < 0 { complain(line, "\(name) holds \(short(reserved)), less than nothing (I4)") }
    books[scope] = Account(used: used, reserved: reserved)
  }

  private mutating func grant(
    _ record: JSONValue, _ number: Int?, _ scope: Scope, _ account: inout Account, _ limit: Double, _ line: Int
  ) {
    guard let number, let estimate = record["estimate"]?.number, let hold = record["hold"]?.number else {
      return complain(line, "a grant has reservation_id, estimate and hold")
    }
    if grant == nil {
      if reservations[number] != nil { complain(line, "reservation \(number) was granted before (I4)") }
      grant = (number, line, [])
    }
    grant?.scopes.insert(scope.name)
    if hold != ((6 * estimate + 4) / 5).rounded(.down) {
      complain(
        line, "the hold is \(short(hold)), and the estimate \(short(estimate)) with its fifth is another (BUD-5)")
    }
    if account.used + account.reserved + hold > limit {
      complain(
        line,
        "\(scope.name) is granted \(short(hold)) with \(short(account.used)) used and \(short(account.reserved)) "
          + "reserved of \(short(limit)) (I4)")
    }
    reservations[number, default: [:]][scope] = hold
    account.reserved += hold
  }

  /// A grant is of the day, the episode and one role, or it is a part of one.
  private mutating func closeGrant() {
    guard let grant else { return }
    self.grant = nil
    let isWhole =
      grant.scopes.contains("daily") && grant.scopes.contains("episode")
      && grant.scopes.count(where: { $0.hasPrefix("agent:") }) == 1 && grant.scopes.count == 3
    if !isWhole {
      complain(
        grant.line, "reservation \(grant.number) is held in \(grant.scopes.sorted().joined(separator: ", ")) alone (I4)"
      )
    }
  }

  private mutating func deny(
    _ record: JSONValue, _ account: Account, _ limit: Double, _ scope: Scope, _ line: Int
  ) {
    guard let hold = record["hold"]?.number else { return complain(line, "a denial has a hold") }
    if account.used + account.reserved + hold <= limit {
      complain(line, "\(scope.name) is denied \(short(hold)), for which it has room (BUD-2)")
    }
  }

  private mutating func held(_ number: Int?, _ scope: Scope, _ line: Int) -> Double {
    guard let number, let hold = reservations[number]?.removeValue(forKey: scope) else {
      complain(line, "reservation \(number.map(String.init) ?? "null") holds nothing in \(scope.name) (I4)")
      return 0
    }
    return hold
  }

  mutating func finish() { closeGrant() }

  private func short(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? "\(number)" }
}

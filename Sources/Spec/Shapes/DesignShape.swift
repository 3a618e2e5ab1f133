/// What of a design is kept in journals: names, places and ranges, without the rules.
///
/// Two shapes tell whether what was persisted under one design means the same under another; a journal's header
/// carries the shape of the design that wrote it.
///
///     DesignShape(TopologySwitch.design, state).hosts[0].phases      // ["stable", "preparing", …]
public struct DesignShape: Codable, Hashable, Sendable {
  public var system: String
  /// ``Design/bookDigest`` in hexadecimal: differs where any rule differs.
  public var book: String
  public var hosts: [HostShape]
  /// The fields of the state, in the order in which they are encoded.
  public var state: [FieldShape]
  /// The fields of each event and of each effect, by name such as `router.route`.
  public var events: [String: [FieldShape]]
  public var effects: [String: [FieldShape]]
  /// Every contract, in the order by which open obligations name them.
  public var contracts: [ContractShape]
  public var channels: [String]

  public struct HostShape: Codable, Hashable, Sendable {
    public var name: String
    public var isVolatile: Bool
    /// Names in the order of the numbers that stand for them.
    public var phases: [String]
    public var events: [String]
    public var effects: [String]
  }

  /// One word of an encoding.
  public struct FieldShape: Codable, Hashable, Sendable {
    /// Names from the outside in; `[]` stands for every element of a list.
    public var path: String
    /// The largest value the field admits, which decides how many bytes it takes.
    public var max: UInt64
    /// The names of its values, where it is a choice.
    public var choices: [String]?

    /// 1, 2, 4 or 8.
    public var bytes: Int { byteWidth(max) }
  }

  public struct ContractShape: Codable, Hashable, Sendable {
    /// Host and effect: `router.deliver`.
    public var name: String
    public var isKeyed: Bool
    /// The answers of each stage.
    public var stages: [[String]]
    public var afterCrash: String
    public var late: String
    public var timerNanoseconds: UInt64?
  }

  /// - Parameters:
  ///   - design: The system.
  ///   - state: Any state; lists are described by one element, whatever they hold.
  public init<S: System>(_ design: Design<S>, _ state: S) {
    system = design.name
    book = String(design.bookDigest, radix: 16)
    hosts = design.hosts.map {
      HostShape(
        name: $0.name, isVolatile: $0.book.isVolatile, phases: $0.book.phases.map(\.name), events: $0.book.events,
        effects: $0.book.effects)
    }
    self.state = Layout.fields(of: state)
    events = Layout.cases(of: S.Event())
    effects = Layout.cases(of: S.Effect())
    contracts = design.contracts.map { contract in
      let options = contract.contract.options
      return ContractShape(
        name: contract.name, isKeyed: contract.contract.isKeyed,
        stages: contract.contract.stages.map { $0.answers.map(\.name) },
        afterCrash: "\(options.timer.map { "\($0.afterCrash)" } ?? "\(options.afterCrash)")",
        late: "\(options.late)", timerNanoseconds: options.timer?.duration?.nanoseconds)
    }
    channels = design.channels.map { $0.channel ?? $0.effectName }
  }
}

/// Reads the listing of a type for its names and ranges, by letting it decode small values.
private final class Layout: FieldVisitor {
  let isReading = true
  private var path: [String] = []
  private var found: [DesignShape.FieldShape] = []
  private var known: Set<String> = []
  /// The choices made outside any field, which tell the cases of an event apart: which, of how many, called what.
  private var roots: [(choice: UInt64, max: UInt64, name: String)] = []
  private let wanted: [UInt64]

  private init(_ wanted: [UInt64]) { self.wanted = wanted }

  static func fields(of value: some Coded) -> [DesignShape.FieldShape] {
    let layout = Layout([])
    var value = value
    var fields = Fields(layout)
    value.fields(&fields)
    return layout.found
  }

  /// The fields of each case: all ways of answering the choices that are made outside fields.
  static func cases(of value: some Coded) -> [String: [DesignShape.FieldShape]] {
    var result: [String: [DesignShape.FieldShape]] = [:]
    var wanted: [UInt64]? = []
    while let choices = wanted {
      let layout = Layout(choices)
      var value = value
      var fields = Fields(layout)
      value.fields(&fields)
      result[layout.roots.map(\.name).joined(separator: ".")] = layout.found
      // The last choice that has another way goes on; those after it begin again.
      let last = layout.roots.lastIndex { $0.choice < $0.max }
      wanted = last.map { last in layout.roots[..<last].map(\.choice) + [layout.roots[last].choice + 1] }
    }
    return result
  }

  func enter(_ name: String, isDetail: Bool) { path.append(name) }
  func enter(index: Int) { path.append("[]") }
  func leave() { path.removeLast() }

  func word(_ value: UInt64, max: UInt64, _ words: (UInt64) -> String?) -> UInt64 {
    let first = words(0)
    if path.isEmpty, first != nil {
      let choice = roots.count < wanted.count ? wanted[roots.count] : 0
      roots.append((choice, max, words(choice) ?? String(choice)))
      return choice
    }
    let choices = first != nil && max < 64 ? (0...max).map { words($0) ?? "" } : nil
    add(max, choices)
    // What may be absent is looked into.
    return first == "none" && max == 1 ? 1 : 0
  }

  func count(_ value: UInt64, max: UInt64) -> UInt64 {
    add(max, nil)
    return min(1, max)
  }

  private func add(_ max: UInt64, _ choices: [String]?) {
    let name = path.reduce("") { $0.isEmpty || $1 == "[]" ? $0 + $1 : $0 + "." + $1 }
    if known.insert(name).inserted { found.append(.init(path: name, max: max, choices: choices)) }
  }
}

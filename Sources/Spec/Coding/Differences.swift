extension Printer {
  /// The fields that differ, as `path: before → after`; an element that came or went is one line, `path + fields` or
  /// `path − fields`.
  ///
  /// Of a list that has moved up, or into which something came, what came and went is told and not every place: that is
  /// taken which takes fewer lines. What came has its place afterwards, what went the one it had. An element whose
  /// first field is another is another element: it came, and what was there went.
  ///
  /// - Complexity: O(fields), and for a list of *n* elements O(*n*) places where it could have moved up.
  public static func differences(_ before: some Coded, _ after: some Coded) -> [String] {
    var differences = Differences(old: FieldTree(before), new: FieldTree(after))
    differences.compare(0, 0, "")
    return differences.told + differences.gone
  }
}

/// The fields of a value as a tree: names and places, words at the leaves.
private final class FieldTree: FieldVisitor {
  struct Node {
    let name: String
    let isElement: Bool
    /// Whether its elements come and go, as those of a queue, rather than stand each in a place of its own.
    var isQueue = false
    var value: String?
    /// Its named fields and its elements, as nodes in their order.
    var fields: [Int] = []
    var elements: [Int] = []
    /// 64 bits for all that lies below and its value.
    var digest = Digest()
  }

  let isReading = false
  private(set) var nodes = [Node(name: "", isElement: false)]
  private var open = [0]
  private var details: [Bool] = [false]

  init(_ value: some Coded) {
    var copy = value
    var fields = Fields(self)
    copy.fields(&fields)
    while open.count > 1 { leave() }
  }

  func enter(_ name: String, isDetail: Bool) {
    nodes[open[open.count - 1]].fields.append(nodes.count)
    push(Node(name: name, isElement: false), isDetail)
  }
  func enter(index: Int) {
    nodes[open[open.count - 1]].elements.append(nodes.count)
    push(Node(name: "", isElement: true), false)
  }
  private func push(_ node: Node, _ isDetail: Bool) {
    open.append(nodes.count)
    details.append(isDetail)
    nodes.append(node)
    for byte in node.name.utf8 { nodes[nodes.count - 1].digest.add(UInt64(byte)) }
  }
  func leave() {
    let node = open.removeLast()
    details.removeLast()
    let digest = nodes[node].digest.value
    nodes[open[open.count - 1]].digest.add(digest)
  }

  func count(_ value: UInt64, max: UInt64) -> UInt64 {
    nodes[open[open.count - 2]].isQueue = true
    return word(value, max: max) { _ in nil }
  }

  func word(_ value: UInt64, max: UInt64, _ words: (UInt64) -> String?) -> UInt64 {
    let node = open[open.count - 1]
    nodes[node].digest.add(value)
    if !details[details.count - 1] || value != 0 { nodes[node].value = words(value) ?? String(value) }
    return value
  }

  /// Whether two nodes have the same words below them, but for odds of 2⁻⁶⁴.
  static func areSame(_ old: FieldTree, _ a: Int, _ new: FieldTree, _ b: Int) -> Bool {
    old.nodes[a].digest.value == new.nodes[b].digest.value
  }

  /// The fields of an element, those of its own elements left out.
  func line(_ node: Int, _ path: String = "") -> String {
    let below = nodes[node].fields.map { field in
      line(field, path.isEmpty ? nodes[field].name : "\(path).\(nodes[field].name)")
    }
    let own = nodes[node].value.map { path.isEmpty ? $0 : "\(path)=\($0)" }
    return ([own].compactMap(\.self) + below).filter { !$0.isEmpty }.joined(separator: " ")
  }
}

/// Walks two trees side by side.
private struct Differences {
  let old: FieldTree
  let new: FieldTree
  private(set) var told: [String] = []
  /// What is there no more, which is told last.
  private(set) var gone: [String] = []

  init(old: FieldTree, new: FieldTree) {
    self.old = old
    self.new = new
  }

  mutating func compare(_ a: Int, _ b: Int, _ path: String) {
    guard !FieldTree.areSame(old, a, new, b) else { return }
    let (before, after) = (old.nodes[a], new.nodes[b])
    // How many elements there are is seen in what came and went.
    let isCount = path.hasSuffix(".count") && after.fields.isEmpty
    if !isCount, before.value != after.value { tell("\(path): \(before.value ?? "0") → \(after.value ?? "0")", after) }
    // Fields come in one order, though one of them may be absent from either.
    var rest = before.fields[...]
    for field in after.fields {
      let name = new.nodes[field].name
      let inside = path.isEmpty ? name : "\(path).\(name)"
      if let place = rest.firstIndex(where: { old.nodes[$0].name == name }) {
        for missing in rest[..<place] { leave(missing, path) }
        compare(rest[place], field, inside)
        rest = rest[(place + 1)...]
      } else {
        come(field, inside)
      }
    }
    for missing in rest { leave(missing, path) }
    list(before, after, path)
  }

  private mutating func tell(_ line: String, _ node: FieldTree.Node) {
    if node.value == nil { gone.append(line) } else { told.append(line) }
  }

  /// A field that was not there before.
  private mutating func come(_ node: Int, _ path: String) {
    if let value = new.nodes[node].value, !path.hasSuffix(".count") { told.append("\(path): 0 → \(value)") }
    for field in new.nodes[node].fields { come(field, "\(path).\(new.nodes[field].name)") }
    for (place, element) in new.nodes[node].elements.enumerated() { arrive(element, "\(path)[\(place)]") }
  }

  /// A field that is there no more.
  private mutating func leave(_ node: Int, _ path: String) {
    let path = path.isEmpty ? old.nodes[node].name : "\(path).\(old.nodes[node].name)"
    if let value = old.nodes[node].value { gone.append("\(path): \(value) → 0") }
    for field in old.nodes[node].fields { leave(field, path) }
    for (place, element) in old.nodes[node].elements.enumerated() { depart(element, "\(path)[\(place)]") }
  }

  // MARK: - Lists

  private mutating func list(_ before: FieldTree.Node, _ after: FieldTree.Node, _ path: String) {
    let (before, after, isQueue) = (before.elements, after.elements, before.isQueue && after.isQueue)
    let edit = ListEdit(
      before.map { old.nodes[$0].digest.value }, after.map { new.nodes[$0].digest.value },
      isReplaced: { isQueue && isReplaced(before[$0], after[$0]) })
    for place in edit.changed { compare(before[place], after[place], "\(path)[\(place)]") }
    for place in edit.came { arrive(after[place], "\(path)[\(place)]") }
    for place in edit.went { depart(before[place], "\(path)[\(place)]") }
  }

  /// Whether another element has taken the place of one: their first fields, by which elements are told apart, differ.
  private func isReplaced(_ a: Int, _ b: Int) -> Bool {
    let (before, after) = (old.nodes[a].fields, new.nodes[b].fields)
    guard before.count > 1, after.count > 1 else { return false }
    return !FieldTree.areSame(old, before[0], new, after[0])
  }

  private mutating func arrive(_ element: Int, _ path: String) {
    told.append("\(path) + \(new.line(element))")
    inner(element, new) { told.append("\(path)\($0) + \($1)") }
  }

  private mutating func depart(_ element: Int, _ path: String) {
    gone.append("\(path) − \(old.line(element))")
    inner(element, old) { gone.append("\(path)\($0) − \($1)") }
  }

  /// The elements of lists within an element.
  private func inner(_ node: Int, _ tree: FieldTree, _ path: String = "", tell: (String, String) -> Void) {
    for (place, element) in tree.nodes[node].elements.enumerated() {
      tell("\(path)[\(place)]", tree.line(element))
      inner(element, tree, "\(path)[\(place)]", tell: tell)
    }
    for field in tree.nodes[node].fields { inner(field, tree, "\(path).\(tree.nodes[field].name)", tell: tell) }
  }
}

/// How one list became another.
private struct ListEdit {
  /// Places of elements that are other than before, and the same all the same.
  private(set) var changed: [Int] = []
  /// Places afterwards.
  private(set) var came: [Int]
  /// Places before.
  private(set) var went: [Int]

  init(_ old: [UInt64], _ new: [UInt64], isReplaced: (Int) -> Bool) {
    let shared = min(old.count, new.count)
    let differing = (0..<shared).filter { old[$0] != new[$0] }
    let isOther = differing.map(isReplaced)
    let replaced = zip(differing, isOther).filter(\.1).map(\.0)
    changed = zip(differing, isOther).filter { !$0.1 }.map(\.0)
    (came, went) = (replaced + Array(shared..<new.count), replaced + Array(shared..<old.count))
    var cost = changed.count + came.count + went.count
    if differing.isEmpty { return }

    // Something in the middle, the rest before and behind it as it was.
    let front = differing[0]
    let back = zip(old[front...].reversed(), new[front...].reversed()).prefix { $0 == $1 }.count
    if old.count + new.count - 2 * (front + back) < cost {
      cost = old.count + new.count - 2 * (front + back)
      (changed, came, went) = ([], Array(front..<(new.count - back)), Array(front..<(old.count - back)))
    }
    // Moved up: some went from the front, and some came behind.
    for gap in 1..<max(2, min(old.count, cost)) {
      let kept = old.count - gap
      if kept > 0, kept <= new.count, gap + new.count - kept < cost, old[gap...] == new[..<kept] {
        (changed, came, went) = ([], Array(kept..<new.count), Array(0..<gap))
        return
      }
    }
  }
}

import CYAML

/// Reads the one document of a YAML text through libyaml.
struct YAMLReader {
  /// nil where the text has no document.
  let root: YAMLNode?
  /// Where the document is ended explicitly by `...`.
  let explicitEnd: YAMLMark?

  private static let depthMax = 64

  /// - Throws: What libyaml has to say of the text, or that there is more than one document.
  init(_ bytes: [UInt8]) throws(ConfigurationProblem) {
    let result = bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(ConfigurationProblem) in
        // It keeps a pointer to itself.
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { parser.deallocate() }
        guard yaml_parser_initialize(parser) == 1 else { throw ConfigurationProblem("there is no memory to read it") }
        defer { yaml_parser_delete(parser) }
        // Of no bytes there may be no pointer.
        yaml_parser_set_input_string(parser, bytes.baseAddress ?? UnsafePointer(bitPattern: 1), bytes.count)
        var events = Events(parser: parser)
        return try events.document()
      }
    }
    (root, explicitEnd) = try result.get()
  }

  /// The events of a parser, one after the other.
  private struct Events {
    let parser: UnsafeMutablePointer<yaml_parser_t>
    private var depth = 0

    init(parser: UnsafeMutablePointer<yaml_parser_t>) { self.parser = parser }

    mutating func document() throws(ConfigurationProblem) -> (YAMLNode?, YAMLMark?) {
      _ = try next { _ in }
      let hasDocument = try next { $0.type == YAML_DOCUMENT_START_EVENT }
      guard hasDocument else { return (nil, nil) }
      let root = try node()
      let end: YAMLMark? = try next { event in
        event.data.document_end.implicit == 0 ? YAMLMark(event.start_mark) : nil
      }
      let (isOver, place) = try next { ($0.type == YAML_STREAM_END_EVENT, YAMLMark($0.start_mark)) }
      guard isOver else { throw ConfigurationProblem("a second document begins", at: place) }
      return (root, end)
    }

    private mutating func node() throws(ConfigurationProblem) -> YAMLNode {
      guard let node = try nodeOrEnd() else { throw ConfigurationProblem("it ends too early") }
      return node
    }

    /// nil at the end of a sequence or mapping.
    private mutating func nodeOrEnd() throws(ConfigurationProblem) -> YAMLNode? {
      var (node, isEnd) = try next { event in (YAMLNode(event), Events.isEnd(event)) }
      if isEnd { return nil }
      guard depth < YAMLReader.depthMax else { throw ConfigurationProblem("it is nested too deep", at: node.start) }
      depth += 1
      defer { depth -= 1 }
      switch node.content {
      case .sequence:
        var elements: [YAMLNode] = []
        while let element = try nodeOrEnd() { elements.append(element) }
        node.content = .sequence(elements)
        node.end = lastEnd
      case .mapping(_, let isFlow):
        var entries: [(key: YAMLNode, value: YAMLNode)] = []
        while let key = try nodeOrEnd() { entries.append((key, try self.node())) }
        node.content = .mapping(entries, isFlow: isFlow)
        node.end = lastEnd
      case .scalar, .alias: break
      }
      return node
    }

    private var lastEnd = YAMLMark(line: 0, column: 0)

    private static func isEnd(_ event: yaml_event_t) -> Bool {
      event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT
    }

    private mutating func next<R>(_ read: (yaml_event_t) -> R) throws(ConfigurationProblem) -> R {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else {
        let words = parser.pointee.problem.map { String(cString: $0) } ?? "it cannot be read"
        throw ConfigurationProblem("it is no YAML: \(words)", at: YAMLMark(parser.pointee.problem_mark))
      }
      defer { yaml_event_delete(&event) }
      lastEnd = YAMLMark(event.end_mark)
      return read(event)
    }
  }
}

extension YAMLMark {
  fileprivate init(_ mark: yaml_mark_t) { self.init(line: mark.line, column: mark.column) }
}

extension YAMLNode {
  /// Without its children, which come as events of their own.
  fileprivate init(_ event: yaml_event_t) {
    start = YAMLMark(event.start_mark)
    end = YAMLMark(event.end_mark)
    switch event.type {
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      content = .scalar(String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
      anchor = cText(scalar.anchor)
      tag = cText(scalar.tag)
    case YAML_SEQUENCE_START_EVENT:
      content = .sequence([])
      anchor = cText(event.data.sequence_start.anchor)
      tag = cText(event.data.sequence_start.tag)
    case YAML_MAPPING_START_EVENT:
      content = .mapping([], isFlow: event.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE)
      anchor = cText(event.data.mapping_start.anchor)
      tag = cText(event.data.mapping_start.tag)
    default:
      content = .alias(event.type == YAML_ALIAS_EVENT ? cText(event.data.alias.anchor) ?? "" : "")
    }
  }
}

private func cText(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? { pointer.map { String(cString: $0) } }

internal import Diagnostics
internal import Yams

/// A value of a YAML document with its place and the path of keys that leads to it.
struct YAMLItem {
  let node: Node
  /// Keys from the top, such as `cluster.interNode.bandwidth`; empty for the document.
  let path: String
  let source: SourceText
  /// Where the key stands that leads here; absent for the document and for entries of lists.
  var keyPosition: SourcePosition?

  /// An empty mapping in the place of this value.
  var asEmptyMapping: YAMLItem { replacing(.mapping(Node.Mapping([]))) }

  /// The pairs of a mapping, each as a mapping of one key; empty for anything else.
  var pairs: [YAMLItem] {
    guard case .mapping(let mapping) = node else { return [] }
    return Self.flatten(mapping, depth: 0).map { replacing(.mapping(Node.Mapping([$0]))) }
  }

  /// The same value under another path.
  func moved(to path: String) -> YAMLItem {
    YAMLItem(node: node, path: path, source: source, keyPosition: keyPosition)
  }

  private func replacing(_ node: Node) -> YAMLItem {
    YAMLItem(node: node, path: path, source: source, keyPosition: keyPosition)
  }

  /// Where the value begins.
  var position: SourcePosition? {
    if isNull { return keyPosition ?? start }
    return start
  }

  private var start: SourcePosition? {
    node.mark.map { source.position(line: $0.line, column: $0.column) }
  }

  /// The last key of the path, for messages.
  var name: String { path.split(separator: ".").last.map(String.init) ?? "the scenario" }

  /// The text of a scalar; nil for lists and mappings.
  var scalar: String? {
    guard case .scalar(let scalar) = node else { return nil }
    return scalar.string
  }

  /// Whether nothing stands where a value should.
  var isNull: Bool {
    guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else {
      return false
    }
    return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
  }

  /// What stands here, for messages.
  var description: String {
    switch node {
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    case .alias: return "an alias"
    case .scalar(let scalar):
      if isNull { return "nothing" }
      return "'\(scalar.string.prefix(60))\(scalar.string.count > 60 ? "…" : "")'"
    }
  }

  /// Whether this is a mapping that gives `key`.
  func has(_ key: String) -> Bool { members?.contains { $0.key == key } ?? false }

  /// Whether the value is a list.
  var isList: Bool {
    if case .sequence = node { true } else { false }
  }

  /// The entries of a list, or the value itself as a list of one.
  var entries: [YAMLItem] {
    guard case .sequence(let sequence) = node else { return [self] }
    return sequence.enumerated().map { index, node in
      YAMLItem(node: node, path: "\(path)[\(index)]", source: source)
    }
  }

  /// Keys and values of a mapping in order, merge keys spread out; nil for anything else.
  ///
  /// A key that is no word has a nil name.
  var members: [(key: String?, keyPosition: SourcePosition?, value: YAMLItem)]? {
    guard case .mapping(let mapping) = node else { return nil }
    return Self.flatten(mapping, depth: 0).map { key, value in
      let position = key.mark.map { source.position(line: $0.line, column: $0.column) }
      let name: String? = if case .scalar(let scalar) = key { scalar.string } else { nil }
      let below = path.isEmpty ? name ?? "?" : "\(path).\(name ?? "?")"
      let item = YAMLItem(node: value, path: below, source: source, keyPosition: position)
      return (name, position, item)
    }
  }

  /// The pairs of a mapping and, below them in rank, those of the mappings it merges with `<<`.
  private static func flatten(_ mapping: Node.Mapping, depth: Int) -> [(Node, Node)] {
    var own: [(Node, Node)] = []
    var merged: [(Node, Node)] = []
    for (key, value) in mapping {
      guard case .scalar(let scalar) = key, scalar.string == "<<", depth < 16 else {
        own.append((key, value))
        continue
      }
      switch value {
      case .mapping(let inner): merged += flatten(inner, depth: depth + 1)
      case .sequence(let list) where list.count <= 16:
        for case .mapping(let inner) in list { merged += flatten(inner, depth: depth + 1) }
      default: own.append((key, value))
      }
    }
    var seen = Set(own.compactMap { scalarText($0.0) })
    for pair in merged.prefix(1000) {
      if let key = scalarText(pair.0), !seen.insert(key).inserted { continue }
      own.append(pair)
    }
    return own
  }

  private static func scalarText(_ node: Node) -> String? {
    if case .scalar(let scalar) = node { scalar.string } else { nil }
  }
}

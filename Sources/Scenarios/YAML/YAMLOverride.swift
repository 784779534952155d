internal import Yams

/// Replaces values of a document by their path of keys.
enum YAMLOverride {
  /// Why a path leads nowhere.
  enum Fault: Error {
    /// A list has no entry of this kind or label.
    case noEntry(String, in: String)
    case badPath
  }

  /// `root` with the value of `override`; mappings on the way are made where they are missing, and a
  /// word on the way becomes a mapping: `routing: zipf` for `routing.zipf.exponent`, a catalogue's
  /// name for one of its figures.
  static func apply(_ override: ScenarioOverride, to root: Node) throws(Fault) -> Node {
    let keys = override.path.split(separator: ".", omittingEmptySubsequences: false)
      .map(String.init)
    guard !keys.isEmpty, !keys.contains("") else { throw .badPath }
    let value = Node.scalar(Node.Scalar(override.value.text, Tag.implicit, .any))
    return try set(value, at: keys[...], in: root, below: "")
  }

  private static func set(
    _ value: Node, at keys: ArraySlice<String>, in node: Node?, below path: String
  ) throws(Fault) -> Node {
    guard let key = keys.first else { return value }
    let rest = keys.dropFirst()
    let here = path.isEmpty ? key : "\(path).\(key)"
    switch node {
    case .sequence(let sequence):
      return try setInList(value, at: keys, sequence, below: path)
    case .mapping(let mapping):
      var pairs = mapping.map { ($0.key, $0.value) }
      if let index = pairs.firstIndex(where: { text($0.0) == key }) {
        pairs[index].1 = try set(value, at: rest, in: pairs[index].1, below: here)
      } else {
        pairs.append((name(key), try set(value, at: rest, in: nil, below: here)))
      }
      return .mapping(Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark))
    case .scalar(let scalar) where !scalar.string.isEmpty && !isNull(scalar):
      let inner = try set(value, at: rest, in: nil, below: here)
      let own = Node.scalar(scalar)
      let isKind = scalar.string == key
      let pairs =
        isKind ? [(own, inner)] : [(name("preset"), own), (name(key), inner)]
      return .mapping(Node.Mapping(pairs, Tag.implicit, .any, scalar.mark))
    default:
      let inner = try set(value, at: rest, in: nil, below: here)
      return .mapping(Node.Mapping([(name(key), inner)], Tag.implicit, .any))
    }
  }

  /// Every entry of the kind, or the one with the label, gets the value.
  private static func setInList(
    _ value: Node, at keys: ArraySlice<String>, _ sequence: Node.Sequence, below path: String
  ) throws(Fault) -> Node {
    let key = keys.first ?? ""
    var entries = Array(sequence)
    var isFound = false
    for (index, entry) in entries.enumerated() {
      switch entry {
      case .scalar(let scalar) where scalar.string == key: break
      case .mapping(let mapping) where mapping.contains { text($0.key) == key }: break
      default: continue
      }
      entries[index] = try set(value, at: keys, in: entry, below: path)
      isFound = true
    }
    guard isFound else { throw .noEntry(key, in: path) }
    return .sequence(Node.Sequence(entries, sequence.tag, sequence.style, sequence.mark))
  }

  private static func name(_ text: String) -> Node {
    .scalar(Node.Scalar(text, Tag.implicit, .any))
  }

  private static func text(_ node: Node) -> String? {
    if case .scalar(let scalar) = node { scalar.string } else { nil }
  }

  private static func isNull(_ scalar: Node.Scalar) -> Bool {
    scalar.style == .plain && ["~", "null", "Null", "NULL"].contains(scalar.string)
  }
}

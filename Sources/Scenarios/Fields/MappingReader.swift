internal import Diagnostics

/// Reads the keys of one mapping as its shape says.
struct MappingReader {
  let item: YAMLItem
  let reading: Reading
  /// The origin of values that stand here, and their source where it is not their line.
  let given: (origin: Assumption.Origin, source: String?)
  private let values: [String: YAMLItem]

  /// Checks that `item` is a mapping and that it holds only known keys; nil, with a finding, for
  /// anything but a mapping.
  init?(
    _ item: YAMLItem, _ shape: MappingShape, _ reading: Reading,
    given: (origin: Assumption.Origin, source: String?) = (.scenario, nil)
  ) {
    reading.note(item)
    guard let members = item.members else {
      let wanted = "a mapping with \(MappingReader.list(shape.keys))"
      let _: Never? = reading.wrongType(item, wanted)
      return nil
    }
    var values: [String: YAMLItem] = [:]
    var meant: Set<String> = []
    for member in members where !reading.isFull {
      guard let key = member.key else {
        Self.report(.wrongType, "a key must be a word", member.keyPosition, item, reading)
        continue
      }
      if key.contains(YAMLDocument.duplicateMark) { continue }
      guard shape.keys.contains(key) else {
        let nearest = Spelling.nearest(to: key, in: shape.keys)
        if let nearest { meant.insert(nearest) }
        Self.reportUnknown(key, nearest, member.keyPosition, item, shape, reading)
        continue
      }
      values[key] = member.value
    }
    self.item = item
    self.reading = reading
    self.given = given
    self.values = values
    // A key that was only misspelt is not missing as well.
    for field in shape.fields where field.isRequired && values[field.key] == nil {
      if !meant.contains(field.key) { reportMissing(field) }
    }
  }

  /// The value under a key, unread.
  func raw(_ key: String) -> YAMLItem? { values[key] }

  func raw(_ section: Section) -> YAMLItem? { values[section.key] }

  /// The value of a field where the mapping gives one that can be used.
  func given<Value>(_ field: Field<Value>) -> Value? {
    guard let item = values[field.key], let value = field.read(item, reading) else { return nil }
    let source = given.source ?? item.position.map { "line \($0.line)" } ?? "scenario"
    reading.assume(item.path, field.write(value), given.origin, source)
    return value
  }

  /// The value of a field, or its default.
  func value<Value>(_ field: Field<Value>) -> Value? {
    value(field, else: field.defaultValue, .default, "default")
  }

  /// The value of a field, or `fallback` with its origin; nil where what is given cannot be used.
  func value<Value>(
    _ field: Field<Value>, else fallback: Value?, _ origin: Assumption.Origin, _ source: String
  ) -> Value? {
    if values[field.key] != nil { return given(field) }
    guard let fallback else { return nil }
    reading.assume(path(field.key), field.write(fallback), origin, source)
    return fallback
  }

  /// The path of a key of this mapping.
  func path(_ key: String) -> String { item.path.isEmpty ? key : "\(item.path).\(key)" }

  /// Reports that a key is needed here.
  func reportMissing(_ field: FieldDescription, because reason: String = "") {
    let place = item.keyPosition ?? item.position
    let name = item.path.isEmpty ? "the scenario" : "'\(item.name)'"
    reading.add(
      item.source.finding(
        .error, .missingKey, at: place,
        "\(name) needs the key '\(field.key)'\(reason)", fixes: ["add '\(field.key)'"],
        help: ["\(field.key): \(field.summary)"]))
  }

  private static func reportUnknown(
    _ key: String, _ nearest: String?, _ position: SourcePosition?, _ item: YAMLItem,
    _ shape: MappingShape, _ reading: Reading
  ) {
    reading.noteMisspelling(at: item.path)
    let name = item.path.isEmpty ? "the scenario" : "'\(item.name)'"
    let suggestion = nearest.map { "; did you mean '\($0)'?" } ?? ""
    reading.add(
      item.source.finding(
        .error, .unknownKey, at: position, "no key '\(key)' in \(name)\(suggestion)",
        fixes: nearest.map { ["write '\($0)' instead of '\(key)'"] } ?? [],
        help: ["\(name) takes \(list(shape.keys))"]))
  }

  private static func report(
    _ code: FindingCode, _ message: String, _ position: SourcePosition?, _ item: YAMLItem,
    _ reading: Reading
  ) {
    reading.add(item.source.finding(.error, code, at: position, message))
  }

  private static func list(_ keys: [String]) -> String { keys.joined(separator: ", ") }
}
